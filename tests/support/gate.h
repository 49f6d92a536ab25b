/*
 * Clients that connect to a world with certificates, as the plugin sees them, with auth = enforce. Nobody
 * needs a broker for that:
 *
 *     struct device pump = registered_device(gate->w, "pump");
 *     attach_policy(gate->w, "open", pump.registered.arn);
 *     assert_comes(gate, &pump, "pump");
 *     assert_may(gate, "pump", &action_publish, "a/b");
 *     set_certificate_status(gate->w, &pump.registered, "INACTIVE");
 *     assert_cut(gate, "pump");
 *
 * The client id names the connection: nobody connects twice with the same one.
 */
#ifndef IOTJOBS_TESTS_GATE_H
#define IOTJOBS_TESTS_GATE_H

#include "plugin/identities.h"
#include "support/certificates.h"
#include "support/temp_folder.h"

#define IOT_ARN(rest) "arn:aws:iot:us-east-1:000000000000:" rest

enum { VISITS_MAX = 1100, CUT_TEXT_MAX = 256 };

/* ---- devices ---- */

struct device {
    struct issuer pair;
    struct str der;
    struct str chain[CLIENT_CHAIN_MAX + 2]; /* what it shows: its own, and what device_show_also has added */
    size_t chain_n;
    char id[CERTIFICATE_ID_DIGITS + 1];
    struct registered registered; /* once it is */
};

struct device device_make(const struct device_spec *spec);
/* The pair becomes the device's. */
struct device device_of(struct issuer pair);
/* Self-signed. */
struct device device_new(const char *common_name);
/* From here on it shows this one's certificate behind its own. */
void device_show_also(struct device *device, const struct device *other);
void device_release(struct device *device);

/* RegisterCertificateWithoutCA */
void register_device(struct world *w, struct device *device, const char *status);
/* A new one, which is ACTIVE. */
struct device registered_device(struct world *w, const char *common_name);

/* ---- the gate ---- */

struct visit {
    char client_id[64];       /* "": nobody is here */
    struct newcomer newcomer; /* whose certificates are its device's */
};

struct gate {
    struct world *w;
    struct policy_cache *cache;
    struct denials *denials;
    struct client_ca *ca;
    struct identities identities;
    char folder[TEMP_PATH_MAX]; /* has clients.pem, the CAs that it trusts, and revoked.pem */
    struct newcomer as;         /* what else is known of who comes: where from, by which name, and so on */
    struct visit visits[VISITS_MAX];
    struct visit *cut[VISITS_MAX]; /* by the latest reviews */
    size_t cut_n;
    cJSON *seen; /* of the denials */
    struct log *quiet;
};

/* cmocka's; *state is a struct gate in front of a world with the thing "pump" at NOON. It trusts no CA. */
int gate_set_up(void **state);
int gate_tear_down(void **state);
/* The world becomes the gate's. */
struct gate *gate_new(struct world *w);
void gate_free(struct gate *gate);

/* What its identities know of the world, for others who are to know the same. */
struct identities_config gate_config(struct gate *gate);

/* From here on it trusts these CAs alone (tls_client_ca). */
void gate_trust(struct gate *gate, const struct device *const *cas, size_t n);
/* The CA says that it has revoked this one (tls_client_crl). */
void gate_revoke(struct gate *gate, const struct device *ca, const struct device *revoked);

/* ---- coming and going ---- */

enum admission comes_to(struct gate *gate, const struct device *device, const char *client_id);
/* It is let in; or it is refused, for a certificate that does not count or for want of a policy, and the
 * denial that is noted says this. */
void assert_comes(struct gate *gate, const struct device *device, const char *client_id);
void assert_not_accepted(struct gate *gate, const struct device *device, const char *client_id,
                         const char *reason);
void assert_connect_denied(struct gate *gate, const struct device *device, const char *client_id,
                           const char *reason);
void leaves(struct gate *gate, const char *client_id);

/* ---- what they may ---- */

bool client_may(struct gate *gate, const char *client_id, const struct action *action, const char *topic);
void assert_may(struct gate *gate, const char *client_id, const struct action *action, const char *topic);
void assert_may_not(struct gate *gate, const char *client_id, const struct action *action, const char *topic);

/* The newest denial, which stays; there must be one. */
const cJSON *newest_denial(struct gate *gate);
int64_t denials_total(struct gate *gate);

/* ---- reviews ---- */

/* A tick, or ticks until nobody is to be reviewed any more. Whoever is cut leaves, and is one of gate->cut;
 * his name is free once those are forgotten. True: there are more. */
bool review_once(struct gate *gate);
void reviews(struct gate *gate);
void forget_cut(struct gate *gate);
/* Those who are cut now, in the order in which it happens: "a b"; "" for nobody. */
void assert_cut(struct gate *gate, const char *clients);

/* ---- a database that does not answer ---- */

void lose_certificates(struct gate *gate);
void find_certificates_again(struct gate *gate);

#endif
