/* Whether whoever has sent a request may do what it asks for. */
#ifndef IOTJOBS_HTTP_PERMISSION_H
#define IOTJOBS_HTTP_PERMISSION_H

#include "api/route.h"
#include "http/exchange.h"

/* The ARN of what an operation of the API is about, out of its path: arn:aws:iot:…:thing/pump; "*" where that
 * names nothing. Of a thing and a job it is the thing. In the call's arena. */
struct str permission_resource(struct exchange *x, struct str region, const struct operation_model *model,
                               const struct labels *labels);

/* Asks may() for call->principal. False after fail(): it is denied, and noted among the denials. */
bool permission_granted(struct exchange *x, const struct action *action, struct str resource);

#endif
