#include "launcher/provision/rest.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "api/uri_text.h"
#include "base/binary_text.h"
#include "base/problem.h"

enum { CONNECT_MS = 5000, TOTAL_MS = 15000, HEADERS_MAX = 5 };

/* One request, while it is under way. */
struct transfer {
    const struct rest *rest;
    struct curl_slist *headers;
    struct strbuf body;
    char said[CURL_ERROR_SIZE];
};

/* ---- while it is under way ---- */

/* Less than `n`: there is no room. */
static size_t on_bytes(char *bytes, size_t one, size_t n, void *context)
{
    struct transfer *transfer = context;
    (void)one; /* always 1 */
    strbuf_add(&transfer->body, bytes, n);
    return transfer->body.failed ? 0 : n;
}

/* Once a second at least. Not 0: it is over. */
static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct transfer *transfer = context;
    (void)a, (void)b, (void)c, (void)d;
    return transfer->rest->stop != NULL && *transfer->rest->stop != 0;
}

/* ---- the request ---- */

static bool add_header(struct transfer *transfer, struct arena *arena, struct str name, struct str value)
{
    struct str line = arena_printf(arena, "%.*s: %.*s", STR(name), STR(value));
    struct curl_slist *longer =
        line.p != NULL && value.p != NULL ? curl_slist_append(transfer->headers, line.p) : NULL;
    if (longer != NULL)
        transfer->headers = longer;
    return longer != NULL;
}

static struct str payload_hash(struct str body, struct arena *arena)
{
    unsigned char digest[DIGEST_BYTES_MAX];
    return digest_of(DIGEST_SHA256, body.p != NULL ? body : STR_LIT(""), digest)
               ? hex_text(digest, SHA256_BYTES, arena)
               : STR_NONE;
}

/* All headers that we choose are signed, in the order of their names. */
static bool sign(struct transfer *transfer, const struct rest_request *request, int64_t host_ms,
                 struct arena *arena)
{
    char date[SIGV4_DATE_MAX];
    sigv4_date_format(host_ms, date);
    struct sigv4_pair headers[HEADERS_MAX];
    size_t n = 0;
    if (request->body.p != NULL)
        headers[n++] = (struct sigv4_pair){ STR_LIT("content-type"), STR_LIT("application/json") };
    headers[n++] = (struct sigv4_pair){ STR_LIT("host"), str_from(transfer->rest->authority) };
    headers[n++] = (struct sigv4_pair){ STR_LIT("x-amz-content-sha256"), payload_hash(request->body, arena) };
    headers[n++] = (struct sigv4_pair){ STR_LIT("x-amz-date"), str_from(date) };
    if (request->principal.p != NULL)
        headers[n++] = (struct sigv4_pair){ STR_LIT("x-amzn-principal"), request->principal };
    struct sigv4_request all = { .method = str_from(request->method),
                                 .path = sigv4_canonical_path(request->path, arena),
                                 .headers = headers,
                                 .header_n = n,
                                 .payload_hash = payload_hash(request->body, arena) };
    if (request->query.p != NULL)
        all.query = sigv4_query_read(request->query, arena, &all.query_n);
    bool ok = all.path.p != NULL && !arena->failed;
    for (size_t i = 0; ok && i < n; i++)
        ok = add_header(transfer, arena, headers[i].name, headers[i].value);
    return ok && add_header(transfer, arena, STR_LIT("Authorization"),
                            sigv4_authorize(&transfer->rest->signer, &all, str_from(date), arena));
}

/* No redirects, for the request is signed for this host alone; no proxy, and no other protocol. A connection
 * for each, because libcurl sends a request again that gets no answer on one that was used before: what it
 * makes would be made twice. */
static bool set_manners(CURL *curl)
{
    return curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TOTAL_MS) == CURLE_OK;
}

static bool set_tls(CURL *curl, const char *ca)
{
    return curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           (ca == NULL || (curl_easy_setopt(curl, CURLOPT_CAINFO, ca) == CURLE_OK &&
                           curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK));
}

static bool set_callbacks(CURL *curl, struct transfer *transfer)
{
    return curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->said) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
}

static bool set_body(CURL *curl, struct str body)
{
    return body.p == NULL ||
           (curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n) == CURLE_OK &&
            curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.p) == CURLE_OK);
}

static bool set_up(struct transfer *transfer, const struct rest_request *request, int64_t host_ms,
                   struct arena *arena)
{
    const struct rest *rest = transfer->rest;
    CURL *curl = rest->curl;
    curl_easy_reset(curl);
    struct str url =
        arena_printf(arena, "%s://%s%.*s%s%.*s", rest->scheme, rest->authority, STR(request->path),
                     request->query.p != NULL ? "?" : "", STR(request->query));
    return !arena->failed && sign(transfer, request, host_ms, arena) && set_manners(curl) &&
           set_tls(curl, rest->ca) && set_callbacks(curl, transfer) && set_body(curl, request->body) &&
           curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_URL, url.p) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK;
}

/* ---- what came of it ---- */

static const struct {
    CURLcode code;
    const char *text;
} failures[] = {
    { CURLE_COULDNT_RESOLVE_HOST, "cannot be found: say where the server is with --endpoint" },
    { CURLE_COULDNT_CONNECT, "cannot be reached: start the server, or say where it is with --endpoint" },
    { CURLE_OPERATION_TIMEDOUT, "does not answer in time" },
    { CURLE_PEER_FAILED_VERIFICATION, "has a certificate that is not trusted for this name: give --endpoint "
                                      "the name in it, and its CA with --ca" },
    { CURLE_SSL_CACERT_BADFILE, "cannot be trusted, for the CAs cannot be read" },
    { CURLE_SSL_CONNECT_ERROR, "does not speak TLS as it should" },
    { CURLE_ABORTED_BY_CALLBACK, "is not waited for, because this was interrupted" },
    { CURLE_WRITE_ERROR, "answers more than a server of ours does" },
};

static bool no_answer(const struct transfer *transfer, CURLcode code, struct arena *arena,
                      struct strbuf *ret_problem)
{
    const char *text = "does not answer as it should";
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++)
        if (failures[i].code == code)
            text = failures[i].text;
    struct str said = str_from(transfer->said[0] != '\0' ? transfer->said : curl_easy_strerror(code));
    return problem(ret_problem, "%s://%s %s (%.*s)", transfer->rest->scheme, transfer->rest->authority, text,
                   STR(uri_text_shown(said, arena)));
}

bool rest_ask(const struct rest *rest, const struct rest_request *request, int64_t host_ms,
              struct arena *arena, struct rest_answer *ret_answer, struct strbuf *ret_problem)
{
    struct transfer transfer = { .rest = rest };
    strbuf_init(&transfer.body, REST_ANSWER_MAX);
    *ret_answer = (struct rest_answer){ 0 };
    bool ok = set_up(&transfer, request, host_ms, arena);
    if (!ok)
        problem(ret_problem, "out of memory");
    CURLcode code = ok ? curl_easy_perform(rest->curl) : CURLE_OK;
    if (ok && code == CURLE_OK) {
        curl_easy_getinfo(rest->curl, CURLINFO_RESPONSE_CODE, &ret_answer->status);
        ret_answer->text = arena_str(arena, transfer.body.n > 0 ? strbuf_str(&transfer.body) : STR_LIT(""));
        ok = ret_answer->text.p != NULL || problem(ret_problem, "out of memory");
    } else if (ok)
        ok = no_answer(&transfer, code, arena, ret_problem);
    curl_slist_free_all(transfer.headers);
    strbuf_release(&transfer.body);
    return ok;
}

struct str rest_member(const struct rest_answer *answer, const char *within, const char *key,
                       struct arena *arena)
{
    cJSON *json = cJSON_ParseWithLength(answer->text.p, answer->text.n);
    const cJSON *object = within != NULL ? cJSON_GetObjectItemCaseSensitive(json, within) : json;
    struct str text = str_from(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key)));
    text = arena_str(arena, text);
    cJSON_Delete(json);
    return text;
}
