#include "settings.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/problem.h"
#include "base/time_text.h"
#include "base/utf8.h"

enum setting_type {
    TYPE_TEXT,
    TYPE_SECRET,
    TYPE_BOOL,
    TYPE_INT,
    TYPE_PORT,
    TYPE_PORTS,
    TYPE_DURATION,
    TYPE_CHOICE
};

struct setting {
    const char *key;
    enum setting_type type;
    size_t offset;                      /* in struct settings */
    size_t given;                       /* likewise */
    const char *text;                   /* default of TEXT, SECRET, PORTS and DURATION */
    int64_t number;                     /* default of the others */
    int64_t least, most;                /* INT, PORT */
    const char *least_text, *most_text; /* DURATION */
    const char *choices;                /* CHOICE: names by value, separated by '|' */
    const char *help;
};

enum { PORT_MAX = 65535, VALUE_SHOWN_MAX = 60, LINE_MAX_BYTES = 4096, KEY_MAX = 32 };

#define ROW(name, member, kind)                                                                              \
    .key = #name, .type = kind, .offset = offsetof(struct settings, member),                                 \
    .given = offsetof(struct settings, given.name)

/* clang-format off */
static const struct setting table[] = {
#define SETTING_TEXT(name, def, about) \
    { ROW(name, name, TYPE_TEXT), .text = def, .help = about },
#define SETTING_SECRET(name, def, about) \
    { ROW(name, name, TYPE_SECRET), .text = def, .help = about },
#define SETTING_BOOL(name, def, about) \
    { ROW(name, name, TYPE_BOOL), .number = def, .help = about },
#define SETTING_INT(name, def, low, high, about) \
    { ROW(name, name, TYPE_INT), .number = def, .least = low, .most = high, \
      .help = about " (" #low " to " #high ")" },
#define SETTING_PORT(name, def, about) \
    { ROW(name, name, TYPE_PORT), .number = def, .least = 0, .most = PORT_MAX, .help = about },
#define SETTING_PORTS(name, def, about) \
    { ROW(name, name, TYPE_PORTS), .text = def, .least = 0, .most = PORT_MAX, .help = about },
#define SETTING_DURATION(name, def, low, high, about) \
    { ROW(name, name##_ms, TYPE_DURATION), .text = def, .least_text = low, .most_text = high, \
      .help = about " (" low " to " high ")" },
#define SETTING_CHOICE(name, def, names, about) \
    { ROW(name, name, TYPE_CHOICE), .number = def, .choices = names, .help = about " (" names ")" },
#include "settings.def"
};
/* clang-format on */

enum { SETTING_COUNT = sizeof table / sizeof *table };

static const char *const true_words[] = { "true", "yes", "on", "1" };
static const char *const false_words[] = { "false", "no", "off", "0" };

/* --- the table -------------------------------------------------------------------------------------- */

static void *value_of(struct settings *settings, const struct setting *row)
{
    return (char *)settings + row->offset;
}

static const void *value_of_const(const struct settings *settings, const struct setting *row)
{
    return (const char *)settings + row->offset;
}

/* The key as it stands in the table: '-' counts as '_'. False when it is too long for any key. */
static bool key_normalize(struct str key, char ret_key[KEY_MAX])
{
    if (key.n >= KEY_MAX)
        return false;
    for (size_t i = 0; i < key.n; i++)
        ret_key[i] = key.p[i] == '-' ? '_' : key.p[i];
    ret_key[key.n] = '\0';
    return true;
}

static const struct setting *row_find(struct str key)
{
    char normal[KEY_MAX];
    if (!key_normalize(key, normal))
        return NULL;
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (strcmp(table[i].key, normal) == 0)
            return &table[i];
    return NULL;
}

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Levenshtein's distance, row by row. Both texts are shorter than KEY_MAX. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t line[KEY_MAX + 1];
    size_t b_n = strlen(b);
    for (size_t j = 0; j <= b_n; j++)
        line[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = line[0];
        line[0] = i + 1;
        for (size_t j = 0; j < b_n; j++) {
            size_t changed = diagonal + (a[i] != b[j]);
            diagonal = line[j + 1];
            line[j + 1] = least_of(line[j] + 1, line[j + 1] + 1, changed);
        }
    }
    return line[b_n];
}

/* The key that was probably meant; NULL when none is close. */
static const char *nearest_key(struct str key)
{
    char normal[KEY_MAX];
    if (!key_normalize(key, normal))
        return NULL;
    size_t best = key.n / 3 + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        size_t distance = edit_distance(normal, table[i].key);
        if (distance <= best && (nearest == NULL || distance < best)) {
            best = distance;
            nearest = table[i].key;
        }
    }
    return nearest;
}

/* --- problems --------------------------------------------------------------------------------------- */

/* What the user wrote, cut to a length that fits a message. */
static struct str shown(struct str value)
{
    if (value.n == 0)
        return STR_LIT("an empty value");
    if (value.n > VALUE_SHOWN_MAX)
        value.n = VALUE_SHOWN_MAX;
    return value;
}

static bool unknown_key(struct str key, struct strbuf *ret_problem)
{
    const char *nearest = nearest_key(key);
    if (nearest != NULL)
        return problem(ret_problem, "unknown setting '%.*s'; did you mean %s?", STR(shown(key)), nearest);
    return problem(ret_problem, "unknown setting '%.*s'", STR(shown(key)));
}

/* --- values from text ------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str trim(struct str s)
{
    while (s.n > 0 && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

static bool word_among(struct str value, const char *const words[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(value, str_from(words[i])))
            return true;
    return false;
}

static bool set_bool(const struct setting *row, bool *ret_value, struct str value, struct strbuf *ret_problem)
{
    bool yes = word_among(value, true_words, sizeof true_words / sizeof *true_words);
    if (!yes && !word_among(value, false_words, sizeof false_words / sizeof *false_words))
        return problem(ret_problem, "%s: %.*s is neither true nor false", row->key, STR(shown(value)));
    *ret_value = yes;
    return true;
}

static bool set_number(const struct setting *row, int64_t *ret_value, struct str value,
                       struct strbuf *ret_problem)
{
    int64_t number;
    if (!str_to_int(value, &number) || number < row->least || number > row->most)
        return problem(ret_problem, "%s: %.*s is not a %s (%" PRId64 " to %" PRId64 ")", row->key,
                       STR(shown(value)), row->type == TYPE_INT ? "valid number" : "port", row->least,
                       row->most);
    *ret_value = number;
    return true;
}

static bool add_port(const struct setting *row, struct ports *ports, struct str value,
                     struct strbuf *ret_problem)
{
    int64_t port = 0;
    if (!set_number(row, &port, trim(value), ret_problem))
        return false;
    if (port == 0)
        return problem(ret_problem, "%s: 0, which switches it off, cannot stand among ports", row->key);
    for (size_t i = 0; i < ports->n; i++)
        if (ports->items[i] == port)
            return problem(ret_problem, "%s: names port %" PRId64 " twice", row->key, port);
    if (ports->n == PORTS_MAX)
        return problem(ret_problem, "%s: names more than %d ports", row->key, PORTS_MAX);
    ports->items[ports->n++] = port;
    return true;
}

static bool set_ports(const struct setting *row, struct ports *ret_ports, struct str value,
                      struct strbuf *ret_problem)
{
    struct ports ports = { 0 };
    struct str rest = value;
    bool off = str_eq(value, STR_LIT("0"));
    while (!off && rest.p != NULL)
        if (!add_port(row, &ports, str_split(&rest, ','), ret_problem))
            return false;
    *ret_ports = ports;
    return true;
}

static bool set_duration(const struct setting *row, int64_t *ret_ms, struct str value,
                         struct strbuf *ret_problem)
{
    int64_t ms;
    int64_t least_ms = 0;
    int64_t most_ms = 0;
    duration_parse_unit(str_from(row->least_text), &least_ms);
    duration_parse_unit(str_from(row->most_text), &most_ms);
    if (!duration_parse_unit(value, &ms))
        return problem(ret_problem,
                       "%s: %.*s is not a duration with a unit, such as 250ms, 30s, 30m, 12h or 7d", row->key,
                       STR(shown(value)));
    if (ms < least_ms || ms > most_ms)
        return problem(ret_problem, "%s: %.*s is not in the range (%s to %s)", row->key, STR(shown(value)),
                       row->least_text, row->most_text);
    *ret_ms = ms;
    return true;
}

static bool set_choice(const struct setting *row, int *ret_value, struct str value,
                       struct strbuf *ret_problem)
{
    struct str rest = str_from(row->choices);
    for (int i = 0; rest.p != NULL; i++)
        if (str_eq(str_split(&rest, '|'), value)) {
            *ret_value = i;
            return true;
        }
    return problem(ret_problem, "%s: %.*s is none of %s", row->key, STR(shown(value)), row->choices);
}

static bool set_text(const struct setting *row, char **ret_value, struct str value,
                     struct strbuf *ret_problem)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f)
            return problem(ret_problem, "%s: the value holds a control character", row->key);
    if (!utf8_valid(value))
        return problem(ret_problem, "%s: the value is not UTF-8", row->key);
    char *copy = strndup(value.n > 0 ? value.p : "", value.n);
    if (copy == NULL)
        return problem(ret_problem, "%s: out of memory", row->key);
    strbuf_free_secret(*ret_value); /* it may be one */
    *ret_value = copy;
    return true;
}

static bool set_value(const struct setting *row, void *at, struct str value, struct strbuf *ret_problem)
{
    switch (row->type) {
    case TYPE_SECRET:
    case TYPE_TEXT: return set_text(row, at, value, ret_problem);
    case TYPE_BOOL: return set_bool(row, at, value, ret_problem);
    case TYPE_INT:
    case TYPE_PORT: return set_number(row, at, value, ret_problem);
    case TYPE_PORTS: return set_ports(row, at, value, ret_problem);
    case TYPE_DURATION: return set_duration(row, at, value, ret_problem);
    case TYPE_CHOICE: return set_choice(row, at, value, ret_problem);
    }
    return false;
}

bool settings_set(struct settings *settings, struct str key, struct str value, struct strbuf *ret_problem)
{
    const struct setting *row = row_find(key);
    if (row == NULL)
        return unknown_key(key, ret_problem);
    if (!set_value(row, value_of(settings, row), value, ret_problem))
        return false;
    *(bool *)((char *)settings + row->given) = true;
    return true;
}

bool settings_is_flag(struct str key)
{
    const struct setting *row = row_find(key);
    return row != NULL && row->type == TYPE_BOOL;
}

bool settings_is_secret(struct str key)
{
    const struct setting *row = row_find(key);
    return row != NULL && row->type == TYPE_SECRET;
}

/* --- defaults --------------------------------------------------------------------------------------- */

static void set_default(struct settings *settings, const struct setting *row)
{
    void *at = value_of(settings, row);
    switch (row->type) {
    case TYPE_SECRET:
    case TYPE_TEXT:
        *(char **)at = strdup(row->text);
        if (*(char **)at == NULL)
            abort(); /* the program's first allocations; nothing could follow */
        break;
    case TYPE_BOOL: *(bool *)at = row->number != 0; break;
    case TYPE_INT:
    case TYPE_PORT: *(int64_t *)at = row->number; break;
    case TYPE_PORTS: set_ports(row, at, str_from(row->text), NULL); break;
    case TYPE_DURATION: duration_parse_unit(str_from(row->text), at); break;
    case TYPE_CHOICE: *(int *)at = (int)row->number; break;
    }
}

void settings_init(struct settings *settings)
{
    *settings = (struct settings){ 0 };
    for (size_t i = 0; i < SETTING_COUNT; i++)
        set_default(settings, &table[i]);
}

void settings_release(struct settings *settings)
{
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (table[i].type == TYPE_SECRET)
            strbuf_free_secret(*(char **)value_of(settings, &table[i]));
        else if (table[i].type == TYPE_TEXT)
            free(*(char **)value_of(settings, &table[i]));
    *settings = (struct settings){ 0 };
}

/* --- values to text --------------------------------------------------------------------------------- */

static void format_duration(int64_t ms, char *ret_text, size_t size)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = { { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 } };
    size_t i = 0;
    while (ms % units[i].ms != 0)
        i++;
    if (ms == 0)
        snprintf(ret_text, size, "0s");
    else
        snprintf(ret_text, size, "%" PRId64 "%s", ms / units[i].ms, units[i].unit);
}

static void format_ports(const struct ports *ports, char *ret_text, size_t size)
{
    int n = snprintf(ret_text, size, "%s", ports->n == 0 ? "0" : "");
    for (size_t i = 0; i < ports->n && (size_t)n < size; i++)
        n += snprintf(ret_text + n, size - (size_t)n, "%s%" PRId64, i > 0 ? "," : "", ports->items[i]);
}

static void format_choice(const char *choices, int value, char *ret_text, size_t size)
{
    struct str rest = str_from(choices);
    struct str name = str_split(&rest, '|');
    for (int i = 0; i < value; i++)
        name = str_split(&rest, '|');
    snprintf(ret_text, size, "%.*s", STR(name));
}

/* The value as settings_set would read it: borrowed from the settings, or written to `scratch`. */
static const char *value_text(const struct settings *settings, const struct setting *row, char *scratch,
                              size_t size)
{
    const void *at = value_of_const(settings, row);
    switch (row->type) {
    case TYPE_SECRET:
    case TYPE_TEXT: return *(char *const *)at;
    case TYPE_BOOL: return *(const bool *)at ? "true" : "false";
    case TYPE_INT:
    case TYPE_PORT: snprintf(scratch, size, "%" PRId64, *(const int64_t *)at); break;
    case TYPE_PORTS: format_ports(at, scratch, size); break;
    case TYPE_DURATION: format_duration(*(const int64_t *)at, scratch, size); break;
    case TYPE_CHOICE: format_choice(row->choices, *(const int *)at, scratch, size); break;
    }
    return scratch;
}

void settings_each(const struct settings *settings, settings_each_fn *each, void *context)
{
    char scratch[64];
    for (size_t i = 0; i < SETTING_COUNT; i++)
        each(context, table[i].key, value_text(settings, &table[i], scratch, sizeof scratch), table[i].help);
}

/* --- the file and the environment ------------------------------------------------------------------- */

/* A comment starts at a '#' that begins the line or follows a blank: a path may hold one elsewhere. */
static struct str without_comment(struct str line)
{
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] == '#' && (i == 0 || is_blank(line.p[i - 1]))) {
            line.n = i;
            break;
        }
    return line;
}

static bool set_line(struct settings *settings, struct str line, struct strbuf *ret_problem)
{
    struct str rest = trim(without_comment(line));
    if (rest.n == 0)
        return true;
    struct str key = trim(str_split(&rest, '='));
    if (rest.p == NULL)
        return problem(ret_problem, "expected `key = value`, found '%.*s'", STR(shown(key)));
    return settings_set(settings, key, trim(rest), ret_problem);
}

/* Puts "file:line: " before what went wrong. */
static bool problem_in_line(const char *path, size_t number, struct strbuf *what, struct strbuf *ret_problem)
{
    problem(ret_problem, "%s:%zu: %.*s", path, number, STR(strbuf_str(what)));
    strbuf_release(what);
    return false;
}

bool settings_read_file(struct settings *settings, const char *path, struct strbuf *ret_problem)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return problem(ret_problem, "cannot read %s: %s", path, strerror(errno));
    bool ok = true;
    char line[LINE_MAX_BYTES];
    for (size_t number = 1; ok && fgets(line, sizeof line, file) != NULL; number++) {
        struct strbuf what;
        strbuf_init(&what, LINE_MAX_BYTES);
        size_t n = strlen(line);
        if (n == sizeof line - 1 && line[n - 1] != '\n')
            ok = problem(&what, "the line is longer than %d bytes", LINE_MAX_BYTES - 2);
        else
            ok = set_line(settings, (struct str){ line, n }, &what);
        if (!ok)
            problem_in_line(path, number, &what, ret_problem);
        strbuf_release(&what);
    }
    if (ok && ferror(file))
        ok = problem(ret_problem, "cannot read %s: %s", path, strerror(errno));
    fclose(file);
    return ok;
}

static bool set_variable(struct settings *settings, struct str name, struct str value,
                         struct strbuf *ret_problem)
{
    char key[KEY_MAX];
    struct str lower = { key, 0 };
    for (; lower.n < name.n && lower.n < KEY_MAX; lower.n++) {
        char c = name.p[lower.n];
        key[lower.n] = (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
    }
    struct strbuf what;
    strbuf_init(&what, LINE_MAX_BYTES);
    bool ok = settings_set(settings, lower, value, &what);
    if (!ok)
        problem(ret_problem, "environment variable IOTJOBSD_%.*s: %.*s", STR(shown(name)),
                STR(strbuf_str(&what)));
    strbuf_release(&what);
    return ok;
}

/* Kubernetes puts these into every container of a namespace that has a Service called iotjobsd. */
static bool is_of_kubernetes(const char *variable)
{
    static const char *const patterns[] = {
        "IOTJOBSD_SERVICE_HOST=*", "IOTJOBSD_SERVICE_PORT=*", "IOTJOBSD_SERVICE_PORT_*=*",
        "IOTJOBSD_PORT=*",         "IOTJOBSD_PORT_[0-9]*=*",
    };
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (fnmatch(patterns[i], variable, 0) == 0)
            return true;
    return false;
}

bool settings_read_environment(struct settings *settings, char **environment, struct strbuf *ret_problem)
{
    static const struct str prefix = { "IOTJOBSD_", sizeof "IOTJOBSD_" - 1 };
    for (char **variable = environment; *variable != NULL; variable++) {
        struct str value = str_from(*variable);
        if (!str_starts_with(value, prefix) || is_of_kubernetes(*variable))
            continue;
        struct str name = str_split(&value, '=');
        name.p += prefix.n;
        name.n -= prefix.n;
        if (!set_variable(settings, name, value, ret_problem))
            return false;
    }
    return true;
}
