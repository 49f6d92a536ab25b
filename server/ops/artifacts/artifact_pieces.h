/* Parts of what has pieces. Pure. */
#ifndef IOTJOBS_OPS_ARTIFACT_PIECES_H
#define IOTJOBS_OPS_ARTIFACT_PIECES_H

#include "store/artifacts/artifact_folder.h"

/* The bytes from `first` to `last`, which are among those of `pieces`. False: the arena is full. */
bool artifact_pieces_cut(struct artifact_pieces pieces, int64_t first, int64_t last, struct arena *arena,
                         struct artifact_pieces *ret_cut);

#endif
