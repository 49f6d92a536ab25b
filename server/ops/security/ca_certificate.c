#include "ops/security/ca_certificate.h"

#include "ops/arn.h"
#include "ops/refusal.h"
#include "ops/render.h"
#include "ops/security/access_changes.h"
#include "ops/security/certificate.h"
#include "ops/tags.h"
#include "settings.h"
#include "store/store.h"

/* ---- GetRegistrationCode ---- */

#define REGISTRATION_CODE_SECRET STR_LIT("registration_code")

/* Always the same, and known to nobody who has not asked: whoever signs it proves to have the CA's key.
 * Absent when the database fails. */
static struct str registration_code(struct op *op)
{
    unsigned char secret[STORE_SECRET_BYTES];
    char digits[CERTIFICATE_ID_DIGITS + 1];
    if (!store_secret(op->db, REGISTRATION_CODE_SECRET, secret))
        return STR_NONE;
    certificate_hash((struct str){ (const char *)secret, sizeof secret }, digits);
    return arena_str(op->arena, str_from(digits));
}

bool op_get_registration_code(struct op *op, const void *input)
{
    (void)input;
    struct str code = registration_code(op);
    if (!code.p)
        return fail(op->err, ERR_INTERNAL, "The registration code could not be read.");
    json_member_string(op->json, "registrationCode", code);
    return true;
}

/* ---- RegisterCACertificate: on the edge's thread ---- */

struct ca_registration {
    struct certificate ca;
    struct str verification; /* the common name of the verification certificate; absent: there is none */
    bool verified;           /* there is a verification certificate, which the CA has signed */
};

static bool check_config(struct err *err, const struct registration_config *config)
{
    return !config || !config->template_body.p || !config->template_name.p ||
           fail(err, ERR_INVALID_REQUEST,
                "Provide either templateBody or templateName in registrationConfig, not both.");
}

static bool is_sni_only(const struct register_ca_certificate_request *in)
{
    return in->certificate_mode == CERTIFICATE_MODE_SNI_ONLY;
}

static bool check_register(struct err *err, const struct register_ca_certificate_request *in)
{
    bool verification = in->verification_certificate.p != NULL;
    if (is_sni_only(in) && verification)
        return fail(err, ERR_INVALID_REQUEST,
                    "verificationCertificate must not be given when certificateMode is SNI_ONLY.");
    if (!is_sni_only(in) && !verification)
        return fail(err, ERR_INVALID_REQUEST,
                    "verificationCertificate must be given when certificateMode is DEFAULT.");
    return check_config(err, in->registration_config);
}

static bool read_ca(const struct preparation *preparation, struct str pem, struct certificate *ret_ca)
{
    const char *wrong = certificate_read(pem, preparation->arena, ret_ca);
    if (!wrong && !ret_ca->is_ca)
        wrong = "is not the certificate of a CA";
    return !wrong || fail(preparation->err, ERR_CERTIFICATE_VALIDATION, "The CA certificate %s.", wrong);
}

static bool read_verification(const struct preparation *preparation, struct str pem,
                              struct ca_registration *registration)
{
    struct certificate verification;
    const char *wrong = certificate_read(pem, preparation->arena, &verification);
    if (!wrong && !certificate_signed_by(verification.pem, registration->ca.pem))
        wrong = "is not signed by the CA certificate";
    if (wrong)
        return fail(preparation->err, ERR_CERTIFICATE_VALIDATION, "The verification certificate %s.", wrong);
    registration->verified = true;
    registration->verification = verification.common_name;
    return true;
}

const void *prepare_register_ca_certificate(const struct preparation *preparation, const void *input)
{
    const struct register_ca_certificate_request *in = input;
    struct ca_registration *registration = arena_alloc(preparation->arena, sizeof *registration);
    if (!registration) {
        fail(preparation->err, ERR_INTERNAL, "The server is out of memory for this certificate.");
        return NULL;
    }
    bool ok = check_register(preparation->err, in) &&
              read_ca(preparation, in->ca_certificate, &registration->ca) &&
              (!in->verification_certificate.p ||
               read_verification(preparation, in->verification_certificate, registration));
    return ok ? registration : NULL;
}

/* ---- RegisterCACertificate: in the transaction ---- */

static bool check_code(struct op *op, const struct ca_registration *registration)
{
    if (!registration->verified)
        return true;
    struct str code = registration_code(op);
    if (!code.p)
        return fail(op->err, ERR_INTERNAL, "The registration code could not be read.");
    return str_eq(registration->verification, code) ||
           fail(op->err, ERR_REGISTRATION_CODE_VALIDATION,
                "The common name of the verification certificate is not the registration code.");
}

static bool check_new(struct op *op, const struct certificate *ca)
{
    struct ca_certificate_rows namesakes;
    if (store_ca_certificate_exists(op->db, ca->id)) {
        name_existing(op, ca->id, arn_make(op, "cacert", ca->id));
        return fail(op->err, ERR_RESOURCE_ALREADY_EXISTS, "The CA certificate is already registered.");
    }
    if (!store_ca_certificates_of_subject(op->db, op->arena, ca->subject, CA_CERTIFICATES_OF_SUBJECT_MAX,
                                          &namesakes))
        return fail(op->err, ERR_INTERNAL, "The CA certificates could not be read.");
    return namesakes.n < CA_CERTIFICATES_OF_SUBJECT_MAX ||
           fail(op->err, ERR_LIMIT_EXCEEDED,
                "At most %d CA certificates with the same subject can be registered.",
                CA_CERTIFICATES_OF_SUBJECT_MAX);
}

static void configure(struct ca_certificate_row *ca, const struct registration_config *config)
{
    static const struct registration_config none = { 0 };
    const struct registration_config *wanted = config ? config : &none;
    ca->template_body = wanted->template_body;
    ca->role_arn = wanted->role_arn;
    ca->template_name = wanted->template_name;
}

/* Who is connected with a certificate that it has signed, and that is not registered, would have to register
 * itself from now on, or needs to no more. */
static void note_change(struct op *op)
{
    access_changes_note(op->access_changes, ACCESS_CHANGED_ANYHOW, STR_NONE);
}

static bool write_ca(struct op *op, const struct register_ca_certificate_request *in,
                     const struct certificate *certificate)
{
    struct ca_certificate_row ca = {
        .common = certificate_new(op, certificate),
        .status = in->set_as_active.value ? CA_CERTIFICATE_STATUS_ACTIVE : CA_CERTIFICATE_STATUS_INACTIVE,
        .auto_registration = in->allow_auto_registration.value ? AUTO_REGISTRATION_STATUS_ENABLE
                                                               : AUTO_REGISTRATION_STATUS_DISABLE,
        .subject = certificate->subject,
    };
    ca.common.mode = is_sni_only(in) ? CERTIFICATE_MODE_SNI_ONLY : CERTIFICATE_MODE_DEFAULT;
    configure(&ca, in->registration_config);
    note_change(op);
    if (!store_ca_certificate_insert(op->db, &ca))
        return fail(op->err, ERR_INTERNAL, "The CA certificate could not be stored.");
    return tags_write(op, TAGGABLE_CA_CERTIFICATE, certificate->id, &in->tags);
}

bool op_register_ca_certificate(struct op *op, const void *input)
{
    const struct register_ca_certificate_request *in = input;
    const struct ca_registration *registration = op->prepared;
    if (!tags_check(op, &in->tags) || !check_code(op, registration) || !check_new(op, &registration->ca) ||
        !write_ca(op, in, &registration->ca))
        return false;
    render_certificate_reference(op, "cacert", registration->ca.id);
    return true;
}

/* ---- DescribeCACertificate ---- */

static bool find(struct op *op, struct str certificate_id, struct ca_certificate_row *ret_ca)
{
    return store_ca_certificate_get(op->db, op->arena, certificate_key(op, certificate_id), ret_ca) ||
           fail(op->err, ERR_RESOURCE_NOT_FOUND, "CA certificate %.*s cannot be found.", STR(certificate_id));
}

static void render_status(struct op *op, const struct ca_certificate_row *ca)
{
    json_member_string(op->json, "status",
                       str_from(api_enum_name(&shape_ca_certificate_status, (int)ca->status)));
}

static void render_description(struct op *op, const struct ca_certificate_row *ca)
{
    struct json *json = op->json;
    const struct certificate_common *common = &ca->common;
    render_certificate_reference(op, "cacert", common->certificate_id);
    render_status(op, ca);
    json_member_string(json, "certificatePem", common->pem);
    json_member_string(json, "ownedBy", str_from(op->settings->account_id));
    json_member_seconds(json, "creationDate", common->created_at_ms);
    json_member_string(json, "autoRegistrationStatus",
                       str_from(api_enum_name(&shape_auto_registration_status, (int)ca->auto_registration)));
    json_member_seconds(json, "lastModifiedDate", common->updated_at_ms);
    json_member_int(json, "customerVersion", common->version);
    json_member_string(json, "generationId", common->generation_id);
    render_certificate_validity(json, common);
    render_certificate_mode(json, common->mode);
}

static void render_config(struct json *json, const struct ca_certificate_row *ca)
{
    if (!ca->template_body.p && !ca->role_arn.p && !ca->template_name.p)
        return;
    json_key(json, "registrationConfig");
    json_object_begin(json);
    render_optional(json, "templateBody", ca->template_body);
    render_optional(json, "roleArn", ca->role_arn);
    render_optional(json, "templateName", ca->template_name);
    json_object_end(json);
}

bool op_describe_ca_certificate(struct op *op, const void *input)
{
    const struct describe_ca_certificate_request *in = input;
    struct ca_certificate_row ca;
    if (!find(op, in->certificate_id, &ca))
        return false;
    json_key(op->json, "certificateDescription");
    json_object_begin(op->json);
    render_description(op, &ca);
    json_object_end(op->json);
    render_config(op->json, &ca);
    return true;
}

/* ---- UpdateCACertificate ---- */

static bool check_update(struct op *op, const struct update_ca_certificate_request *in)
{
    bool removes = in->remove_auto_registration.value;
    if (removes && in->registration_config)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Provide either registrationConfig or removeAutoRegistration, not both.");
    if (removes && in->new_auto_registration_status == AUTO_REGISTRATION_STATUS_ENABLE)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "removeAutoRegistration and newAutoRegistrationStatus ENABLE exclude each other.");
    return check_config(op->err, in->registration_config);
}

/* What the request does not name stays. */
static void apply(struct ca_certificate_row *ca, const struct update_ca_certificate_request *in)
{
    if (in->new_status)
        ca->status = in->new_status;
    if (in->new_auto_registration_status)
        ca->auto_registration = in->new_auto_registration_status;
    if (in->remove_auto_registration.value)
        ca->auto_registration = AUTO_REGISTRATION_STATUS_DISABLE;
    if (in->remove_auto_registration.value || in->registration_config)
        configure(ca, in->registration_config);
}

static bool is_same(const struct ca_certificate_row *a, const struct ca_certificate_row *b)
{
    return a->status == b->status && a->auto_registration == b->auto_registration &&
           str_eq(a->template_body, b->template_body) && str_eq(a->role_arn, b->role_arn) &&
           str_eq(a->template_name, b->template_name);
}

bool op_update_ca_certificate(struct op *op, const void *input)
{
    const struct update_ca_certificate_request *in = input;
    struct ca_certificate_row ca;
    if (!check_update(op, in) || !find(op, in->certificate_id, &ca))
        return false;
    const struct ca_certificate_row before = ca;
    apply(&ca, in);
    if (is_same(&ca, &before))
        return true;
    note_change(op);
    return store_ca_certificate_changed(op->db, &ca, op->now_ms) ||
           fail(op->err, ERR_INTERNAL, "The CA certificate could not be stored.");
}

/* ---- DeleteCACertificate ---- */

/* The certificates that it has signed stay, and go on counting. */
bool op_delete_ca_certificate(struct op *op, const void *input)
{
    const struct delete_ca_certificate_request *in = input;
    struct ca_certificate_row ca;
    if (!find(op, in->certificate_id, &ca))
        return false;
    struct str id = ca.common.certificate_id;
    if (ca.status == CA_CERTIFICATE_STATUS_ACTIVE)
        return fail(op->err, ERR_CERTIFICATE_STATE,
                    "CA certificate must be deactivated (not ACTIVE) before deletion. Id: %.*s", STR(id));
    note_change(op);
    return (store_ca_certificate_delete(op->db, ca.common.id) ||
            fail(op->err, ERR_INTERNAL, "The CA certificate could not be deleted.")) &&
           tags_forget(op, TAGGABLE_CA_CERTIFICATE, id);
}

/* ---- ListCACertificates ---- */

static void render_summary(struct op *op, const struct ca_certificate_row *ca)
{
    json_object_begin(op->json);
    render_certificate_reference(op, "cacert", ca->common.certificate_id);
    render_status(op, ca);
    json_member_seconds(op->json, "creationDate", ca->common.created_at_ms);
    json_object_end(op->json);
}

bool op_list_ca_certificates(struct op *op, const void *input)
{
    const struct list_ca_certificates_request *in = input;
    struct certificate_list list;
    struct ca_certificate_rows rows;
    if (!certificate_list_open(op, &list, OP_LIST_CA_CERTIFICATES, in->template_name, in->ascending_order,
                               in->page_size, in->marker))
        return false;
    if (!store_ca_certificates_list(op->db, op->arena, in->template_name, list.order, list.page.cursor,
                                    list.page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The CA certificates could not be read.");
    json_key(op->json, "certificates");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&list.page, rows.items[i].common.id); i++)
        render_summary(op, &rows.items[i]);
    json_array_end(op->json);
    return page_close_marker(op, &list.page);
}
