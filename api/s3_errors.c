#include "s3_errors.h"

#include <stdarg.h>
#include <stdio.h>

enum { MESSAGE_MAX = 1024 };

static const struct {
    const char *code;
    int status;
    const char *message;
} rows[S3_ERROR_COUNT] = {
#define S3_ERROR(name, code, status, message) [S3_##name] = { code, status, message },
#include "s3_errors.def"
#undef S3_ERROR
};

const char *s3_error_code(enum s3_error error)
{
    return rows[error].code;
}

int s3_error_status(enum s3_error error)
{
    return rows[error].status;
}

const char *s3_error_message(enum s3_error error)
{
    return rows[error].message;
}

bool s3_refuse(struct s3_refusal *refusal, enum s3_error error)
{
    if (refusal->error == S3_OK)
        refusal->error = error;
    return false;
}

bool s3_refuse_with(struct s3_refusal *refusal, struct arena *arena, enum s3_error error, const char *format,
                    ...)
{
    char text[MESSAGE_MAX];
    va_list args;
    if (refusal->error != S3_OK)
        return false;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    refusal->error = error;
    refusal->message = arena_str(arena, str_from(text));
    return false;
}

void s3_refusal_add(struct s3_refusal *refusal, const char *name, struct str value)
{
    if (refusal->n == S3_REFUSAL_MEMBERS_MAX || !value.p)
        return;
    refusal->members[refusal->n].name = name;
    refusal->members[refusal->n++].value = value;
}
