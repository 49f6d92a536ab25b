#include "support/cmocka_all.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "launcher/preflight.h"
#include "support/http_client.h"

/* Settings, and a socket on a port that the system chose. */
struct world {
    struct settings settings;
    struct strbuf why;
    int fd;
    int port;
};

static int set_up(void **state)
{
    static struct world world;
    settings_init(&world.settings);
    world.settings.http_port = 0;
    world.settings.https_port = 0;
    world.settings.mqtt_port = 0;
    world.settings.mqtts_port.n = 0;
    strbuf_init(&world.why, 1024);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof address;
    world.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(world.fd, (struct sockaddr *)&address, n) != 0 ||
        getsockname(world.fd, (struct sockaddr *)&address, &n) != 0)
        return -1;
    world.port = ntohs(address.sin_port);
    *state = &world;
    return listen(world.fd, 1);
}

static int tear_down(void **state)
{
    struct world *world = *state;
    settings_release(&world->settings);
    strbuf_release(&world->why);
    return world->fd >= 0 ? close(world->fd) : 0;
}

static void assert_in_use(struct world *world, const char *option)
{
    char expected[128];
    snprintf(expected, sizeof expected,
             "port %d on 127.0.0.1 is in use: end what listens there, or choose another with %s", world->port,
             option);
    strbuf_clear(&world->why);
    assert_false(preflight_ports(&world->settings, &world->why));
    assert_string_equal(world->why.p, expected);
}

static void a_port_in_use_is_named_with_the_setting_to_change(void **state)
{
    struct world *world = *state;
    const struct {
        int64_t *port;
        const char *option;
    } ports[] = {
        { &world->settings.http_port, "--http-port" },
        { &world->settings.https_port, "--https-port" },
        { &world->settings.mqtt_port, "--mqtt-port" },
        { &world->settings.websocket_port, "--websocket-port" },
    };
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        *ports[i].port = world->port;
        assert_in_use(world, ports[i].option);
        *ports[i].port = 0;
    }
}

static void each_of_several_ports_is_tried(void **state)
{
    struct world *world = *state;
    world->settings.mqtts_port = (struct ports){ .n = 2, .items = { free_port(), world->port } };
    assert_in_use(world, "--mqtts-port");
    world->settings.mqtts_port.n = 1;
    assert_true(preflight_ports(&world->settings, &world->why));
}

static void a_free_port_is_fine_and_stays_free(void **state)
{
    struct world *world = *state;
    close(world->fd);
    world->fd = -1;
    world->settings.http_port = world->port;
    assert_true(preflight_ports(&world->settings, &world->why));
    assert_true(preflight_ports(&world->settings, &world->why));
}

static void an_address_of_another_machine_is_refused(void **state)
{
    struct world *world = *state;
    assert_true(settings_set(&world->settings, STR_LIT("bind"), STR_LIT("192.0.2.1"), &world->why));
    world->settings.http_port = world->port;
    assert_false(preflight_ports(&world->settings, &world->why));
    assert_string_equal(world->why.p,
                        "192.0.2.1 is not an address of this machine: choose another with --bind");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_port_in_use_is_named_with_the_setting_to_change),
        TEST(each_of_several_ports_is_tried),
        TEST(a_free_port_is_fine_and_stays_free),
        TEST(an_address_of_another_machine_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
