/*
 * Makes a device known to a server: a thing, a certificate of which the key is made here, a policy, and what
 * ties them together. All of it, or, when something fails, nothing of it as far as that can be undone.
 */
#ifndef IOTJOBS_PROVISION_H
#define IOTJOBS_PROVISION_H

#include "launcher/provision/device_files.h"
#include "launcher/provision/rest.h"

#define PROVISION_POLICY "iotjobsd-device"

enum provision_end { PROVISION_DONE = 0, PROVISION_NOTHING = 1, PROVISION_REMAINS = 2 }; /* exit statuses */

/* The first four are the caller's to set, the others are found out. Texts are in the arena. */
struct provision {
    struct rest *rest;
    struct arena *arena; /* a secret one */
    const char *thing;
    const char *policy; /* one that must exist; NULL: PROVISION_POLICY, which is made if it is missing */
    struct device_files files;

    unsigned made; /* one bit for each step that may have made something */
    struct str thing_arn, certificate_arn, certificate_id;
    struct str key, certificate, ca; /* PEM; `ca` is absent where the server's certificate is not ours */
    int64_t mqtts_port, https_port;  /* of the server, the first of several; 0: off */
    bool mqtts_443;                  /* MQTT over TLS is (also) where AWS's devices look for it */
};

/* Whether a device can have that name. */
bool provision_check_thing(const char *thing, struct strbuf *ret_problem);

/* `folder`: where files go. Not PROVISION_DONE: `ret_problem` says what failed, and what is left. */
enum provision_end provision_run(struct provision *provision, const char *folder, struct strbuf *ret_problem);

/* The minimal policy for a device's own jobs, over MQTT and HTTPS (identity 3.4), for ARNs that begin with
 * `arn_prefix` ("arn:aws:iot:REGION:ACCOUNT:"). Absent: the arena is full. */
struct str provision_policy(struct str arn_prefix, struct arena *arena);

#endif
