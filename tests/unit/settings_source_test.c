/* Where settings come from, and whose word counts. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/settings_source.h"
#include "support/temp_folder.h"

struct world {
    char folder[TEMP_PATH_MAX];
    char config[TEMP_PATH_MAX];
    struct settings settings;
    struct strbuf why;
};

static int set_up(void **state)
{
    static struct world world;
    temp_folder_make(world.folder);
    temp_path(world.folder, "iotjobsd.conf", world.config);
    settings_init(&world.settings);
    strbuf_init(&world.why, 1024);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    unsetenv("IOTJOBSD_HTTP_PORT");
    unsetenv("IOTJOBSD_MQTTS_PORT");
    settings_release(&world->settings);
    strbuf_release(&world->why);
    temp_folder_remove(world->folder);
    return 0;
}

#define ARGUMENTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static bool read_all(struct world *world, enum program program, const char *file,
                     const char *const *arguments)
{
    struct command_line line;
    FILE *config = fopen(world->config, "we");
    assert_non_null(config);
    assert_true(fputs(file, config) >= 0);
    assert_int_equal(fclose(config), 0);
    strbuf_clear(&world->why);
    assert_true(command_line_read(arguments, program, &line, &world->why));
    line.config_path = world->config;
    return settings_source_read(arguments, &line, &world->settings, &world->why);
}

static void the_command_line_wins_then_the_environment_then_the_file(void **state)
{
    struct world *world = *state;
    setenv("IOTJOBSD_HTTP_PORT", "2001", 1);
    setenv("IOTJOBSD_MQTTS_PORT", "2002", 1);
    assert_true(read_all(world, PROGRAM_SERVER, "http_port = 1001\nmqtts_port = 1002\nhttps_port = 1003\n",
                         ARGUMENTS("--http-port", "3001")));
    assert_int_equal(world->settings.http_port, 3001);
    assert_int_equal(world->settings.https_port, 1003);
    assert_true(world->settings.given.mqtts_port);
    assert_false(world->settings.given.mqtt_port);
}

static void what_follows_from_other_settings_follows(void **state)
{
    struct world *world = *state;
    assert_true(
        read_all(world, PROGRAM_SERVER, "auth = enforce\n", ARGUMENTS("--bind", "0.0.0.0", "--http-tls")));
    assert_int_equal(world->settings.mqtt_port, 0);
}

static void wherever_an_mqtt_port_was_set_it_is_refused_with_enforcement(void **state)
{
    struct world *world = *state;
    assert_false(read_all(world, PROGRAM_SERVER, "mqtt_port = 1883\n", ARGUMENTS("--auth", "enforce")));
    assert_memory_equal(world->why.p, "mqtt_port: ", 11);
}

static void an_open_server_must_not_listen_everywhere_but_provision_listens_nowhere(void **state)
{
    struct world *world = *state;
    assert_false(read_all(world, PROGRAM_SERVER, "bind = 0.0.0.0\n", ARGUMENTS("--http-port", "3001")));
    assert_memory_equal(world->why.p, "bind: ", 6);
    assert_true(read_all(world, PROGRAM_PROVISION, "bind = 0.0.0.0\n", ARGUMENTS("pump")));
    assert_string_equal(world->settings.bind, "0.0.0.0");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_command_line_wins_then_the_environment_then_the_file),
        TEST(what_follows_from_other_settings_follows),
        TEST(wherever_an_mqtt_port_was_set_it_is_refused_with_enforcement),
        TEST(an_open_server_must_not_listen_everywhere_but_provision_listens_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
