/* Reading JSON by path; see world.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/strbuf.h"
#include "support/world.h"

enum { ITEMS_TEXT_MAX = 4096 };

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

void assert_json(const cJSON *root, const char *path, const char *expected)
{
    const cJSON *item = json_at(root, path);
    cJSON *wanted = cJSON_Parse(expected);
    assert_non_null(wanted);
    bool same = cJSON_Compare(item, wanted, true);
    cJSON_Delete(wanted);
    if (same)
        return;
    char *found = cJSON_PrintUnformatted(item);
    print_error("%s\n", found ? found : "nothing");
    free(found);
    fail_msg("stands at \"%s\" instead of %s", path, expected);
}

void assert_json_items(const cJSON *root, const char *array, const char *member, const char *expected)
{
    struct strbuf found;
    const cJSON *item;
    strbuf_init(&found, ITEMS_TEXT_MAX);
    cJSON_ArrayForEach(item, json_at(root, array))
    {
        const cJSON *text = json_at(item, member);
        if (!cJSON_IsString(text))
            fail_msg("an item of %s has no text %s", array, member);
        strbuf_printf(&found, "%s%s", found.n ? " " : "", text->valuestring);
    }
    assert_false(found.failed);
    assert_string_equal(found.n ? found.p : "", expected);
    strbuf_release(&found);
}
