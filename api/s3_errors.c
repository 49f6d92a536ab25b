#include "s3_errors.h"

#include <stdarg.h>
#include <stdio.h>

struct s3_error_row {
    const char *code;
    int status;
    const char *message;
};

static const struct s3_error_row rows[S3_ERROR_COUNT] = {
#define S3_ERROR(name, code, status, message) [S3_##name] = { code, status, message },
#include "s3_errors.def"
#undef S3_ERROR
};

static const struct s3_error_row *row_of(enum s3_error error)
{
    bool known = error > S3_OK && error < S3_ERROR_COUNT;
    return &rows[known ? error : S3_INTERNAL_ERROR];
}

const char *s3_error_code(enum s3_error error)
{
    return row_of(error)->code;
}

int s3_error_status(enum s3_error error)
{
    return row_of(error)->status;
}

const char *s3_error_message(enum s3_error error)
{
    return row_of(error)->message;
}

bool s3_refuse(struct s3_refusal *refusal, enum s3_error error)
{
    if (refusal->error == S3_OK)
        *refusal = (struct s3_refusal){ .error = error };
    return false;
}

bool s3_refuse_with(struct s3_refusal *refusal, struct arena *arena, enum s3_error error, const char *format,
                    ...)
{
    if (refusal->error != S3_OK)
        return false;
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *text = n >= 0 ? arena_alloc(arena, (size_t)n + 1) : NULL;
    if (text)
        vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    va_end(args);
    s3_refuse(refusal, error);
    refusal->message = text ? (struct str){ text, (size_t)n } : STR_NONE;
    return false;
}

void s3_refusal_add(struct s3_refusal *refusal, const char *name, struct str value)
{
    if (!value.p || refusal->n == S3_REFUSAL_MEMBERS_MAX)
        return;
    refusal->members[refusal->n].name = name;
    refusal->members[refusal->n++].value = value;
}
