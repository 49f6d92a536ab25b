#include "http/s3/token.h"

#include "base/binary_text.h"
#include "rules/artifacts/s3_names.h"

struct str s3_token_text(struct s3_request *s3, struct str place)
{
    return hex_text(place.p, place.n, s3->arena);
}

bool s3_token_read(struct s3_request *s3, const char *parameter, struct str *ret_place)
{
    struct str text = s3_parameter(s3, parameter);
    *ret_place = STR_NONE;
    if (!text.p)
        return true;
    size_t n = text.n / 2;
    char *place = n > 0 && n <= S3_KEY_BYTES_MAX ? arena_alloc(s3->arena, n) : NULL;
    if (!place || !hex_read(text, place, n))
        return s3_invalid_argument(s3, parameter, STR_NONE, "The continuation token provided is incorrect");
    *ret_place = (struct str){ place, n };
    return true;
}
