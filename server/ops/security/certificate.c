/* DescribeCertificate, UpdateCertificate, DeleteCertificate, ListCertificates. */
#include "ops/security/certificate.h"

#include "base/random.h"
#include "ops/arn.h"
#include "ops/render.h"
#include "ops/security/access_changes.h"
#include "rules/security/certificate_state.h"
#include "settings.h"
#include "store/security/policy_store.h"
#include "store/security/principal_store.h"

/* ---- shared ---- */

struct str certificate_key(struct op *op, struct str certificate_id)
{
    char *key = arena_alloc(op->arena, certificate_id.n + 1);
    if (!key)
        return STR_NONE;
    for (size_t i = 0; i < certificate_id.n; i++) {
        char c = certificate_id.p[i];
        key[i] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    }
    return (struct str){ key, certificate_id.n };
}

struct certificate_common certificate_new(struct op *op, const struct certificate *certificate)
{
    char uuid[UUID_TEXT_MAX];
    random_uuid(uuid);
    return (struct certificate_common){
        .certificate_id = certificate->id,
        .pem = certificate->pem,
        .generation_id = arena_str(op->arena, str_from(uuid)),
        .version = 1,
        .not_before_ms = certificate->not_before_ms,
        .not_after_ms = certificate->not_after_ms,
        .created_at_ms = op->now_ms,
        .updated_at_ms = op->now_ms,
    };
}

void render_certificate_reference(struct op *op, const char *type, struct str certificate_id)
{
    json_member_string(op->json, "certificateArn", arn_make(op, type, certificate_id));
    json_member_string(op->json, "certificateId", certificate_id);
}

void render_certificate_validity(struct json *json, const struct certificate_common *common)
{
    json_key(json, "validity");
    json_object_begin(json);
    json_member_seconds(json, "notBefore", common->not_before_ms);
    json_member_seconds(json, "notAfter", common->not_after_ms);
    json_object_end(json);
}

void render_certificate_mode(struct json *json, enum certificate_mode mode)
{
    json_member_string(json, "certificateMode", str_from(api_enum_name(&shape_certificate_mode, (int)mode)));
}

bool certificate_list_open(struct op *op, struct certificate_list *list, enum operation operation,
                           struct str narrowed, struct opt_bool ascending, struct opt_int page_size,
                           struct str marker)
{
    list->order = ascending.value ? OLDEST_FIRST : NEWEST_FIRST;
    struct str whose =
        arena_printf(op->arena, "%s %.*s", ascending.value ? "ascending" : "descending", STR(narrowed));
    if (!page_size.set)
        page_size = (struct opt_int){ true, CERTIFICATE_PAGE_SIZE_DEFAULT };
    return page_open(op, &list->page, operation, whose, page_size, marker,
                     list->order == OLDEST_FIRST ? 0 : INT64_MAX);
}

/* ---- DescribeCertificate ---- */

static bool find(struct op *op, struct str certificate_id, struct certificate_row *ret_certificate)
{
    return store_certificate_get(op->db, op->arena, certificate_key(op, certificate_id), ret_certificate) ||
           fail(op->err, ERR_RESOURCE_NOT_FOUND, "Certificate %.*s cannot be found.", STR(certificate_id));
}

static void render_description(struct op *op, const struct certificate_row *certificate)
{
    struct json *json = op->json;
    const struct certificate_common *common = &certificate->common;
    render_certificate_reference(op, "cert", common->certificate_id);
    render_optional(json, "caCertificateId", certificate->ca_certificate_id);
    json_member_string(json, "status", str_from(certificate_status_name(certificate->status)));
    json_member_string(json, "certificatePem", common->pem);
    json_member_string(json, "ownedBy", str_from(op->settings->account_id));
    json_member_seconds(json, "creationDate", common->created_at_ms);
    json_member_seconds(json, "lastModifiedDate", common->updated_at_ms);
    json_member_int(json, "customerVersion", common->version);
    /* Nothing is ever transferred here; AWS shows the object all the same. */
    json_key(json, "transferData");
    json_object_begin(json);
    json_object_end(json);
    json_member_string(json, "generationId", common->generation_id);
    render_certificate_validity(json, common);
    render_certificate_mode(json, common->mode);
}

bool op_describe_certificate(struct op *op, const void *input)
{
    const struct describe_certificate_request *in = input;
    struct certificate_row certificate;
    if (!find(op, in->certificate_id, &certificate))
        return false;
    json_key(op->json, "certificateDescription");
    json_object_begin(op->json);
    render_description(op, &certificate);
    json_object_end(op->json);
    return true;
}

/* ---- UpdateCertificate ---- */

bool op_update_certificate(struct op *op, const void *input)
{
    const struct update_certificate_request *in = input;
    struct certificate_row certificate;
    if (!certificate_status_may_be_asked_for(in->new_status))
        return fail(op->err, ERR_INVALID_REQUEST, "The status of a certificate cannot be changed to be %s.",
                    certificate_status_name(in->new_status));
    if (!find(op, in->certificate_id, &certificate))
        return false;
    if (in->new_status == certificate.status)
        return true;
    if (!certificate_status_may_become(certificate.status, in->new_status))
        return fail(op->err, ERR_CERTIFICATE_STATE,
                    "The status of a certificate that is %s cannot be changed. Id: %.*s",
                    certificate_status_name(certificate.status), STR(certificate.common.certificate_id));
    access_changes_note(op->access_changes, ACCESS_CHANGED_FOR_CERTIFICATE,
                        certificate.common.certificate_id);
    return store_certificate_set_status(op->db, certificate.common.id, in->new_status, op->now_ms) ||
           fail(op->err, ERR_INTERNAL, "The certificate could not be stored.");
}

/* ---- DeleteCertificate ---- */

/* Force is stronger than policies, and than nothing else. */
static bool check_delete(struct op *op, const struct certificate_row *certificate, struct str principal,
                         bool force)
{
    struct str id = certificate->common.certificate_id;
    if (certificate->status == CERTIFICATE_STATUS_ACTIVE)
        return fail(op->err, ERR_CERTIFICATE_STATE,
                    "Certificate must be deactivated (not ACTIVE) before deletion. Id: %.*s", STR(id));
    if (store_principal_things(op->db, principal).any)
        return fail(op->err, ERR_DELETE_CONFLICT, "Things must be detached before deletion (arn: %.*s)",
                    STR(arn_make(op, "cert", id)));
    return force || !store_policy_attached_to(op->db, principal) ||
           fail(op->err, ERR_DELETE_CONFLICT,
                "Certificate policies must be detached before deletion (arn: %.*s)",
                STR(arn_make(op, "cert", id)));
}

bool op_delete_certificate(struct op *op, const void *input)
{
    const struct delete_certificate_request *in = input;
    struct certificate_row certificate;
    if (!find(op, in->certificate_id, &certificate))
        return false;
    struct str principal =
        arena_printf(op->arena, PRINCIPAL_CERTIFICATE_PREFIX "%.*s", STR(certificate.common.certificate_id));
    if (!check_delete(op, &certificate, principal, in->force_delete.value))
        return false;
    access_changes_note(op->access_changes, ACCESS_CHANGED_FOR_CERTIFICATE,
                        certificate.common.certificate_id);
    return (store_policy_detach_all(op->db, principal) &&
            store_certificate_delete(op->db, certificate.common.id)) ||
           fail(op->err, ERR_INTERNAL, "The certificate could not be deleted.");
}

/* ---- ListCertificates ---- */

static void render_summary(struct op *op, const struct certificate_row *certificate)
{
    json_object_begin(op->json);
    render_certificate_reference(op, "cert", certificate->common.certificate_id);
    json_member_string(op->json, "status", str_from(certificate_status_name(certificate->status)));
    render_certificate_mode(op->json, certificate->common.mode);
    json_member_seconds(op->json, "creationDate", certificate->common.created_at_ms);
    json_object_end(op->json);
}

bool op_list_certificates(struct op *op, const void *input)
{
    const struct list_certificates_request *in = input;
    struct certificate_list list;
    struct certificate_rows rows;
    if (!certificate_list_open(op, &list, OP_LIST_CERTIFICATES, STR_NONE, in->ascending_order, in->page_size,
                               in->marker))
        return false;
    if (!store_certificates_list(op->db, op->arena, list.order, list.page.cursor, list.page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The certificates could not be read.");
    json_key(op->json, "certificates");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&list.page, rows.items[i].common.id); i++)
        render_summary(op, &rows.items[i]);
    json_array_end(op->json);
    return page_close_marker(op, &list.page);
}
