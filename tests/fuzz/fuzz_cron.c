/* Cron expressions of maintenance windows: any text, asked at any time. */
#include "fuzz_input.h"
#include "rules/jobs/cron.h"

enum { ASKED_MAX = 20, ERROR_ARENA_MAX = 64 * 1024, MINUTE_MS = 60 * 1000 };

static const int64_t end_ms = INT64_C(7258118400000); /* 2200-01-01 */

static int64_t read_time(struct fuzz_input *input)
{
    uint64_t ms = 0;
    for (int i = 0; i < 8; i++)
        ms = ms << 8 | fuzz_byte(input);
    return fuzz_byte(input) % 2 ? (int64_t)ms : (int64_t)(ms % (uint64_t)end_ms);
}

/* Occurrences follow one another, and looking only so far finds the same ones. */
static void check_occurrences(const struct cron *cron, int64_t after_ms)
{
    for (int i = 0; i < ASKED_MAX; i++) {
        int64_t next_ms, same_ms;
        if (!cron_next(cron, after_ms, &next_ms))
            return;
        fuzz_promise(next_ms > after_ms && next_ms >= 0 && next_ms < end_ms, "the next one is later");
        fuzz_promise(next_ms % MINUTE_MS == 0, "an occurrence is a whole minute");
        fuzz_promise(cron_next(cron, next_ms - 1, &same_ms) && same_ms == next_ms,
                     "just before it, it is next");
        fuzz_promise(cron_next_until(cron, after_ms, next_ms, &same_ms) && same_ms == next_ms,
                     "it is found by who looks as far as that");
        fuzz_promise(!cron_next_until(cron, after_ms, next_ms - 1, &same_ms),
                     "and not by who looks less far");
        after_ms = next_ms;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    struct arena arena;
    struct err err;
    struct cron cron;
    fuzz_input_init(&input, data, n);
    arena_init(&arena, ERROR_ARENA_MAX);
    err_init(&err, &arena);
    if (cron_parse(fuzz_line(&input), &cron, &err))
        check_occurrences(&cron, read_time(&input));
    else
        fuzz_promise(err.code == ERR_INVALID_REQUEST, "a wrong one is refused with a reason");
    arena_release(&arena);
    fuzz_input_release(&input);
    return 0;
}
