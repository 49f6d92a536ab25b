/*
 * The artefact store over HTTP: what http.c hands over to S3.
 *
 *     headers ─▶ s3_request_begin ─▶ s3_request_body, for each piece ─▶ s3_request_serve ─▶ s3_request_send
 *                  │ refused early                        └▶ engine or uploads' workshop ─▶ s3_request_send
 *                  └▶ s3_request_send
 *
 * A body that is an object's bytes goes to its file as it arrives; whatever can be refused without it is
 * refused before, so that `Expect: 100-continue` is answered by the refusal.
 */
#ifndef IOTJOBS_HTTP_S3_H
#define IOTJOBS_HTTP_S3_H

#include "http/exchange.h"

/* Whether a request, whose headers are here, is meant for the artefact store: what is below /_s3, and what is
 * signed for the service s3. */
bool s3_is_meant(const struct exchange *x);

enum s3_beginning {
    S3_GOES_ON,      /* with the body, if there is one */
    S3_ANSWERED_NOW, /* s3_request_send, and the connection ends: the body is not worth reading */
    S3_NO_MEMORY,
};
/* Sets x->s3. `method` as it came. */
enum s3_beginning s3_request_begin(struct exchange *x, const char *method);

/* A piece of the body. False: it is to be given up, without an answer. */
bool s3_request_body(struct exchange *x, const char *bytes, size_t n);

/* The request is here. */
enum serve_result s3_request_serve(struct exchange *x);

/* The call was committed, or failed: on the thread of the engine, or of the workshop. */
void s3_request_done(struct exchange *x);

/* Queues the answer. */
enum MHD_Result s3_request_send(struct exchange *x);

/* The exchange is over, however it ended. */
void s3_request_end(struct exchange *x);

#endif
