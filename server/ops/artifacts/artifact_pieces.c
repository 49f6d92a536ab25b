#include "ops/artifacts/artifact_pieces.h"

bool artifact_pieces_cut(struct artifact_pieces pieces, int64_t first, int64_t last, struct arena *arena,
                         struct artifact_pieces *ret_cut)
{
    struct artifact_piece *cut = arena_array(arena, pieces.n ? pieces.n : 1, sizeof *cut);
    size_t n = 0;
    int64_t offset = 0; /* of the piece in the whole */
    if (!cut)
        return false;
    for (size_t i = 0; i < pieces.n && offset <= last; i++) {
        const struct artifact_piece *piece = &pieces.items[i];
        int64_t from = first > offset ? first - offset : 0;
        int64_t to = last - offset < piece->size - 1 ? last - offset : piece->size - 1;
        if (from <= to)
            cut[n++] = (struct artifact_piece){ piece->file, piece->start + from, to - from + 1 };
        offset += piece->size;
    }
    *ret_cut = (struct artifact_pieces){ n, cut };
    return true;
}
