#include "errors.h"

#include <stdarg.h>
#include <stdio.h>

struct error_row {
    struct error_name control, data;
    const char *mqtt;
};

static const struct error_row rows[ERROR_CODE_COUNT] = {
#define ERROR(code, control_name, control_status, data_name, data_status, mqtt_code)                         \
    [ERR_##code] = { { control_name, control_status }, { data_name, data_status }, mqtt_code },
#include "errors.def"
#undef ERROR
};

/* What is no error, or out of range, is a fault of ours. */
static const struct error_row *row_of(enum error_code code)
{
    bool known = code > ERR_NONE && code < ERROR_CODE_COUNT;
    return &rows[known ? code : ERR_INTERNAL];
}

void err_init(struct err *err, struct arena *arena)
{
    *err = (struct err){ .code = ERR_NONE, .arena = arena };
}

bool fail(struct err *err, enum error_code code, const char *format, ...)
{
    if (err->code != ERR_NONE)
        return false;
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *text = n >= 0 && err->arena ? arena_alloc(err->arena, (size_t)n + 1) : NULL;
    if (text)
        vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    va_end(args);
    err->code = code;
    err->message =
        text ? (struct str){ text, (size_t)n } : STR_LIT("The server is out of memory for this request.");
    return false;
}

struct error_name error_http(enum error_code code, enum plane plane)
{
    const struct error_row *row = row_of(code);
    return plane == PLANE_DATA ? row->data : row->control;
}

const char *error_mqtt(enum error_code code)
{
    return row_of(code)->mqtt;
}
