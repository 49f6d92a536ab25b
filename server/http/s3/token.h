/* Continuation tokens: where a listing goes on. Nobody gains anything from forging one: it says what
 * StartAfter says, too. */
#ifndef IOTJOBS_HTTP_S3_TOKEN_H
#define IOTJOBS_HTTP_S3_TOKEN_H

#include "http/s3/request.h"

struct str s3_token_text(struct s3_request *s3, struct str place);
/* The parameter's; absent: it is not given. False: refused. */
bool s3_token_read(struct s3_request *s3, const char *parameter, struct str *ret_place);

#endif
