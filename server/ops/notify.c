#include "ops/notify.h"

#include "ops/render.h"
#include "store/execution_store.h"

struct touched_thing {
    struct touched_thing *next;
    struct str name;
    struct str head_job; /* absent: the list was empty */
    int64_t head_number;
    bool set_changed;
};

enum { PAYLOAD_MAX = 1024 * 1024, NOTIFICATION_QOS = 1 };

static struct touched_thing *find(const struct touched *touched, struct str thing)
{
    for (struct touched_thing *t = touched->things; t; t = t->next)
        if (str_eq(t->name, thing))
            return t;
    return NULL;
}

bool notify_touch(struct op *op, struct str thing)
{
    if (find(op->touched, thing))
        return true;
    struct touched_thing *t = arena_alloc(op->arena, sizeof *t);
    if (!t)
        return false;
    t->name = arena_str(op->arena, thing);
    struct execution_row head;
    if (store_pending_head(op->db, op->arena, thing, &head)) {
        t->head_job = head.job_id;
        t->head_number = head.execution_number;
    }
    /* At the end: notifications leave in the order in which things were touched. */
    struct touched_thing **end = &op->touched->things;
    while (*end)
        end = &(*end)->next;
    *end = t;
    return !op->arena->failed;
}

void notify_set_changed(struct op *op, struct str thing)
{
    struct touched_thing *t = find(op->touched, thing);
    if (t)
        t->set_changed = true;
}

/* Opens {"timestamp":N in `out`. */
static struct json open_payload(struct op *op, struct strbuf *out)
{
    strbuf_init(out, PAYLOAD_MAX);
    struct json json = json_to(out);
    json_object_begin(&json);
    json_member_int(&json, "timestamp", op->now_ms / 1000);
    return json;
}

static struct message *close_payload(struct op *op, struct json *json, struct str thing,
                                     const char *last_level)
{
    json_object_end(json);
    struct str topic = arena_printf(op->arena, "$aws/things/%.*s/jobs/%s", STR(thing), last_level);
    size_t n;
    char *payload = strbuf_detach(json->out, &n);
    return payload && topic.p ? message_new(STR_NONE, topic, payload, n, NOTIFICATION_QOS) : NULL;
}

static struct message *build_notify(struct op *op, struct str thing)
{
    struct strbuf out;
    struct json json = open_payload(op, &out);
    struct execution_rows rows;
    if (!store_pending_list(op->db, op->arena, thing, PENDING_LIST_MAX, &rows)) {
        strbuf_release(&out);
        return NULL;
    }
    json_key(&json, "jobs");
    json_object_begin(&json);
    render_pending(&json, &rows, JOB_EXECUTION_STATUS_IN_PROGRESS, "IN_PROGRESS", false);
    render_pending(&json, &rows, JOB_EXECUTION_STATUS_QUEUED, "QUEUED", false);
    json_object_end(&json);
    return close_payload(op, &json, thing, "notify");
}

static struct message *build_notify_next(struct op *op, struct str thing, const struct execution_row *head)
{
    struct strbuf out;
    struct json json = open_payload(op, &out);
    if (head) {
        struct reply_style style = { .document_as_object = true };
        json_key(&json, "execution");
        render_device_execution(op, &json, style, head, DOCUMENT_INCLUDED);
    }
    return close_payload(op, &json, thing, "notify-next");
}

/* Appends; false for NULL: the message could not be built. */
static bool append(struct message ***end, struct message *message)
{
    if (!message)
        return false;
    **end = message;
    *end = &message->next;
    return true;
}

static bool head_changed(const struct touched_thing *t, const struct execution_row *head)
{
    if (!head || !t->head_job.p)
        return head || t->head_job.p;
    return !str_eq(t->head_job, head->job_id) || t->head_number != head->execution_number;
}

static bool collect_thing(struct op *op, const struct touched_thing *t, struct message ***end)
{
    struct execution_row row;
    const struct execution_row *head = store_pending_head(op->db, op->arena, t->name, &row) ? &row : NULL;
    if (t->set_changed && !append(end, build_notify(op, t->name)))
        return false;
    return !head_changed(t, head) || append(end, build_notify_next(op, t->name, head));
}

bool notify_collect(struct op *op, struct message **ret_messages)
{
    struct message *first = NULL;
    struct message **end = &first;
    for (const struct touched_thing *t = op->touched->things; t; t = t->next) {
        if (collect_thing(op, t, &end))
            continue;
        message_free_all(first);
        return fail(op->err, ERR_INTERNAL, "The notifications of thing %.*s could not be made.",
                    STR(t->name));
    }
    *ret_messages = first;
    return true;
}
