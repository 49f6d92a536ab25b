#include "engine/denials.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/time_text.h"

enum { ENTRY_MAX = 2048, TEXT_SHOWN_MAX = 256, SECOND_MS = 1000 };

struct denials {
    pthread_mutex_t lock;
    struct clock *clock;
    struct log *log;
    char *entries[DENIALS_KEPT]; /* JSON objects; a ring */
    size_t next;
    uint64_t total;
    int64_t second;  /* the host's, in which so many lines were written */
    unsigned lines;  /* in that second */
    uint64_t unsaid; /* that were not logged since the last line that was */
};

struct denials *denials_new(struct clock *clock, struct log *log)
{
    struct denials *denials = calloc(1, sizeof *denials);
    if (denials == NULL)
        return NULL;
    pthread_mutex_init(&denials->lock, NULL);
    denials->clock = clock;
    denials->log = log;
    return denials;
}

void denials_free(struct denials *denials)
{
    if (denials == NULL)
        return;
    for (size_t i = 0; i < DENIALS_KEPT; i++)
        free(denials->entries[i]);
    pthread_mutex_destroy(&denials->lock);
    free(denials);
}

/* Whoever is denied chooses some of the texts. */
static struct str shown(struct str text)
{
    return (struct str){ text.p, text.n < TEXT_SHOWN_MAX ? text.n : TEXT_SHOWN_MAX };
}

static void write_member(struct json *json, const char *name, struct str value)
{
    if (value.p != NULL)
        json_member_string(json, name, shown(value));
}

/* NULL when memory is out. */
static char *entry_of(const struct denied *denied, int64_t now_ms)
{
    struct strbuf text;
    char at[TIME_TEXT_MAX];
    strbuf_init(&text, ENTRY_MAX);
    struct json json = json_to(&text);
    time_format_iso(now_ms, at);
    json_object_begin(&json);
    json_member_string(&json, "at", str_from(at));
    write_member(&json, "principal", denied->principal);
    write_member(&json, "action", denied->action);
    write_member(&json, "resource", denied->resource);
    write_member(&json, "reason", str_from(denied->reason));
    write_member(&json, "policy", denied->policy);
    write_member(&json, "clientId", denied->client_id);
    write_member(&json, "sourceIp", denied->source_ip);
    json_object_end(&json);
    if (text.failed) {
        strbuf_release(&text);
        return NULL;
    }
    return strbuf_detach(&text, NULL);
}

/* Whether there is room for one more line in this second; with the lock. */
static bool may_log(struct denials *denials, uint64_t *ret_unsaid)
{
    int64_t second = clock_mono_us() / 1000 / SECOND_MS;
    if (second != denials->second) {
        denials->second = second;
        denials->lines = 0;
    }
    if (denials->lines >= DENIAL_LINES_PER_SECOND) {
        denials->unsaid++;
        return false;
    }
    denials->lines++;
    *ret_unsaid = denials->unsaid;
    denials->unsaid = 0;
    return true;
}

struct quoted {
    char text[TEXT_SHOWN_MAX + 1];
};

/* What stands between quotes in a line must not end them: whoever reads the log would take what follows for
 * ours, another address for instance. */
static struct quoted quoted(struct str text)
{
    struct quoted quoted = { "" };
    struct str part = shown(text);
    for (size_t i = 0; part.p != NULL && i < part.n; i++)
        quoted.text[i] = part.p[i] == '"' || part.p[i] == '\0' ? '\'' : part.p[i];
    return quoted;
}

static void log_denied(struct log *log, const struct denied *denied)
{
    const struct quoted resource = quoted(denied->resource), client = quoted(denied->client_id);
    bool has_client = denied->client_id.p != NULL;
    log_write(log, LOG_NOTICE,
              "denied principal=%.*s action=%.*s resource=\"%s\" reason=\"%s\"%s%.*s%s%s%s%s%.*s",
              STR(shown(denied->principal)), STR(shown(denied->action)), resource.text, denied->reason,
              denied->policy.p != NULL ? " policy=" : "", STR(shown(denied->policy)),
              has_client ? " client=\"" : "", client.text, has_client ? "\"" : "",
              denied->source_ip.p != NULL ? " from=" : "", STR(denied->source_ip));
}

void denials_note(struct denials *denials, const struct denied *denied)
{
    uint64_t unsaid = 0;
    char *entry = entry_of(denied, clock_now_ms(denials->clock));
    pthread_mutex_lock(&denials->lock);
    denials->total++;
    if (entry != NULL) {
        free(denials->entries[denials->next]);
        denials->entries[denials->next] = entry;
        denials->next = (denials->next + 1) % DENIALS_KEPT;
    }
    bool log = may_log(denials, &unsaid);
    pthread_mutex_unlock(&denials->lock);
    if (unsaid > 0)
        log_write(denials->log, LOG_NOTICE, "denied more=%" PRIu64, unsaid);
    if (log)
        log_denied(denials->log, denied);
}

void denials_write(struct denials *denials, size_t limit, struct json *json)
{
    json_key(json, "denials");
    json_array_begin(json);
    pthread_mutex_lock(&denials->lock);
    for (size_t i = 1; i <= limit && i <= DENIALS_KEPT; i++) {
        const char *entry = denials->entries[(denials->next + DENIALS_KEPT - i) % DENIALS_KEPT];
        if (entry == NULL)
            break;
        json_raw(json, str_from(entry));
    }
    uint64_t total = denials->total;
    pthread_mutex_unlock(&denials->lock);
    json_array_end(json);
    json_member_int(json, "total", (int64_t)total);
}

struct str principal_text(const struct principal *principal, struct arena *arena)
{
    switch (principal->kind) {
    case PRINCIPAL_KEY: return arena_printf(arena, "key/%.*s", STR(principal->access_key));
    case PRINCIPAL_THING:
    case PRINCIPAL_CERTIFICATE: return arena_printf(arena, "cert/%.*s", STR(principal->certificate_id));
    case PRINCIPAL_ANYBODY:
    case PRINCIPAL_NOBODY: break;
    }
    return STR_LIT("anybody");
}
