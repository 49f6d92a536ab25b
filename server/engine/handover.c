#include "engine/handover.h"

#include <stdlib.h>
#include <string.h>

#include "ops/fleet/connectivity.h"
#include "ops/jobs/job_window.h"
#include "store/db.h"
#include "store/jobs/audience_store.h"
#include "store/run_store.h"

/* The longest that brokers keep changes of sessions to themselves: mosquitto's default for autosave_interval.
 * Ours is shorter (launcher/broker_config). */
enum { NOTIFY_AGAIN_WINDOW_MS = 30 * 60 * 1000 };

static bool push(void *context, struct str topic, struct str payload, int qos)
{
    const struct handover *handover = context;
    char *copy = malloc(payload.n);
    struct message *message =
        copy ? message_new(STR_NONE, topic, memcpy(copy, payload.p, payload.n), payload.n, qos) : NULL;
    outbox_push(handover->outbox, message);
    return message != NULL;
}

static bool begin(const struct handover *handover, int64_t now_ms, bool *ret_clean)
{
    return store_run_begin(handover->db, ret_clean) &&
           store_undelivered_each(handover->db, push, (void *)handover) &&
           store_undelivered_clear(handover->db) && connectivity_run_begins(handover->db, now_ms) &&
           job_windows_run_begins(handover->db, handover->window_time_zone, now_ms) &&
           (*ret_clean ||
            store_notify_again(handover->db, now_ms, NOTIFY_AGAIN_WINDOW_MS, handover->everyone_listens));
}

bool handover_begin(const struct handover *handover, int64_t now_ms)
{
    bool clean = true;
    bool ok = db_begin(handover->db) && begin(handover, now_ms, &clean) && db_keep(handover->db) &&
              db_commit(handover->db);
    if (!ok)
        db_rollback(handover->db);
    else if (!clean)
        log_write(handover->log, LOG_NOTICE,
                  "unclean_stop what=\"notifications of the last %d minutes are sent again\"",
                  NOTIFY_AGAIN_WINDOW_MS / 60000);
    return ok;
}

/* Answers are left out: who asked has been disconnected, and asks again. */
static bool keep(const struct handover *handover, const struct message *message)
{
    struct str payload = { message->payload, message->payload_n };
    return message->client_id ||
           store_undelivered_add(handover->db, str_from(message->topic), payload, message->qos);
}

void handover_end(const struct handover *handover)
{
    struct message *first = outbox_take_all(handover->outbox);
    bool ok = db_begin(handover->db);
    for (const struct message *message = first; ok && message; message = message->next)
        ok = keep(handover, message);
    ok = ok && (!handover->audience_incomplete || store_audience_add(handover->db, STR_LIT("")));
    ok = ok && store_run_end(handover->db) && db_keep(handover->db) && db_commit(handover->db);
    if (!ok) {
        log_write(handover->log, LOG_WARNING, "handover_failed problem=\"%s\"", db_failure(handover->db));
        db_rollback(handover->db);
    }
    message_free_all(first);
}
