#include "ops/security/device_registration.h"

#include <inttypes.h>
#include <stdlib.h>

#include "ops/outgoing.h"
#include "ops/security/certificate.h"
#include "rules/security/certificate_state.h"
#include "settings.h"

enum { PAYLOAD_MAX = 4096, EVENT_QOS = 1 };

/* As AWS writes it: one of the times is a number, the other a text. No event type of
 * UpdateEventConfigurations switches it off. */
static char *payload_of(struct op *op, const struct certificate_row *row, size_t *ret_n)
{
    struct strbuf text;
    strbuf_init(&text, PAYLOAD_MAX);
    struct json json = json_to(&text);
    json_object_begin(&json);
    json_member_string(&json, "certificateId", row->common.certificate_id);
    json_member_string(&json, "caCertificateId", row->ca_certificate_id);
    json_member_int(&json, "timestamp", op->now_ms);
    json_member_string(&json, "certificateStatus", str_from(certificate_status_name(row->status)));
    json_member_string(&json, "awsAccountId", str_from(op->settings->account_id));
    json_member_string(&json, "certificateRegistrationTimestamp",
                       arena_printf(op->arena, "%" PRId64, row->common.created_at_ms));
    json_object_end(&json);
    return strbuf_detach(&text, ret_n);
}

static bool publish(struct op *op, const struct certificate_row *row)
{
    size_t n = 0;
    struct str topic =
        arena_printf(op->arena, "$aws/events/certificates/registered/%.*s", STR(row->ca_certificate_id));
    char *payload = payload_of(op, row, &n);
    if (!payload || !topic.p) {
        free(payload);
        return fail(op->err, ERR_INTERNAL, "The event could not be written.");
    }
    return outgoing_push_event(op, message_new(STR_NONE, topic, payload, n, EVENT_QOS)) ||
           fail(op->err, ERR_INTERNAL, "The event could not be published.");
}

static bool insert(struct op *op, const struct certificate *certificate, struct certificate_row *ret_row)
{
    struct ca_certificate_row ca;
    if (!certificate_registers_itself(op, certificate, &ca))
        return true;
    *ret_row = (struct certificate_row){
        .common = certificate_new(op, certificate),
        .content = certificate->content,
        .status = CERTIFICATE_STATUS_PENDING_ACTIVATION,
        .ca_certificate_id = ca.common.certificate_id,
    };
    ret_row->common.mode = ca.common.mode;
    certificate_note_registered(op, certificate);
    return store_certificate_insert(op->db, ret_row) ||
           fail(op->err, ERR_INTERNAL, "The certificate could not be stored.");
}

bool op_register_device(struct op *op, const void *input)
{
    const struct device_registration *in = input;
    struct certificate certificate;
    struct certificate_standing standing;
    struct certificate_row row = { 0 };
    const char *wrong = certificate_read(in->pem, op->arena, &certificate);
    if (wrong)
        return fail(op->err, ERR_CERTIFICATE_VALIDATION, "The certificate %s.", wrong);
    if (!store_certificate_standing(op->db, op->arena, certificate.content, &standing))
        return fail(op->err, ERR_INTERNAL, "The certificates could not be read.");
    if (!standing.certificate_id.p && !insert(op, &certificate, &row))
        return false;
    if (standing.certificate_id.p && !store_certificate_get(op->db, op->arena, standing.certificate_id, &row))
        return fail(op->err, ERR_INTERNAL, "The certificates could not be read.");
    return row.status != CERTIFICATE_STATUS_PENDING_ACTIVATION || !row.ca_certificate_id.p ||
           publish(op, &row);
}
