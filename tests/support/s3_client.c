#include "support/s3_client.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/cmocka_all.h"

enum { REQUEST_MAX = 64 * 1024 * 1024, TARGET_MAX = 8192, WAIT_MS = 10000 };

void s3_send_plain(const struct http_world *world, const struct s3_call *call, struct http_answer *ret_answer)
{
    struct strbuf request;
    int fd = http_connect(world->port);
    assert_true(fd >= 0);
    strbuf_init(&request, REQUEST_MAX);
    strbuf_printf(&request, "%s %s HTTP/1.1\r\n%s", call->method, call->target,
                  call->headers ? call->headers : "");
    if (call->host)
        strbuf_printf(&request, "Host: %s\r\n", call->host);
    else
        strbuf_printf(&request, "Host: 127.0.0.1:%d\r\n", world->port);
    if (call->body.p)
        strbuf_printf(&request, "Content-Length: %zu\r\n", call->body.n);
    strbuf_add_text(&request, "\r\n");
    strbuf_add_str(&request, call->body);
    assert_false(request.failed);
    http_send(fd, strbuf_str(&request));
    http_receive(fd, strcmp(call->method, "HEAD") == 0, ret_answer);
    strbuf_release(&request);
    close(fd);
}

static void ask(const struct http_world *world, const char *method, const char *target, const char *headers,
                const char *body, struct http_answer *ret_answer)
{
    const struct s3_call call = {
        .method = method, .target = target, .headers = headers, .body = str_from(body)
    };
    s3_send_plain(world, &call, ret_answer);
}

void s3_ask(const struct http_world *world, const char *method, const char *target, const char *headers,
            const char *body, int status)
{
    struct http_answer answer;
    ask(world, method, target, headers, body, &answer);
    assert_http_status(&answer, status);
    http_answer_release(&answer);
}

void assert_s3_error(const struct http_answer *answer, int status, const char *code)
{
    char text[64];
    char element[128];
    assert_http_status(answer, status);
    assert_http_header(answer, "Content-Type", "application/xml");
    assert_true(http_answer_header(answer, "x-amz-request-id", text, sizeof text));
    snprintf(element, sizeof element, "<Error><Code>%s</Code><Message>", code);
    assert_http_body_has(answer, element);
    snprintf(element, sizeof element, "<RequestId>%s</RequestId>", text);
    assert_http_body_has(answer, element);
}

void s3_ask_refused(const struct http_world *world, const char *method, const char *target,
                    const char *headers, const char *body, int status, const char *code)
{
    struct http_answer answer;
    ask(world, method, target, headers, body, &answer);
    assert_s3_error(&answer, status, code);
    http_answer_release(&answer);
}

/* ---- signatures ---- */

/* Path and query of a target, and the query's parameters. */
static size_t split_target(struct str target, struct str *ret_path, struct sigv4_pair *ret_pairs, size_t most)
{
    size_t n = 0;
    *ret_path = str_split(&target, '?');
    while (target.p && n < most) {
        struct str value = str_split(&target, '&');
        struct str name = str_split(&value, '=');
        ret_pairs[n++] = (struct sigv4_pair){ name, value };
    }
    return n;
}

const char *s3_sign(const struct s3_signature *signature, struct arena *arena)
{
    char date[SIGV4_DATE_MAX];
    struct sigv4_pair query[16];
    const struct sigv4_signer signer = { .access_key = str_from(signature->key),
                                         .secret = str_from(signature->secret),
                                         .region = STR_LIT("eu-central-1"),
                                         .service = STR_LIT("s3") };
    sigv4_date_format(signature->at_ms, date);
    const struct sigv4_pair headers[] = { { STR_LIT("host"), str_from(signature->host) },
                                          { STR_LIT("x-amz-content-sha256"),
                                            str_from(signature->payload_hash) },
                                          { STR_LIT("x-amz-date"), str_from(date) } };
    struct sigv4_request request = { .method = str_from(signature->method),
                                     .query = query,
                                     .headers = headers,
                                     .header_n = 3,
                                     .signed_headers = STR_LIT("host;x-amz-content-sha256;x-amz-date"),
                                     .payload_hash = str_from(signature->payload_hash) };
    request.query_n = split_target(str_from(signature->target), &request.path, query, 16);
    struct str authorization = sigv4_authorize(&signer, &request, str_from(date), arena);
    assert_non_null(authorization.p);
    return arena_printf(arena, "Authorization: %.*s\r\nX-Amz-Date: %s\r\nX-Amz-Content-Sha256: %s\r\n",
                        STR(authorization), date, signature->payload_hash)
        .p;
}

const char *s3_presign(int port, const char *method, const char *target, int64_t expires_s, int64_t at_ms,
                       struct arena *arena)
{
    struct str query = str_from(target);
    struct str path = str_split(&query, '?');
    const struct sigv4_signer signer = { .access_key = STR_LIT(S3_TEST_KEY),
                                         .secret = STR_LIT(S3_TEST_SECRET),
                                         .region = STR_LIT("eu-central-1"),
                                         .service = STR_LIT("s3") };
    const struct sigv4_url url = { .method = str_from(method),
                                   .scheme = STR_LIT("http"),
                                   .host = arena_printf(arena, "127.0.0.1:%d", port),
                                   .path = path,
                                   .query = query.p ? query : STR_LIT(""),
                                   .expires_s = expires_s };
    struct str text = sigv4_presign(&signer, &url, at_ms, arena);
    assert_non_null(text.p);
    return arena_str(arena, (struct str){ text.p + strlen("http://") + url.host.n,
                                          text.n - strlen("http://") - url.host.n })
        .p;
}

/* ---- files ---- */

size_t s3_file_count(const struct http_world *world)
{
    char path[TEMP_PATH_MAX];
    size_t n = 0;
    assert_true(world->folder[0] != '\0');
    temp_path(world->folder, "artifacts", path);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        n += entry->d_name[0] != '.';
    closedir(folder);
    return n;
}

void assert_s3_files(const struct http_world *world, size_t n)
{
    static const struct timespec one_ms = { .tv_nsec = 1000000 };
    for (int waited_ms = 0; s3_file_count(world) != n && waited_ms < WAIT_MS; waited_ms++)
        nanosleep(&one_ms, NULL);
    assert_int_equal(s3_file_count(world), n);
}

int s3_world_setup(void **state)
{
    int result = http_world_setup(state);
    if (result == 0)
        s3_ask(*state, "PUT", "/_s3/fws", "", "", 200);
    return result;
}
