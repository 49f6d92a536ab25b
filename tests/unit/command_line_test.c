#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "launcher/command_line.h"

struct world {
    struct settings settings;
    struct strbuf why;
};

static int set_up(void **state)
{
    static struct world world;
    settings_init(&world.settings);
    strbuf_init(&world.why, 1024);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    settings_release(&world->settings);
    strbuf_release(&world->why);
    return 0;
}

#define ARGUMENTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void assert_refused(struct world *world, const char *const *arguments, const char *why)
{
    struct command_line line;
    strbuf_clear(&world->why);
    assert_false(command_line_read(arguments, PROGRAM_SERVER, &line, &world->why) &&
                 command_line_apply(arguments, PROGRAM_SERVER, &world->settings, &world->why));
    assert_string_equal(world->why.p, why);
}

static void a_value_follows_as_the_next_argument_or_behind_an_equals_sign(void **state)
{
    struct world *world = *state;
    assert_true(command_line_apply(ARGUMENTS("--http-port", "8080", "--mqtt_port=1884", "--region=a=b"),
                                   PROGRAM_SERVER, &world->settings, &world->why));
    assert_int_equal(world->settings.http_port, 8080);
    assert_int_equal(world->settings.mqtt_port, 1884);
    assert_string_equal(world->settings.region, "a=b");
}

static void a_yes_or_no_setting_stands_alone_and_can_be_taken_back(void **state)
{
    struct world *world = *state;
    assert_true(command_line_apply(ARGUMENTS("--in-memory", "--virtual-clock", "--in-memory=false"),
                                   PROGRAM_SERVER, &world->settings, &world->why));
    assert_false(world->settings.in_memory);
    assert_true(world->settings.virtual_clock);
}

static void options_of_the_launcher_are_no_settings(void **state)
{
    struct world *world = *state;
    const char *const *arguments = ARGUMENTS("--config", "/etc/x", "--http-port", "8080", "--print-config");
    struct command_line line;
    assert_true(command_line_read(arguments, PROGRAM_SERVER, &line, &world->why));
    assert_string_equal(line.config_path, "/etc/x");
    assert_int_equal(line.command, COMMAND_PRINT_CONFIG);
    assert_int_equal(world->settings.http_port, 5627);
    assert_true(command_line_apply(arguments, PROGRAM_SERVER, &world->settings, &world->why));
    assert_int_equal(world->settings.http_port, 8080);
}

static void without_options_it_serves(void **state)
{
    struct world *world = *state;
    struct command_line line;
    assert_true(command_line_read((const char *const[]){ NULL }, PROGRAM_SERVER, &line, &world->why));
    assert_int_equal(line.command, COMMAND_RUN);
    assert_null(line.config_path);
}

static void what_is_wrong_is_said_in_one_sentence(void **state)
{
    struct world *world = *state;
    assert_refused(world, ARGUMENTS("--htp-port", "1"),
                   "unknown setting 'htp-port'; did you mean http_port?");
    assert_refused(world, ARGUMENTS("--nonsense"), "unknown setting 'nonsense'");
    assert_refused(world, ARGUMENTS("serve"), "'serve' is not an option; see iotjobsd --help");
    assert_refused(world, ARGUMENTS("-p"), "'-p' is not an option; see iotjobsd --help");
    assert_refused(world, ARGUMENTS("--"), "'--' is not an option; see iotjobsd --help");
    assert_refused(world, ARGUMENTS("--region"), "--region needs a value");
    assert_refused(world, ARGUMENTS("--config"), "--config needs a value");
    assert_refused(world, ARGUMENTS("--help=me"), "--help takes no value");
    assert_refused(world, ARGUMENTS("--in-memory", "false"), "'false' is not an option; see iotjobsd --help");
}

static void provision_takes_a_thing_anywhere_and_options_of_its_own(void **state)
{
    struct world *world = *state;
    const char *const *arguments =
        ARGUMENTS("--out", "dir", "pump", "--endpoint=https://x", "--in-memory", "--https-port", "8444");
    struct command_line line;
    assert_true(command_line_read(arguments, PROGRAM_PROVISION, &line, &world->why));
    assert_string_equal(line.thing, "pump");
    assert_string_equal(line.out, "dir");
    assert_string_equal(line.endpoint, "https://x");
    assert_null(line.policy);
    assert_true(command_line_apply(arguments, PROGRAM_PROVISION, &world->settings, &world->why));
    assert_true(world->settings.in_memory);
    assert_int_equal(world->settings.https_port, 8444);
}

static void provision_has_one_thing_and_no_options_of_the_server(void **state)
{
    struct world *world = *state;
    struct command_line line;
    const struct {
        const char *const *arguments;
        const char *why;
    } cases[] = {
        { ARGUMENTS("pump", "valve"), "one thing at a time: 'valve' follows 'pump'" },
        { ARGUMENTS("-p"), "'-p' is not an option; see iotjobsd provision --help" },
        { ARGUMENTS(""), "'' is not an option; see iotjobsd provision --help" },
        { ARGUMENTS("pump", "--out="), "--out needs a value" },
        { ARGUMENTS("pump", "--print-config"), "unknown setting 'print-config'" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        strbuf_clear(&world->why);
        assert_false(
            command_line_read(cases[i].arguments, PROGRAM_PROVISION, &line, &world->why) &&
            command_line_apply(cases[i].arguments, PROGRAM_PROVISION, &world->settings, &world->why));
        assert_string_equal(world->why.p, cases[i].why);
    }
}

static void the_server_has_none_of_provisions_options(void **state)
{
    struct world *world = *state;
    assert_refused(world, ARGUMENTS("--endpoint", "https://x"),
                   "unknown setting 'endpoint'; did you mean s3_endpoint?");
}

static void provision_has_help_of_its_own(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    command_line_help(PROGRAM_PROVISION, out);
    fclose(out);
    assert_non_null(strstr(text, "iotjobsd provision THING"));
    assert_non_null(strstr(text, "--out FOLDER\n"));
    assert_non_null(strstr(text, "Exit status"));
    assert_null(strstr(text, "--http-port"));
    free(text);
}

static void help_names_every_option_and_setting(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    command_line_help(PROGRAM_SERVER, out);
    fclose(out);
    assert_non_null(strstr(text, "--config FILE\n"));
    assert_non_null(strstr(text, "--in-memory\n"));
    assert_non_null(strstr(text, "--http-port VALUE\n"));
    assert_non_null(strstr(text, "[5627]\n"));
    free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_value_follows_as_the_next_argument_or_behind_an_equals_sign),
        TEST(a_yes_or_no_setting_stands_alone_and_can_be_taken_back),
        TEST(options_of_the_launcher_are_no_settings),
        TEST(without_options_it_serves),
        TEST(what_is_wrong_is_said_in_one_sentence),
        TEST(help_names_every_option_and_setting),
        TEST(provision_takes_a_thing_anywhere_and_options_of_its_own),
        TEST(provision_has_one_thing_and_no_options_of_the_server),
        TEST(the_server_has_none_of_provisions_options),
        TEST(provision_has_help_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
