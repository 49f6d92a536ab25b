#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings.h"

struct world {
    struct settings settings;
    struct strbuf problem;
};

static int setup(void **state)
{
    struct world *world = malloc(sizeof *world);
    if (world == NULL)
        return -1;
    settings_init(&world->settings);
    strbuf_init(&world->problem, 4096);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    settings_release(&world->settings);
    strbuf_release(&world->problem);
    free(world);
    return 0;
}

static bool set(struct world *world, const char *key, const char *value)
{
    return settings_set(&world->settings, str_from(key), str_from(value), &world->problem);
}

/* Sets, and expects exactly this problem. */
static void assert_refused(struct world *world, const char *key, const char *value, const char *problem)
{
    strbuf_clear(&world->problem);
    assert_false(set(world, key, value));
    assert_string_equal(world->problem.p, problem);
}

/* Checks, and expects a problem with these words. */
static void assert_check_refuses(struct world *world, const char *words)
{
    strbuf_clear(&world->problem);
    assert_false(settings_check(&world->settings, &world->problem));
    assert_non_null(strstr(world->problem.p, words));
}

static void defaults_are_those_of_the_table(void **state)
{
    struct world *world = *state;
    assert_int_equal(world->settings.http_port, 5627);
    assert_int_equal(world->settings.websocket_port, 0);
    assert_string_equal(world->settings.bind, "127.0.0.1");
    assert_string_equal(world->settings.account_id, "000000000000");
    assert_false(world->settings.in_memory);
    assert_int_equal(world->settings.durability, DURABILITY_FULL);
    assert_int_equal(world->settings.schedule_lead_ms, 30 * 60 * 1000);
    assert_true(settings_check(&world->settings, &world->problem));
}

static void each_type_is_set_from_text(void **state)
{
    struct world *world = *state;
    assert_true(set(world, "http_port", "0"));
    assert_int_equal(world->settings.http_port, 0);
    assert_true(set(world, "bind", "::1"));
    assert_string_equal(world->settings.bind, "::1");
    assert_true(set(world, "in_memory", "Yes"));
    assert_true(world->settings.in_memory);
    assert_true(set(world, "in_memory", "off"));
    assert_false(world->settings.in_memory);
    assert_true(set(world, "durability", "memory"));
    assert_int_equal(world->settings.durability, DURABILITY_MEMORY);
    assert_true(set(world, "schedule_lead", "90s"));
    assert_int_equal(world->settings.schedule_lead_ms, 90000);
    assert_true(set(world, "http_threads", "64"));
    assert_int_equal(world->settings.http_threads, 64);
}

static void a_dash_in_a_key_counts_as_an_underscore(void **state)
{
    struct world *world = *state;
    assert_true(set(world, "http-port", "80"));
    assert_int_equal(world->settings.http_port, 80);
}

static void a_bad_value_is_refused_and_changes_nothing(void **state)
{
    struct world *world = *state;
    assert_refused(world, "http_port", "99999", "http_port: 99999 is not a port (0 to 65535)");
    assert_refused(world, "http_port", "", "http_port: an empty value is not a port (0 to 65535)");
    assert_refused(world, "http_port", "80x", "http_port: 80x is not a port (0 to 65535)");
    assert_refused(world, "http_threads", "65", "http_threads: 65 is not a valid number (1 to 64)");
    assert_refused(world, "in_memory", "maybe", "in_memory: maybe is neither true nor false");
    assert_refused(world, "durability", "much", "durability: much is none of full|normal|memory");
    assert_refused(world, "schedule_lead", "30",
                   "schedule_lead: 30 is not a duration with a unit, such as 250ms, 30s, 30m, 12h or 7d");
    assert_refused(world, "schedule_lead", "366d", "schedule_lead: 366d is not in the range (0s to 365d)");
    assert_refused(world, "data", "a\nuser root", "data: the value holds a control character");
    assert_refused(world, "data", "\xff", "data: the value is not UTF-8");
    assert_int_equal(world->settings.http_port, 5627);
    assert_string_equal(world->settings.data, "./iotjobs-data");
}

static void an_unknown_key_names_the_one_that_was_meant(void **state)
{
    struct world *world = *state;
    assert_refused(world, "htpp_port", "1", "unknown setting 'htpp_port'; did you mean http_port?");
    assert_refused(world, "virtual-clok", "1", "unknown setting 'virtual-clok'; did you mean virtual_clock?");
    assert_refused(world, "colour", "1", "unknown setting 'colour'");
    assert_refused(world, "", "1", "unknown setting 'an empty value'");
    assert_refused(world, "a_key_that_is_far_longer_than_any_setting", "1",
                   "unknown setting 'a_key_that_is_far_longer_than_any_setting'");
}

static void only_yes_no_settings_are_flags(void **state)
{
    (void)state;
    assert_true(settings_is_flag(STR_LIT("in-memory")));
    assert_true(settings_is_flag(STR_LIT("virtual_clock")));
    assert_false(settings_is_flag(STR_LIT("http_port")));
    assert_false(settings_is_flag(STR_LIT("nothing")));
}

/* --- what follows from auth ------------------------------------------------------------------------- */

static void where_auth_is_enforced_mqtt_without_tls_is_off(void **state)
{
    struct world *world = *state;
    assert_true(set(world, "auth", "enforce"));
    assert_true(settings_complete(&world->settings, &world->problem));
    assert_int_equal(world->settings.mqtt_port, 0);
    assert_int_equal(world->settings.mqtts_port.items[0], 8883);
    assert_true(settings_check(&world->settings, &world->problem));
}

static void where_auth_is_open_every_listener_stays(void **state)
{
    struct world *world = *state;
    assert_true(set(world, "websocket_port", "8083"));
    assert_true(settings_complete(&world->settings, &world->problem));
    assert_int_equal(world->settings.mqtt_port, 1883);
    assert_int_equal(world->settings.websocket_port, 8083);
}

static void a_listener_without_tls_that_was_asked_for_is_refused_where_auth_is_enforced(void **state)
{
    static const char *const keys[] = { "mqtt_port", "websocket_port" };
    struct world *world = *state;
    assert_true(set(world, "auth", "enforce"));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        strbuf_clear(&world->problem);
        assert_true(set(world, keys[i], "1883")); /* also when it is the default */
        assert_false(settings_complete(&world->settings, &world->problem));
        assert_memory_equal(world->problem.p, keys[i], strlen(keys[i]));
        assert_non_null(strstr(world->problem.p, "mqtts_port"));
        assert_true(set(world, keys[i], "0"));
        assert_true(settings_complete(&world->settings, &world->problem));
    }
}

static void what_could_not_be_set_was_not_given(void **state)
{
    struct world *world = *state;
    assert_false(set(world, "mqtt_port", "many"));
    assert_false(world->settings.given.mqtt_port);
    assert_true(set(world, "mqtt_port", "1883"));
    assert_true(world->settings.given.mqtt_port);
    assert_false(world->settings.given.mqtts_port);
}

/* --- files ------------------------------------------------------------------------------------------ */

/* Writes a file of its own and reads it. */
static bool read_text(struct world *world, const char *text, size_t n)
{
    char path[] = "/tmp/iotjobs-settings-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), (ssize_t)n);
    close(fd);
    strbuf_clear(&world->problem);
    bool ok = settings_read_file(&world->settings, path, &world->problem);
    unlink(path);
    return ok;
}

static void a_file_has_comments_blanks_and_values(void **state)
{
    struct world *world = *state;
    static const char text[] = "# a comment\r\n"
                               "\n"
                               "  http_port=81   # the port\n"
                               "data = /srv/a#b c\r\n"
                               "region =\n"
                               "in_memory = true";
    assert_true(read_text(world, text, strlen(text)));
    assert_int_equal(world->settings.http_port, 81);
    assert_string_equal(world->settings.data, "/srv/a#b c");
    assert_string_equal(world->settings.region, "");
    assert_true(world->settings.in_memory);
}

static void a_problem_in_a_file_names_file_and_line(void **state)
{
    struct world *world = *state;
    static const char unknown[] = "http_port = 81\nhttp_prt = 82\n";
    static const char no_value[] = "in_memory\n";
    assert_false(read_text(world, unknown, strlen(unknown)));
    assert_non_null(strstr(world->problem.p, ":2: unknown setting 'http_prt'; did you mean http_port?"));
    assert_non_null(strstr(world->problem.p, "/tmp/iotjobs-settings-"));
    assert_false(read_text(world, no_value, strlen(no_value)));
    assert_non_null(strstr(world->problem.p, ":1: expected `key = value`, found 'in_memory'"));
}

static void a_line_has_a_ceiling(void **state)
{
    struct world *world = *state;
    static char text[8192];
    memset(text, 'x', sizeof text);
    assert_false(read_text(world, text, sizeof text));
    assert_non_null(strstr(world->problem.p, ":1: the line is longer than"));
}

static void a_missing_file_is_a_problem(void **state)
{
    struct world *world = *state;
    assert_false(settings_read_file(&world->settings, "/nonexistent/iotjobsd.conf", &world->problem));
    assert_string_equal(world->problem.p,
                        "cannot read /nonexistent/iotjobsd.conf: No such file or directory");
    strbuf_clear(&world->problem);
    assert_false(settings_read_file(&world->settings, "/tmp", &world->problem));
    assert_non_null(strstr(world->problem.p, "cannot read /tmp: "));
}

/* --- the environment -------------------------------------------------------------------------------- */

static void the_environment_sets_by_upper_case_names(void **state)
{
    struct world *world = *state;
    char port[] = "IOTJOBSD_HTTP_PORT=83";
    char other[] = "HOME=/root";
    char *environment[] = { other, port, NULL };
    assert_true(settings_read_environment(&world->settings, environment, &world->problem));
    assert_int_equal(world->settings.http_port, 83);
}

static void an_unknown_variable_is_a_problem(void **state)
{
    struct world *world = *state;
    char variable[] = "IOTJOBSD_HTTP_PROT=83";
    char *environment[] = { variable, NULL };
    assert_false(settings_read_environment(&world->settings, environment, &world->problem));
    assert_string_equal(world->problem.p,
                        "environment variable IOTJOBSD_HTTP_PROT: unknown setting 'http_prot'; "
                        "did you mean http_port?");
}

static void what_kubernetes_says_of_a_service_of_our_name_is_no_setting(void **state)
{
    static char variables[][64] = {
        "IOTJOBSD_SERVICE_HOST=10.0.0.7",
        "IOTJOBSD_SERVICE_PORT=5627",
        "IOTJOBSD_SERVICE_PORT_MQTT=1883",
        "IOTJOBSD_PORT=tcp://10.0.0.7:5627",
        "IOTJOBSD_PORT_5627_TCP=tcp://10.0.0.7:5627",
        "IOTJOBSD_PORT_5627_TCP_PROTO=tcp",
        "IOTJOBSD_PORT_5627_TCP_PORT=5627",
        "IOTJOBSD_PORT_5627_TCP_ADDR=10.0.0.7",
    };
    enum { COUNT = sizeof variables / sizeof *variables };
    struct world *world = *state;
    char *environment[COUNT + 1] = { NULL };
    for (size_t i = 0; i < COUNT; i++)
        environment[i] = variables[i];
    if (!settings_read_environment(&world->settings, environment, &world->problem))
        fail_msg("%s", world->problem.p);
}

static void names_that_only_resemble_those_of_kubernetes_are_problems(void **state)
{
    static char variables[][64] = { "IOTJOBSD_SERVICE=x", "IOTJOBSD_SERVICE_HOSTS=x", "IOTJOBSD_PORTS=1",
                                    "IOTJOBSD_PORT_HTTP=1" };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        char *environment[] = { variables[i], NULL };
        strbuf_clear(&world->problem);
        assert_false(settings_read_environment(&world->settings, environment, &world->problem));
        assert_non_null(strstr(world->problem.p, "unknown setting"));
    }
}

/* --- rules between settings ------------------------------------------------------------------------- */

static void the_account_is_twelve_digits(void **state)
{
    struct world *world = *state;
    set(world, "account_id", "12345678901");
    assert_check_refuses(world, "account_id: '12345678901' is not 12 digits");
    set(world, "account_id", "12345678901a");
    assert_check_refuses(world, "is not 12 digits");
    set(world, "account_id", "123456789012");
    assert_true(settings_check(&world->settings, &world->problem));
}

static void the_region_can_stand_in_an_arn(void **state)
{
    struct world *world = *state;
    set(world, "region", "eu:central");
    assert_check_refuses(world, "region: 'eu:central'");
    set(world, "region", "eu-central-1");
    assert_true(settings_check(&world->settings, &world->problem));
}

static void another_address_than_loopback_needs_insecure(void **state)
{
    struct world *world = *state;
    set(world, "bind", "localhost");
    assert_check_refuses(world, "bind: 'localhost' is not an IPv4 or IPv6 address");
    set(world, "bind", "0.0.0.0");
    assert_check_refuses(world, "or insecure to true");
    set(world, "bind", "::");
    assert_check_refuses(world, "or insecure to true");
    set(world, "insecure", "true");
    assert_true(settings_check(&world->settings, &world->problem));
    set(world, "insecure", "false");
    set(world, "auth", "enforce");
    assert_check_refuses(world, "set http_tls to true, or http_port to 0");
    set(world, "http_tls", "true");
    assert_true(settings_check(&world->settings, &world->problem));
    set(world, "http_tls", "false");
    set(world, "insecure", "true");
    assert_true(settings_check(&world->settings, &world->problem));
    set(world, "insecure", "false");
    set(world, "http_port", "0");
    assert_true(settings_check(&world->settings, &world->problem));
    set(world, "http_port", "5627");
    set(world, "auth", "open");
    set(world, "bind", "127.1.2.3");
    assert_true(settings_check(&world->settings, &world->problem));
    set(world, "bind", "::1");
    assert_true(settings_check(&world->settings, &world->problem));
}

static void a_clock_that_can_be_moved_is_for_open_servers(void **state)
{
    struct world *world = *state;
    set(world, "virtual_clock", "true");
    assert_true(settings_check(&world->settings, &world->problem));
    set(world, "auth", "enforce");
    assert_check_refuses(world, "it needs auth = open");
}

static void a_start_of_the_clock_needs_a_virtual_clock_and_a_time(void **state)
{
    struct world *world = *state;
    set(world, "clock_start", "2030-01-01T00:00:00Z");
    assert_check_refuses(world, "clock_start: needs virtual_clock");
    set(world, "virtual_clock", "true");
    assert_true(settings_check(&world->settings, &world->problem));
    set(world, "clock_start", "tomorrow");
    assert_check_refuses(world, "clock_start: 'tomorrow' is not a time");
}

static void ports_differ_and_one_is_on(void **state)
{
    struct world *world = *state;
    set(world, "mqtt_port", "5627");
    assert_check_refuses(world, "http_port and mqtt_port are both 5627");
    set(world, "mqtt_port", "0");
    assert_true(settings_check(&world->settings, &world->problem));
    set(world, "http_port", "0");
    set(world, "https_port", "0");
    set(world, "mqtts_port", "0");
    assert_check_refuses(world, "at least one listener must be on");
}

static void a_port_of_several_is_no_other_listeners(void **state)
{
    struct world *world = *state;
    set(world, "mqtts_port", "8883,8443");
    assert_check_refuses(world, "https_port and mqtts_port are both 8443");
    set(world, "https_port", "0");
    assert_true(settings_check(&world->settings, &world->problem));
}

struct sought {
    const char *key, *value;
    bool found;
};

static void seek(void *context, const char *key, const char *value, const char *help)
{
    struct sought *sought = context;
    (void)help;
    if (strcmp(key, sought->key) != 0)
        return;
    assert_string_equal(value, sought->value);
    sought->found = true;
}

static void assert_shown(const struct world *world, const char *key, const char *value)
{
    struct sought sought = { key, value, false };
    settings_each(&world->settings, seek, &sought);
    assert_true(sought.found);
}

static void several_ports_are_read_and_written(void **state)
{
    struct world *world = *state;
    set(world, "mqtts_port", "8883, 443");
    assert_int_equal(world->settings.mqtts_port.n, 2);
    assert_int_equal(world->settings.mqtts_port.items[0], 8883);
    assert_int_equal(world->settings.mqtts_port.items[1], 443);
    assert_shown(world, "mqtts_port", "8883,443");
    set(world, "mqtts_port", "0");
    assert_int_equal(world->settings.mqtts_port.n, 0);
    assert_shown(world, "mqtts_port", "0");
    set(world, "mqtts_port", "1,2,3,4,5,6,7,65535");
    assert_int_equal(world->settings.mqtts_port.n, PORTS_MAX);
    assert_shown(world, "mqtts_port", "1,2,3,4,5,6,7,65535");
}

static void ports_that_are_none_are_refused_and_change_nothing(void **state)
{
    static const struct {
        const char *value, *words;
    } cases[] = {
        { "", "an empty value is not a port (0 to 65535)" },
        { "8883,", "an empty value is not a port" },
        { "8883,x", "x is not a port" },
        { "8883,65536", "65536 is not a port" },
        { "8883 443", "8883 443 is not a port" },
        { "8883,-1", "-1 is not a port" },
        { "8883,0", "0, which switches it off, cannot stand among ports" },
        { "443,8883,443", "names port 443 twice" },
        { "1,2,3,4,5,6,7,8,9", "names more than 8 ports" },
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        strbuf_clear(&world->problem);
        assert_false(
            settings_set(&world->settings, STR_LIT("mqtts_port"), str_from(cases[i].value), &world->problem));
        if (strstr(world->problem.p, cases[i].words) == NULL)
            fail_msg("no '%s' in: %s", cases[i].words, world->problem.p);
        assert_shown(world, "mqtts_port", "8883");
    }
}

static void a_folder_is_needed_unless_in_memory(void **state)
{
    struct world *world = *state;
    set(world, "data", "");
    assert_check_refuses(world, "data: names no folder");
    set(world, "in_memory", "true");
    assert_true(settings_check(&world->settings, &world->problem));
}

static void what_was_revoked_needs_those_who_revoke(void **state)
{
    struct world *world = *state;
    set(world, "tls_client_crl", "/srv/revoked.pem");
    assert_check_refuses(world, "tls_client_crl: is of the CAs of tls_client_ca, which is not set");
    set(world, "tls_client_ca", "/srv/cas.pem");
    assert_true(settings_check(&world->settings, &world->problem));
}

static void a_certificate_and_its_key_are_named_together(void **state)
{
    struct world *world = *state;
    set(world, "tls_certificate", "/etc/ssl/server.pem");
    assert_check_refuses(world, "tls_certificate and tls_key: ");
    set(world, "tls_key", "/etc/ssl/server.key");
    assert_true(settings_check(&world->settings, &world->problem));
    set(world, "tls_certificate", "");
    assert_check_refuses(world, "tls_certificate and tls_key: ");
}

/* --- back to text ----------------------------------------------------------------------------------- */

struct copy {
    struct settings settings;
    struct strbuf problem;
    size_t n;
};

static void copy_setting(void *context, const char *key, const char *value, const char *help)
{
    struct copy *copy = context;
    assert_true(strlen(help) > 0);
    assert_true(settings_set(&copy->settings, str_from(key), str_from(value), &copy->problem));
    copy->n++;
}

static void every_setting_is_told_as_text_that_sets_it_again(void **state)
{
    struct world *world = *state;
    struct copy copy = { .n = 0 };
    settings_init(&copy.settings);
    strbuf_init(&copy.problem, 4096);
    set(world, "schedule_lead", "1500ms");
    set(world, "durability", "normal");
    set(world, "log_level", "debug");
    set(world, "insecure", "yes");
    set(world, "http_port", "1");
    set(world, "clock_start", "2030-01-01T00:00:00Z");
    settings_each(&world->settings, copy_setting, &copy);
    assert_true(copy.n > 15);
    assert_int_equal(copy.settings.schedule_lead_ms, 1500);
    assert_int_equal(copy.settings.durability, DURABILITY_NORMAL);
    assert_int_equal(copy.settings.log_level, world->settings.log_level);
    assert_true(copy.settings.insecure);
    assert_int_equal(copy.settings.http_port, 1);
    assert_string_equal(copy.settings.clock_start, "2030-01-01T00:00:00Z");
    settings_release(&copy.settings);
    strbuf_release(&copy.problem);
}

static void find_ranges(void *context, const char *key, const char *value, const char *help)
{
    (void)value;
    unsigned *found = context;
    if (strcmp(key, "http_threads") == 0 && strstr(help, "(1 to 64)") != NULL)
        *found |= 1;
    if (strcmp(key, "schedule_lead") == 0 && strstr(help, "(0s to 365d)") != NULL)
        *found |= 2;
    if (strcmp(key, "log_level") == 0 && strstr(help, "(error|warning|notice|info|debug)") != NULL)
        *found |= 4;
}

static void help_names_ranges_and_choices(void **state)
{
    struct world *world = *state;
    unsigned found = 0;
    settings_each(&world->settings, find_ranges, &found);
    assert_int_equal(found, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void a_time_zone_must_be_known(void **state)
{
    struct world *world = *state;
    assert_true(set(world, "window_time_zone", "Europe/Berlin"));
    assert_true(settings_check(&world->settings, &world->problem));
    assert_true(set(world, "window_time_zone", "Europe/Atlantis"));
    assert_check_refuses(world, "window_time_zone: 'Europe/Atlantis' is not one of the time zones in "
                                "/usr/share/zoneinfo, such as Europe/Berlin");
    assert_true(set(world, "window_time_zone", ""));
    assert_check_refuses(world, "window_time_zone: '' is not one of the time zones");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(defaults_are_those_of_the_table),
        TEST(each_type_is_set_from_text),
        TEST(a_dash_in_a_key_counts_as_an_underscore),
        TEST(a_bad_value_is_refused_and_changes_nothing),
        TEST(an_unknown_key_names_the_one_that_was_meant),
        TEST(only_yes_no_settings_are_flags),
        TEST(where_auth_is_enforced_mqtt_without_tls_is_off),
        TEST(where_auth_is_open_every_listener_stays),
        TEST(a_listener_without_tls_that_was_asked_for_is_refused_where_auth_is_enforced),
        TEST(what_could_not_be_set_was_not_given),
        TEST(a_file_has_comments_blanks_and_values),
        TEST(a_problem_in_a_file_names_file_and_line),
        TEST(a_line_has_a_ceiling),
        TEST(a_missing_file_is_a_problem),
        TEST(the_environment_sets_by_upper_case_names),
        TEST(an_unknown_variable_is_a_problem),
        TEST(what_kubernetes_says_of_a_service_of_our_name_is_no_setting),
        TEST(names_that_only_resemble_those_of_kubernetes_are_problems),
        TEST(the_account_is_twelve_digits),
        TEST(the_region_can_stand_in_an_arn),
        TEST(a_clock_that_can_be_moved_is_for_open_servers),
        TEST(another_address_than_loopback_needs_insecure),
        TEST(a_start_of_the_clock_needs_a_virtual_clock_and_a_time),
        TEST(a_time_zone_must_be_known),
        TEST(ports_differ_and_one_is_on),
        TEST(a_port_of_several_is_no_other_listeners),
        TEST(several_ports_are_read_and_written),
        TEST(ports_that_are_none_are_refused_and_change_nothing),
        TEST(a_folder_is_needed_unless_in_memory),
        TEST(what_was_revoked_needs_those_who_revoke),
        TEST(a_certificate_and_its_key_are_named_together),
        TEST(every_setting_is_told_as_text_that_sets_it_again),
        TEST(help_names_ranges_and_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
