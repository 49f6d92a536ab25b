/*
 * Certificates of devices (control plane 1.5, identity 1.1 to 1.3): making and registering them
 * (certificate_make.c, certificate_register.c), and what becomes of them (certificate.c). What they permit is
 * not decided here.
 */
#ifndef IOTJOBS_OPS_CERTIFICATE_H
#define IOTJOBS_OPS_CERTIFICATE_H

#include "base/certificate.h"
#include "ops/page.h"
#include "store/security/certificate_store.h"

op_prepare_fn prepare_keys_and_certificate;
op_prepare_fn prepare_certificate_from_csr;
op_fn op_create_keys_and_certificate;
op_fn op_create_certificate_from_csr;

op_prepare_fn prepare_register_certificate;
op_prepare_fn prepare_register_certificate_without_ca;
op_fn op_register_certificate;
op_fn op_register_certificate_without_ca;

op_fn op_describe_certificate;
op_fn op_update_certificate;
op_fn op_delete_certificate;
op_fn op_list_certificates;

/* ---- for the operations on certificates and CAs ---- */

enum { CERTIFICATE_PAGE_SIZE_DEFAULT = 25 }; /* identity 1.7 */

/* The id as it is stored: requests may have its digits in upper case. Absent when memory is out. */
struct str certificate_key(struct op *op, struct str certificate_id);

/* What a new row says beside its status: everything but `id` and `mode`. */
struct certificate_common certificate_new(struct op *op, const struct certificate *certificate);

/* Whether a registered CA has signed the certificate that is ACTIVE, and whose devices register themselves.
 */
bool certificate_registers_itself(struct op *op, const struct certificate *certificate,
                                  struct ca_certificate_row *ret_ca);

/* What a certificate counts for is another matter once it is registered (ops/security/access_changes). */
void certificate_note_registered(struct op *op, const struct certificate *certificate);

/* certificateArn and certificateId; `type`: cert or cacert. */
void render_certificate_reference(struct op *op, const char *type, struct str certificate_id);
/* {"notBefore":…,"notAfter":…} as the member "validity". */
void render_certificate_validity(struct json *json, const struct certificate_common *common);
/* "certificateMode" */
void render_certificate_mode(struct json *json, enum certificate_mode mode);

/* Where a list begins, and which way it goes; `narrowed` is what else selects it, or absent. */
struct certificate_list {
    enum certificate_order order;
    struct page page;
};

bool certificate_list_open(struct op *op, struct certificate_list *list, enum operation operation,
                           struct str narrowed, struct opt_bool ascending, struct opt_int page_size,
                           struct str marker);

#endif
