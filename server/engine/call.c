#include "engine/call.h"

#include <stdlib.h>

#include "ops/outgoing.h"
#include "settings.h"
#include "store/db.h"

/* Most answers fit: the thread that makes a call then also allocates its answer's memory, and the engine
 * thread neither allocates nor frees what another thread's allocator owns. */
enum { REPLY_FIRST_ROOM = 1024 };

static const char region_default[] = "us-east-1";

struct call *call_new(void)
{
    struct arena arena;
    arena_init(&arena, CALL_ARENA_MAX);
    struct call *call = arena_alloc(&arena, sizeof *call);
    if (!call)
        return NULL;
    call->arena = arena;
    err_init(&call->err, &call->arena);
    strbuf_init(&call->reply, CALL_REPLY_MAX);
    strbuf_reserve(&call->reply, REPLY_FIRST_ROOM);
    return call;
}

void call_free(struct call *call)
{
    if (!call)
        return;
    strbuf_release(&call->reply);
    /* The call lies in its own arena. */
    struct arena arena = call->arena;
    arena_release(&arena);
}

void call_fail(struct call *call, enum error_code code, const char *message)
{
    call->ok = false;
    strbuf_clear(&call->reply);
    err_init(&call->err, &call->arena);
    fail(&call->err, code, "%s", message);
}

bool call_prepare(struct call *call, const struct preparation *with)
{
    struct preparation preparation = *with;
    if (call->prepare == NULL)
        return true;
    preparation.arena = &call->arena;
    preparation.err = &call->err;
    call->prepared = call->prepare(&preparation, call->input);
    return call->prepared != NULL;
}

struct str call_region(struct str region, const struct settings *settings)
{
    if (settings->region && settings->region[0])
        return str_from(settings->region);
    if (settings->auth == AUTH_ENFORCE)
        return str_from(region_default);
    return region.n ? region : str_from(region_default);
}

static bool run(struct call *call, struct op *op, const struct call_world *world)
{
    json_object_begin(op->json);
    if (call->client_token.p)
        json_member_string(op->json, "clientToken", call->client_token);
    if (call->with_timestamp)
        json_member_int(op->json, "timestamp", world->now_ms / 1000);
    bool ok = call->run(op, call->input);
    json_object_end(op->json);
    return ok && (!world->messages || outgoing_collect(op, world->messages));
}

void call_run(struct call *call, const struct call_world *world)
{
    struct json json = json_to(&call->reply);
    struct outgoing outgoing;
    outgoing_init(&outgoing, &call->arena, world->doomed);
    struct op op = {
        .db = world->db,
        .arena = &call->arena,
        .err = &call->err,
        .json = &json,
        .now_ms = world->now_ms,
        .region = call_region(call->region, world->settings),
        .host = call->host,
        .style = call->style,
        .settings = world->settings,
        .window_zone = world->window_zone,
        .namespace_id = call->namespace_id.p ? call->namespace_id : STR_LIT(""),
        .outgoing = world->messages ? &outgoing : NULL,
        .audience = world->audience,
        .unheard = world->unheard,
        .connectivity = world->connectivity,
        .access_changes = world->access_changes,
        .artifacts = world->artifacts,
        .log = world->log,
        .prepared = call->prepared,
    };
    call->answered_ms = world->now_ms;
    call->ok = run(call, &op, world);
    outgoing_release(&outgoing);
    if (db_failed(world->db))
        call_fail(call, ERR_INTERNAL, "The database could not be read or written.");
    else if (call->arena.failed || call->reply.failed)
        call_fail(call, ERR_INTERNAL, "The request needs more memory than a request may use.");
    else if (!call->ok)
        strbuf_clear(&call->reply);
}
