#include "support/world.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/decode.h"
#include "base/time_text.h"
#include "plugin/inbound.h"
#include "store/store.h"
#include "support/reply_check.h"

enum { ANSWERS_MAX = 4096, TEXT_MAX = 1 << 17 };

struct world {
    struct settings settings;
    struct clock clock;
    struct log *log;
    struct store *store;
    struct outbox *outbox;
    struct engine *engine;
    char folder[64];          /* "" in memory */
    sqlite3_stmt *invariants; /* on a connection of its own */
    sqlite3 *checker;
    struct message *heard;    /* notifications not yet taken */
    struct message *unsorted; /* the latest messages, before the answer is picked out */
    struct call *finished;    /* the HTTP call that `done` was called for */
    struct answer *answers[ANSWERS_MAX];
    size_t answer_count;
};

/* ---- life ---- */

static int64_t iso_ms(const char *iso)
{
    int64_t ms;
    if (!time_parse_iso(str_from(iso), &ms))
        fail_msg("not a time: %s", iso);
    return ms;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot read %s; run the tests from the project's folder", path);
    char *text = calloc(1, TEXT_MAX);
    size_t n = fread(text, 1, TEXT_MAX - 1, file);
    fclose(file);
    text[n] = '\0';
    return text;
}

static void open_checker(struct world *w)
{
    char *sql = read_file("schema/invariants.sql");
    assert_int_equal(sqlite3_open_v2(store_path(w->store), &w->checker, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(w->checker, sql, -1, &w->invariants, NULL), SQLITE_OK);
    free(sql);
}

static void open_world(struct world *w, const char *now)
{
    struct strbuf problem;
    strbuf_init(&problem, 1024);
    struct store_options options = {
        .folder = w->folder, .in_memory = !w->folder[0], .durability = DURABILITY_NORMAL, .log = w->log
    };
    clock_init_virtual(&w->clock, iso_ms(now));
    clock_freeze(&w->clock);
    clock_set(&w->clock, iso_ms(now));
    w->store = store_open(&options, &problem);
    if (!w->store)
        fail_msg("%.*s", STR(strbuf_str(&problem)));
    strbuf_release(&problem);
    w->outbox = outbox_new();
    struct engine_config config = { .db = store_writer(w->store),
                                    .clock = &w->clock,
                                    .settings = &w->settings,
                                    .log = w->log,
                                    .outbox = w->outbox };
    w->engine = engine_new(&config);
    assert_non_null(w->engine);
    open_checker(w);
}

static void close_world(struct world *w)
{
    sqlite3_finalize(w->invariants);
    sqlite3_close(w->checker);
    engine_free(w->engine);
    outbox_free(w->outbox);
    store_close(w->store);
    clock_release(&w->clock);
}

static struct world *make_world(const char *start, bool durable)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    settings_init(&w->settings);
    w->log = log_new(log_sink_stderr, NULL, LOG_WARNING, 0);
    if (durable) {
        snprintf(w->folder, sizeof w->folder, "/tmp/iotjobs-world-XXXXXX");
        assert_non_null(mkdtemp(w->folder));
    }
    open_world(w, start);
    return w;
}

struct world *world_new(const char *start)
{
    return make_world(start, false);
}

struct world *world_new_durable(const char *start)
{
    return make_world(start, true);
}

void world_restart(struct world *w, const char *now)
{
    assert_true(w->folder[0]);
    close_world(w);
    open_world(w, now);
    while (engine_run_batch(w->engine))
        ;
}

static void remove_folder(const char *folder)
{
    static const char *const files[] = { "iotjobs.db", "iotjobs.db-wal", "iotjobs.db-shm", "iotjobs.lock" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        unlink(path);
    }
    rmdir(folder);
}

void world_free(struct world *w)
{
    assert_int_equal(db_alarms(store_writer(w->store)), 0);
    close_world(w);
    if (w->folder[0])
        remove_folder(w->folder);
    message_free_all(w->heard);
    for (size_t i = 0; i < w->answer_count; i++) {
        cJSON_Delete(w->answers[i]->body);
        free(w->answers[i]);
    }
    log_free(w->log);
    settings_release(&w->settings);
    free(w);
}

struct settings *world_settings(struct world *w)
{
    return &w->settings;
}

struct db *world_db(struct world *w)
{
    return store_writer(w->store);
}

/* ---- steps ---- */

static void check_invariants(struct world *w)
{
    if (sqlite3_step(w->invariants) == SQLITE_ROW)
        fail_msg("invariant broken: %s: %s", sqlite3_column_text(w->invariants, 0),
                 sqlite3_column_text(w->invariants, 1));
    sqlite3_reset(w->invariants);
}

static void run_engine(struct world *w)
{
    while (engine_run_batch(w->engine))
        ;
    struct message **end = &w->unsorted;
    while (*end)
        end = &(*end)->next;
    *end = outbox_take_all(w->outbox);
    check_invariants(w);
}

/* What is no answer was heard by the subscribers. */
static void hear(struct world *w)
{
    struct message **end = &w->heard;
    while (*end)
        end = &(*end)->next;
    *end = w->unsorted;
    w->unsorted = NULL;
}

static struct answer *new_answer(struct world *w, struct str text)
{
    assert_true(w->answer_count < ANSWERS_MAX && text.n < TEXT_MAX);
    struct answer *a = calloc(1, sizeof *a);
    assert_non_null(a);
    w->answers[w->answer_count++] = a;
    memcpy(a->text, text.p, text.n);
    a->error = "";
    if (text.n) {
        a->body = cJSON_Parse(a->text);
        if (!a->body)
            fail_msg("not JSON: %s", a->text);
    }
    return a;
}

/* ---- HTTP ---- */

static void http_done(struct call *call)
{
    struct world *w = call->owner;
    w->finished = call;
}

enum { QUERY_FIELDS_MAX = 8 };

static size_t split_query(struct str query, struct field fields[QUERY_FIELDS_MAX])
{
    size_t n = 0;
    while (query.n && n < QUERY_FIELDS_MAX) {
        struct str value = str_split(&query, '&');
        struct str name = str_split(&value, '=');
        fields[n++] = (struct field){ name, value };
    }
    return n;
}

/* True when the call is ready to run; else its err says why. */
static bool prepare_http(struct call *call, enum plane plane, const char *method, const char *target,
                         const char *body)
{
    struct http_route route;
    struct field fields[QUERY_FIELDS_MAX];
    struct str query = str_from(target);
    struct str path = str_split(&query, '?');
    if (!route_http(plane, str_from(method), path, &call->arena, &route, &call->err))
        return false;
    call->operation = route.operation;
    struct request request = { .labels = route.labels,
                               .query = fields,
                               .query_count = split_query(query, fields),
                               .body = str_from(body) };
    call->run = op_handler(route.operation).run;
    if (!call->run)
        return fail(&call->err, ERR_NOT_IMPLEMENTED, "%s", operation_model(route.operation)->name);
    return api_decode(route.operation, &request, &call->arena, (void **)&call->input, NULL, &call->err);
}

static struct answer *answer_http(struct world *w, struct call *call, enum plane plane)
{
    if (!call->ok) {
        struct error_name name = error_http(call->err.code, plane);
        struct strbuf text;
        strbuf_init(&text, TEXT_MAX);
        struct json json = json_to(&text);
        json_object_begin(&json);
        json_member_string(&json, "message", call->err.message);
        json_object_end(&json);
        struct answer *a = new_answer(w, strbuf_str(&text));
        strbuf_release(&text);
        a->status = name.status;
        a->error = name.exception;
        return a;
    }
    const struct operation_model *model = call->operation ? operation_model(call->operation) : NULL;
    struct answer *a = new_answer(w, model && !model->output ? STR_LIT("") : strbuf_str(&call->reply));
    a->status = 200;
    if (model && model->output)
        check_reply(model->output, a->body, model->name);
    return a;
}

static struct answer *request(struct world *w, enum plane plane, int status, const char *method,
                              const char *path, const char *body)
{
    struct call *call = call_new();
    assert_non_null(call);
    call->owner = w;
    call->done = http_done;
    call->style = (struct reply_style){ .name_the_thing = true };
    w->finished = NULL;
    if (prepare_http(call, plane, method, path, body)) {
        assert_true(engine_submit(w->engine, call));
        run_engine(w);
        assert_ptr_equal(w->finished, call);
    }
    struct answer *a = answer_http(w, call, plane);
    call_free(call);
    hear(w);
    if (status && a->status != status)
        fail_msg("%s %s: %d %s instead of %d: %s", method, path, a->status, a->error, status, a->text);
    return a;
}

struct answer *http(struct world *w, int status, const char *method, const char *path, const char *body)
{
    return request(w, PLANE_CONTROL, status, method, path, body);
}

struct answer *http_data(struct world *w, int status, const char *method, const char *path, const char *body)
{
    return request(w, PLANE_DATA, status, method, path, body);
}

/* ---- MQTT ---- */

struct answer *mqtt(struct world *w, const char *topic, const char *payload)
{
    struct inbound inbound = { .engine = w->engine, .outbox = w->outbox, .clock = &w->clock };
    struct publication publication = {
        .client_id = STR_LIT("device"), .topic = str_from(topic), .payload = str_from(payload), .qos = 1
    };
    inbound_take(&inbound, &publication);
    run_engine(w);
    struct message *message = w->unsorted;
    if (!message || !message->client_id)
        fail_msg("no answer to %s", topic);
    w->unsorted = message->next;
    hear(w);
    assert_string_equal(message->client_id, "device");
    assert_memory_equal(message->topic, topic, strlen(topic));
    struct answer *a = new_answer(w, (struct str){ message->payload, message->payload_n });
    a->verdict = strstr(message->topic + strlen(topic), "accepted") ? "accepted" : "rejected";
    const cJSON *code = cJSON_GetObjectItem(a->body, "code");
    a->error = code ? code->valuestring : "";
    message_free(message);
    return a;
}

/* ---- time ---- */

static struct answer *move_clock(struct world *w, enum clock_verb verb, int64_t ms)
{
    struct call *call = call_new();
    assert_non_null(call);
    struct clock_change *change = arena_alloc(&call->arena, sizeof *change);
    *change = (struct clock_change){ .verb = verb, .ms = ms };
    engine_prepare_clock_change(call, change);
    call->owner = w;
    call->done = http_done;
    assert_true(engine_submit(w->engine, call));
    run_engine(w);
    struct answer *a = answer_http(w, call, PLANE_CONTROL);
    call_free(call);
    hear(w);
    assert_int_equal(a->status, 200);
    return a;
}

struct answer *advance(struct world *w, const char *duration)
{
    int64_t ms;
    assert_true(duration_parse_iso(str_from(duration), &ms));
    return move_clock(w, CLOCK_ADVANCE, ms);
}

struct answer *set_clock(struct world *w, const char *iso)
{
    return move_clock(w, CLOCK_SET, iso_ms(iso));
}

/* ---- what subscribers heard ---- */

cJSON *take_notification(struct world *w, const char *topic)
{
    struct message *message = w->heard;
    if (!message)
        fail_msg("nobody heard anything on %s", topic);
    assert_string_equal(message->topic, topic);
    assert_null(message->client_id);
    assert_int_equal(message->qos, 1);
    w->heard = message->next;
    struct answer *kept = new_answer(w, (struct str){ message->payload, message->payload_n });
    message_free(message);
    return kept->body;
}

void assert_silence(struct world *w)
{
    if (w->heard)
        fail_msg("heard on %s: %s", w->heard->topic, w->heard->payload);
}

void forget_notifications(struct world *w)
{
    message_free_all(w->heard);
    w->heard = NULL;
}

/* ---- JSON ---- */

const cJSON *json_at(const cJSON *root, const char *path)
{
    struct str rest = str_from(path);
    while (root && rest.p && rest.n) {
        struct str level = str_split(&rest, '.');
        char name[128];
        int64_t index;
        snprintf(name, sizeof name, "%.*s", STR(level));
        root = cJSON_IsArray(root) && str_to_int(level, &index)
                   ? cJSON_GetArrayItem(root, (int)index)
                   : cJSON_GetObjectItemCaseSensitive(root, name);
    }
    return root;
}

void assert_json_string(const cJSON *root, const char *path, const char *expected)
{
    const cJSON *item = json_at(root, path);
    if (!cJSON_IsString(item))
        fail_msg("no text at %s", path);
    assert_string_equal(item->valuestring, expected);
}

void assert_json_number(const cJSON *root, const char *path, double expected)
{
    const cJSON *item = json_at(root, path);
    if (!cJSON_IsNumber(item))
        fail_msg("no number at %s", path);
    if (item->valuedouble != expected)
        fail_msg("%s is %.3f instead of %.3f", path, item->valuedouble, expected);
}

void assert_json_absent(const cJSON *root, const char *path)
{
    if (json_at(root, path))
        fail_msg("%s should not be there", path);
}

/* ---- givens ---- */

void given_thing(struct world *w, const char *thing)
{
    char path[256];
    snprintf(path, sizeof path, "/things/%s", thing);
    http(w, 200, "POST", path, "{}");
}

void given_job_with(struct world *w, const char *job, const char *thing, const char *more_members)
{
    char path[256], body[4096];
    snprintf(path, sizeof path, "/jobs/%s", job);
    snprintf(body, sizeof body,
             "{\"targets\":[\"arn:aws:iot:us-east-1:000000000000:thing/%s\"],"
             "\"document\":\"{\\\"job\\\":\\\"%s\\\"}\"%s}",
             thing, job, more_members);
    http(w, 200, "PUT", path, body);
}

void given_job(struct world *w, const char *job, const char *thing)
{
    given_job_with(w, job, thing, "");
}
