#include "support/world_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time_text.h"
#include "base/time_zone.h"
#include "device_ca.h"
#include "ops/jobs/job_window.h"
#include "plugin/inbound.h"
#include "support/temp_folder.h"

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
    assert_int_equal(sqlite3_prepare_v2(w->checker, "PRAGMA data_version", -1, &w->data_version, NULL),
                     SQLITE_OK);
    w->checked_version = -1;
    free(sql);
    w->hashed_version = -1;
}

static const int64_t an_hour_us = INT64_C(3600) * 1000 * 1000;
static const struct batch_limits limits = { .calls_us = an_hour_us, .timers_us = an_hour_us, .timers = 5 };

static void open_engine(struct world *w)
{
    w->outbox = outbox_new();
    w->audience = audience_new(!w->nobody_listens);
    assert_true(audience_load(w->audience, store_writer(w->store)));
    w->connectivity = connectivity_watch_new();
    struct engine_config config = { .limits = &limits,
                                    .db = store_writer(w->store),
                                    .clock = &w->clock,
                                    .settings = &w->settings,
                                    .window_zone = w->window_zone,
                                    .log = w->log,
                                    .outbox = w->outbox,
                                    .audience = w->audience,
                                    .connectivity = w->connectivity,
                                    .access_changes = w->access_changes,
                                    .artifacts = &w->artifacts };
    w->engine = engine_new(&config);
    assert_non_null(w->engine);
}

static void close_engine(struct world *w)
{
    engine_free(w->engine);
    outbox_free(w->outbox);
    audience_free(w->audience);
    connectivity_watch_free(w->connectivity);
}

void world_reopen_engine(struct world *w)
{
    close_engine(w);
    open_engine(w);
}

static void open_artifacts(struct world *w, struct strbuf *problem)
{
    struct artifact_folder_options options = {
        .data = w->folder,
        .in_memory = !w->folder[0],
        .durability = DURABILITY_NORMAL,
        .log = w->log,
        .store = w->store,
    };
    assert_true(artifact_key_open(store_writer(w->store), &w->artifacts.key));
    artifact_url_find(&w->settings, w->artifacts.url);
    w->artifacts.folder = artifact_folder_open(&options, store_writer(w->store), problem);
    if (!w->artifacts.folder)
        fail_msg("%.*s", STR(strbuf_str(problem)));
}

/* The world ticks when it is told to. */
static void nobody_sleeps(void *context)
{
    (void)context;
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
    if (!time_zone_open(w->settings.window_time_zone, &w->window_zone, &problem))
        fail_msg("%.*s", STR(strbuf_str(&problem)));
    w->store = store_open(&options, &problem);
    if (!w->store)
        fail_msg("%.*s", STR(strbuf_str(&problem)));
    if (!device_ca_open(NULL, store_writer(w->store), clock_host_ms(), w->log, &w->device_ca, &problem))
        fail_msg("%.*s", STR(strbuf_str(&problem)));
    open_artifacts(w, &problem);
    strbuf_release(&problem);
    assert_true(connectivity_run_begins(store_writer(w->store), iso_ms(now)));
    assert_true(
        job_windows_run_begins(store_writer(w->store), str_from(w->settings.window_time_zone), iso_ms(now)));
    connections_init(&w->connections);
    w->connections.ring = nobody_sleeps;
    open_engine(w);
    open_checker(w);
}

static void close_world(struct world *w)
{
    sqlite3_finalize(w->invariants);
    sqlite3_finalize(w->data_version);
    sqlite3_close(w->checker);
    close_engine(w);
    connections_release(&w->connections);
    issuer_release(&w->device_ca);
    artifact_folder_close(w->artifacts.folder);
    store_close(w->store);
    clock_release(&w->clock);
    time_zone_free(w->window_zone);
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

void world_stop_after(struct world *w, int batches)
{
    w->batches_max = batches;
}

void restart_until_empty(struct world *w, const char *table, const char *now)
{
    int restarts = 0;
    for (; rows_in(w, table) > 0 && restarts < RESTARTS_MAX; restarts++)
        world_restart(w, now);
    assert_true(restarts > 0);
    assert_int_equal(rows_in(w, table), 0);
    world_stop_after(w, 0);
}

struct world *world_with_pump(const char *start)
{
    struct world *w = world_new(start);
    given_thing(w, "pump");
    return w;
}

void world_restart_in_zone(struct world *w, const char *zone, const char *now)
{
    assert_true(settings_set(&w->settings, STR_LIT("window_time_zone"), str_from(zone), NULL));
    world_restart(w, now);
}

static void run_batches(struct world *w)
{
    for (int n = 0; (!w->batches_max || n < w->batches_max) && engine_run_batch(w->engine);)
        n++;
}

void world_restart(struct world *w, const char *now)
{
    assert_true(w->folder[0]);
    close_world(w);
    open_world(w, now);
    run_batches(w);
}

void forget_answers(struct world *w)
{
    for (size_t i = 0; i < w->answer_count; i++) {
        cJSON_Delete(w->answers[i]->body);
        free(w->answers[i]);
    }
    w->answer_count = 0;
}

void world_free(struct world *w)
{
    assert_int_equal(db_alarms(store_writer(w->store)), 0);
    close_world(w);
    if (w->folder[0])
        temp_folder_remove(w->folder);
    message_free_all(w->heard);
    forget_answers(w);
    log_free(w->log);
    settings_release(&w->settings);
    free(w);
}

int world_set_up(void **state)
{
    *state = world_new(NOON);
    return 0;
}

int world_set_up_with_pump(void **state)
{
    *state = world_with_pump(NOON);
    return 0;
}

int world_tear_down(void **state)
{
    world_free(*state);
    return 0;
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

/* Changes with each commit of another connection. */
int64_t data_version(struct world *w)
{
    assert_int_equal(sqlite3_step(w->data_version), SQLITE_ROW);
    int64_t version = sqlite3_column_int64(w->data_version, 0);
    sqlite3_reset(w->data_version);
    return version;
}

/* They are many: a step that has changed nothing needs no look. */
static void check_invariants(struct world *w)
{
    int64_t version = data_version(w);
    if (version == w->checked_version)
        return;
    w->checked_version = version;
    if (sqlite3_step(w->invariants) == SQLITE_ROW)
        fail_msg("invariant broken: %s: %s", sqlite3_column_text(w->invariants, 0),
                 sqlite3_column_text(w->invariants, 1));
    sqlite3_reset(w->invariants);
}

void world_run_engine(struct world *w)
{
    run_batches(w);
    struct message **end = &w->unsorted;
    while (*end)
        end = &(*end)->next;
    *end = outbox_take_all(w->outbox);
    check_invariants(w);
}

/* What is no answer was heard by the subscribers. */
void world_hear(struct world *w)
{
    struct message **end = &w->heard;
    while (*end)
        end = &(*end)->next;
    *end = w->unsorted;
    w->unsorted = NULL;
}

struct answer *world_new_answer(struct world *w, struct str text)
{
    assert_true(w->answer_count < ANSWERS_MAX && text.n < TEXT_MAX);
    struct answer *a = calloc(1, sizeof *a + text.n + 1);
    assert_non_null(a);
    w->answers[w->answer_count++] = a;
    char *copy = (char *)(a + 1);
    if (text.n)
        memcpy(copy, text.p, text.n);
    a->text = copy;
    a->error = "";
    if (text.n) {
        a->body = cJSON_Parse(a->text);
        if (!a->body)
            fail_msg("not JSON: %s", a->text);
    }
    return a;
}

/* ---- MQTT ---- */

struct answer *mqtt(struct world *w, const char *topic, const char *payload)
{
    static struct shares shares;
    struct inbound inbound = { .engine = w->engine,
                               .outbox = w->outbox,
                               .clock = &w->clock,
                               .departures = &w->departures,
                               .shares = &shares,
                               .share = 1 };
    struct publication publication = {
        .client_id = STR_LIT("device"), .topic = str_from(topic), .payload = str_from(payload), .qos = 1
    };
    inbound_take(&inbound, &publication);
    world_run_engine(w);
    struct message *message = w->unsorted;
    if (!message || !message->client_id)
        fail_msg("no answer to %s", topic);
    w->unsorted = message->next;
    world_hear(w);
    assert_string_equal(message->client_id, "device");
    assert_memory_equal(message->topic, topic, strlen(topic));
    struct answer *a = world_new_answer(w, (struct str){ message->payload, message->payload_n });
    a->verdict = strstr(message->topic + strlen(topic), "accepted") ? "accepted" : "rejected";
    const cJSON *code = cJSON_GetObjectItem(a->body, "code");
    a->error = code ? code->valuestring : "";
    message_free(message);
    return a;
}

/* ---- time ---- */

/* A call of our own, which is no operation of the API. */
static struct answer *run_own(struct world *w, struct call *call)
{
    call->owner = w;
    call->done = world_done;
    assert_true(engine_submit(w->engine, call));
    world_run_engine(w);
    struct answer *a = world_answer_http(w, call, PLANE_CONTROL);
    call_free(call);
    world_hear(w);
    assert_int_equal(a->status, 200);
    return a;
}

struct answer *change_clock(struct world *w, const struct clock_change *change)
{
    struct call *call = call_new();
    assert_non_null(call);
    struct clock_change *copy = arena_alloc(&call->arena, sizeof *copy);
    *copy = *change;
    engine_prepare_clock_change(call, copy);
    return run_own(w, call);
}

struct answer *advance(struct world *w, const char *duration)
{
    struct clock_change change = { .verb = CLOCK_ADVANCE };
    assert_true(duration_parse_iso(str_from(duration), &change.ms));
    return change_clock(w, &change);
}

struct answer *set_clock(struct world *w, const char *iso)
{
    struct clock_change change = { .verb = CLOCK_SET, .ms = iso_ms(iso) };
    return change_clock(w, &change);
}

struct answer *reset(struct world *w)
{
    struct call *call = call_new();
    assert_non_null(call);
    engine_prepare_reset(call);
    return run_own(w, call);
}

/* ---- rows ---- */

static sqlite3_stmt *query_table(struct world *w, const char *columns, const char *table)
{
    char sql[256];
    sqlite3_stmt *stmt;
    snprintf(sql, sizeof sql, "SELECT %s FROM %s", columns, table);
    assert_int_equal(sqlite3_prepare_v2(w->checker, sql, -1, &stmt, NULL), SQLITE_OK);
    return stmt;
}

int64_t rows_in(struct world *w, const char *table)
{
    sqlite3_stmt *stmt = query_table(w, "count(*)", table);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

/* FNV-1a over every value of the table, in the order of its key. */
static uint64_t hash_table(struct world *w, uint64_t hash, const char *table)
{
    sqlite3_stmt *stmt = query_table(w, "*", table);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        for (int column = 0; column < sqlite3_column_count(stmt); column++) {
            const unsigned char *bytes = sqlite3_column_blob(stmt, column);
            int n = sqlite3_column_bytes(stmt, column);
            for (int i = 0; i < n; i++)
                hash = (hash ^ bytes[i]) * 0x100000001b3u;
            hash = (hash ^ 0xff) * 0x100000001b3u;
        }
    }
    sqlite3_finalize(stmt);
    return hash;
}

static uint64_t hash_tables(struct world *w)
{
    uint64_t hash = 0xcbf29ce484222325u;
    sqlite3_stmt *tables;
    assert_int_equal(sqlite3_prepare_v2(w->checker,
                                        "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
                                        -1, &tables, NULL),
                     SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW)
        hash = hash_table(w, hash, (const char *)sqlite3_column_text(tables, 0));
    sqlite3_finalize(tables);
    return hash;
}

uint64_t fingerprint(struct world *w)
{
    int64_t version = data_version(w);
    if (version != w->hashed_version)
        w->hash = hash_tables(w);
    w->hashed_version = version;
    return w->hash;
}

/* ---- who listens ---- */

void nobody_listens(struct world *w)
{
    w->nobody_listens = true;
    world_reopen_engine(w);
}

void subscribe(struct world *w, const char *filter, enum session session)
{
    w->subscribers = (struct subscribers){ .engine = w->engine, .audience = w->audience, .log = w->log };
    subscribers_note(&w->subscribers, str_from(filter), session == SESSION_PERSISTENT);
    world_run_engine(w);
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
    struct answer *kept = world_new_answer(w, (struct str){ message->payload, message->payload_n });
    message_free(message);
    return kept->body;
}

void assert_silence(struct world *w)
{
    if (w->heard)
        fail_msg("heard on %s: %s", w->heard->topic, w->heard->payload);
}

int heard_on(struct world *w, const char *topic)
{
    int n = 0;
    for (const struct message *m = w->heard; m; m = m->next)
        n += strcmp(m->topic, topic) == 0;
    return n;
}

const cJSON *last_heard(struct world *w, const char *topic)
{
    const struct message *last = NULL;
    for (const struct message *m = w->heard; m; m = m->next)
        if (strcmp(m->topic, topic) == 0)
            last = m;
    return last ? world_new_answer(w, (struct str){ last->payload, last->payload_n })->body : NULL;
}

const cJSON *take_any_notification(struct world *w, char ret_topic[HEARD_TOPIC_MAX])
{
    if (!w->heard)
        return NULL;
    snprintf(ret_topic, HEARD_TOPIC_MAX, "%s", w->heard->topic);
    return take_notification(w, ret_topic);
}

void forget_notifications(struct world *w)
{
    message_free_all(w->heard);
    w->heard = NULL;
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

void given_another_execution(struct world *w, const char *job, const char *thing)
{
    struct db *db = store_writer(w->store);
    assert_true(
        db_exec(db,
                "INSERT INTO execution (thing_name, job_id, execution_number, status, queued_at_ms, "
                "updated_at_ms) SELECT thing_name, job_id, max(execution_number) + 1, 'QUEUED', ?3, ?3 "
                "FROM execution WHERE job_id = ?1 AND thing_name = ?2",
                "ssi", str_from(job), str_from(thing), clock_now_ms(&w->clock)));
    assert_true(db_exec(db,
                        "INSERT INTO job_count (job_id, status, n) VALUES (?1, 'QUEUED', 1) "
                        "ON CONFLICT (job_id, status) DO UPDATE SET n = n + 1",
                        "s", str_from(job)));
    assert_true(
        db_exec(db,
                "INSERT INTO transition (id, at_ms, thing_name, execution_number, status, cause) "
                "SELECT 1 + (SELECT max(t.id) FROM transition AS t WHERE t.id >> 32 = j.id), ?3, ?2, "
                "(SELECT max(execution_number) FROM execution WHERE job_id = ?1 AND thing_name = ?2), "
                "'QUEUED', 'ROLLOUT' FROM job AS j WHERE j.job_id = ?1",
                "ssi", str_from(job), str_from(thing), clock_now_ms(&w->clock)));
    check_invariants(w);
}

void assert_job_status(struct world *w, const char *job, const char *status)
{
    char path[128];
    snprintf(path, sizeof path, "/jobs/%s", job);
    assert_json_string(http(w, 200, "GET", path, NULL)->body, "job.status", status);
}
