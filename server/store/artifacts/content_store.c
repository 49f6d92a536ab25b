#include "store/artifacts/content_store.h"

/* A piece's position says of which part it is. */
enum { PART_POSITIONS = 65536 };

bool store_content_insert(struct db *db, int64_t *ret_content)
{
    struct stmt *q = db_query(db, "INSERT INTO artifact_content (owners) VALUES (1) RETURNING id", "");
    if (!stmt_row(q))
        return false;
    *ret_content = stmt_int(q);
    /* To the end, not just reset: the row counts once the statement has finished. */
    return !stmt_row(q) && !db_failed(db);
}

bool store_content_add_owner(struct db *db, int64_t content)
{
    return db_exec(db, "UPDATE artifact_content SET owners = owners + 1 WHERE id = ?1", "i", content);
}

bool store_content_drop_owner(struct db *db, int64_t content)
{
    return db_exec(db, "UPDATE artifact_content SET owners = owners - 1 WHERE id = ?1", "i", content);
}

/* ---- pieces ---- */

bool store_pieces_insert(struct db *db, int64_t content, int64_t number, struct artifact_pieces pieces)
{
    for (size_t i = 0; i < pieces.n; i++) {
        const struct artifact_piece *piece = &pieces.items[i];
        if (!db_exec(db,
                     "INSERT INTO artifact_piece (content, position, file, start, size) "
                     "VALUES (?1, ?2, ?3, ?4, ?5)",
                     "iisii", content, number * PART_POSITIONS + (int64_t)i, piece->file, piece->start,
                     piece->size))
            return false;
    }
    return !db_failed(db);
}

bool store_pieces_get(struct db *db, struct arena *arena, int64_t content, struct artifact_pieces *ret_pieces)
{
    struct artifact_piece *items = NULL;
    size_t n = 0, room = 0;
    struct stmt *q =
        db_query(db, "SELECT file, start, size FROM artifact_piece WHERE content = ?1 ORDER BY position", "i",
                 content);
    while (!arena->failed && stmt_row(q)) {
        items = arena_array_widen(arena, items, n, &room, sizeof *items);
        if (!items)
            break;
        items[n].file = stmt_text(q, arena);
        items[n].start = stmt_int(q);
        items[n].size = stmt_int(q);
        n++;
    }
    stmt_done(q);
    *ret_pieces = (struct artifact_pieces){ n, items };
    return !arena->failed && !db_failed(db);
}

bool store_pieces_move(struct db *db, int64_t content, int64_t first, int64_t last, int64_t to,
                       int64_t *ret_n)
{
    if (!db_exec(db,
                 "UPDATE artifact_piece SET content = ?4 "
                 "WHERE content = ?1 AND position >= ?2 AND position < ?3",
                 "iiii", content, first * PART_POSITIONS, (last + 1) * PART_POSITIONS, to))
        return false;
    *ret_n = db_changes(db);
    return true;
}

bool store_file_is_named(struct db *db, struct str file)
{
    struct stmt *q = db_query(db, "SELECT 1 FROM artifact_piece WHERE file = ?1 LIMIT 1", "s", file);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

/* ---- deleting ---- */

bool store_content_doomed(struct db *db, int64_t *ret_content)
{
    struct stmt *q = db_query(db, "SELECT id FROM artifact_content WHERE owners = 0 ORDER BY id LIMIT 1", "");
    bool found = stmt_row(q);
    if (found)
        *ret_content = stmt_int(q);
    stmt_done(q);
    return found;
}

/* Pieces of one file mostly follow each other. */
static bool read_files(struct db *db, struct arena *arena, int64_t content, int64_t limit,
                       struct file_names *ret_files, int64_t *ret_pieces)
{
    struct file_names files = { .items = arena_array(arena, (size_t)limit, sizeof *files.items) };
    *ret_pieces = 0;
    struct stmt *q =
        db_query(db, "SELECT file FROM artifact_piece WHERE content = ?1 ORDER BY position LIMIT ?2", "ii",
                 content, limit);
    while (files.items && stmt_row(q)) {
        struct str file = stmt_borrow(q);
        if (files.n == 0 || !str_eq(file, files.items[files.n - 1]))
            files.items[files.n++] = arena_str(arena, file);
        ++*ret_pieces;
    }
    stmt_done(q);
    *ret_files = files;
    return !arena->failed && !db_failed(db);
}

bool store_content_delete_some(struct db *db, struct arena *arena, int64_t content, int64_t limit,
                               struct file_names *ret_files, bool *ret_done)
{
    int64_t pieces;
    if (!read_files(db, arena, content, limit, ret_files, &pieces) ||
        !db_exec(db,
                 "DELETE FROM artifact_piece WHERE content = ?1 AND position IN "
                 "(SELECT position FROM artifact_piece WHERE content = ?1 ORDER BY position LIMIT ?2)",
                 "ii", content, limit) ||
        !db_exec(db,
                 "DELETE FROM artifact_part WHERE content = ?1 AND number IN "
                 "(SELECT number FROM artifact_part WHERE content = ?1 ORDER BY number LIMIT ?2)",
                 "ii", content, limit))
        return false;
    *ret_done = pieces < limit && db_changes(db) < limit;
    return !*ret_done || db_exec(db, "DELETE FROM artifact_content WHERE id = ?1", "i", content);
}
