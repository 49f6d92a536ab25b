#include "ops/artifacts/remote_s3.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>

#include "api/uri_text.h"
#include "settings.h"

enum {
    CONNECT_MS = 5000,
    TOTAL_MS = 15000,
    REFUSAL_BYTES_MAX = 4096, /* of the XML of a refusal; its code stands at the beginning */
    CODE_BYTES_MAX = 64,
    OK = 200,
    FORBIDDEN = 403,
    NOT_FOUND = 404,
};

static const char out_of_memory[] = "this server is out of memory";

#define SIGNED_HEADERS "host;x-amz-content-sha256;x-amz-date"

/* One request, while it is under way. */
struct transfer {
    const struct remote_s3 *s3;
    CURL *curl;
    struct curl_slist *headers;
    struct strbuf body; /* of a refusal its beginning */
    size_t most;
    bool too_large;
    char said[CURL_ERROR_SIZE]; /* by libcurl, of a failure */
};

/* ---- while it is under way ---- */

static long status_of(CURL *curl)
{
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* Less than `n`: enough was seen. */
static size_t on_bytes(char *bytes, size_t one, size_t n, void *context)
{
    struct transfer *transfer = context;
    bool whole = status_of(transfer->curl) == OK;
    size_t most = whole ? transfer->most : REFUSAL_BYTES_MAX;
    (void)one; /* always 1 */
    size_t room = most - transfer->body.n, taken = n < room ? n : room;
    strbuf_add(&transfer->body, bytes, taken);
    transfer->too_large = whole && taken < n;
    return transfer->body.failed ? 0 : taken;
}

/* Once a second at least. Not 0: it is over. */
static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct transfer *transfer = context;
    (void)a, (void)b, (void)c, (void)d;
    return transfer->s3->stop && atomic_load(transfer->s3->stop);
}

/* ---- the request ---- */

static bool add_header(struct transfer *transfer, struct arena *arena, const char *name, struct str value)
{
    struct str line = arena_printf(arena, "%s: %.*s", name, STR(value));
    struct curl_slist *longer = line.p && value.p ? curl_slist_append(transfer->headers, line.p) : NULL;
    if (longer)
        transfer->headers = longer;
    return longer;
}

/* Host is sent as it was signed. */
static bool add_headers(struct transfer *transfer, const struct sigv4_request *request, struct str date,
                        struct arena *arena)
{
    struct str authorization = sigv4_authorize(&transfer->s3->home.signer, request, date, arena);
    for (size_t i = 0; i < request->header_n; i++)
        if (!add_header(transfer, arena, request->headers[i].name.p, request->headers[i].value))
            return false;
    return add_header(transfer, arena, "Authorization", authorization);
}

static bool sign(struct transfer *transfer, struct str host, struct str path, struct str version,
                 int64_t host_ms, struct arena *arena)
{
    char date[SIGV4_DATE_MAX];
    sigv4_date_format(host_ms, date);
    const struct sigv4_pair query = { STR_LIT("versionId"), version };
    const struct sigv4_pair headers[] = {
        { STR_LIT("Host"), host },
        { STR_LIT("x-amz-content-sha256"), STR_LIT(SIGV4_EMPTY_SHA256) },
        { STR_LIT("x-amz-date"), str_from(date) },
    };
    const struct sigv4_request request = {
        .method = STR_LIT("GET"),
        .path = path,
        .query = &query,
        .query_n = version.p ? 1 : 0,
        .headers = headers,
        .header_n = sizeof headers / sizeof headers[0],
        .signed_headers = STR_LIT(SIGNED_HEADERS),
        .payload_hash = STR_LIT(SIGV4_EMPTY_SHA256),
    };
    return add_headers(transfer, &request, str_from(date), arena);
}

/* No redirects, for the request is signed for this host alone; no proxy but what settings could name; nothing
 * of what is decoded, and no other protocol. */
static bool set_manners(CURL *curl, const struct remote_s3 *s3)
{
    return curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)s3->connect_ms) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)s3->total_ms) == CURLE_OK;
}

static bool set_tls(CURL *curl, const char *ca)
{
    return curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           (!ca[0] || (curl_easy_setopt(curl, CURLOPT_CAINFO, ca) == CURLE_OK &&
                       curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK));
}

static bool set_callbacks(struct transfer *transfer)
{
    CURL *curl = transfer->curl;
    return curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->said) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
}

static bool set_up(struct transfer *transfer, const struct s3_location *location, int64_t host_ms,
                   struct arena *arena)
{
    struct str host, path, version = STR_NONE;
    if (!s3_home_place(&transfer->s3->home, location, arena, &host, &path))
        return false;
    if (location->version_id.p)
        version = sigv4_encode(location->version_id, false, arena);
    struct str url = arena_printf(arena, "%.*s://%.*s%.*s%s%.*s", STR(transfer->s3->home.scheme), STR(host),
                                  STR(path), version.p ? "?versionId=" : "", STR(version));
    return url.p && sign(transfer, host, path, version, host_ms, arena) &&
           set_manners(transfer->curl, transfer->s3) && set_tls(transfer->curl, transfer->s3->ca) &&
           set_callbacks(transfer) && curl_easy_setopt(transfer->curl, CURLOPT_URL, url.p) == CURLE_OK &&
           curl_easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK;
}

/* ---- what came of it ---- */

static const struct {
    CURLcode code;
    const char *text;
} failures[] = {
    { CURLE_COULDNT_RESOLVE_HOST, "cannot be found" },
    { CURLE_COULDNT_CONNECT, "cannot be reached" },
    { CURLE_OPERATION_TIMEDOUT, "does not answer in time" },
    { CURLE_PEER_FAILED_VERIFICATION, "has a certificate that is not trusted" },
    { CURLE_SSL_CACERT_BADFILE, "cannot be trusted, for the CAs cannot be read" },
    { CURLE_SSL_CONNECT_ERROR, "does not speak TLS as it should" },
    { CURLE_ABORTED_BY_CALLBACK, "is not waited for, because this server stops" },
    { CURLE_OUT_OF_MEMORY, "cannot be asked, because this server is out of memory" },
};

static const char *failure_text(CURLcode code)
{
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++)
        if (failures[i].code == code)
            return failures[i].text;
    return "does not answer as S3 does";
}

static struct str failure_of(const struct transfer *transfer, CURLcode code, struct arena *arena)
{
    const struct s3_home *home = &transfer->s3->home;
    const char *said = transfer->said[0] ? transfer->said : curl_easy_strerror(code);
    struct str shown = uri_text_shown(str_from(said), arena);
    return arena_printf(arena, "%.*s://%.*s %s (%.*s)", STR(home->scheme), STR(home->host),
                        failure_text(code), STR(shown));
}

/* " NoSuchKey": what the XML of a refusal says, with a blank before it; "": nothing that could be a code. */
static struct str code_of(struct str xml, struct arena *arena)
{
    static const struct str tag = STR_LIT("<Code>");
    const char *at = xml.n > 0 ? memmem(xml.p, xml.n, tag.p, tag.n) : NULL;
    if (!at)
        return STR_LIT("");
    struct str rest = { at + tag.n, (size_t)(xml.p + xml.n - at) - tag.n };
    struct str code = str_split(&rest, '<');
    for (size_t i = 0; i < code.n; i++)
        if (!isalnum((unsigned char)code.p[i]))
            return STR_LIT("");
    return code.n > 0 && code.n <= CODE_BYTES_MAX ? arena_printf(arena, " %.*s", STR(code)) : STR_LIT("");
}

static struct str refusal_of(const struct transfer *transfer, long status, struct arena *arena)
{
    const struct s3_home *home = &transfer->s3->home;
    const char *text = status == NOT_FOUND   ? "has no such object"
                       : status == FORBIDDEN ? "does not let us read it"
                                             : "does not give it";
    struct str code = code_of(strbuf_str(&transfer->body), arena);
    return arena_printf(arena, "%.*s://%.*s %s (%ld%.*s)", STR(home->scheme), STR(home->host), text, status,
                        STR(code));
}

/* Absent: nothing is wrong. */
static struct str problem_of(const struct transfer *transfer, CURLcode code, struct arena *arena)
{
    long status = status_of(transfer->curl);
    if (transfer->too_large)
        return arena_printf(arena, "it is larger than %zu bytes", transfer->most);
    if (transfer->body.failed)
        return str_from(out_of_memory);
    if (status >= OK && status != OK && (code == CURLE_OK || code == CURLE_WRITE_ERROR))
        return refusal_of(transfer, status, arena);
    return code == CURLE_OK ? STR_NONE : failure_of(transfer, code, arena);
}

static bool conclude(const struct transfer *transfer, CURLcode code, struct arena *arena,
                     struct str *ret_text, struct str *ret_problem)
{
    struct str problem = problem_of(transfer, code, arena);
    struct str text = transfer->body.n > 0 ? arena_str(arena, strbuf_str(&transfer->body)) : STR_LIT("");
    if (problem.p || !text.p) {
        *ret_problem = problem.p ? problem : str_from(out_of_memory);
        return false;
    }
    *ret_text = text;
    return true;
}

struct remote_s3 remote_s3_of(const struct settings *settings)
{
    return (struct remote_s3){ .home = s3_home_external(settings),
                               .ca = settings->s3_ca,
                               .connect_ms = CONNECT_MS,
                               .total_ms = TOTAL_MS };
}

bool remote_s3_read(const struct remote_s3 *s3, const struct s3_location *location, size_t most,
                    int64_t host_ms, struct arena *arena, struct str *ret_text, struct str *ret_problem)
{
    struct transfer transfer = { .s3 = s3, .most = most, .curl = curl_easy_init() };
    bool ok = false;
    strbuf_init(&transfer.body, most > REFUSAL_BYTES_MAX ? most : REFUSAL_BYTES_MAX);
    if (transfer.curl && set_up(&transfer, location, host_ms, arena))
        ok = conclude(&transfer, curl_easy_perform(transfer.curl), arena, ret_text, ret_problem);
    else
        *ret_problem = str_from(out_of_memory);
    curl_easy_cleanup(transfer.curl);
    curl_slist_free_all(transfer.headers);
    strbuf_release(&transfer.body);
    return ok;
}
