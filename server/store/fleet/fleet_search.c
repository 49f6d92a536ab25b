#include "store/fleet/fleet_search.h"

/*
 * A query becomes one SELECT over the words of the index (schema: fleet_field), of candidates and whether
 * they match. What drives it is chosen by counting, as far as GATHER_MAX, what each term finds:
 *
 *     STREAM  things with one word, in the order of the index by words: a page costs what it shows
 *     GATHER  things that one of a few selective terms finds, sorted
 *     WALK    all things in the order of their ids, for queries that most things match
 *
 * Everything else the query says is a probe of the candidate's own rows. One thing alone needs probes only.
 */
enum {
    GATHER_MAX = 10000,     /* rows that are sorted for a page */
    SELECTIVE = 1000,       /* rows so few that no other driver is looked for at a high price */
    COUNTED_MAX = 100000,   /* rows that are looked at to choose; each term may look at GATHER_MAX anyway */
    CANDIDATES_MAX = 20000, /* that are asked for a page, some ten milliseconds; more than GATHER_MAX */
    TERMS_MAX = FLEET_QUERY_TERMS_MAX,
    SQL_MAX = 512 * 1024, /* a query has at most 1000 characters */
};

/* Names of rows in the SQL: of the driver, of a term that finds rows for it, of a probe. */
enum { DRIVING = 'd', FOUND = 'r', PROBED = 'p' };

struct builder {
    struct db *db;
    struct arena *arena;
    const char *table, *owners;
    enum fleet_query_purpose purpose;
    struct strbuf sql;
    const char *id; /* of the candidate, as probes say it */
    char row;       /* the name of the row that conditions are about */
    struct db_value *values;
    size_t n, room;
    int64_t to_count; /* what is left of COUNTED_MAX */
};

static struct builder begin(struct db *db, struct arena *arena, enum fleet_index index,
                            enum fleet_query_purpose purpose)
{
    bool things = index == FLEET_THINGS;
    struct builder b = { .db = db,
                         .arena = arena,
                         .table = things ? "fleet_field" : "fleet_group_field",
                         .owners = things ? "thing" : "thing_group",
                         .purpose = purpose,
                         .to_count = COUNTED_MAX };
    strbuf_init(&b.sql, SQL_MAX);
    return b;
}

/* The number of the value in the SQL. */
static size_t add_value(struct builder *b, struct db_value value)
{
    struct db_value *values = arena_array_widen(b->arena, b->values, b->n, &b->room, sizeof *values);
    if (!values)
        return 0;
    b->values = values;
    values[b->n] = value;
    return ++b->n;
}

static size_t add_text(struct builder *b, struct str text)
{
    return add_value(b, (struct db_value){ .type = 's', .text = text });
}

static size_t add_int(struct builder *b, int64_t integer)
{
    return add_value(b, (struct db_value){ .type = 'i', .integer = integer });
}

static size_t add_real(struct builder *b, double real)
{
    return add_value(b, (struct db_value){ .type = 'd', .real = real });
}

/* ---- what a term asks of a row ---- */

/* A word with a number can be found by either. */
enum aspect { AS_WORD, AS_NUMBER, AS_EITHER };

static bool has_number(const struct fleet_node *term)
{
    return term->test == FLEET_WORD && term->number.set;
}

/* "d.word = ?4", or "+f.word = ?4" in a probe, which is not to be looked up by an index of words. */
static void compare(struct builder *b, const char *column, const char *comparison, size_t value)
{
    strbuf_printf(&b->sql, "%s%c.%s %s ?%zu", b->row == PROBED ? "+" : "", b->row, column, comparison, value);
}

static void and (struct builder * b, const char *column, const char *comparison, size_t value)
{
    strbuf_add_text(&b->sql, " AND ");
    compare(b, column, comparison, value);
}

/* Memberships in dynamic groups are a source of their own. */
static void add_source(struct builder *b, const struct fleet_node *term)
{
    bool search = b->purpose == FLEET_QUERY_SEARCH;
    if (!term->field.p && search)
        strbuf_add_char(&b->sql, '1');
    else if (!term->field.p)
        strbuf_printf(&b->sql, "%c.source <> %d", b->row, FLEET_DYNAMIC_GROUPS);
    else if (search && str_eq_text(term->field, "thingGroupNames"))
        strbuf_printf(&b->sql, "%c.source IN (%d, %d)", b->row, FLEET_REGISTRY, FLEET_DYNAMIC_GROUPS);
    else
        strbuf_printf(&b->sql, "%c.source = %d", b->row, term->source);
}

static void add_word(struct builder *b, const struct fleet_node *term, enum aspect aspect)
{
    bool either = aspect == AS_EITHER && has_number(term);
    if (aspect == AS_NUMBER) {
        and(b, "number", "=", add_real(b, term->number.value));
        return;
    }
    strbuf_add_text(&b->sql, either ? " AND (" : " AND ");
    compare(b, "word", "=", add_text(b, term->word));
    if (!either)
        return;
    strbuf_add_text(&b->sql, " OR ");
    compare(b, "number", "=", add_real(b, term->number.value));
    strbuf_add_char(&b->sql, ')');
}

static void add_prefix(struct builder *b, const struct fleet_node *term)
{
    if (!term->prefix.n)
        return;
    and(b, "word", ">=", add_text(b, term->prefix));
    /* No text is above the byte 255. */
    and(b, "word", "<", add_text(b, arena_printf(b->arena, "%.*s\xff", STR(term->prefix))));
}

static void add_bound(struct builder *b, const struct fleet_node *term, const struct fleet_bound *bound,
                      const char *comparison)
{
    bool number = term->test == FLEET_NUMBER_RANGE;
    if (bound->set)
        and(b, number ? "number" : "word", comparison,
            number ? add_real(b, bound->number) : add_text(b, bound->text));
}

/* What an index can be asked for: the rows that a driver looks at. */
static void add_reach(struct builder *b, const struct fleet_node *term, enum aspect aspect)
{
    if (term->field.p)
        strbuf_printf(&b->sql, "%c.field = ?%zu", b->row, add_text(b, term->field));
    else
        strbuf_printf(&b->sql, "%c.source < %d", b->row, FLEET_CONNECTIVITY);
    switch (term->test) {
    case FLEET_EXISTS: break;
    case FLEET_WORD: add_word(b, term, aspect); break;
    case FLEET_PATTERN: add_prefix(b, term); break;
    case FLEET_PHRASE: and(b, "word", "=", add_text(b, term->words[0])); break;
    case FLEET_NUMBER_RANGE:
    case FLEET_TEXT_RANGE:
        add_bound(b, term, &term->low, term->low.inclusive ? ">=" : ">");
        add_bound(b, term, &term->high, term->high.inclusive ? "<=" : "<");
        break;
    }
}

/* Behind the first word as many right ones as there are. */
static void add_other_words(struct builder *b, const struct fleet_node *term)
{
    char r = b->row;
    strbuf_printf(
        &b->sql,
        " AND %zu = (SELECT count(*) FROM %s AS w WHERE w.owner = %c.owner AND w.source = %c.source "
        "AND w.field = %c.field AND w.element = %c.element AND w.position > %c.position "
        "AND +w.word = CASE w.position - %c.position",
        term->word_count - 1, b->table, r, r, r, r, r, r);
    for (size_t i = 1; i < term->word_count; i++)
        strbuf_printf(&b->sql, " WHEN %zu THEN ?%zu", i, add_text(b, term->words[i]));
    strbuf_add_text(&b->sql, " END)");
}

/* What has to be asked of each of these rows. Numbers are in no order of texts, and neither are true and
 * false. */
static void add_rest(struct builder *b, const struct fleet_node *term)
{
    add_source(b, term);
    if (term->test == FLEET_PATTERN)
        and(b, "word", "GLOB", add_text(b, term->pattern));
    if (term->test == FLEET_PHRASE)
        add_other_words(b, term);
    if (term->test == FLEET_TEXT_RANGE)
        strbuf_printf(&b->sql, " AND %c.number IS NULL AND %c.boolean = 0", b->row, b->row);
}

static void add_condition(struct builder *b, const struct fleet_node *term, enum aspect aspect)
{
    add_reach(b, term, aspect);
    strbuf_add_text(&b->sql, " AND ");
    add_rest(b, term);
}

/* ---- probes ---- */

static void add_probes(struct builder *b, const struct fleet_node *node, const struct fleet_node *driver)
{
    switch (node->kind) {
    case FLEET_EVERYTHING: strbuf_add_text(&b->sql, "1"); return;
    case FLEET_NOT:
        strbuf_add_text(&b->sql, "NOT ");
        add_probes(b, node->left, driver);
        return;
    case FLEET_AND:
    case FLEET_OR:
        strbuf_add_char(&b->sql, '(');
        add_probes(b, node->left, driver);
        strbuf_add_text(&b->sql, node->kind == FLEET_AND ? " AND " : " OR ");
        add_probes(b, node->right, driver);
        strbuf_add_char(&b->sql, ')');
        return;
    case FLEET_TERM: break;
    }
    if (node == driver) {
        strbuf_add_text(&b->sql, "1");
        return;
    }
    b->row = PROBED;
    strbuf_printf(&b->sql, "EXISTS (SELECT 1 FROM %s AS %c WHERE %c.owner = %s AND ", b->table, b->row,
                  b->row, b->id);
    add_condition(b, node, AS_EITHER);
    strbuf_add_char(&b->sql, ')');
}

/* ---- drivers ---- */

static void add_from(struct builder *b, char row, const struct fleet_node *term, enum aspect aspect)
{
    bool number = aspect == AS_NUMBER || term->test == FLEET_NUMBER_RANGE;
    b->row = row;
    strbuf_printf(&b->sql, " FROM %s AS %c INDEXED BY %s_by_%s%s WHERE ", b->table, row, b->table,
                  term->field.p ? "" : "bare_", number ? "number" : "word");
}

static struct stmt *run(struct builder *b)
{
    return db_query_made(b->db, strbuf_str(&b->sql), b->values, b->n);
}

static bool is_ready(const struct builder *b)
{
    return !b->sql.failed && !b->arena->failed;
}

/* GATHER_MAX + 1: more than that, or more than `most` to look at. */
static int64_t count(struct stmt *q, int64_t most, int64_t *ret_looked_at)
{
    int64_t n = 0, looked_at = 0;
    while (n <= GATHER_MAX && stmt_row(q)) {
        if (looked_at == most) {
            n = GATHER_MAX + 1;
            break;
        }
        looked_at++;
        n += stmt_int(q) != 0;
    }
    stmt_done(q);
    *ret_looked_at = looked_at;
    return n;
}

/* How many rows the term finds, in the same way. */
static int64_t count_rows(struct builder *like, const struct fleet_node *term, enum aspect aspect)
{
    struct builder b = *like;
    int64_t n = GATHER_MAX + 1, looked_at = 0;
    b.values = NULL;
    b.n = b.room = 0;
    b.row = FOUND;
    strbuf_init(&b.sql, SQL_MAX);
    strbuf_add_text(&b.sql, "SELECT ");
    add_rest(&b, term);
    add_from(&b, FOUND, term, aspect);
    add_reach(&b, term, aspect);
    strbuf_add_text(&b.sql, " /*scan*/");
    if (is_ready(&b))
        n = count(run(&b), like->to_count > GATHER_MAX ? like->to_count : GATHER_MAX, &looked_at);
    like->to_count -= looked_at;
    strbuf_release(&b.sql);
    return n;
}

/* Terms of which each candidate matches one at least; none: there are no such terms. */
struct driver {
    const struct fleet_node *terms[TERMS_MAX];
    size_t n;
    int64_t rows;
};

static const struct driver no_driver = { .rows = GATHER_MAX + 1 };

static bool is_costly(const struct fleet_node *node)
{
    return node->kind == FLEET_TERM && node->test == FLEET_PATTERN && !node->prefix.n;
}

static bool can_stream(const struct driver *driver)
{
    return driver->n == 1 && driver->terms[0]->test == FLEET_WORD && !driver->terms[0]->number.set;
}

static struct driver driver_of_term(struct builder *b, const struct fleet_node *term)
{
    int64_t rows = count_rows(b, term, AS_WORD);
    if (has_number(term))
        rows += count_rows(b, term, AS_NUMBER);
    return (struct driver){ .terms = { term }, .n = 1, .rows = rows };
}

static struct driver better(const struct driver *a, const struct driver *b)
{
    if (a->rows > GATHER_MAX && b->rows > GATHER_MAX)
        return can_stream(a) ? *a : *b;
    return a->rows <= b->rows ? *a : *b;
}

static struct driver both(const struct driver *a, const struct driver *b)
{
    if (a->rows + b->rows > GATHER_MAX)
        return no_driver;
    struct driver driver = *a;
    for (size_t i = 0; i < b->n; i++)
        driver.terms[driver.n++] = b->terms[i];
    driver.rows += b->rows;
    return driver;
}

static struct driver choose_driver(struct builder *b, const struct fleet_node *node)
{
    if (node->kind == FLEET_TERM)
        return driver_of_term(b, node);
    if (node->kind != FLEET_AND && node->kind != FLEET_OR)
        return no_driver;
    bool swap = is_costly(node->left);
    const struct fleet_node *second = swap ? node->left : node->right;
    struct driver left = choose_driver(b, swap ? node->right : node->left);
    if (node->kind == FLEET_AND && left.rows <= SELECTIVE && is_costly(second))
        return left;
    struct driver right = choose_driver(b, second);
    return node->kind == FLEET_AND ? better(&left, &right) : both(&left, &right);
}

/* ---- the three ways ---- */

enum { AFTER = 1, UP_TO }; /* the first values */

static void begin_candidates(struct builder *b, const struct fleet_query *query, const char *id,
                             const struct fleet_node *driver)
{
    b->id = id;
    strbuf_printf(&b->sql, "SELECT %s, (", id);
    add_probes(b, query->root, driver);
    strbuf_add_char(&b->sql, ')');
}

/* Without a LIMIT: a thing can come several times, and whoever reads stops in time. */
static void end_candidates(struct builder *b)
{
    strbuf_printf(&b->sql, " %s > ?%d AND %s <= ?%d ORDER BY %s", b->id, AFTER, b->id, UP_TO, b->id);
}

static void stream(struct builder *b, const struct fleet_query *query, const struct fleet_node *term)
{
    begin_candidates(b, query, "d.owner", term);
    add_from(b, DRIVING, term, AS_WORD);
    add_condition(b, term, AS_WORD);
    strbuf_add_text(&b->sql, " AND");
    end_candidates(b);
}

static void add_owners(struct builder *b, const struct fleet_node *term, enum aspect aspect)
{
    strbuf_add_text(&b->sql, "SELECT r.owner AS id");
    add_from(b, FOUND, term, aspect);
    add_condition(b, term, aspect);
}

static void gather(struct builder *b, const struct fleet_query *query, const struct driver *driver)
{
    begin_candidates(b, query, "d.id", NULL);
    strbuf_add_text(&b->sql, " FROM (");
    for (size_t i = 0; i < driver->n; i++) {
        const struct fleet_node *term = driver->terms[i];
        strbuf_add_text(&b->sql, i ? " UNION " : "");
        add_owners(b, term, AS_WORD);
        if (has_number(term)) {
            strbuf_add_text(&b->sql, " UNION ");
            add_owners(b, term, AS_NUMBER);
        }
    }
    strbuf_add_text(&b->sql, ") AS d WHERE");
    end_candidates(b);
    strbuf_add_text(&b->sql, " /*scan*/ /*sort*/");
}

static void walk(struct builder *b, const struct fleet_query *query)
{
    begin_candidates(b, query, "d.id", NULL);
    strbuf_printf(&b->sql, " FROM %s AS d WHERE", b->owners);
    end_candidates(b);
}

/* A part that is bounded has few things in it, whatever the query is. */
static void build_search(struct builder *b, const struct fleet_query *query, int64_t up_to)
{
    struct driver driver = up_to == FLEET_NO_END ? choose_driver(b, query->root) : no_driver;
    if (can_stream(&driver))
        stream(b, query, driver.terms[0]);
    else if (driver.n > 0 && driver.rows <= GATHER_MAX)
        gather(b, query, &driver);
    else
        walk(b, query);
}

static bool read_found(struct stmt *q, struct builder *b, int64_t limit, struct fleet_found *ret_found)
{
    struct fleet_ids ids = { .items = arena_array(b->arena, (size_t)limit, sizeof *ids.items) };
    struct fleet_found found = { 0 };
    for (int asked = 0; ids.items && !found.cut && ids.n < (size_t)limit && stmt_row(q); asked++) {
        int64_t id = stmt_int(q);
        found.cut = asked == CANDIDATES_MAX;
        if (!found.cut)
            found.end = id;
        if (!found.cut && stmt_int(q) && (ids.n == 0 || ids.items[ids.n - 1] != id))
            ids.items[ids.n++] = id;
    }
    stmt_done(q);
    found.ids = ids;
    *ret_found = found;
    return is_ready(b) && !db_failed(b->db);
}

bool store_fleet_search(struct db *db, struct arena *arena, enum fleet_index index,
                        const struct fleet_query *query, int64_t after, int64_t up_to, int64_t limit,
                        struct fleet_found *ret_found)
{
    struct builder b = begin(db, arena, index, query->purpose);
    add_int(&b, after);
    add_int(&b, up_to);
    build_search(&b, query, up_to);
    bool ok = is_ready(&b) && read_found(run(&b), &b, limit, ret_found);
    strbuf_release(&b.sql);
    return ok;
}

bool store_fleet_matches(struct db *db, struct arena *arena, enum fleet_index index,
                         const struct fleet_query *query, int64_t id)
{
    struct builder b = begin(db, arena, index, query->purpose);
    b.id = "?1";
    add_int(&b, id);
    strbuf_add_text(&b.sql, "SELECT ?1 WHERE ");
    add_probes(&b, query->root, NULL);
    bool found = false;
    if (is_ready(&b)) {
        struct stmt *q = run(&b);
        found = stmt_row(q);
        stmt_done(q);
    }
    strbuf_release(&b.sql);
    return found;
}
