/* Placeholders in job documents: any text is judged, and one without a beginning is accepted. */
#include <string.h>

#include "fuzz_input.h"
#include "rules/jobs/placeholder.h"

enum { ERROR_ARENA_MAX = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    struct arena arena;
    struct err err;
    fuzz_input_init(&input, data, n);
    arena_init(&arena, ERROR_ARENA_MAX);
    err_init(&err, &arena);
    bool has_role = fuzz_byte(&input) % 2;
    struct str document = fuzz_line(&input);
    bool ok = placeholders_check(document, has_role, STR_NONE, &err);
    fuzz_promise(ok || err.code == ERR_INVALID_REQUEST || err.code == ERR_NOT_IMPLEMENTED,
                 "a wrong one is refused with a reason");
    fuzz_promise(ok || (document.n && memmem(document.p, document.n, "${", 2)),
                 "a text without a beginning has no placeholders");
    arena_release(&arena);
    fuzz_input_release(&input);
    return 0;
}
