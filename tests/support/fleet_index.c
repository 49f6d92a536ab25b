#include "support/fleet_index.h"

#include <stdio.h>
#include <string.h>

#include "store/db.h"

void configure(struct world *w, const char *body)
{
    http(w, 200, "POST", CONFIG, body);
}

struct answer *search_with(struct world *w, const char *query, const char *more)
{
    char body[4096];
    snprintf(body, sizeof body, "{\"queryString\":\"%s\"%s}", query, more);
    return http(w, 200, "POST", SEARCH, body);
}

void assert_finds(struct world *w, const char *query, const char *names)
{
    assert_json_items(search_with(w, query, "")->body, "things", "thingName", names);
}

void assert_index(struct world *w, const char *name, const char *status, const char *schema)
{
    char path[128];
    snprintf(path, sizeof path, "/indices/%s", name);
    const cJSON *index = http(w, 200, "GET", path, NULL)->body;
    assert_json_string(index, "indexName", name);
    assert_json_string(index, "indexStatus", status);
    assert_json_string(index, "schema", schema);
}

void told_no(struct world *w, int status, const char *exception, const char *method, const char *path,
             const char *body, const char *message)
{
    const struct answer *a = http(w, status, method, path, body);
    assert_string_equal(a->error, exception);
    assert_memory_equal(json_at(a->body, "message")->valuestring, message, strcspn(message, "\xe2"));
}

void assert_no_index(struct world *w, const char *name)
{
    char path[128], message[128];
    snprintf(path, sizeof path, "/indices/%s", name);
    snprintf(message, sizeof message, "Index '%s' does not exist", name);
    told_no(w, NOT_FOUND, "GET", path, NULL, message);
}

void given_things(struct world *w, int n)
{
    for (int i = 1; i <= n; i++) {
        char path[64], body[128];
        snprintf(path, sizeof path, "/things/t-%03d", i);
        snprintf(body, sizeof body, ATTRIBUTES("\"n\":\"%d\",\"parity\":\"%s\""), i, i % 2 ? "odd" : "even");
        http(w, 200, "POST", path, body);
    }
}

void given_large_fleet(struct world *w)
{
    given_fleet_of(w, LARGE);
}

void given_fleet_of(struct world *w, int n)
{
    struct db *db = world_db(w);
    assert_true(
        db_exec(db,
                "WITH RECURSIVE k (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM k WHERE n < ?1) "
                "INSERT INTO thing (name, thing_id) SELECT printf('t-%04d', n), 'id-' || n FROM k /*scan*/",
                "i", (int64_t)n));
    assert_true(db_exec(db,
                        "INSERT INTO thing_attribute (thing, name, value) "
                        "SELECT id, 'n', CAST(substr(name, 3) AS INTEGER) FROM thing /*scan*/",
                        ""));
}
