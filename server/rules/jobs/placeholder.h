/*
 * Placeholders in job documents: ${aws:iot:KIND:…} (control plane, section 5), which AWS resolves when the
 * document is fetched. This server resolves none of them; a managed template's parameters
 * (rules/jobs/document) are in their place before this looks.
 *
 * In the URL of an upload stand placeholders of their own: ${thingName}, ${jobId}, ${executionNumber}.
 */
#ifndef IOTJOBS_RULES_PLACEHOLDER_H
#define IOTJOBS_RULES_PLACEHOLDER_H

#include "api/errors.h"

/*
 * `has_role`: the job has a presignedUrlConfig with a roleArn. False: ERR_INVALID_REQUEST for a placeholder
 * that is written wrongly, or needs a role that is not there; ERR_NOT_IMPLEMENTED for one that a device would
 * get as it stands here.
 */
bool placeholders_check(struct str document, bool has_role, struct err *err);

#endif
