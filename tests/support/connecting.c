#include "support/connecting.h"

#include "support/world_inside.h"

void broker_ticks(struct world *w)
{
    w->connections.engine = w->engine;
    w->connections.clock = &w->clock;
    w->connections.watch = w->connectivity;
    do {
        connections_tell(&w->connections);
        world_run_engine(w);
        world_hear(w);
    } while (w->connections.first);
    connections_tell(&w->connections); /* takes the last answer */
}

void comes(struct world *w, const char *client)
{
    const struct arrival arrival = {
        .connection = w, .client_id = str_from(client), .keep_alive_s = 60, .clean_session = true
    };
    w->connections.clock = &w->clock;
    connections_came(&w->connections, &arrival);
    broker_ticks(w);
}

void goes(struct world *w, const char *client, const char *reason)
{
    w->connections.clock = &w->clock;
    connections_left(&w->connections, w, str_from(client), reason);
    broker_ticks(w);
}
