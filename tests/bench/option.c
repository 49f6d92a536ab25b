#include "option.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"

bool option_number(const char *text, int64_t least, int64_t most, int64_t *ret_value)
{
    int64_t value;
    if (!str_to_int(str_from(text), &value) || value < least || value > most) {
        fprintf(stderr, "%s: '%s' is not a number from %" PRId64 " to %" PRId64 "\n",
                program_invocation_short_name, text, least, most);
        return false;
    }
    *ret_value = value;
    return true;
}
