#include "launcher/command_line.h"

#include <string.h>

#include "base/problem.h"

/* One option of the command line, taken apart. */
struct option {
    struct str key; /* without the dashes */
    struct str value;
    bool has_value; /* behind a '=' or as the next argument */
};

static const struct own_option {
    const char *key;
    bool takes_value;
    enum command command;
    const char *help;
} own_options[] = {
    { "config", true, COMMAND_SERVE, "Configuration file; default /etc/iotjobsd/iotjobsd.conf if it exists" },
    { "help", false, COMMAND_HELP, "This text" },
    { "version", false, COMMAND_VERSION, "The version" },
    { "print-config", false, COMMAND_PRINT_CONFIG, "The settings in force, as a configuration file" },
};

static const struct own_option *own_option_find(struct str key)
{
    for (size_t i = 0; i < sizeof own_options / sizeof *own_options; i++)
        if (str_eq_text(key, own_options[i].key))
            return &own_options[i];
    return NULL;
}

static bool stands_alone(struct str key)
{
    const struct own_option *own = own_option_find(key);
    return own != NULL ? !own->takes_value : settings_is_flag(key);
}

/* Takes the option at *at and moves on; at the end, `ret_option->key` is absent. */
static bool option_next(const char *const **at, struct option *ret_option, struct strbuf *ret_problem)
{
    const char *argument = **at;
    if (argument == NULL) {
        *ret_option = (struct option){ .key = STR_NONE };
        return true;
    }
    if (strncmp(argument, "--", 2) != 0 || argument[2] == '\0')
        return problem(ret_problem, "'%s' is not an option; see iotjobsd --help", argument);
    (*at)++;
    struct str value = str_from(argument + 2);
    struct str key = str_split(&value, '=');
    if (value.p == NULL && !stands_alone(key) && **at != NULL)
        value = str_from(*(*at)++);
    *ret_option = (struct option){ .key = key, .value = value, .has_value = value.p != NULL };
    return true;
}

static bool own_option_take(const struct own_option *own, const struct option *option,
                            struct command_line *line, struct strbuf *ret_problem)
{
    if (own->takes_value != option->has_value)
        return problem(ret_problem, "--%s %s value", own->key, own->takes_value ? "needs a" : "takes no");
    if (own->takes_value)
        line->config_path = option->value.p; /* to the argument's end, hence with a NUL behind it */
    else
        line->command = own->command;
    return true;
}

bool command_line_read(const char *const *arguments, struct command_line *ret_line,
                       struct strbuf *ret_problem)
{
    struct command_line line = { .command = COMMAND_SERVE };
    struct option option = { 0 };
    for (;;) {
        if (!option_next(&arguments, &option, ret_problem))
            return false;
        if (option.key.p == NULL)
            break;
        const struct own_option *own = own_option_find(option.key);
        if (own != NULL && !own_option_take(own, &option, &line, ret_problem))
            return false;
    }
    *ret_line = line;
    return true;
}

/* A setting without a value is true if it is yes/no; else the value is missing, or the key is unknown
 * and settings_set says so. */
static bool setting_take(const struct option *option, struct settings *settings, struct strbuf *ret_problem)
{
    struct str value = option->value;
    if (!option->has_value)
        value = settings_is_flag(option->key) ? STR_LIT("true") : STR_LIT("");
    if (!settings_set(settings, option->key, value, ret_problem))
        return false;
    if (!option->has_value && !settings_is_flag(option->key))
        return problem(ret_problem, "--%.*s needs a value", STR(option->key));
    return true;
}

bool command_line_apply(const char *const *arguments, struct settings *settings, struct strbuf *ret_problem)
{
    struct option option = { 0 };
    for (;;) {
        if (!option_next(&arguments, &option, ret_problem))
            return false;
        if (option.key.p == NULL)
            return true;
        if (own_option_find(option.key) == NULL && !setting_take(&option, settings, ret_problem))
            return false;
    }
}

/* --- help ------------------------------------------------------------------------------------------- */

static void help_line(FILE *out, const char *key, const char *argument)
{
    fputs("  --", out);
    for (const char *c = key; *c != '\0'; c++)
        fputc(*c == '_' ? '-' : *c, out);
    fprintf(out, "%s\n", argument);
}

static void help_setting(void *context, const char *key, const char *value, const char *help)
{
    FILE *out = context;
    help_line(out, key, settings_is_flag(str_from(key)) ? "" : " VALUE");
    fprintf(out, "      %s", help);
    if (!settings_is_flag(str_from(key)) && value[0] != '\0')
        fprintf(out, " [%s]", value);
    fputc('\n', out);
}

void command_line_help(FILE *out)
{
    fputs("Usage: iotjobsd [--key value | --key=value | --flag]...\n"
          "A server that speaks the AWS IoT Jobs protocols over HTTP and MQTT.\n\n",
          out);
    for (size_t i = 0; i < sizeof own_options / sizeof *own_options; i++) {
        help_line(out, own_options[i].key, own_options[i].takes_value ? " FILE" : "");
        fprintf(out, "      %s\n", own_options[i].help);
    }
    fputs("\nSettings; each may also stand in the configuration file (http_port = 5627) or in the\n"
          "environment (IOTJOBSD_HTTP_PORT=5627). The command line wins, then the environment:\n",
          out);
    struct settings defaults;
    settings_init(&defaults);
    settings_each(&defaults, help_setting, out);
    settings_release(&defaults);
}
