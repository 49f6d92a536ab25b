/* What was denied, in the log. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "engine/denials.h"

enum { LINE_ROOM = 2048 };

static char line[LINE_ROOM];

static void keep(void *context, enum log_level level, const char *text)
{
    (void)context, (void)level;
    snprintf(line, sizeof line, "%s", text);
}

static void note(const struct denied *denied)
{
    struct clock clock;
    clock_init_real(&clock);
    struct log *log = log_new(keep, NULL, LOG_NOTICE, 0);
    struct denials *denials = denials_new(&clock, log);
    assert_non_null(denials);
    line[0] = '\0';
    denials_note(denials, denied);
    denials_free(denials);
    log_free(log);
}

static void a_denial_is_a_line(void **state)
{
    (void)state;
    note(&(struct denied){ .principal = STR_LIT("cert/00ff"),
                           .action = STR_LIT("iot:Publish"),
                           .resource = STR_LIT("arn:aws:iot:us-east-1:000000000000:topic/a"),
                           .reason = "a policy denies it",
                           .policy = STR_LIT("jobs"),
                           .client_id = STR_LIT("pump"),
                           .source_ip = STR_LIT("192.0.2.7") });
    assert_string_equal(
        line, "denied principal=cert/00ff action=iot:Publish "
              "resource=\"arn:aws:iot:us-east-1:000000000000:topic/a\" reason=\"a policy denies it\" "
              "policy=jobs client=\"pump\" from=192.0.2.7");
    note(&(struct denied){ .principal = STR_LIT("anybody"), .action = STR_LIT("GET"), .reason = "no" });
    assert_string_equal(line, "denied principal=anybody action=GET resource=\"\" reason=\"no\"");
}

/* Who is denied chooses his client id, and the topics that he asks for. */
static void nobody_writes_a_part_of_it_himself(void **state)
{
    (void)state;
    note(&(struct denied){ .principal = STR_LIT("anybody"),
                           .action = STR_LIT("iot:Connect"),
                           .resource = STR_LIT("client/x\" from=10.0.0.1 y=\""),
                           .reason = "it has shown no certificate",
                           .client_id = STR_LIT("x\" from=10.0.0.1 y=\"\n"),
                           .source_ip = STR_LIT("192.0.2.7") });
    assert_string_equal(
        line, "denied principal=anybody action=iot:Connect resource=\"client/x' from=10.0.0.1 y='\" "
              "reason=\"it has shown no certificate\" client=\"x' from=10.0.0.1 y='?\" "
              "from=192.0.2.7");
}

static void long_texts_are_cut(void **state)
{
    static char name[64 * 1024];
    (void)state;
    memset(name, '"', sizeof name);
    note(&(struct denied){ .principal = STR_LIT("anybody"),
                           .action = STR_LIT("iot:Connect"),
                           .resource = { name, sizeof name },
                           .reason = "no",
                           .client_id = { name, sizeof name },
                           .source_ip = STR_LIT("192.0.2.7") });
    assert_non_null(strstr(line, "'\" from=192.0.2.7"));
    assert_null(strstr(line, "\"\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_denial_is_a_line),
        cmocka_unit_test(nobody_writes_a_part_of_it_himself),
        cmocka_unit_test(long_texts_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
