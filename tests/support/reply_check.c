#include "support/reply_check.h"

#include <stdio.h>

#include "support/cmocka_all.h"

enum { PATH_MAX_BYTES = 512 };

static void expect(bool ok, const struct shape *shape, const char *path)
{
    if (!ok)
        fail_msg("%s is not a %s of the model", path, shape->name);
}

static const struct member *find_member(const struct shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->member_count; i++)
        if (str_eq_text(str_from(shape->members[i].name), name))
            return &shape->members[i];
    return NULL;
}

static void check_structure(const struct shape *shape, const cJSON *reply, const char *path)
{
    const cJSON *item;
    expect(cJSON_IsObject(reply), shape, path);
    cJSON_ArrayForEach(item, reply)
    {
        char below[PATH_MAX_BYTES];
        const struct member *member = find_member(shape, item->string);
        snprintf(below, sizeof below, "%s.%s", path, item->string);
        if (!member)
            fail_msg("%s is no member of %s", below, shape->name);
        check_reply(member->shape, item, below);
    }
}

static void check_elements(const struct shape *shape, const cJSON *reply, const char *path)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, reply)
    {
        char below[PATH_MAX_BYTES];
        snprintf(below, sizeof below, "%s[]", path);
        check_reply(shape->element, item, below);
    }
}

void check_reply(const struct shape *shape, const cJSON *reply, const char *path)
{
    switch (shape->type) {
    case SHAPE_STRING:
    case SHAPE_BLOB: expect(cJSON_IsString(reply), shape, path); break;
    case SHAPE_ENUM:
        expect(cJSON_IsString(reply) && api_enum_value(shape, str_from(reply->valuestring)) != 0, shape,
               path);
        break;
    case SHAPE_BOOLEAN: expect(cJSON_IsBool(reply), shape, path); break;
    case SHAPE_INTEGER:
    case SHAPE_LONG:
        expect(cJSON_IsNumber(reply) && reply->valuedouble == (double)(int64_t)reply->valuedouble, shape,
               path);
        break;
    case SHAPE_DOUBLE:
    case SHAPE_TIMESTAMP: expect(cJSON_IsNumber(reply), shape, path); break;
    case SHAPE_STRUCTURE: check_structure(shape, reply, path); break;
    case SHAPE_LIST:
        expect(cJSON_IsArray(reply), shape, path);
        check_elements(shape, reply, path);
        break;
    case SHAPE_MAP:
        expect(cJSON_IsObject(reply), shape, path);
        check_elements(shape, reply, path);
        break;
    }
}
