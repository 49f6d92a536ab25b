#include "support/tls_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/pem.h"
#include "support/certs_world.h"
#include "support/cmocka_all.h"

enum { START_ATTEMPTS = 10 };

void tls_world_set(struct tls_world *world, const char *key, const char *value)
{
    assert_true(settings_set(&world->http.settings, str_from(key), str_from(value), &world->why));
}

/* Another process may take a port between free_port and here: then the next one will do. */
void tls_world_start(struct tls_world *world, struct log *log)
{
    const struct server_config config = { .settings = &world->http.settings, .log = log };
    for (int i = 0; world->http.server == NULL && i < START_ATTEMPTS; i++) {
        world->http.settings.https_port = free_port();
        strbuf_clear(&world->why);
        world->http.server = server_start(&config, &world->why);
    }
    if (world->http.server == NULL)
        fail_msg("%s", world->why.p);
}

static char *read_text(const char *path)
{
    static char text[PEM_TEXT_MAX];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    return strdup(text);
}

void tls_world_init(struct tls_world *world)
{
    *world = (struct tls_world){ 0 };
    settings_init(&world->http.settings);
    strbuf_init(&world->why, 4096);
    assert_true(certificates_in_memory(&certs_names, clock_host_ms(), &world->certificates, &world->why));
    world->ca = read_text(world->certificates.ca);
    tls_world_set(world, "in_memory", "true");
    tls_world_set(world, "http_port", "0");
    tls_world_set(world, "tls_certificate", world->certificates.server);
    tls_world_set(world, "tls_key", world->certificates.key);
}

void tls_world_release(struct tls_world *world)
{
    if (world->http.server != NULL)
        server_stop(world->http.server);
    certs_close_memory(world->certificates.server);
    certs_close_memory(world->certificates.key);
    certs_close_memory(world->certificates.ca);
    settings_release(&world->http.settings);
    strbuf_release(&world->why);
    free(world->ca);
}

struct tls_request tls_world_get(const struct tls_world *world, const char *target, const char *headers)
{
    return (struct tls_request){ .port = (int)world->http.settings.https_port,
                                 .ca = world->ca,
                                 .method = "GET",
                                 .target = target,
                                 .headers = headers,
                                 .body = STR_NONE };
}

void tls_world_ask(struct tls_request request, int status, const char *text)
{
    struct http_answer answer;
    assert_true(tls_ask(&request, &answer));
    assert_http_status(&answer, status);
    assert_http_body_has(&answer, text);
    http_answer_release(&answer);
}
