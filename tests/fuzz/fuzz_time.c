/* Times and durations as text. What parses must come back the same through its own formatter. */
#include <string.h>

#include "base/time_text.h"
#include "fuzz_input.h"

static void check_iso(struct str text)
{
    int64_t ms, again_ms;
    if (!time_parse_iso(text, &ms))
        return;
    char formatted[TIME_TEXT_MAX];
    time_format_iso(ms, formatted);
    fuzz_promise(time_parse_iso(str_from(formatted), &again_ms), "a formatted time parses");
    fuzz_promise(again_ms == ms, "a formatted time is the same time");
    time_format_http(ms, formatted);
    fuzz_promise(strlen(formatted) < TIME_TEXT_MAX, "an HTTP date fits");
}

static void check_minute(struct str text)
{
    int64_t ms, again_ms;
    if (!time_parse_minute(text, &ms))
        return;
    fuzz_promise(ms % 60000 == 0, "a minute is a whole minute");
    char formatted[TIME_TEXT_MAX];
    time_format_minute(ms, formatted);
    fuzz_promise(time_parse_minute(str_from(formatted), &again_ms), "a formatted minute parses");
    fuzz_promise(again_ms == ms, "a formatted minute is the same minute");
}

static void check_http(struct str text)
{
    int64_t ms, again_ms;
    if (!time_parse_http(text, &ms))
        return;
    char formatted[TIME_TEXT_MAX];
    time_format_http(ms, formatted);
    fuzz_promise(time_parse_http(str_from(formatted), &again_ms), "a formatted HTTP date parses");
    fuzz_promise(again_ms == ms, "a formatted HTTP date is the same time");
}

static void check_basic(struct str text)
{
    int64_t ms;
    if (!time_parse_basic(text, &ms))
        return;
    char formatted[TIME_TEXT_MAX];
    time_format_basic(ms, formatted);
    fuzz_promise(str_eq_text(text, formatted), "a time without punctuation has one form");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    fuzz_input_init(&input, data, n);
    struct str text = fuzz_rest(&input);
    check_iso(text);
    check_minute(text);
    check_http(text);
    check_basic(text);
    int64_t ms = 0;
    if (duration_parse_iso(text, &ms))
        fuzz_promise(text.n > 1, "a duration has a designator and a number");
    if (duration_parse_unit(text, &ms))
        fuzz_promise(text.n > 0 && ms >= 0, "a duration in a setting is not negative");
    fuzz_input_release(&input);
    return 0;
}
