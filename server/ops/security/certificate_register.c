/* RegisterCertificate, RegisterCertificateWithoutCA. */
#include "ops/arn.h"
#include "ops/refusal.h"
#include "ops/security/access_changes.h"
#include "ops/security/ca_certificate.h"
#include "ops/security/certificate.h"
#include "rules/security/certificate_state.h"

/* What is known of a certificate to be registered before the database is asked. */
struct registration {
    struct certificate certificate;
    struct str ca_id; /* of the CA that is named; absent: none is */
    enum certificate_status status;
};

/* ---- on the edge's thread ---- */

static bool read_status(const struct preparation *preparation, enum certificate_status asked_for,
                        struct opt_bool set_as_active, enum certificate_status *ret_status)
{
    if (asked_for && !certificate_status_may_be_registered(asked_for))
        return fail(preparation->err, ERR_INVALID_REQUEST,
                    "A certificate can be registered as ACTIVE, INACTIVE or REVOKED, not as %s.",
                    certificate_status_name(asked_for));
    if (asked_for && set_as_active.set && set_as_active.value != (asked_for == CERTIFICATE_STATUS_ACTIVE))
        return fail(preparation->err, ERR_INVALID_REQUEST,
                    "setAsActive says something else than the status %s.",
                    certificate_status_name(asked_for));
    enum certificate_status usual =
        set_as_active.value ? CERTIFICATE_STATUS_ACTIVE : CERTIFICATE_STATUS_INACTIVE;
    *ret_status = asked_for ? asked_for : usual;
    return true;
}

static bool read_certificate(const struct preparation *preparation, const char *what, struct str pem,
                             struct certificate *ret_certificate)
{
    const char *wrong = certificate_read(pem, preparation->arena, ret_certificate);
    return !wrong || fail(preparation->err, ERR_CERTIFICATE_VALIDATION, "The %s %s.", what, wrong);
}

static bool read_named_ca(const struct preparation *preparation, struct str pem,
                          struct registration *registration)
{
    struct certificate ca;
    if (!read_certificate(preparation, "CA certificate", pem, &ca))
        return false;
    registration->ca_id = ca.id;
    return certificate_signed_by(registration->certificate.pem, ca.pem) ||
           fail(preparation->err, ERR_CERTIFICATE_VALIDATION,
                "The certificate is not signed by the CA certificate that is given.");
}

/* `ca_pem` absent: no CA is named. */
static const void *prepare(const struct preparation *preparation, enum certificate_status asked_for,
                           struct opt_bool set_as_active, struct str pem, struct str ca_pem)
{
    struct registration *registration = arena_alloc(preparation->arena, sizeof *registration);
    if (!registration) {
        fail(preparation->err, ERR_INTERNAL, "The server is out of memory for this certificate.");
        return NULL;
    }
    bool ok = read_status(preparation, asked_for, set_as_active, &registration->status) &&
              read_certificate(preparation, "certificate", pem, &registration->certificate) &&
              (!ca_pem.p || read_named_ca(preparation, ca_pem, registration));
    return ok ? registration : NULL;
}

const void *prepare_register_certificate(const struct preparation *preparation, const void *input)
{
    const struct register_certificate_request *in = input;
    return prepare(preparation, in->status, in->set_as_active, in->certificate_pem, in->ca_certificate_pem);
}

const void *prepare_register_certificate_without_ca(const struct preparation *preparation, const void *input)
{
    const struct register_certificate_without_ca_request *in = input;
    return prepare(preparation, in->status, (struct opt_bool){ 0 }, in->certificate_pem, STR_NONE);
}

/* ---- in the transaction ---- */

static bool check_new(struct op *op, const struct certificate *certificate)
{
    struct certificate_standing standing;
    if (!store_certificate_standing(op->db, op->arena, certificate->content, &standing))
        return fail(op->err, ERR_INTERNAL, "The certificates could not be read.");
    if (!standing.certificate_id.p)
        return true;
    name_existing(op, standing.certificate_id, arn_make(op, "cert", standing.certificate_id));
    return fail(op->err, ERR_RESOURCE_ALREADY_EXISTS, "The certificate is already provisioned or registered");
}

/* Names are looked up, and signatures verified: several CAs may have the same name, and a name proves
 * nothing. */
static bool find_signer(struct op *op, const struct certificate *certificate,
                        struct ca_certificate_row *ret_ca)
{
    struct ca_certificate_rows rows;
    const struct ca_certificate_row *signer = NULL;
    if (!store_ca_certificates_of_subject(op->db, op->arena, certificate->issuer,
                                          CA_CERTIFICATES_OF_SUBJECT_MAX, &rows))
        return fail(op->err, ERR_INTERNAL, "The CA certificates could not be read.");
    for (size_t i = 0; i < rows.n; i++) {
        if (!certificate_signed_by(certificate->pem, rows.items[i].common.pem))
            continue;
        if (signer)
            return fail(op->err, ERR_CERTIFICATE_CONFLICT,
                        "Several registered CA certificates have the subject and the key that signed the "
                        "certificate: name one as caCertificatePem.");
        signer = &rows.items[i];
    }
    if (!signer)
        return fail(op->err, ERR_CERTIFICATE_VALIDATION,
                    "No registered CA certificate has signed the certificate.");
    *ret_ca = *signer;
    return true;
}

bool certificate_registers_itself(struct op *op, const struct certificate *certificate,
                                  struct ca_certificate_row *ret_ca)
{
    struct err nothing;
    struct op asking = *op;
    err_init(&nothing, op->arena); /* that there is no such CA is an answer */
    asking.err = &nothing;
    return find_signer(&asking, certificate, ret_ca) && ret_ca->status == CA_CERTIFICATE_STATUS_ACTIVE &&
           ret_ca->auto_registration == AUTO_REGISTRATION_STATUS_ENABLE;
}

static bool find_ca(struct op *op, const struct registration *registration, struct ca_certificate_row *ret_ca)
{
    if (!registration->ca_id.p)
        return find_signer(op, &registration->certificate, ret_ca);
    return store_ca_certificate_get(op->db, op->arena, registration->ca_id, ret_ca) ||
           fail(op->err, ERR_CERTIFICATE_VALIDATION, "The CA certificate that is given is not registered.");
}

/* Who is connected with it has counted for what its CA says of it until now. */
void certificate_note_registered(struct op *op, const struct certificate *certificate)
{
    access_changes_note(op->access_changes, ACCESS_CHANGED_FOR_CERTIFICATE, certificate->content);
}

static bool write_registered(struct op *op, const struct registration *registration,
                             enum certificate_mode mode, struct str ca_certificate_id)
{
    struct certificate_row row = {
        .common = certificate_new(op, &registration->certificate),
        .content = registration->certificate.content,
        .status = registration->status,
        .ca_certificate_id = ca_certificate_id,
    };
    row.common.mode = mode;
    certificate_note_registered(op, &registration->certificate);
    if (!store_certificate_insert(op->db, &row))
        return fail(op->err, ERR_INTERNAL, "The certificate could not be stored.");
    render_certificate_reference(op, "cert", registration->certificate.id);
    return true;
}

bool op_register_certificate(struct op *op, const void *input)
{
    (void)input;
    const struct registration *registration = op->prepared;
    struct ca_certificate_row ca = { 0 };
    if (!check_new(op, &registration->certificate) || !find_ca(op, registration, &ca))
        return false;
    if (ca.status != CA_CERTIFICATE_STATUS_ACTIVE)
        return fail(op->err, ERR_CERTIFICATE_STATE,
                    "The CA certificate must be ACTIVE to register certificates. Id: %.*s",
                    STR(ca.common.certificate_id));
    return write_registered(op, registration, ca.common.mode, ca.common.certificate_id);
}

bool op_register_certificate_without_ca(struct op *op, const void *input)
{
    (void)input;
    const struct registration *registration = op->prepared;
    return check_new(op, &registration->certificate) &&
           write_registered(op, registration, CERTIFICATE_MODE_SNI_ONLY, STR_NONE);
}
