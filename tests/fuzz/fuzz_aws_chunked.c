/* Bodies in aws-chunked encoding: any bytes, in pieces of any length; pieces change nothing. */
#include <string.h>

#include "base/strbuf.h"
#include "fuzz_input.h"
#include "rules/artifacts/aws_chunked.h"

enum { DATA_MAX = 1024 * 1024 };

struct outcome {
    bool ok;
    enum s3_error error;
    struct strbuf data;
    char trailer[512];
};

static bool collect(void *context, const void *bytes, size_t n)
{
    strbuf_add(context, bytes, n);
    return true;
}

/* Pieces of one length, each a copy of its own. */
static void decode(enum aws_chunked_kind kind, const struct s3_identity *who, struct str body, size_t piece,
                   struct outcome *ret_out)
{
    struct s3_refusal refusal = { 0 };
    struct aws_chunked *chunked = aws_chunked_new(kind, who);
    bool ok = chunked != NULL;
    *ret_out = (struct outcome){ 0 };
    strbuf_init(&ret_out->data, DATA_MAX);
    for (size_t at = 0; at < body.n && ok; at += piece) {
        size_t n = body.n - at < piece ? body.n - at : piece;
        char *copy = malloc(n);
        if (copy)
            memcpy(copy, body.p + at, n);
        ok = copy && aws_chunked_add(chunked, copy, n, collect, &ret_out->data, &refusal);
        free(copy);
    }
    ret_out->ok = ok && aws_chunked_end(chunked, &refusal);
    ret_out->error = refusal.error;
    struct str trailer = chunked ? aws_chunked_trailer(chunked, "x-amz-checksum-crc32") : STR_NONE;
    fuzz_promise(trailer.n < sizeof ret_out->trailer, "a trailer is short");
    memcpy(ret_out->trailer, trailer.p ? trailer.p : "", trailer.n);
    aws_chunked_free(chunked);
}

static void check_pieces(enum aws_chunked_kind kind, const struct s3_identity *who, struct str body,
                         size_t piece)
{
    struct outcome whole, cut;
    decode(kind, who, body, body.n + 1, &whole);
    decode(kind, who, body, piece, &cut);
    fuzz_promise(whole.ok == cut.ok && whole.error == cut.error, "pieces do not change the verdict");
    fuzz_promise(whole.ok == (whole.error == S3_OK), "a refusal has a reason");
    fuzz_promise(whole.data.n <= body.n && cut.data.n <= body.n, "no data comes from nowhere");
    fuzz_promise(!whole.ok || str_eq(strbuf_str(&whole.data), strbuf_str(&cut.data)),
                 "pieces do not change the data");
    fuzz_promise(!whole.ok || strcmp(whole.trailer, cut.trailer) == 0, "pieces do not change trailers");
    fuzz_promise(!whole.ok || kind == AWS_CHUNKED_UNSIGNED_TRAILER || who->kind != S3_SIGNED,
                 "nobody but the signer can sign a chunk");
    strbuf_release(&whole.data);
    strbuf_release(&cut.data);
}

/* Encoded in chunks of any length, it comes out again. */
static void check_back(const struct s3_identity *who, struct str data, size_t chunk, size_t piece)
{
    struct outcome out;
    struct strbuf body;
    strbuf_init(&body, DATA_MAX);
    for (size_t at = 0; at < data.n; at += chunk) {
        size_t n = data.n - at < chunk ? data.n - at : chunk;
        strbuf_printf(&body, "%zX\r\n", n);
        strbuf_add(&body, data.p + at, n);
        strbuf_add_text(&body, "\r\n");
    }
    strbuf_add_text(&body, "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n");
    decode(AWS_CHUNKED_UNSIGNED_TRAILER, who, strbuf_str(&body), piece, &out);
    fuzz_promise(out.ok && str_eq(strbuf_str(&out.data), data.n > 0 ? data : STR_LIT("")),
                 "what was encoded is decoded");
    fuzz_promise(strcmp(out.trailer, "AAAAAA==") == 0, "and its trailer, too");
    strbuf_release(&body);
    strbuf_release(&out.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    fuzz_input_init(&input, data, n);
    enum aws_chunked_kind kind = (enum aws_chunked_kind)(fuzz_byte(&input) % 3);
    bool known = fuzz_byte(&input) % 2;
    size_t piece = 1 + fuzz_byte(&input), chunk = 1 + fuzz_byte(&input);
    struct s3_identity who = {
        .kind = known ? S3_SIGNED : S3_SIGNED_UNVERIFIED,
        .amz_date = STR_LIT("20261122T224416Z"),
        .scope = { STR_LIT("A"), STR_LIT("20261122"), STR_LIT("r"), STR_LIT("s3"), STR_LIT("aws4_request") },
        .signature = STR_LIT("faec11a5b9c7d9d052bb62d01351b91401c3eafd3abf4bb2ee37213060f9d56b"),
    };
    struct str body = fuzz_rest(&input);
    check_pieces(kind, &who, body, piece);
    check_back(&who, body, chunk, piece);
    fuzz_input_release(&input);
    return 0;
}
