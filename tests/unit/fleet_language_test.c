/* The query language of the fleet index: what a query finds, and which are none. */
#include "support/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/fleet/fleet_query.h"
#include "store/fleet/fleet_search.h"
#include "store/store.h"

#define REFUSED NULL

struct fixture {
    struct log *log;
    struct store *store;
    struct db *db;
};

static int set_up(void **state)
{
    struct strbuf problem;
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strbuf_init(&problem, 1024);
    *state = f;
    f->log = log_new(log_sink_stderr, NULL, LOG_WARNING, 0);
    struct store_options options = { .in_memory = true, .log = f->log };
    f->store = store_open(&options, &problem);
    if (!f->store)
        fail_msg("%.*s", STR(strbuf_str(&problem)));
    strbuf_release(&problem);
    f->db = store_writer(f->store);
    given_fleet(f->db);
    return 0;
}

/* No query walked through a table or sorted without saying so. */
static int tear_down(void **state)
{
    struct fixture *f = *state;
    uint64_t alarms = db_alarms(f->db);
    store_close(f->store);
    log_free(f->log);
    free(f);
    return alarms == 0 ? 0 : -1;
}

struct question {
    const char *query, *names;
};

static void assert_found(void **state, const struct question *questions, size_t n)
{
    struct fixture *f = *state;
    int wrong = 0;
    for (size_t i = 0; i < n; i++) {
        char names[FLEET_NAMES_MAX];
        const char *found = found_by(f->db, questions[i].query, names);
        const char *expected = questions[i].names;
        if ((!found && !expected) || (found && expected && strcmp(found, expected) == 0))
            continue;
        print_error("%s: found %s, not %s\n", questions[i].query, found ? found : "refused",
                    expected ? expected : "refused");
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

#define ASSERT_FOUND(state, questions) assert_found(state, questions, sizeof questions / sizeof questions[0])

static const struct question worked_cases[] = {
    { "thingName:pump-01", "pump-01" },
    { "thingName:PUMP-01", "pump-01" },
    { "thingname:pump-01", "" },
    { "thingName:pump*", "pump-01 pump-02 Pump-03" },
    { "thingName:*03", "Pump-03" },
    { "thingName:*v*", "valve-1 valve-2 tv-plasma tv-led" },
    { "thingName:valve-?", "valve-1 valve-2" },
    { "thingName:tv-?\??", "tv-led" },
    { "thingName:pump", "" },
    { "pump-01", "pump-01" },
    { "pump", "pump-01 pump-02 Pump-03" },
    { "red", "pump-01" },
    { "v2", "tv-led sensor:9" },
    { "*", "pump-01 pump-02 Pump-03 valve-1 valve-2 tv-plasma tv-led sensor:9" },
    { "thingTypeName:pump", "pump-01 pump-02 Pump-03" },
    { "thingTypeName:tv thingGroupNames:emea", "tv-led" },
    { "thingTypeName:(TV OR Valve)", "valve-1 valve-2 tv-plasma tv-led" },
    { "thingName:(tv* AND -tv-plasma)", "tv-led" },
    { "thingName:(tv* -tv-plasma)", "tv-led" },
    { "thingGroupNames:plant-a AND NOT thingTypeName:Valve", "pump-01 pump-02" },
    { "thingGroupNames:plant-a NOT thingTypeName:Valve", "pump-01 pump-02" },
    { "thingGroupNames:plant-a -thingTypeName:Valve", "pump-01 pump-02" },
    { "NOT thingGroupNames:*", "valve-2 sensor:9" },
    { "NOT attributes.model:legacy", "pump-01 pump-02 valve-1 valve-2 tv-plasma tv-led sensor:9" },
    { "-(thingGroupNames:plant-a OR thingGroupNames:lab)", "Pump-03 valve-2 sensor:9" },
    { "thingTypeName:TV OR thingTypeName:Pump AND attributes.temp>80", "Pump-03 tv-plasma tv-led" },
    { "(thingTypeName:TV OR thingTypeName:Pump) attributes.temp>80", "Pump-03" },
    { "attributes.temp:75", "pump-01" },
    { "attributes.temp:75.0", "pump-01" },
    { "attributes.temp:[75 TO 80]", "pump-01 pump-02" },
    { "attributes.temp:{75 TO 80]", "pump-02" },
    { "attributes.temp:{75 TO 81}", "pump-02" },
    { "attributes.temp<5", "valve-1" },
    { "attributes.temp>=80", "pump-02 Pump-03" },
    { "attributes.temp > 80", "Pump-03" },
    { "attributes.temp:[80 TO *]", "pump-02 Pump-03" },
    { "attributes.temp:007", "tv-plasma" },
    { "attributes.temp:7", "" },
    { "attributes.size:100", "tv-plasma tv-led" },
    { "attributes.serial:[\"abcd\" TO \"abcf\"]", "pump-01 pump-02" },
    { "attributes.fw:[\"1.10.0\" TO \"1.2.0\"]", "pump-01 valve-1" },
    { "attributes.temp:[1 TO hot]", REFUSED },
    { "attributes.zone:a\\:b", "valve-2" },
    { "attributes.zone:\"a:b\"", "valve-2" },
    { "attributes.zone:a:b", REFUSED },
    { "thingName:sensor\\:9", "sensor:9" },
    { "shadow.reported.battery:70", "valve-1 valve-2" },
    { "shadow.reported.battery:{70 TO 100}", "pump-01" },
    { "shadow.reported.battery>50", "pump-01 valve-1" },
    { "shadow.reported.battery:*", "pump-01 pump-02 valve-1 valve-2" },
    { "shadow.reported.location:* NOT shadow.desired.battery:*", "pump-02" },
    { "shadow.reported.location:\"hall 4\"", "pump-02" },
    { "shadow.reported.location:hall", "pump-01 pump-02" },
    { "shadow.reported.mode:\"eco saver\"", "valve-1" },
    { "shadow.reported.mode:saver", "valve-1" },
    { "shadow.reported.myvalues:2", "tv-plasma" },
    { "shadow.reported.palette.n:red", "" },
    { "shadow.reported.a.b.c:v2", "tv-led sensor:9" },
    { "shadow.hasDelta:true", "pump-01" },
    { "connectivity.connected:true", "pump-01 valve-1" },
    { "connectivity.connected:false AND connectivity.timestamp : [1700000000000 TO 1700000060000]",
      "valve-2" },
    { "connectivity.disconnectReason:*", "pump-02 valve-2" },
    { "connectivity.disconnectReason:connection_lost", "pump-02" },
    { "attributes.batterylife80", "" },
    { "thingTypeName:tv and thingGroupNames:lab", "" },
    { "thingName:pump-01 AND", REFUSED },
    { "()", REFUSED },
    { "(thingName:pump-01", REFUSED },
    { "thingName:pump-01 AND OR thingName:pump-02", REFUSED },
    { "NOT", REFUSED },
    { "thingName:*1 thingGroupNames:*a", REFUSED },
    { "thingName:*a*b*", REFUSED },
    { "thingName:?\??\??\?-?", REFUSED },
    { "attributes.mail:a@b", REFUSED },
    { "attributes.temp:", REFUSED },
    { "thingName:tv*d AND NOT (thingGroupNames:emea OR thingGroupNames:plant-a)", "" },
    { "thingName:valve-1 OR thingName:valve-2 thingTypeName:Valve", "valve-1 valve-2" },
    { "registry.thingTypeName:Valve", "valve-1 valve-2" },
    { "attributes.undefined:x", "" },
    { "deviceDefender.sp1.b1.inViolation:true", "" },
    { "thingName:\"pump-01\"", "pump-01" },
    { "\"hall 3\"", "pump-01" },
    { "shadow.reported.on:TRUE", "sensor:9" },
    { "shadow.reported.stats.load<=0.5", "pump-01" },
    { "attributes.model:x2?\?", "pump-01 pump-02" },
    { "attributes.temp:[80 TO 75]", "" },
};

static void every_worked_case_finds_what_it_should(void **state)
{
    ASSERT_FOUND(state, worked_cases);
}

/* ---- as moto tests it ---- */

static void names_and_their_wildcards(void **state)
{
    static const struct question questions[] = {
        { "thingName:abc", "abc" },
        { "thingName:ab*", "abc abd abcefg" },
        { "thingName:ab?", "abc abd" },
        { "thingName:abc OR thingName:abd", "abc abd" },
        { "(thingName:ab* AND NOT thingName:abc) OR (thingName:bb* AND thingName:*g)", "abd abcefg bbefg" },
        { "((thingName:abc OR thingName:abd) AND thingName:ab*) AND NOT thingName:abd", "abc" },
        { "thingName:ab* AND -thingName:abd", "abc abcefg" },
        { "(thingName:ab* AND -thingName:abd)", "abc abcefg" },
        { "thingName:uuuabc AND", REFUSED },
        { "thingName:abc OR", REFUSED },
        { "AND thingName:abc", REFUSED },
        { "OR thingName:abc", REFUSED },
        { "NOT AND thingName:abc", REFUSED },
        { "thingName:abc OR NOT", REFUSED },
        { "(thingName:abc", REFUSED },
        { "(thingName:thing1 thingName:thing2", REFUSED },
        { "thingName:abc)", REFUSED },
        { "(thingName:abc))", REFUSED },
        { "()", REFUSED },
        { "NOT ()", REFUSED },
        { "", REFUSED },
        { " \t ", REFUSED },
    };
    static const char *const names[] = { "abc", "abd", "bbe", "abcefg", "uuuabc", "bbefg" };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        given_indexed_thing(f->db, names[i]);
    ASSERT_FOUND(state, questions);
}

/* ---- beyond those ---- */

static void operators_and_signs_are_read_in_their_places(void **state)
{
    static const struct question questions[] = {
        { "NOT NOT thingName:pump-01", "pump-01" },
        { "-NOT", REFUSED },
        { "NOT -thingName:pump-01", "pump-01" },
        { "- thingName:pump-01", REFUSED },
        { "-", REFUSED },
        { "\"AND\" OR thingName:pump-01", "pump-01" },
        { "\\AND OR thingName:pump-01", "pump-01" },
        { "TO OR thingName:pump-01", "pump-01" },
        { "thingName:AND", REFUSED },
        { "thingName : pump-01", "pump-01" },
        { "attributes.temp:-3.5", "valve-1" },
        { "attributes.temp:(-3.5 AND *)", "pump-01 pump-02 Pump-03 valve-1 valve-2 tv-plasma" },
        { "attributes.temp:[-5 TO -1]", "valve-1" },
        { "attributes.temp < -3.4", "valve-1" },
        { "attributes.temp<=-3.5", "valve-1" },
        { "attributes.temp>-3.5 attributes.temp<80", "pump-01" },
        { "attributes.temp:{* TO 75}", "valve-1" },
        { "attributes.temp:[* TO 75]", "pump-01 valve-1" },
        { "attributes.temp:[* TO *]", "pump-01 pump-02 Pump-03 valve-1 valve-2 tv-plasma" },
        { "attributes.temp:(75 OR [80 TO 81])", "pump-01 pump-02 Pump-03" },
        { "(thingName:(pump-01 OR (valve-1)))", "pump-01 valve-1" },
        { "thingName:(pump-01 thingTypeName:Pump)", REFUSED },
        { "thingName:(pump-01 OR)", REFUSED },
        { "thingName:()", REFUSED },
        { "[1 TO 5]", REFUSED },
        { ":a", REFUSED },
        { "thing*:a", REFUSED },
        { "a..b:c", REFUSED },
        { ".a:b", REFUSED },
        { "a.:b", REFUSED },
        { "$a:b", REFUSED },
        { "a\\$:b", "" },
        { "thingName:pump-01\"lab\"", "" },
        { "\"pump-01\"thingTypeName:Pump", "pump-01" },
        { "thingName:pump-01OR thingName:x", "" },
        { "(thingName:pump-01)OR(thingName:pump-02)", "pump-01 pump-02" },
    };
    ASSERT_FOUND(state, questions);
}

static void texts_are_compared_as_texts_and_numbers_as_numbers(void **state)
{
    static const struct question questions[] = {
        { "attributes.temp>hot", "" },
        { "attributes.temp>=hot", "valve-2" },
        { "attributes.temp<zzz", "valve-2 tv-plasma" }, /* numbers are in no order of texts */
        { "attributes.temp:[\"70\" TO \"90\"]", "" },
        { "attributes.temp:[hot TO *]", "valve-2" },
        { "attributes.fw:{1.10.0 TO 1.2.0]", "pump-01" },
        { "attributes.temp:[1 TO \"hot\"]", REFUSED },
        { "attributes.temp:[a* TO b]", REFUSED },
        { "attributes.temp<a*", REFUSED },
        { "attributes.temp<AND", REFUSED },
        { "attributes.temp:[OR TO b]", REFUSED },
        { "attributes.temp<\"a\"", REFUSED },
        { "attributes.temp:[1 5]", REFUSED },
        { "attributes.temp:[1 TO 5", REFUSED },
        { "attributes.temp:[TO TO 5]", REFUSED },
        { "attributes.temp:\"75\"", "pump-01" },
        { "attributes.temp:\"75.0\"", "" },
        { "attributes.temp:7.5e1", "pump-01" },
        { "attributes.temp:+75", REFUSED },
        { "75.0", "pump-01" },
        { "100", "tv-plasma tv-led" },
        { "1700000000000", "" }, /* connectivity is asked for by name alone */
        { "connected", "" },
        { "connectivity.timestamp:1.7e12", "pump-01" },
        { "shadow.reported.battery>=70", "pump-01 valve-1" },
        { "connectivity.connected:[\"a\" TO \"z\"]", "" },
        { "attributes.temp:9007199254740993", "" },
    };
    ASSERT_FOUND(state, questions);
}

static void two_comparisons_are_a_range(void **state)
{
    static const struct question questions[] = {
        { "attributes.temp>=75 attributes.temp<81", "pump-01 pump-02" },
        { "attributes.temp<=81 AND attributes.temp>75", "pump-02 Pump-03" },
        { "thingTypeName:pump attributes.temp>75 attributes.temp<81 attributes.temp<80", "" },
        { "attributes.temp>75 thingTypeName:pump attributes.temp<81", "pump-02" },
        { "attributes.temp>75 attributes.temp>80", "Pump-03" },
        { "attributes.temp>75 -attributes.temp<81", "Pump-03" },
        { "attributes.temp>80 (attributes.temp<81 OR attributes.temp<82)", "Pump-03" },
        { "attributes.temp>80 attributes.size<200", "" },
        { "attributes.temp>81 OR attributes.temp<0", "valve-1" },
        { "attributes.temp:[75 TO 80] attributes.temp<80", "pump-01" },
        /* of a list, one value may be above and another below */
        { "shadow.reported.myvalues>2 shadow.reported.myvalues<2", "tv-plasma" },
        { "connectivity.timestamp>1700000000000 connectivity.timestamp<1700000100000", "valve-2" },
        { "a>1 b>1 c>1 d>1 e>1 f>1 g>1 h>1 i>1 j>1 k>1 k<2", "" },
        { "a>1 b>1 c>1 d>1 e>1 f>1 g>1 h>1 i>1 j>1 k>1 l>1 l<2", REFUSED },
    };
    ASSERT_FOUND(state, questions);
}

static void words_are_found_by_any_wildcards(void **state)
{
    static const struct question questions[] = {
        { "p*", "pump-01 pump-02 Pump-03 valve-1" }, /* plant-a */
        { "*-plasma", "tv-plasma" },
        { "thingName:?v-led", "tv-led" },
        { "thingName:pump-0?", "pump-01 pump-02 Pump-03" },
        { "thingName:p*-*", "pump-01 pump-02 Pump-03" },
        { "thingName:pump\\*", "" },
        { "thingName:\"pump*\"", "" },
        { "thingName:sensor\\:*", "sensor:9" },
        { "attributes.zone:?\\:b", "valve-2" },
        { "thingName:**", "pump-01 pump-02 Pump-03 valve-1 valve-2 tv-plasma tv-led sensor:9" },
        { "?", "pump-01 pump-02 tv-plasma" /* hall 3, hall 4; 1, 2, 3 */ },
        { "NOT *", "" },
        { "-thingName:*", "" },
        { "shadow.reported.location:\"hall 3 4\"", "" },
        { "shadow.reported.location:\"3 hall\"", "" },
        { "shadow.reported.mode:\" eco\tsaver \"", "valve-1" },
        { "shadow.reported.tags:\"red green\"", "" }, /* two values, no phrase */
        { "shadow.reported.tags:green", "pump-01" },
        { "\"eco saver\"", "valve-1" },
    };
    ASSERT_FOUND(state, questions);
}

static void characters_that_mean_something_to_sql_mean_nothing(void **state)
{
    static const struct question questions[] = {
        { "thingName:pump[1]", REFUSED }, { "thingName:pump\\[1\\]", "" },
        { "thingName:[a-z]*", REFUSED },  { "thingName:\\[a-z\\]*", "" },
        { "thingName:_ump-01", "" },      { "thingName:\"x' OR 1=1 --\"", "" },
        { "thingName:x=1", "" },          { "thingName:\"%\"", "" },
        { "attributes.\\'x:1", "" },
    };
    ASSERT_FOUND(state, questions);
}

static void a_long_phrase_is_a_query_like_any_other(void **state)
{
    struct fixture *f = *state;
    char query[1000], names[FLEET_NAMES_MAX];
    for (size_t i = 0; i < sizeof query; i++)
        query[i] = i % 2 ? ' ' : 'a';
    query[0] = query[997] = '"';
    query[998] = '\0';
    assert_string_equal(found_by(f->db, query, names), "");
}

static void a_refusal_says_where_and_why(void **state)
{
    static const struct {
        const char *query, *message;
    } refusals[] = {
        { "", "Invalid query at position 1: the query is empty" },
        { "thingName:pump-01 AND", "Invalid query at position 22: expected a term" },
        { "(thingName:pump-01", "Invalid query at position 19: expected ')'" },
        { "()", "Invalid query at position 2: expected a term, found ')'" },
        { "a AND OR b", "Invalid query at position 7: expected a term, found OR" },
        { "NOT", "Invalid query at position 4: expected a term" },
        { "a)", "Invalid query at position 2: ')' without '('" },
        { "attributes.temp:", "Invalid query at position 17: expected a value" },
        { "attributes.zone:a:b", "Invalid query at position 18: expected a term, found ':'" },
        { "attributes.mail:a@b",
          "Invalid query at position 18: '@' is not supported unless it is escaped or quoted" },
        { "\xc3\xa4 b@c",
          "Invalid query at position 4: '@' is not supported unless it is escaped or quoted" },
        { "attributes.at:geo_distance,1,2,3km",
          "Invalid query at position 27: ',' is not supported unless it is escaped or quoted" },
        { "a && b", "Invalid query at position 3: '&&' is not supported; the operators are AND, OR and NOT" },
        { "+a", "Invalid query at position 1: '+' is not supported at the beginning of a term" },
        { "a\\", "Invalid query at position 2: '\\' needs a character behind it" },
        { "\"a", "Invalid query at position 1: the phrase has no end" },
        { "a:\" \"", "Invalid query at position 3: the phrase is empty" },
        { "- a", "Invalid query at position 2: expected a term behind '-'" },
        { "a*:b", "Invalid query at position 1: 'a*' is not the name of a field" },
        { "a:[1 TO b]",
          "Invalid query at position 3: the bounds of a range must be two numbers or two texts" },
        { "a:[1 2]", "Invalid query at position 6: expected TO" },
        { "a:[1 TO 2", "Invalid query at position 10: expected ']' or '}'" },
        { "a:[* TO x*]", "Invalid query at position 9: wildcards have no meaning in a bound" },
        { "a:*1 b:*2", "Invalid query at position 8: only one term can begin with a wildcard" },
        { "a:*b*c*", "Invalid query at position 3: a term can have at most 2 wildcards '*'" },
        { "a:b??????", "Invalid query at position 3: a term can have at most 5 wildcards '?'" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        assert_query_refused(refusals[i].query, FLEET_QUERY_SEARCH, refusals[i].message);
}

static void a_query_has_so_many_terms(void **state)
{
    static const struct question questions[] = {
        { "thingName:(a b c d e f g h i j k l)", "" },
        { "thingName:(a b c d e f g h i j k l m)", REFUSED },
        { "NOT a -b (c d) e:f g:[1 TO 2] h<3 \"i i\" * k l m", "" },
    };
    ASSERT_FOUND(state, questions);
    assert_query_refused("a b c d e f g h i j k l m", FLEET_QUERY_SEARCH,
                         "Invalid query at position 25: a query can have at most 12 terms");
    assert_query_refused(
        "a b:(c d) -e f g", FLEET_QUERY_DYNAMIC_GROUP,
        "Invalid query at position 16: the query of a dynamic thing group can have at most 5 terms");
}

static void a_query_has_so_many_characters(void **state)
{
    struct fixture *f = *state;
    char query[1100], names[FLEET_NAMES_MAX];
    memset(query, ' ', sizeof query);
    memcpy(query, "thingName:pump-01", 17);
    query[1000] = '\0';
    assert_string_equal(found_by(f->db, query, names), "pump-01");
    memcpy(query + 999, "\xc3\xa4", 3); /* the thousandth, in two bytes */
    assert_string_equal(found_by(f->db, query, names), "");
    memcpy(query + 999, "xx", 3);
    assert_query_refused(query, FLEET_QUERY_SEARCH,
                         "Invalid query at position 1: a query can have at most 1000 characters");
    memset(query, ' ', sizeof query);
    memcpy(query, "thingName:*01", 13);
    query[100] = '\0';
    assert_string_equal(found_by(f->db, query, names), "pump-01");
    query[100] = ' ';
    query[101] = '\0';
    assert_query_refused(
        query, FLEET_QUERY_SEARCH,
        "Invalid query at position 11: a query with a term that begins with a wildcard can have at "
        "most 100 characters");
}

/* ---- dynamic groups ---- */

static bool group_query_matches(struct db *db, const char *query, int64_t thing)
{
    struct arena arena;
    struct err err;
    struct fleet_query parsed;
    struct fleet_found found;
    arena_init(&arena, 1024 * 1024);
    err_init(&err, &arena);
    assert_true(fleet_query_parse(str_from(query), FLEET_QUERY_DYNAMIC_GROUP, &arena, &parsed, &err));
    bool matches = store_fleet_matches(db, &arena, FLEET_THINGS, &parsed, thing);
    assert_true(store_fleet_search(db, &arena, FLEET_THINGS, &parsed, thing - 1, FLEET_NO_END, 1, &found));
    assert_int_equal(matches, found.ids.n > 0 && found.ids.items[0] == thing);
    arena_release(&arena);
    return matches;
}

static void the_query_of_a_dynamic_group_sees_no_dynamic_groups(void **state)
{
    struct fixture *f = *state;
    struct fleet_value value = { .field = STR_LIT("thingGroupNames"), .text = STR_LIT("hot-ones") };
    struct fleet_values values = { 1, &value };
    struct arena arena;
    char names[FLEET_NAMES_MAX];
    arena_init(&arena, 1024);
    assert_true(store_fleet_values_replace(f->db, &arena, FLEET_THINGS, 8, FLEET_DYNAMIC_GROUPS, &values));
    arena_release(&arena);
    assert_string_equal(found_by(f->db, "thingGroupNames:hot-ones", names), "sensor:9");
    assert_string_equal(found_by(f->db, "thingGroupNames:h*", names), "sensor:9");
    assert_string_equal(found_by(f->db, "hot-ones", names), "sensor:9");
    assert_string_equal(found_by(f->db, "NOT thingGroupNames:*", names), "valve-2");
    assert_false(group_query_matches(f->db, "thingGroupNames:hot-ones", 8));
    assert_false(group_query_matches(f->db, "hot-ones", 8));
    assert_false(group_query_matches(f->db, "thingGroupNames:*", 8));
    assert_true(group_query_matches(f->db, "NOT thingGroupNames:*", 8));
    assert_true(group_query_matches(f->db, "thingGroupNames:lab", 7));
    assert_true(group_query_matches(f->db, "lab", 7));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_worked_case_finds_what_it_should),
        TEST(names_and_their_wildcards),
        TEST(operators_and_signs_are_read_in_their_places),
        TEST(texts_are_compared_as_texts_and_numbers_as_numbers),
        TEST(two_comparisons_are_a_range),
        TEST(words_are_found_by_any_wildcards),
        TEST(characters_that_mean_something_to_sql_mean_nothing),
        TEST(a_long_phrase_is_a_query_like_any_other),
        TEST(a_refusal_says_where_and_why),
        TEST(a_query_has_so_many_terms),
        TEST(a_query_has_so_many_characters),
        TEST(the_query_of_a_dynamic_group_sees_no_dynamic_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
