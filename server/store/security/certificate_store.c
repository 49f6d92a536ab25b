#include "store/security/certificate_store.h"

static struct str mode_name(enum certificate_mode mode)
{
    return str_from(api_enum_name(&shape_certificate_mode, (int)mode));
}

/* Columns are read in the order in which they are selected. */
static struct certificate_common read_common(struct stmt *q, struct arena *arena)
{
    return (struct certificate_common){
        .id = stmt_int(q),
        .certificate_id = stmt_text(q, arena),
        .mode = (enum certificate_mode)api_enum_value(&shape_certificate_mode, stmt_borrow(q)),
        .pem = stmt_text(q, arena),
        .generation_id = stmt_text(q, arena),
        .version = stmt_int(q),
        .not_before_ms = stmt_int(q),
        .not_after_ms = stmt_int(q),
        .created_at_ms = stmt_int(q),
        .updated_at_ms = stmt_int(q),
    };
}
#define COMMON_COLUMNS                                                                                       \
    "id, certificate_id, mode, pem, generation_id, version, not_before_ms, not_after_ms, created_at_ms, "    \
    "updated_at_ms"

/* ---- certificates ---- */

static struct str status_name(enum certificate_status status)
{
    return str_from(api_enum_name(&shape_certificate_status, (int)status));
}

static bool read_certificate(struct stmt *q, struct arena *arena, struct certificate_row *ret_certificate)
{
    ret_certificate->common = read_common(q, arena);
    ret_certificate->status =
        (enum certificate_status)api_enum_value(&shape_certificate_status, stmt_borrow(q));
    ret_certificate->ca_certificate_id = stmt_text(q, arena);
    return !arena->failed;
}
#define CERTIFICATE_COLUMNS COMMON_COLUMNS ", status, ca_certificate_id"

bool store_certificate_get(struct db *db, struct arena *arena, struct str certificate_id,
                           struct certificate_row *ret_certificate)
{
    struct stmt *q = db_query(db, "SELECT " CERTIFICATE_COLUMNS " FROM certificate WHERE certificate_id = ?1",
                              "s", certificate_id);
    bool found = stmt_row(q) && read_certificate(q, arena, ret_certificate);
    stmt_done(q);
    return found;
}

static bool found_one(struct stmt *q)
{
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

bool store_certificate_exists(struct db *db, struct str certificate_id)
{
    return found_one(
        db_query(db, "SELECT 1 FROM certificate WHERE certificate_id = ?1", "s", certificate_id));
}

/* One statement: between two of them a certificate that was deleted could be registered again, and be found
 * by neither. */
bool store_certificate_standing(struct db *db, struct arena *arena, struct str content,
                                struct certificate_standing *ret_standing)
{
    struct certificate_standing standing = { 0 };
    struct stmt *q = db_query(db,
                              "SELECT certificate_id, status FROM certificate WHERE content = ?1 "
                              "UNION ALL SELECT NULL, NULL FROM deleted_certificate WHERE content = ?1",
                              "s", content);
    if (stmt_row(q)) {
        standing.certificate_id = stmt_text(q, arena);
        standing.status = (enum certificate_status)api_enum_value(&shape_certificate_status, stmt_borrow(q));
        standing.deleted = standing.certificate_id.p == NULL;
    }
    stmt_done(q);
    *ret_standing = standing;
    return !arena->failed && !db_failed(db);
}

bool store_certificate_insert(struct db *db, const struct certificate_row *certificate)
{
    const struct certificate_common *common = &certificate->common;
    return db_exec(db, "DELETE FROM deleted_certificate WHERE content = ?1", "s", certificate->content) &&
           db_exec(db,
                   "INSERT INTO certificate (certificate_id, mode, pem, generation_id, version, "
                   "not_before_ms, not_after_ms, created_at_ms, updated_at_ms, status, ca_certificate_id, "
                   "content) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                   "ssssiiiiisss", common->certificate_id, mode_name(common->mode), common->pem,
                   common->generation_id, common->version, common->not_before_ms, common->not_after_ms,
                   common->created_at_ms, common->updated_at_ms, status_name(certificate->status),
                   certificate->ca_certificate_id, certificate->content);
}

bool store_certificate_set_status(struct db *db, int64_t certificate, enum certificate_status status,
                                  int64_t now_ms)
{
    return db_exec(
        db, "UPDATE certificate SET status = ?2, version = version + 1, updated_at_ms = ?3 WHERE id = ?1",
        "isi", certificate, status_name(status), now_ms);
}

bool store_certificate_delete(struct db *db, int64_t certificate)
{
    return db_exec(db, "INSERT INTO deleted_certificate SELECT content FROM certificate WHERE id = ?1", "i",
                   certificate) &&
           db_exec(db, "DELETE FROM certificate WHERE id = ?1", "i", certificate);
}

/* ---- CAs ---- */

static struct str ca_status_name(enum ca_certificate_status status)
{
    return str_from(api_enum_name(&shape_ca_certificate_status, (int)status));
}

static struct str auto_registration_name(enum auto_registration_status status)
{
    return str_from(api_enum_name(&shape_auto_registration_status, (int)status));
}

static bool read_ca(struct stmt *q, struct arena *arena, struct ca_certificate_row *ret_ca)
{
    ret_ca->common = read_common(q, arena);
    ret_ca->status = (enum ca_certificate_status)api_enum_value(&shape_ca_certificate_status, stmt_borrow(q));
    ret_ca->auto_registration =
        (enum auto_registration_status)api_enum_value(&shape_auto_registration_status, stmt_borrow(q));
    ret_ca->subject = stmt_text(q, arena);
    ret_ca->template_body = stmt_text(q, arena);
    ret_ca->role_arn = stmt_text(q, arena);
    ret_ca->template_name = stmt_text(q, arena);
    return !arena->failed;
}
#define CA_COLUMNS                                                                                           \
    COMMON_COLUMNS ", status, auto_registration, subject, template_body, role_arn, template_name"

bool store_ca_certificate_get(struct db *db, struct arena *arena, struct str certificate_id,
                              struct ca_certificate_row *ret_ca)
{
    struct stmt *q = db_query(db, "SELECT " CA_COLUMNS " FROM ca_certificate WHERE certificate_id = ?1", "s",
                              certificate_id);
    bool found = stmt_row(q) && read_ca(q, arena, ret_ca);
    stmt_done(q);
    return found;
}

bool store_ca_certificate_exists(struct db *db, struct str certificate_id)
{
    return found_one(
        db_query(db, "SELECT 1 FROM ca_certificate WHERE certificate_id = ?1", "s", certificate_id));
}

bool store_ca_certificate_insert(struct db *db, const struct ca_certificate_row *ca)
{
    const struct certificate_common *common = &ca->common;
    return db_exec(db,
                   "INSERT INTO ca_certificate (certificate_id, mode, pem, generation_id, version, "
                   "not_before_ms, not_after_ms, created_at_ms, updated_at_ms, status, auto_registration, "
                   "subject, template_body, role_arn, template_name) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
                   "ssssiiiiissssss", common->certificate_id, mode_name(common->mode), common->pem,
                   common->generation_id, common->version, common->not_before_ms, common->not_after_ms,
                   common->created_at_ms, common->updated_at_ms, ca_status_name(ca->status),
                   auto_registration_name(ca->auto_registration), ca->subject, ca->template_body,
                   ca->role_arn, ca->template_name);
}

bool store_ca_certificate_changed(struct db *db, const struct ca_certificate_row *ca, int64_t now_ms)
{
    return db_exec(db,
                   "UPDATE ca_certificate SET status = ?2, auto_registration = ?3, template_body = ?4, "
                   "role_arn = ?5, template_name = ?6, version = version + 1, updated_at_ms = ?7 "
                   "WHERE id = ?1",
                   "isssssi", ca->common.id, ca_status_name(ca->status),
                   auto_registration_name(ca->auto_registration), ca->template_body, ca->role_arn,
                   ca->template_name, now_ms);
}

bool store_ca_certificate_delete(struct db *db, int64_t ca)
{
    return db_exec(db, "DELETE FROM ca_certificate WHERE id = ?1", "i", ca);
}

static bool read_cas(struct stmt *q, struct db *db, struct arena *arena, int64_t limit,
                     struct ca_certificate_rows *ret_rows)
{
    struct ca_certificate_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    while (rows.items && rows.n < (size_t)limit && stmt_row(q) && read_ca(q, arena, &rows.items[rows.n]))
        rows.n++;
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

bool store_ca_certificates_of_subject(struct db *db, struct arena *arena, struct str subject, int64_t limit,
                                      struct ca_certificate_rows *ret_rows)
{
    struct stmt *q =
        db_query(db, "SELECT " CA_COLUMNS " FROM ca_certificate WHERE subject = ?1 ORDER BY id LIMIT ?2",
                 "si", subject, limit);
    return read_cas(q, db, arena, limit, ret_rows);
}

/* ---- lists ---- */

bool store_certificates_list(struct db *db, struct arena *arena, enum certificate_order order, int64_t cursor,
                             int64_t limit, struct certificate_rows *ret_rows)
{
    struct certificate_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    if (!rows.items)
        return false;
    struct stmt *q =
        order == OLDEST_FIRST
            ? db_query(db,
                       "SELECT " CERTIFICATE_COLUMNS " FROM certificate WHERE id > ?1 ORDER BY id LIMIT ?2",
                       "ii", cursor, limit)
            : db_query(db,
                       "SELECT " CERTIFICATE_COLUMNS
                       " FROM certificate WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
                       "ii", cursor, limit);
    while (rows.n < (size_t)limit && stmt_row(q) && read_certificate(q, arena, &rows.items[rows.n]))
        rows.n++;
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

static struct stmt *query_all_cas(struct db *db, enum certificate_order order, int64_t cursor, int64_t limit)
{
    if (order == OLDEST_FIRST)
        return db_query(db, "SELECT " CA_COLUMNS " FROM ca_certificate WHERE id > ?1 ORDER BY id LIMIT ?2",
                        "ii", cursor, limit);
    return db_query(db, "SELECT " CA_COLUMNS " FROM ca_certificate WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
                    "ii", cursor, limit);
}

static struct stmt *query_cas_of_template(struct db *db, struct str template_name,
                                          enum certificate_order order, int64_t cursor, int64_t limit)
{
    if (order == OLDEST_FIRST)
        return db_query(db,
                        "SELECT " CA_COLUMNS " FROM ca_certificate WHERE template_name = ?1 AND id > ?2 "
                        "ORDER BY id LIMIT ?3",
                        "sii", template_name, cursor, limit);
    return db_query(db,
                    "SELECT " CA_COLUMNS " FROM ca_certificate WHERE template_name = ?1 AND id < ?2 "
                    "ORDER BY id DESC LIMIT ?3",
                    "sii", template_name, cursor, limit);
}

bool store_ca_certificates_list(struct db *db, struct arena *arena, struct str template_name,
                                enum certificate_order order, int64_t cursor, int64_t limit,
                                struct ca_certificate_rows *ret_rows)
{
    struct stmt *q = template_name.p ? query_cas_of_template(db, template_name, order, cursor, limit)
                                     : query_all_cas(db, order, cursor, limit);
    return read_cas(q, db, arena, limit, ret_rows);
}
