/* CAs that sign certificates of devices (control plane 1.5, identity 1.4). Devices that register themselves:
 * ops/security/device_registration. */
#ifndef IOTJOBS_OPS_CA_CERTIFICATE_H
#define IOTJOBS_OPS_CA_CERTIFICATE_H

#include "ops/op.h"

enum { CA_CERTIFICATES_OF_SUBJECT_MAX = 10 }; /* identity 1.7 */

op_prepare_fn prepare_register_ca_certificate;
op_fn op_register_ca_certificate;
op_fn op_describe_ca_certificate;
op_fn op_update_ca_certificate;
op_fn op_delete_ca_certificate;
op_fn op_list_ca_certificates;
op_fn op_get_registration_code;

#endif
