/*
 * Bodies in aws-chunked encoding: sizes in hexadecimal lines, data, and trailers with a checksum, each chunk
 * signed or not (SigV4 for S3, "Signature Calculations for the Authorization Header: Transferring Payload in
 * Multiple Chunks"). Takes what arrives in pieces of any length, which have nothing to do with the chunks,
 * and hands out the data between, never keeping more than a line. Pure.
 */
#ifndef IOTJOBS_RULES_AWS_CHUNKED_H
#define IOTJOBS_RULES_AWS_CHUNKED_H

#include "rules/artifacts/s3_auth.h"

enum aws_chunked_kind {
    AWS_CHUNKED_UNSIGNED_TRAILER, /* STREAMING-UNSIGNED-PAYLOAD-TRAILER */
    AWS_CHUNKED_SIGNED,           /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD */
    AWS_CHUNKED_SIGNED_TRAILER,   /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER */
};

/* By the value of x-amz-content-sha256; false: the body is not chunked, or in a way that is not served (which
 * begins with STREAMING- too). */
bool aws_chunked_kind_of(struct str payload_hash, enum aws_chunked_kind *ret_kind);

struct aws_chunked;

/* `identity` gives the keys of signed chunks, and is borrowed; where it was not verified (open access), nor
 * are the chunks. NULL: no memory. */
struct aws_chunked *aws_chunked_new(enum aws_chunked_kind kind, const struct s3_identity *identity);
void aws_chunked_free(struct aws_chunked *chunked);

/* Gets the data, in order. False: stop. */
typedef bool aws_chunked_sink(void *context, const void *bytes, size_t n);

/* False: *ret_refusal says why (IncompleteBody, SignatureDoesNotMatch, MalformedTrailerError…), or the sink
 * stopped it, and then there is none; nothing may be added any more. Data is handed out before the signature
 * of its chunk is seen: it counts once aws_chunked_end says so. */
bool aws_chunked_add(struct aws_chunked *chunked, const void *bytes, size_t n, aws_chunked_sink *sink,
                     void *context, struct s3_refusal *ret_refusal);
/* The body's end: whether it was one of the encoding, too. The last empty line may be missing. How much data
 * there should be, and which trailers, is for the caller to know. */
bool aws_chunked_end(struct aws_chunked *chunked, struct s3_refusal *ret_refusal);

/* A trailer's value once it is over, by its name in lower case; absent: there was none. */
struct str aws_chunked_trailer(const struct aws_chunked *chunked, const char *name);

#endif
