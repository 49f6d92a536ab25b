#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "launcher/broker_config.h"

/* Settings, and the configuration that comes of them. */
struct world {
    struct settings settings;
    struct broker_config config;
    struct strbuf text;
    struct strbuf why;
};

static int set_up(void **state)
{
    static struct world world;
    settings_init(&world.settings);
    world.settings.mqtts_port.n = 0;
    world.config = (struct broker_config){
        .settings = &world.settings,
        .plugin = "/opt/iotjobs.so",
        .idle_socket = "/tmp/idle.sock",
    };
    strbuf_init(&world.text, BROKER_CONFIG_MAX);
    strbuf_init(&world.why, 1024);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    settings_release(&world->settings);
    strbuf_release(&world->text);
    strbuf_release(&world->why);
    return 0;
}

static void set(struct world *world, const char *key, const char *value)
{
    assert_true(settings_set(&world->settings, str_from(key), str_from(value), &world->why));
}

static void write_config(struct world *world)
{
    assert_true(broker_config_write(&world->config, &world->text, &world->why));
}

/* Whether `line` stands in the configuration, whole. */
static bool has(const struct world *world, const char *line)
{
    struct str rest = strbuf_str(&world->text);
    while (rest.p != NULL)
        if (str_eq_text(str_split(&rest, '\n'), line))
            return true;
    return false;
}

/* How many lines begin with this. */
static int count(const struct world *world, const char *prefix)
{
    int n = 0;
    struct str rest = strbuf_str(&world->text);
    while (rest.p != NULL)
        n += str_starts_with(str_split(&rest, '\n'), str_from(prefix));
    return n;
}

static void mqtt_may_be_the_one_listener(void **state)
{
    struct world *world = *state;
    write_config(world);
    assert_true(has(world, "listener 1883 127.0.0.1"));
    assert_int_equal(count(world, "listener "), 1);
    assert_int_equal(count(world, "protocol "), 0);
    assert_int_equal(count(world, "certfile "), 0);
}

static void set_tls(struct world *world)
{
    set(world, "mqtts_port", "8883");
    set(world, "tls_certificate", "/srv/certs/server.pem");
    set(world, "tls_key", "/srv/certs/server.key");
}

static void a_tls_listener_has_its_files_and_no_old_protocol(void **state)
{
    struct world *world = *state;
    set_tls(world);
    write_config(world);
    assert_non_null(strstr(world->text.p, "listener 1883 127.0.0.1\nmax_qos 1\n"
                                          "listener 8883 127.0.0.1\nmax_qos 1\ntls_version tlsv1.2\n"
                                          "ciphers ECDHE+AESGCM:ECDHE+CHACHA20\n"
                                          "certfile /srv/certs/server.pem\nkeyfile /srv/certs/server.key\n"));
    assert_int_equal(count(world, "require_certificate "), 0);
}

static void each_tls_port_has_a_listener(void **state)
{
    struct world *world = *state;
    set_tls(world);
    set(world, "mqtts_port", "8883,443");
    write_config(world);
    assert_true(has(world, "listener 8883 127.0.0.1"));
    assert_true(has(world, "listener 443 127.0.0.1"));
    assert_int_equal(count(world, "listener "), 3);
    assert_int_equal(count(world, "certfile /srv/certs/server.pem"), 2);
    assert_int_equal(count(world, "tls_version tlsv1.2"), 2);
    assert_true(has(world, "plugin_opt_mqtts_port 8883,443"));
}

static void a_tls_listener_makes_the_local_socket_needless(void **state)
{
    struct world *world = *state;
    set_tls(world);
    set(world, "mqtt_port", "0");
    write_config(world);
    assert_true(has(world, "listener 8883 127.0.0.1"));
    assert_int_equal(count(world, "listener "), 1);
}

static void a_tls_listener_without_files_is_refused(void **state)
{
    struct world *world = *state;
    set(world, "mqtts_port", "8883");
    assert_false(broker_config_write(&world->config, &world->text, &world->why));
    assert_non_null(strstr(world->why.p, "certfile: "));
}

static void what_the_plugin_depends_on_is_always_there(void **state)
{
    struct world *world = *state;
    write_config(world);
    assert_true(has(world, "per_listener_settings false"));
    assert_true(has(world, "allow_anonymous true"));
    assert_true(has(world, "set_tcp_nodelay true"));
    assert_true(has(world, "plugin /opt/iotjobs.so"));
}

static void a_websocket_listener_is_kept_to_its_address(void **state)
{
    struct world *world = *state;
    set(world, "websocket_port", "9001");
    write_config(world);
    assert_non_null(strstr(world->text.p,
                           "listener 1883 127.0.0.1\nmax_qos 1\n"
                           "listener 9001 127.0.0.1\nmax_qos 1\nprotocol websockets\nsocket_domain ipv4\n"));
}

static void a_websocket_listener_on_ipv6_says_so(void **state)
{
    struct world *world = *state;
    set(world, "websocket_port", "9001");
    set(world, "bind", "::1");
    write_config(world);
    assert_true(has(world, "listener 1883 ::1"));
    assert_true(has(world, "socket_domain ipv6"));
}

static void without_mqtt_the_broker_gets_a_local_socket_and_no_port(void **state)
{
    struct world *world = *state;
    set(world, "mqtt_port", "0");
    write_config(world);
    assert_true(has(world, "listener 0 /tmp/idle.sock"));
    assert_int_equal(count(world, "listener "), 1);
    assert_true(has(world, "plugin_opt_mqtt_port 0"));
}

static void only_settings_that_differ_from_their_default_reach_the_plugin(void **state)
{
    struct world *world = *state;
    set_tls(world);
    write_config(world);
    assert_int_equal(count(world, "plugin_opt_"), 4);
    strbuf_clear(&world->text);
    set(world, "schedule_lead", "0s");
    set(world, "virtual_clock", "true");
    set(world, "http_port", "5627");
    write_config(world);
    assert_int_equal(count(world, "plugin_opt_"), 6);
    assert_true(has(world, "plugin_opt_schedule_lead 0s"));
    assert_true(has(world, "plugin_opt_virtual_clock true"));
}

static void the_plugin_is_told_that_the_whole_configuration_is_known(void **state)
{
    struct world *world = *state;
    set_tls(world);
    write_config(world);
    assert_true(has(world, "plugin_opt_track_subscriptions true"));
    strbuf_clear(&world->text);
    set(world, "track_subscriptions", "false");
    write_config(world);
    assert_int_equal(count(world, "track_subscriptions"), 0);
}

static void what_a_device_leaves_in_memory_has_ceilings(void **state)
{
    static const char *const lines[] = {
        "max_inflight_messages 100", "max_inflight_bytes 1048576",      "max_queued_messages 250000",
        "max_queued_bytes 67108864", "persistent_client_expiration 7d", "max_packet_size 1048576",
        "memory_limit 8589934592",
    };
    struct world *world = *state;
    world->config.memory_max = INT64_C(8) << 30;
    write_config(world);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!has(world, lines[i]))
            fail_msg("no line: %s", lines[i]);
}

static void clients_leave_descriptors_for_the_rest_of_the_process(void **state)
{
    static const struct {
        int64_t descriptors;
        const char *websocket_port, *line;
    } cases[] = {
        { 1 << 20, "0", "max_connections 1044480" },
        { 1 << 20, "9001", "max_connections 522240" },
        { 1024, "0", "max_connections 512" },
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        strbuf_clear(&world->text);
        world->config.descriptors_max = cases[i].descriptors;
        set(world, "websocket_port", cases[i].websocket_port);
        write_config(world);
        assert_true(has(world, cases[i].line));
        assert_int_equal(count(world, "max_connections"), cases[i].websocket_port[0] == '9' ? 2 : 1);
    }
}

static void a_limit_that_is_not_known_is_none(void **state)
{
    struct world *world = *state;
    write_config(world);
    assert_int_equal(count(world, "max_connections"), 0);
}

static void memory_of_an_unknown_size_has_no_limit(void **state)
{
    struct world *world = *state;
    world->config.memory_max = 0;
    write_config(world);
    assert_int_equal(count(world, "memory_limit"), 0);
}

static void sessions_are_kept_in_the_data_folder(void **state)
{
    struct world *world = *state;
    set(world, "data", "/var/lib/my jobs");
    write_config(world);
    assert_true(has(world, "persistence true"));
    assert_true(has(world, "persistence_location /var/lib/my jobs"));
}

static void in_memory_the_broker_writes_nothing(void **state)
{
    struct world *world = *state;
    set(world, "in_memory", "true");
    write_config(world);
    assert_true(has(world, "persistence false"));
    assert_int_equal(count(world, "persistence_location"), 0);
}

static void each_log_level_includes_the_graver_ones(void **state)
{
    struct world *world = *state;
    set(world, "log_level", "warning");
    write_config(world);
    assert_int_equal(count(world, "log_type "), 2);
    assert_true(has(world, "log_type error"));
    assert_true(has(world, "log_type warning"));
    assert_true(has(world, "connection_messages false"));
    strbuf_clear(&world->text);
    set(world, "log_level", "debug");
    write_config(world);
    assert_int_equal(count(world, "log_type "), 5);
    assert_true(has(world, "log_type information"));
    assert_true(has(world, "connection_messages true"));
}

static void root_stays_root_and_others_are_not_named(void **state)
{
    struct world *world = *state;
    write_config(world);
    assert_int_equal(count(world, "user "), 0);
    strbuf_clear(&world->text);
    world->config.as_root = true;
    write_config(world);
    assert_true(has(world, "user root"));
}

static void a_value_cannot_add_lines_of_its_own(void **state)
{
    struct world *world = *state;
    world->config.plugin = "/opt/a.so\nallow_anonymous false";
    assert_false(broker_config_write(&world->config, &world->text, &world->why));
    assert_non_null(strstr(world->why.p, "plugin: "));
    assert_null(strstr(world->text.p, "allow_anonymous false"));
}

static void a_value_that_the_broker_cannot_read_back_is_refused(void **state)
{
    struct world *world = *state;
    set(world, "data", "/var/lib/jobs ");
    assert_false(broker_config_write(&world->config, &world->text, &world->why));
    assert_non_null(strstr(world->why.p, "persistence_location: "));
}

static void an_emptied_text_is_refused(void **state)
{
    struct world *world = *state;
    set(world, "account_id", "");
    assert_false(broker_config_write(&world->config, &world->text, &world->why));
    assert_non_null(strstr(world->why.p, "account_id: "));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(mqtt_may_be_the_one_listener),
        TEST(a_tls_listener_has_its_files_and_no_old_protocol),
        TEST(each_tls_port_has_a_listener),
        TEST(a_tls_listener_makes_the_local_socket_needless),
        TEST(a_tls_listener_without_files_is_refused),
        TEST(what_the_plugin_depends_on_is_always_there),
        TEST(a_websocket_listener_is_kept_to_its_address),
        TEST(a_websocket_listener_on_ipv6_says_so),
        TEST(without_mqtt_the_broker_gets_a_local_socket_and_no_port),
        TEST(only_settings_that_differ_from_their_default_reach_the_plugin),
        TEST(the_plugin_is_told_that_the_whole_configuration_is_known),
        TEST(what_a_device_leaves_in_memory_has_ceilings),
        TEST(clients_leave_descriptors_for_the_rest_of_the_process),
        TEST(a_limit_that_is_not_known_is_none),
        TEST(memory_of_an_unknown_size_has_no_limit),
        TEST(sessions_are_kept_in_the_data_folder),
        TEST(in_memory_the_broker_writes_nothing),
        TEST(each_log_level_includes_the_graver_ones),
        TEST(root_stays_root_and_others_are_not_named),
        TEST(a_value_cannot_add_lines_of_its_own),
        TEST(a_value_that_the_broker_cannot_read_back_is_refused),
        TEST(an_emptied_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
