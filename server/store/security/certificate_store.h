/* Rows of certificates and of the CAs that sign them. Texts that are returned live in the arena. */
#ifndef IOTJOBS_STORE_CERTIFICATE_STORE_H
#define IOTJOBS_STORE_CERTIFICATE_STORE_H

#include "api/model.h"
#include "store/db.h"

/* What certificates and CAs have in common. */
struct certificate_common {
    int64_t id;                /* order of creation */
    struct str certificate_id; /* 64 lower-case hexadecimal digits */
    enum certificate_mode mode;
    struct str pem;
    struct str generation_id;
    int64_t version;
    int64_t not_before_ms, not_after_ms;
    int64_t created_at_ms, updated_at_ms;
};

struct certificate_row {
    struct certificate_common common;
    struct str content; /* as struct certificate has it (base/certificate.h) */
    enum certificate_status status;
    struct str ca_certificate_id; /* absent: no registered CA signed it */
};

struct certificate_rows {
    size_t n;
    struct certificate_row *items;
};

/* By the id as it is stored: in lower case. */
bool store_certificate_get(struct db *db, struct arena *arena, struct str certificate_id,
                           struct certificate_row *ret_certificate);
bool store_certificate_exists(struct db *db, struct str certificate_id);

struct certificate_standing {
    struct str certificate_id; /* absent: it is not registered */
    enum certificate_status status;
    bool deleted; /* and not registered again */
};

/* What became of the certificate with this content. False: the database does not answer. */
bool store_certificate_standing(struct db *db, struct arena *arena, struct str content,
                                struct certificate_standing *ret_standing);

bool store_certificate_insert(struct db *db, const struct certificate_row *certificate);
/* And the next version. */
bool store_certificate_set_status(struct db *db, int64_t certificate, enum certificate_status status,
                                  int64_t now_ms);
/* Nothing is attached to it any more. */
bool store_certificate_delete(struct db *db, int64_t certificate);

/* ---- CAs ---- */

struct ca_certificate_row {
    struct certificate_common common;
    enum ca_certificate_status status;
    enum auto_registration_status auto_registration;
    struct str subject;                                /* as struct certificate has it (base/certificate.h) */
    struct str template_body, role_arn, template_name; /* registrationConfig; all absent: none */
};

struct ca_certificate_rows {
    size_t n;
    struct ca_certificate_row *items;
};

bool store_ca_certificate_get(struct db *db, struct arena *arena, struct str certificate_id,
                              struct ca_certificate_row *ret_ca);
bool store_ca_certificate_exists(struct db *db, struct str certificate_id);
bool store_ca_certificate_insert(struct db *db, const struct ca_certificate_row *ca);
/* Its status, autoRegistrationStatus and registrationConfig, and the next version. */
bool store_ca_certificate_changed(struct db *db, const struct ca_certificate_row *ca, int64_t now_ms);
bool store_ca_certificate_delete(struct db *db, int64_t ca);

/* Those with that subject, in order of creation, at most `limit`. */
bool store_ca_certificates_of_subject(struct db *db, struct arena *arena, struct str subject, int64_t limit,
                                      struct ca_certificate_rows *ret_rows);

/* ---- lists, beyond `cursor`, an id ---- */

enum certificate_order { OLDEST_FIRST, NEWEST_FIRST };

bool store_certificates_list(struct db *db, struct arena *arena, enum certificate_order order, int64_t cursor,
                             int64_t limit, struct certificate_rows *ret_rows);
/* `template_name` absent: all. */
bool store_ca_certificates_list(struct db *db, struct arena *arena, struct str template_name,
                                enum certificate_order order, int64_t cursor, int64_t limit,
                                struct ca_certificate_rows *ret_rows);

#endif
