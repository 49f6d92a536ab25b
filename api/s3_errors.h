/*
 * What S3 refuses with: codes, statuses, messages ("Error responses", S3 API reference; texts as observed). A
 * refusal is a value, like struct err, with the XML elements that S3 puts beside the message.
 */
#ifndef IOTJOBS_API_S3_ERRORS_H
#define IOTJOBS_API_S3_ERRORS_H

#include "base/arena.h"

enum s3_error {
    S3_OK,
#define S3_ERROR(name, code, status, message) S3_##name,
#include "s3_errors.def"
#undef S3_ERROR
    S3_ERROR_COUNT
};

enum { S3_REFUSAL_MEMBERS_MAX = 8 };

struct s3_refusal {
    enum s3_error error; /* S3_OK: there is none */
    struct str message;  /* absent: the table's */
    size_t n;
    struct {
        const char *name;
        struct str value; /* in the arena of whoever refuses, or static */
    } members[S3_REFUSAL_MEMBERS_MAX];
};

const char *s3_error_code(enum s3_error error); /* "NoSuchKey" */
int s3_error_status(enum s3_error error);
const char *s3_error_message(enum s3_error error);

/* Fills the refusal, unless it holds one already, and returns false. */
bool s3_refuse(struct s3_refusal *refusal, enum s3_error error);
/* The same with another message than the table's; that one where the arena is full. */
bool s3_refuse_with(struct s3_refusal *refusal, struct arena *arena, enum s3_error error, const char *format,
                    ...) __attribute__((format(printf, 4, 5)));
/* Adds an element to it; an absent value adds none, and nor does one too many. */
void s3_refusal_add(struct s3_refusal *refusal, const char *name, struct str value);

#endif
