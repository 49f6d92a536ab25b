/*
 * empty_http PORT THREADS FILE
 *
 * The baseline of the HTTP rows: libmicrohttpd as server/http starts it, whose handler answers every
 * request with the bytes of FILE and does nothing else. Listens on 127.0.0.1, prints "Ready." and runs
 * until SIGTERM or SIGINT.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

enum { BODY_MAX = 64 * 1024, THREADS_MAX = 64, CONNECTION_LIMIT = 1000 };

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload_data,
                                  size_t *upload_data_size, void **request)
{
    (void)url;
    (void)method;
    (void)version;
    (void)upload_data;
    if (*request == NULL) { /* the headers alone; as every handler that may get a body must */
        *request = context;
        return MHD_YES;
    }
    if (*upload_data_size > 0) {
        *upload_data_size = 0;
        return MHD_YES;
    }
    const struct str *body = context;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body->n, (void *)(uintptr_t)body->p, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static bool read_body(const char *path, char *room, struct str *ret_body)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    size_t n = fread(room, 1, BODY_MAX, file);
    bool whole = feof(file) && !ferror(file);
    fclose(file);
    if (whole)
        *ret_body = (struct str){ room, n };
    return whole;
}

/* Serves until a signal comes; the signals are blocked in every thread. */
static int serve(uint16_t port, unsigned threads, struct str *body)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, port, NULL, NULL, on_request, body,
                         MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_THREAD_POOL_SIZE, threads,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTION_LIMIT, MHD_OPTION_END);
    if (daemon == NULL) {
        perror("empty_http");
        return EXIT_FAILURE;
    }
    puts("Ready.");
    fflush(stdout);
    int got;
    sigwait(&ends, &got);
    MHD_stop_daemon(daemon);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static char room[BODY_MAX];
    int64_t port, threads;
    struct str body;
    if (argc != 4 || !str_to_int(str_from(argv[1]), &port) || port < 1 || port > UINT16_MAX ||
        !str_to_int(str_from(argv[2]), &threads) || threads < 1 || threads > THREADS_MAX ||
        !read_body(argv[3], room, &body)) {
        fputs("usage: empty_http PORT THREADS FILE (at most 64 KiB)\n", stderr);
        return 2;
    }
    return serve((uint16_t)port, (unsigned)threads, &body);
}
