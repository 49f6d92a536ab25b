#include "rules/security/policy_document.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "api/decode.h"
#include "base/utf8.h"

enum {
    PLACE_TEXT_MAX = 64, /* "statement 12, NotResource" */
    NUMBER_TEXT_MAX = 32,
    ARN_COLONS = 5, /* before the part that may have variables */
};

struct reader {
    struct arena *arena;
    struct err *err;
    unsigned syntax;            /* what the document's version allows */
    char place[PLACE_TEXT_MAX]; /* where we are, for messages */
    int statement;              /* its number, from 1 */
};

static bool malformed(struct reader *r, const char *what)
{
    return fail(r->err, ERR_MALFORMED_POLICY, "Policy document is malformed: %s %s.", r->place, what);
}

static bool no_memory(struct reader *r)
{
    return fail(r->err, ERR_INTERNAL, "The policy document could not be read.");
}

static void enter(struct reader *r, const char *element)
{
    snprintf(r->place, sizeof r->place, "statement %d%s%s", r->statement, *element ? ", " : "", element);
}

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* Only members of these names, each once. `names` ends with NULL. */
static bool check_members(struct reader *r, const cJSON *object, const char *const *names)
{
    for (const cJSON *item = object->child; item; item = item->next) {
        size_t i = 0;
        while (names[i] && strcmp(names[i], item->string) != 0)
            i++;
        if (!names[i])
            return fail(r->err, ERR_MALFORMED_POLICY,
                        "Policy document is malformed: %s has the unknown element %s.", r->place,
                        item->string);
    }
    return true;
}

/* No object may name a member twice: who reads the document would not know which one counts. */
static bool check_twins(struct reader *r, const cJSON *json)
{
    for (const cJSON *item = json->child; item; item = item->next) {
        if (item->string && member(json, item->string) != item)
            return fail(r->err, ERR_MALFORMED_POLICY,
                        "Policy document is malformed: the element %s is given twice.", item->string);
        if (!check_twins(r, item))
            return false;
    }
    return true;
}

/* ---- what is one value or a list of them ---- */

struct values {
    const cJSON *first;
    size_t n;
};

static struct values values_of(const cJSON *json)
{
    if (cJSON_IsArray(json))
        return (struct values){ json->child, (size_t)cJSON_GetArraySize(json) };
    return (struct values){ json, 1 };
}

/* ---- actions and resources ---- */

static bool check_action(struct reader *r, struct str text)
{
    return str_eq_text(text, "*") || memchr(text.p, ':', text.n) ||
           malformed(r, "has an action that is neither * nor of the form service:Name");
}

/* Variables stand behind the fifth colon only. */
static bool check_resource(struct reader *r, struct str text)
{
    struct str rest = text;
    if (str_eq_text(text, "*"))
        return true;
    if (!str_starts_with(text, STR_LIT("arn:")))
        return malformed(r, "has a resource that is neither * nor an ARN");
    for (int i = 0; i < ARN_COLONS; i++) {
        struct str part = str_split(&rest, ':');
        if (r->syntax & POLICY_VARIABLES && memmem(part.p, part.n, "${", 2))
            return malformed(r, "has a policy variable before the fifth colon of an ARN");
        if (!rest.p)
            return true;
    }
    return true;
}

struct element {
    const char *name, *negated; /* NotAction */
    bool (*check)(struct reader *r, struct str text);
    unsigned syntax;
};

static const struct element action_element = { "Action", "NotAction", check_action, POLICY_WILDCARDS };
static const struct element resource_element = { "Resource", "NotResource", check_resource,
                                                 POLICY_WILDCARDS | POLICY_VARIABLES };

static bool read_pattern(struct reader *r, const struct element *element, const cJSON *json,
                         struct policy_pattern *ret_pattern)
{
    if (!cJSON_IsString(json))
        return malformed(r, "is neither a string nor a list of strings");
    struct str text = arena_str(r->arena, str_from(json->valuestring));
    if (!text.p)
        return no_memory(r);
    return element->check(r, text) &&
           policy_pattern_compile(text, element->syntax & r->syntax, r->place, r->arena, ret_pattern, r->err);
}

static bool read_patterns(struct reader *r, const struct element *element, const cJSON *json,
                          struct policy_patterns *ret_patterns)
{
    struct values values = values_of(json);
    if (!values.n)
        return malformed(r, "is an empty list");
    struct policy_pattern *patterns = arena_array(r->arena, values.n, sizeof *patterns);
    if (!patterns)
        return no_memory(r);
    const cJSON *value = values.first;
    for (size_t i = 0; i < values.n; i++, value = value->next)
        if (!read_pattern(r, element, value, &patterns[i]))
            return false;
    *ret_patterns = (struct policy_patterns){ values.n, patterns };
    return true;
}

/* The element or its opposite, and not both. */
static bool read_element(struct reader *r, const cJSON *statement, const struct element *element,
                         struct policy_patterns *ret_patterns, bool *ret_other)
{
    const cJSON *positive = member(statement, element->name);
    const cJSON *negated = member(statement, element->negated);
    if (!positive == !negated)
        return fail(r->err, ERR_MALFORMED_POLICY,
                    "Policy document is malformed: statement %d must have either %s or %s.", r->statement,
                    element->name, element->negated);
    enter(r, negated ? element->negated : element->name);
    *ret_other = negated != NULL;
    return read_patterns(r, element, negated ? negated : positive, ret_patterns);
}

/* ---- conditions ---- */

static bool read_scalar(struct reader *r, const cJSON *json, struct str *ret_text)
{
    char number[NUMBER_TEXT_MAX];
    struct str text;
    if (cJSON_IsString(json))
        text = str_from(json->valuestring);
    else if (cJSON_IsBool(json))
        text = cJSON_IsTrue(json) ? STR_LIT("true") : STR_LIT("false");
    else if (cJSON_IsNumber(json))
        text = (struct str){ number, (size_t)snprintf(number, sizeof number, "%.15g", json->valuedouble) };
    else
        return malformed(r, "has a value that is no string, number or boolean");
    *ret_text = arena_str(r->arena, text);
    return ret_text->p || no_memory(r);
}

static bool read_operands(struct reader *r, const cJSON *json, struct policy_condition *condition)
{
    struct values values = values_of(json);
    struct policy_operand *operands = arena_array(r->arena, values.n + 1, sizeof *operands);
    if (!operands)
        return no_memory(r);
    const cJSON *value = values.first;
    for (size_t i = 0; i < values.n; i++, value = value->next) {
        struct str text = STR_NONE;
        if (!read_scalar(r, value, &text) || !policy_operand_read(condition->comparator, text, r->syntax,
                                                                  r->place, r->arena, &operands[i], r->err))
            return false;
    }
    condition->n = values.n;
    condition->operands = operands;
    return true;
}

/* The keys of one operator: a condition each. */
static bool read_operator(struct reader *r, const cJSON *json, struct policy_condition *conditions, size_t *n)
{
    struct policy_condition found;
    if (!policy_operator_find(str_from(json->string), &found))
        return fail(r->err, ERR_MALFORMED_POLICY,
                    "Policy document is malformed: %s has the unknown operator %s.", r->place, json->string);
    if (!cJSON_IsObject(json))
        return malformed(r, "has an operator without an object of keys and values");
    for (const cJSON *item = json->child; item; item = item->next) {
        found.key = arena_str(r->arena, str_from(item->string));
        if (!found.key.p)
            return no_memory(r);
        if (!read_operands(r, item, &found))
            return false;
        conditions[(*n)++] = found;
    }
    return true;
}

static bool read_conditions(struct reader *r, const cJSON *statement,
                            struct policy_conditions *ret_conditions)
{
    const cJSON *json = member(statement, "Condition");
    size_t room = 0, n = 0;
    if (!json)
        return true;
    enter(r, "Condition");
    if (!cJSON_IsObject(json))
        return malformed(r, "is not an object");
    for (const cJSON *item = json->child; item; item = item->next)
        room += (size_t)cJSON_GetArraySize(item);
    struct policy_condition *conditions = arena_array(r->arena, room + 1, sizeof *conditions);
    if (!conditions)
        return no_memory(r);
    for (const cJSON *item = json->child; item; item = item->next)
        if (!read_operator(r, item, conditions, &n))
            return false;
    *ret_conditions = (struct policy_conditions){ n, conditions };
    return true;
}

/* ---- statements ---- */

static bool is_sid(const char *text)
{
    return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")] == '\0';
}

static bool read_effect(struct reader *r, const cJSON *json, bool *ret_denies)
{
    const char *effect = cJSON_IsString(json) ? json->valuestring : "";
    *ret_denies = strcmp(effect, "Deny") == 0;
    return *ret_denies || strcmp(effect, "Allow") == 0 || malformed(r, "must have the Effect Allow or Deny");
}

static bool read_statement(struct reader *r, const cJSON *json, struct policy_statement *statement)
{
    static const char *const names[] = { "Sid",      "Effect",      "Action",    "NotAction",
                                         "Resource", "NotResource", "Condition", NULL };
    const cJSON *sid = member(json, "Sid");
    r->statement++;
    enter(r, "");
    if (!cJSON_IsObject(json))
        return malformed(r, "is not an object");
    if (!check_members(r, json, names))
        return false;
    if (sid && (!cJSON_IsString(sid) || !is_sid(sid->valuestring)))
        return malformed(r, "has a Sid that is not made of letters and digits");
    return read_effect(r, member(json, "Effect"), &statement->denies) &&
           read_element(r, json, &action_element, &statement->actions, &statement->other_actions) &&
           read_element(r, json, &resource_element, &statement->resources, &statement->other_resources) &&
           read_conditions(r, json, &statement->conditions);
}

static bool read_statements(struct reader *r, const cJSON *json, struct policy_document *ret_document)
{
    struct values values = values_of(json);
    if (!json || !values.n)
        return malformed(r, "has no Statement");
    struct policy_statement *statements = arena_array(r->arena, values.n, sizeof *statements);
    if (!statements)
        return no_memory(r);
    const cJSON *value = values.first;
    for (size_t i = 0; i < values.n; i++, value = value->next)
        if (!read_statement(r, value, &statements[i]))
            return false;
    *ret_document = (struct policy_document){ values.n, statements };
    return true;
}

/* ---- the document ---- */

/* Variables came with the newer version of the language; in the older one their text is text. */
static bool read_version(struct reader *r, const cJSON *json)
{
    const char *version = cJSON_IsString(json) ? json->valuestring : json ? "" : "2008-10-17";
    r->syntax = POLICY_WILDCARDS;
    if (strcmp(version, "2012-10-17") == 0)
        r->syntax |= POLICY_VARIABLES;
    else if (strcmp(version, "2008-10-17") != 0)
        return malformed(r, "must have the Version 2012-10-17 or 2008-10-17");
    return true;
}

static bool read_document(struct reader *r, const cJSON *json, struct policy_document *ret_document)
{
    static const char *const names[] = { "Version", "Id", "Statement", NULL };
    const cJSON *id = member(json, "Id");
    if (!cJSON_IsObject(json))
        return malformed(r, "is not a JSON object");
    if (!check_members(r, json, names) || !check_twins(r, json))
        return false;
    if (id && !cJSON_IsString(id))
        return malformed(r, "has an Id that is no string");
    return read_version(r, member(json, "Version")) &&
           read_statements(r, member(json, "Statement"), ret_document);
}

static bool check_size(struct str text, struct err *err)
{
    size_t spaces = 0;
    for (size_t i = 0; i < text.n; i++)
        spaces += text.p[i] == ' ' || text.p[i] == '\t' || text.p[i] == '\r' || text.p[i] == '\n';
    return utf8_length(text) - spaces <= POLICY_CHARACTERS_MAX ||
           fail(err, ERR_MALFORMED_POLICY, "Policy cannot be created - size exceeds hard limit (%d)",
                POLICY_CHARACTERS_MAX);
}

bool policy_document_parse(struct str text, struct arena *arena, struct policy_document *ret_document,
                           struct err *err)
{
    struct reader reader = { .arena = arena, .err = err, .place = "it" };
    if (!api_json_valid(text))
        return fail(err, ERR_MALFORMED_POLICY, "Policy document is malformed: it is not valid JSON.");
    if (!check_size(text, err))
        return false;
    cJSON *json = cJSON_ParseWithLengthOpts(text.p, text.n, NULL, false);
    bool read = json ? read_document(&reader, json, ret_document) : no_memory(&reader);
    cJSON_Delete(json);
    return read;
}
