#include "launcher/command_line.h"

#include <stddef.h>
#include <string.h>

#include "base/problem.h"

/* One option of the command line, taken apart; or an argument, which is all value. */
struct option {
    struct str key; /* without the dashes; absent: an argument, or the end of the line */
    struct str value;
    bool has_value; /* behind a '=' or as the next argument */
    bool is_argument;
};

enum { NO_TEXT = 0 }; /* the first member of struct command_line is none of its texts */

#define TEXT(member) offsetof(struct command_line, member)

enum { OF_SERVER = 1 << PROGRAM_SERVER, OF_PROVISION = 1 << PROGRAM_PROVISION };

static const struct own_option {
    const char *key;
    const char *argument; /* what stands for its value in --help; NULL: it takes none */
    size_t text;          /* the member of struct command_line that the value goes to; NO_TEXT: */
    const char *help;
    enum command command; /* what it is for then */
    int programs;         /* that have it */
} own_options[] = {
    { "endpoint", "URL", TEXT(endpoint),
      "The server, as https://iot.example:8443; default: the one on this machine that the settings describe",
      COMMAND_RUN, OF_PROVISION },
    { "ca", "FILE", TEXT(ca),
      "PEM file of the CAs that may sign the certificate of --endpoint; default: certs/ca.pem in the data "
      "folder, or else those that this machine trusts",
      COMMAND_RUN, OF_PROVISION },
    { "out", "FOLDER", TEXT(out), "Where the files go, which is made if it is missing; default: ./THING",
      COMMAND_RUN, OF_PROVISION },
    { "policy", "NAME", TEXT(policy),
      "An IoT policy that exists; default: iotjobsd-device, made if it is missing", COMMAND_RUN,
      OF_PROVISION },
    { "config", "FILE", TEXT(config_path),
      "Configuration file; default /etc/iotjobsd/iotjobsd.conf if it exists", COMMAND_RUN,
      OF_SERVER | OF_PROVISION },
    { "help", NULL, NO_TEXT, "This text", COMMAND_HELP, OF_SERVER | OF_PROVISION },
    { "version", NULL, NO_TEXT, "The version", COMMAND_VERSION, OF_SERVER | OF_PROVISION },
    { "print-config", NULL, NO_TEXT, "The settings in force, as a configuration file", COMMAND_PRINT_CONFIG,
      OF_SERVER },
};

static const struct own_option *own_option_find(struct str key, enum program program)
{
    for (size_t i = 0; i < sizeof own_options / sizeof *own_options; i++)
        if ((own_options[i].programs & 1 << program) != 0 && str_eq_text(key, own_options[i].key))
            return &own_options[i];
    return NULL;
}

static bool stands_alone(struct str key, enum program program)
{
    const struct own_option *own = own_option_find(key, program);
    return own != NULL ? own->argument == NULL : settings_is_flag(key);
}

static bool is_end(const struct option *option)
{
    return option->key.p == NULL && !option->is_argument;
}

/* Takes the option at *at and moves on. */
static bool option_next(const char *const **at, enum program program, struct option *ret_option,
                        struct strbuf *ret_problem)
{
    const char *argument = **at;
    *ret_option = (struct option){ .key = STR_NONE };
    if (argument == NULL)
        return true;
    (*at)++;
    if (program == PROGRAM_PROVISION && argument[0] != '-' && argument[0] != '\0') {
        *ret_option = (struct option){ .value = str_from(argument), .has_value = true, .is_argument = true };
        return true;
    }
    if (strncmp(argument, "--", 2) != 0 || argument[2] == '\0')
        return problem(ret_problem, "'%s' is not an option; see iotjobsd %s--help", argument,
                       program == PROGRAM_PROVISION ? "provision " : "");
    struct str value = str_from(argument + 2);
    struct str key = str_split(&value, '=');
    if (value.p == NULL && !stands_alone(key, program) && **at != NULL)
        value = str_from(*(*at)++);
    *ret_option = (struct option){ .key = key, .value = value, .has_value = value.p != NULL };
    return true;
}

/* Values reach to their argument's end, hence they have a NUL behind them. */
static bool own_option_take(const struct own_option *own, const struct option *option,
                            struct command_line *line, struct strbuf *ret_problem)
{
    if ((own->argument != NULL) != option->has_value || (option->has_value && option->value.n == 0))
        return problem(ret_problem, "--%s %s value", own->key,
                       own->argument != NULL ? "needs a" : "takes no");
    if (own->text != NO_TEXT)
        *(const char **)((char *)line + own->text) = option->value.p;
    else
        line->command = own->command;
    return true;
}

static bool argument_take(const struct option *option, struct command_line *line, struct strbuf *ret_problem)
{
    if (line->thing != NULL)
        return problem(ret_problem, "one thing at a time: '%s' follows '%s'", option->value.p, line->thing);
    line->thing = option->value.p;
    return true;
}

static bool line_take(const struct option *option, struct command_line *line, struct strbuf *ret_problem)
{
    if (option->is_argument)
        return argument_take(option, line, ret_problem);
    const struct own_option *own = own_option_find(option->key, line->program);
    return own == NULL || own_option_take(own, option, line, ret_problem);
}

bool command_line_read(const char *const *arguments, enum program program, struct command_line *ret_line,
                       struct strbuf *ret_problem)
{
    struct command_line line = { .program = program, .command = COMMAND_RUN };
    struct option option = { 0 };
    for (;;) {
        if (!option_next(&arguments, program, &option, ret_problem))
            return false;
        if (is_end(&option))
            break;
        if (!line_take(&option, &line, ret_problem))
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

static bool is_setting(const struct option *option, enum program program)
{
    return !option->is_argument && own_option_find(option->key, program) == NULL;
}

bool command_line_apply(const char *const *arguments, enum program program, struct settings *settings,
                        struct strbuf *ret_problem)
{
    struct option option = { 0 };
    for (;;) {
        if (!option_next(&arguments, program, &option, ret_problem))
            return false;
        if (is_end(&option))
            return true;
        if (is_setting(&option, program) && !setting_take(&option, settings, ret_problem))
            return false;
    }
}

/* --- help ------------------------------------------------------------------------------------------- */

static const char *const introductions[] = {
    [PROGRAM_SERVER] = "Usage: iotjobsd [--key value | --key=value | --flag]...\n"
                       "       iotjobsd provision THING [--key value]...    (see iotjobsd provision --help)\n"
                       "A server that speaks the AWS IoT Jobs protocols over HTTP and MQTT.\n\n",
    [PROGRAM_PROVISION] =
        "Usage: iotjobsd provision THING [--key value | --key=value | --flag]...\n"
        "Makes what a device needs to be THING, on a server that runs: the thing, a certificate for it, and "
        "an IoT\n"
        "policy that permits the thing's own jobs. Writes THING.cert.pem, THING.private.key and ca.pem, and "
        "prints\n"
        "what to tell the device. The private key is made here, and stays here.\n\n"
        "Signs with the first key of role admin in the file that the setting access-keys names, or else in\n"
        "access_keys in the data folder: it takes whoever may read that, the server's user for example.\n\n"
        "Exit status: 0 it is all there; 1 it failed, and nothing of it is left; 2 it failed, and what is "
        "left is\n"
        "said.\n\n",
};

static void help_line(FILE *out, const char *key, const char *argument)
{
    fputs("  --", out);
    for (const char *c = key; *c != '\0'; c++)
        fputc(*c == '_' ? '-' : *c, out);
    fprintf(out, "%s%s\n", argument != NULL ? " " : "", argument != NULL ? argument : "");
}

static void help_setting(void *context, const char *key, const char *value, const char *help)
{
    FILE *out = context;
    bool is_flag = settings_is_flag(str_from(key));
    help_line(out, key, is_flag ? NULL : "VALUE");
    fprintf(out, "      %s", help);
    if (!is_flag && value[0] != '\0')
        fprintf(out, " [%s]", value);
    fputc('\n', out);
}

static void help_settings(FILE *out)
{
    struct settings defaults;
    fputs("\nSettings; each may also stand in the configuration file (http_port = 5627) or in the\n"
          "environment (IOTJOBSD_HTTP_PORT=5627). The command line wins, then the environment:\n",
          out);
    settings_init(&defaults);
    settings_each(&defaults, help_setting, out);
    settings_release(&defaults);
}

void command_line_help(enum program program, FILE *out)
{
    fputs(introductions[program], out);
    for (size_t i = 0; i < sizeof own_options / sizeof *own_options; i++)
        if ((own_options[i].programs & 1 << program) != 0) {
            help_line(out, own_options[i].key, own_options[i].argument);
            fprintf(out, "      %s\n", own_options[i].help);
        }
    if (program == PROGRAM_SERVER)
        help_settings(out);
    else
        fputs("\nAnd the settings of the server, which `iotjobsd --help` lists: --data, for example.\n", out);
}
