/* CreateKeysAndCertificate, CreateCertificateFromCsr. */
#include "ops/security/certificate.h"

/* ---- on the edge's thread ---- */

const void *prepare_keys_and_certificate(const struct preparation *preparation, const void *input)
{
    (void)input;
    struct certificate_made *made = arena_alloc(preparation->arena, sizeof *made);
    const char *wrong = "cannot be made: the server is out of memory";
    if (made)
        wrong = certificate_make(preparation->issuer, preparation->host_ms, preparation->arena, made);
    if (!wrong)
        return made;
    fail(preparation->err, ERR_INTERNAL, "The certificate %s.", wrong);
    return NULL;
}

const void *prepare_certificate_from_csr(const struct preparation *preparation, const void *input)
{
    const struct create_certificate_from_csr_request *in = input;
    struct certificate_made *made = arena_alloc(preparation->arena, sizeof *made);
    const char *wrong = "cannot be read: the server is out of memory";
    if (made)
        wrong = certificate_make_requested(preparation->issuer, in->certificate_signing_request,
                                           preparation->host_ms, preparation->arena, made);
    if (!wrong)
        return made;
    fail(preparation->err, ERR_INVALID_REQUEST, "The certificate signing request %s.", wrong);
    return NULL;
}

/* ---- in the transaction ---- */

static bool write_made(struct op *op, const struct certificate *certificate, bool active)
{
    struct certificate_row row = {
        .common = certificate_new(op, certificate),
        .content = certificate->content,
        .status = active ? CERTIFICATE_STATUS_ACTIVE : CERTIFICATE_STATUS_INACTIVE,
    };
    row.common.mode = CERTIFICATE_MODE_DEFAULT;
    if (!store_certificate_insert(op->db, &row))
        return fail(op->err, ERR_INTERNAL, "The certificate could not be stored.");
    render_certificate_reference(op, "cert", certificate->id);
    json_member_string(op->json, "certificatePem", certificate->pem);
    return true;
}

/* The private key is in this answer and nowhere else. */
bool op_create_keys_and_certificate(struct op *op, const void *input)
{
    const struct create_keys_and_certificate_request *in = input;
    const struct certificate_made *made = op->prepared;
    op->json->out->secret = true;
    if (!write_made(op, &made->certificate, in->set_as_active.value))
        return false;
    json_key(op->json, "keyPair");
    json_object_begin(op->json);
    json_member_string(op->json, "PublicKey", made->public_key);
    json_member_string(op->json, "PrivateKey", made->private_key);
    json_object_end(op->json);
    return true;
}

bool op_create_certificate_from_csr(struct op *op, const void *input)
{
    const struct create_certificate_from_csr_request *in = input;
    const struct certificate_made *made = op->prepared;
    return write_made(op, &made->certificate, in->set_as_active.value);
}
