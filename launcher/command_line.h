/*
 * The command line: `--key value`, `--key=value`, and yes/no settings alone (`--in-memory`), for every row of
 * settings.def; and the launcher's own options below.
 *
 * It is walked twice: what it says wins over the configuration file that it names.
 */
#ifndef IOTJOBS_LAUNCHER_COMMAND_LINE_H
#define IOTJOBS_LAUNCHER_COMMAND_LINE_H

#include <stdio.h>

#include "settings.h"

enum command { COMMAND_SERVE, COMMAND_HELP, COMMAND_VERSION, COMMAND_PRINT_CONFIG };

struct command_line {
    enum command command;
    const char *config_path; /* --config; NULL: not given */
};

/* The launcher's own options. `arguments` ends with NULL, without the program's name. */
bool command_line_read(const char *const *arguments, struct command_line *ret_line,
                       struct strbuf *ret_problem);

/* The settings. */
bool command_line_apply(const char *const *arguments, struct settings *settings, struct strbuf *ret_problem);

/* --help: the options above, then every setting with its default. */
void command_line_help(FILE *out);

#endif
