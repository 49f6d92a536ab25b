/*
 * Just-in-time registration (identity 1.5): a device that connects with a certificate which nobody has
 * registered, and which a registered CA signed whose autoRegistrationStatus is ENABLE. The certificate
 * becomes PENDING_ACTIVATION, and an event says so, each time that the device connects in vain; somebody who
 * hears it activates the certificate and attaches what it needs.
 */
#ifndef IOTJOBS_OPS_DEVICE_REGISTRATION_H
#define IOTJOBS_OPS_DEVICE_REGISTRATION_H

#include "ops/op.h"

/* The input of the operation; it writes. One that has changed its mind meanwhile (the CA is gone, somebody
 * has activated the certificate) is no failure. */
struct device_registration {
    struct str pem;
};

op_fn op_register_device;

#endif
