/* Ranges of copies: any text, cut out of an object of any pieces. */
#include <string.h>

#include "fuzz_input.h"
#include "ops/artifacts/artifact_pieces.h"
#include "ops/artifacts/artifact_source.h"

enum { PIECES_MAX = 8, ARENA_MAX_BYTES = 256 * 1024 };

/* Each of a file of its own, named by its first letter. */
static struct artifact_pieces read_pieces(struct fuzz_input *input, struct artifact_piece *pieces,
                                          int64_t *ret_size)
{
    static const char names[PIECES_MAX + 1] = "abcdefgh";
    size_t n = fuzz_byte(input) % (PIECES_MAX + 1);
    *ret_size = 0;
    for (size_t i = 0; i < n; i++) {
        pieces[i] = (struct artifact_piece){ { names + i, 1 }, fuzz_byte(input), fuzz_byte(input) };
        *ret_size += pieces[i].size;
    }
    return (struct artifact_pieces){ n, pieces };
}

/* Where the byte at `offset` comes from. */
static void find_byte(struct artifact_pieces pieces, int64_t offset, char *ret_file, int64_t *ret_at)
{
    for (size_t i = 0; i < pieces.n; i++) {
        if (offset < pieces.items[i].size) {
            *ret_file = pieces.items[i].file.p[0];
            *ret_at = pieces.items[i].start + offset;
            return;
        }
        offset -= pieces.items[i].size;
    }
    fuzz_promise(false, "the byte is in a piece");
}

static void check_cut(struct artifact_pieces pieces, int64_t first, int64_t last, struct arena *arena)
{
    struct artifact_pieces cut;
    int64_t size = 0;
    fuzz_promise(artifact_pieces_cut(pieces, first, last, arena, &cut), "there is memory");
    for (size_t i = 0; i < cut.n; i++)
        size += cut.items[i].size;
    fuzz_promise(size == last - first + 1, "the cut is as long as the range");
    for (int64_t i = 0; i < size; i++) {
        char from, to;
        int64_t from_at, to_at;
        find_byte(pieces, first + i, &from, &from_at);
        find_byte(cut, i, &to, &to_at);
        fuzz_promise(from == to && from_at == to_at, "each byte comes from where it was");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    struct arena arena;
    struct err err;
    struct artifact_piece items[PIECES_MAX];
    struct s3_refusal refusal = { 0 };
    int64_t size, first, last;
    fuzz_input_init(&input, data, n);
    arena_init(&arena, ARENA_MAX_BYTES);
    err_init(&err, &arena);
    struct op op = { .arena = &arena, .err = &err };
    struct artifact_pieces pieces = read_pieces(&input, items, &size);
    struct str range = fuzz_rest(&input);
    if (artifact_source_range(&op, range.n ? range : STR_NONE, size, &refusal, &first, &last)) {
        fuzz_promise(first >= 0 && last < size && (first <= last || size == 0), "the range is within");
        check_cut(pieces, first, last, &arena);
    } else {
        fuzz_promise(refusal.error == S3_INVALID_ARGUMENT && err.code == ERR_S3_REFUSED,
                     "a wrong one is refused with a reason");
    }
    arena_release(&arena);
    fuzz_input_release(&input);
    return 0;
}
