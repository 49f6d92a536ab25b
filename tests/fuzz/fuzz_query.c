/* Queries of the fleet index: any text, asked of a few things. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fuzz_input.h"
#include "rules/fleet/fleet_query.h"
#include "store/fleet/fleet_search.h"
#include "store/registry/thing_store.h"
#include "store/store.h"

enum { ARENA_MAX = 8 * 1024 * 1024, THINGS = 4, WALKED_UP_TO = 100 };

/* The things' values; the first of each is its name. */
static const struct fleet_value values[THINGS][4] = {
    { { .field = STR_LIT("thingName"), .text = STR_LIT("pump-01") },
      { .field = STR_LIT("thingGroupNames"), .text = STR_LIT("plant-a") },
      { .field = STR_LIT("thingGroupNames"), .text = STR_LIT("emea") },
      { .field = STR_LIT("attributes.temp"), .text = STR_LIT("75") } },
    { { .field = STR_LIT("thingName"), .text = STR_LIT("Pump-02") },
      { .field = STR_LIT("attributes.temp"), .text = STR_LIT("hot") },
      { .field = STR_LIT("shadow.reported.location"), .text = STR_LIT("Hall 3 hall 3") },
      { .field = STR_LIT("a"), .text = STR_LIT("b") } },
    { { .field = STR_LIT("thingName"), .text = STR_LIT("a") },
      { .field = STR_LIT("attributes.size"), .text = STR_LIT("1e2") },
      { .field = STR_LIT("attributes.zone"), .text = STR_LIT("a:b*?[x]") },
      { .field = STR_LIT("connectivity.connected"), .text = STR_LIT("true"), .boolean = true } },
    { { .field = STR_LIT("thingName"), .text = STR_LIT("\xc3\xa4") } },
};

static struct db *open_things(void)
{
    static struct store *store; /* lives as long as the process */
    if (store)
        return store_writer(store);
    struct strbuf problem;
    strbuf_init(&problem, 1024);
    struct store_options options = { .in_memory = true };
    store = store_open(&options, &problem);
    fuzz_promise(store != NULL, "the store opens");
    for (size_t i = 0; i < THINGS; i++) {
        struct thing_row thing = { .name = values[i][0].text, .thing_id = STR_LIT("id"), .version = 1 };
        struct arena arena;
        arena_init(&arena, ARENA_MAX);
        fuzz_promise(store_thing_insert(store_writer(store), &thing), "a thing is written");
        for (int source = FLEET_REGISTRY; source <= FLEET_CONNECTIVITY; source++) {
            struct fleet_value own[4];
            struct fleet_values of_source = { .items = own };
            for (size_t k = 0; k < 4 && values[i][k].field.p; k++)
                if (fleet_field_source(values[i][k].field) == (enum fleet_source)source)
                    own[of_source.n++] = values[i][k];
            fuzz_promise(store_fleet_values_replace(store_writer(store), &arena, FLEET_THINGS, thing.id,
                                                    (enum fleet_source)source, &of_source),
                         "its words are written");
        }
        arena_release(&arena);
    }
    return store_writer(store);
}

static bool is_among(const struct fleet_ids *ids, int64_t id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (ids->items[i] == id)
            return true;
    return false;
}

/* Whatever drives the search, it finds what matches. */
static void check_search(struct db *db, struct arena *arena, const struct fleet_query *query)
{
    struct fleet_found driven, walked;
    fuzz_promise(store_fleet_search(db, arena, FLEET_THINGS, query, 0, FLEET_NO_END, THINGS + 1, &driven) &&
                     store_fleet_search(db, arena, FLEET_THINGS, query, 0, WALKED_UP_TO, THINGS + 1, &walked),
                 "what is a query can be asked");
    for (int64_t id = 1; id <= THINGS; id++) {
        bool matches = store_fleet_matches(db, arena, FLEET_THINGS, query, id);
        fuzz_promise(!db_failed(db), "of one thing, too");
        fuzz_promise(matches == is_among(&driven.ids, id) && matches == is_among(&walked.ids, id),
                     "a search finds what matches");
    }
}

static size_t count_terms(const struct fleet_node *node)
{
    if (node->kind == FLEET_TERM || node->kind == FLEET_EVERYTHING)
        return 1;
    return count_terms(node->left) + (node->right ? count_terms(node->right) : 0);
}

static bool parse(struct str text, enum fleet_query_purpose purpose, struct arena *arena,
                  struct fleet_query *ret_query)
{
    struct err err;
    err_init(&err, arena);
    bool ok = fleet_query_parse(text, purpose, arena, ret_query, &err);
    fuzz_promise(ok || err.code == ERR_INVALID_QUERY, "what is no query is refused with a reason");
    return ok;
}

static void check_query(struct str text, struct arena *arena)
{
    struct fleet_query query, of_group;
    bool ok = parse(text, FLEET_QUERY_SEARCH, arena, &query);
    bool group_ok = parse(text, FLEET_QUERY_DYNAMIC_GROUP, arena, &of_group);
    fuzz_promise(ok || !group_ok, "the query of a group is a query");
    if (ok) {
        size_t terms = count_terms(query.root);
        fuzz_promise(terms <= FLEET_QUERY_TERMS_MAX, "a query has so many terms");
        fuzz_promise(!group_ok || terms <= FLEET_QUERY_DYNAMIC_GROUP_TERMS_MAX, "that of a group has fewer");
        check_search(open_things(), arena, &query);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    struct arena arena;
    fuzz_input_init(&input, data, n);
    arena_init(&arena, ARENA_MAX);
    struct str text = fuzz_rest(&input);
    if (utf8_valid(text))
        check_query(text, &arena);
    arena_release(&arena);
    fuzz_input_release(&input);
    return 0;
}
