/*
 * Contents: the bytes of objects and of uploads, as pieces of files (schema/0019). A content has owners; with
 * the last of them it is doomed, and deleted bit by bit.
 */
#ifndef IOTJOBS_STORE_CONTENT_STORE_H
#define IOTJOBS_STORE_CONTENT_STORE_H

#include "store/artifacts/artifact_folder.h"

/* Pieces that one content may have: a multipart upload has half as many parts at most, of which one that is a
 * copy may have several pieces. */
enum { CONTENT_PIECES_MAX = 20000 };

/* With one owner, and no pieces. */
bool store_content_insert(struct db *db, int64_t *ret_content);
bool store_content_add_owner(struct db *db, int64_t content);
bool store_content_drop_owner(struct db *db, int64_t content);

/* Behind each other, as the part `number`; 0: all there is. */
bool store_pieces_insert(struct db *db, int64_t content, int64_t number, struct artifact_pieces pieces);
bool store_pieces_get(struct db *db, struct arena *arena, int64_t content,
                      struct artifact_pieces *ret_pieces);
/* Those of the parts from `first` to `last` become another content's; *ret_n: so many. */
bool store_pieces_move(struct db *db, int64_t content, int64_t first, int64_t last, int64_t to,
                       int64_t *ret_n);

/* Whether any piece is of that file. */
bool store_file_is_named(struct db *db, struct str file);

/* A content without an owner; false: there is none. */
bool store_content_doomed(struct db *db, int64_t *ret_content);
/* At most `limit` of its pieces and of its parts are deleted, and with the last the content itself:
 * *ret_done. *ret_files: of those pieces, in the arena; whether others are of them is not looked at. */
struct file_names {
    size_t n;
    struct str *items;
};
bool store_content_delete_some(struct db *db, struct arena *arena, int64_t content, int64_t limit,
                               struct file_names *ret_files, bool *ret_done);

#endif
