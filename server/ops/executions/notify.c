#include "ops/executions/notify.h"

#include <stdlib.h>

#include "ops/render.h"

/* A pending list as it was before the operation. */
struct touched_list {
    struct touched_list *next;
    struct pending_key key;
    uint64_t hash;       /* of the thing's name: a slice of a rollout touches a hundred lists */
    struct str head_job; /* absent: the list was empty */
    int64_t head_number;
    bool set_changed;
    bool heard;        /* somebody listened when it was touched */
    bool head_unknown; /* what it was before does not count: the head is told */
};

struct unheard_list {
    struct unheard_list *next;
    struct pending_key key;
};

enum {
    PAYLOAD_MAX = 1024 * 1024,
    NOTIFICATION_QOS = 1,
    UNHEARD_MAX = 64 * 1024 * 1024,
    LIST_MAX = 8 * 1024 * 1024
};

static bool same_key(struct pending_key a, struct pending_key b)
{
    return str_eq(a.thing_name, b.thing_name) && str_eq(a.namespace_id, b.namespace_id);
}

static uint64_t hash_of(struct pending_key key)
{
    return str_hash(key.thing_name, 0);
}

/* The first with that key. What was touched last is asked for again when it has changed. */
static struct touched_list *find(const struct outgoing *outgoing, struct pending_key key)
{
    struct touched_list *t = outgoing->touched_last;
    if (t && same_key(t->key, key))
        return t;
    uint64_t hash = hash_of(key);
    for (t = outgoing->touched; t; t = t->next)
        if (t->hash == hash && same_key(t->key, key))
            return t;
    return NULL;
}

static struct touched_list *append_list(struct op *op, struct pending_key key)
{
    struct outgoing *outgoing = op->outgoing;
    struct touched_list *t = arena_alloc(outgoing->arena, sizeof *t);
    if (!t)
        return NULL;
    t->key.thing_name = arena_str(outgoing->arena, key.thing_name);
    t->key.namespace_id = arena_str(outgoing->arena, key.namespace_id);
    t->hash = hash_of(key);
    t->heard = audience_hears(op->audience, key.thing_name);
    *outgoing->touched_end = t;
    outgoing->touched_end = &t->next;
    return t;
}

bool notify_touch(struct op *op, struct pending_key key)
{
    struct touched_list *t = find(op->outgoing, key);
    struct execution_row head;
    if (t) {
        op->outgoing->touched_last = t;
        return true;
    }
    t = append_list(op, key);
    if (!t)
        return false;
    op->outgoing->touched_last = t;
    if (t->heard && store_pending_head(op->db, op->outgoing->arena, key, &head)) {
        t->head_job = head.job_id;
        t->head_number = head.execution_number;
    }
    return !op->outgoing->arena->failed;
}

void notify_set_changed(struct op *op, struct pending_key key)
{
    struct touched_list *t = find(op->outgoing, key);
    if (t)
        t->set_changed = true;
}

bool notify_window_changed(struct op *op, const struct execution_row *execution)
{
    struct pending_key key = execution_pending_key(execution);
    struct execution_row head;
    struct touched_list *t = append_list(op, key);
    if (!t)
        return fail(op->err, ERR_INTERNAL, "Out of memory.");
    t->set_changed = true;
    if (!t->heard)
        return true;
    /* It is the head now, or would be if it were not hidden: then the head has changed. */
    if (!store_pending_head(op->db, op->outgoing->arena, key, &head)) {
        t->head_unknown = true;
    } else {
        t->head_unknown = !execution_sorts_before(&head, execution);
        t->head_job = head.job_id;
        t->head_number = head.execution_number;
    }
    return !op->outgoing->arena->failed;
}

bool notify_again_due(struct op *op, const struct timer_row *timer)
{
    struct namespace_rows namespaces;
    if (!store_namespaces_of_thing(op->db, op->arena, timer->thing_name, &namespaces))
        return fail(op->err, ERR_INTERNAL, "The namespaces of the thing could not be read.");
    for (size_t i = 0; i < namespaces.n; i++) {
        struct pending_key key = { timer->thing_name, namespaces.items[i] };
        struct touched_list *t = append_list(op, key);
        if (!t)
            return fail(op->err, ERR_INTERNAL, "Out of memory.");
        t->set_changed = t->head_unknown = true;
    }
    return true;
}

/* ---- payloads ---- */

/* Opens {"timestamp":N in `out`. */
static struct json open_payload(struct op *op, struct strbuf *out)
{
    strbuf_init(out, PAYLOAD_MAX);
    struct json json = json_to(out);
    json_object_begin(&json);
    json_member_int(&json, "timestamp", op->now_ms / 1000);
    return json;
}

/* The topic is jobs/KIND, or jobs/KIND-namespace-NS. */
static struct message *close_payload(struct op *op, struct json *json, struct pending_key key,
                                     const char *kind)
{
    json_object_end(json);
    struct str topic = arena_printf(op->arena, "$aws/things/%.*s/jobs/%s%s%.*s", STR(key.thing_name), kind,
                                    key.namespace_id.n ? "-namespace-" : "", STR(key.namespace_id));
    size_t n;
    char *payload = strbuf_detach(json->out, &n);
    if (payload && topic.p)
        return message_new(STR_NONE, topic, payload, n, NOTIFICATION_QOS);
    free(payload);
    return NULL;
}

static struct message *build_notify(struct op *op, struct pending_key key)
{
    struct strbuf out;
    struct json json = open_payload(op, &out);
    struct execution_rows rows;
    if (!store_pending_list(op->db, op->arena, key, PENDING_LIST_MAX, PENDING_WINDOWED_MAX, &rows)) {
        strbuf_release(&out);
        return NULL;
    }
    json_key(&json, "jobs");
    json_object_begin(&json);
    render_pending(&json, &rows, JOB_EXECUTION_STATUS_IN_PROGRESS, "IN_PROGRESS", false);
    render_pending(&json, &rows, JOB_EXECUTION_STATUS_QUEUED, "QUEUED", false);
    json_object_end(&json);
    return close_payload(op, &json, key, "notify");
}

static struct message *build_notify_next(struct op *op, struct pending_key key,
                                         const struct execution_row *head)
{
    struct strbuf out;
    struct json json = open_payload(op, &out);
    if (head) {
        struct reply_style style = { .document_as_object = true };
        json_key(&json, "execution");
        render_device_execution(op, &json, style, head, DOCUMENT_INCLUDED);
    }
    return close_payload(op, &json, key, "notify-next");
}

/* ---- collecting ---- */

/* Appends; false for NULL: the message could not be built. */
static bool append(struct message ***end, struct message *message)
{
    if (!message)
        return false;
    **end = message;
    *end = &message->next;
    return true;
}

static bool head_changed(const struct touched_list *t, const struct execution_row *head)
{
    if (t->head_unknown)
        return true;
    if (!head || !t->head_job.p)
        return head || t->head_job.p;
    return !str_eq(t->head_job, head->job_id) || t->head_number != head->execution_number;
}

static bool build(struct op *op, const struct touched_list *t, struct message ***end)
{
    struct execution_row row;
    const struct execution_row *head = store_pending_head(op->db, op->arena, t->key, &row) ? &row : NULL;
    if (t->set_changed && !append(end, build_notify(op, t->key)))
        return false;
    return !head_changed(t, head) || append(end, build_notify_next(op, t->key, head));
}

/* In memory of its own: nobody knows how many lists follow, nor how much is in them. */
static bool collect_list(struct op *op, const struct touched_list *t, struct message ***end)
{
    struct arena arena;
    struct op part = *op;
    arena_init(&arena, LIST_MAX);
    part.arena = &arena;
    bool ok = build(&part, t, end);
    arena_release(&arena);
    return ok;
}

/* ---- what nobody heard ---- */

void unheard_init(struct unheard *unheard, struct audience *audience)
{
    *unheard = (struct unheard){ .generation = audience ? audience_generation(audience) : 0 };
    arena_init(&unheard->arena, UNHEARD_MAX);
}

void unheard_release(struct unheard *unheard)
{
    arena_release(&unheard->arena);
    unheard->first = NULL;
}

static bool note_unheard(struct op *op, struct pending_key key)
{
    struct unheard *unheard = op->unheard;
    if (!unheard)
        return true;
    struct unheard_list *u = arena_alloc(&unheard->arena, sizeof *u);
    if (!u)
        return false;
    u->key.thing_name = arena_str(&unheard->arena, key.thing_name);
    u->key.namespace_id = arena_str(&unheard->arena, key.namespace_id);
    u->next = unheard->first;
    unheard->first = u;
    return !unheard->arena.failed;
}

/* How the list was before is not known: both notifications tell how it is. */
static bool tell_latecomers(struct op *op, struct pending_key key, struct message ***end)
{
    struct touched_list list = { .key = key, .set_changed = true, .head_unknown = true };
    return collect_list(op, &list, end);
}

bool notify_latecomers(struct op *op, struct message **ret_messages)
{
    struct message **end = ret_messages;
    *end = NULL;
    if (!op->unheard->first || audience_generation(op->audience) == op->unheard->generation)
        return true;
    bool ok = true;
    for (const struct unheard_list *u = op->unheard->first; ok && u; u = u->next)
        ok = !audience_hears(op->audience, u->key.thing_name) || tell_latecomers(op, u->key, &end);
    return ok;
}

/* ---- collecting it all ---- */

bool notify_collect(struct op *op, struct message ***end)
{
    for (const struct touched_list *t = op->outgoing->touched; t; t = t->next)
        if (!(t->heard ? collect_list(op, t, end) : note_unheard(op, t->key)))
            return fail(op->err, ERR_INTERNAL, "The notifications of thing %.*s could not be made.",
                        STR(t->key.thing_name));
    return true;
}
