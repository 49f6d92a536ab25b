/*
 * The command lines of iotjobsd and of `iotjobsd provision`: `--key value`, `--key=value`, and yes/no
 * settings alone (`--in-memory`), for every row of settings.def; and the options below. `provision` has one
 * argument more, the thing's name.
 *
 * A line is walked twice: what it says wins over the configuration file that it names.
 */
#ifndef IOTJOBS_LAUNCHER_COMMAND_LINE_H
#define IOTJOBS_LAUNCHER_COMMAND_LINE_H

#include <stdio.h>

#include "settings.h"

enum program { PROGRAM_SERVER, PROGRAM_PROVISION };
enum command { COMMAND_RUN, COMMAND_HELP, COMMAND_VERSION, COMMAND_PRINT_CONFIG };

/* Texts are borrowed from the arguments; NULL: not given. */
struct command_line {
    enum program program;
    enum command command;
    const char *config_path; /* --config */
    /* PROGRAM_PROVISION */
    const char *thing;
    const char *endpoint; /* --endpoint */
    const char *ca;       /* --ca */
    const char *out;      /* --out */
    const char *policy;   /* --policy */
};

/* All but the settings. `arguments` ends with NULL, without the names of program and command. */
bool command_line_read(const char *const *arguments, enum program program, struct command_line *ret_line,
                       struct strbuf *ret_problem);

/* The settings. */
bool command_line_apply(const char *const *arguments, enum program program, struct settings *settings,
                        struct strbuf *ret_problem);

/* --help: the options above, then, for the server, every setting with its default. */
void command_line_help(enum program program, FILE *out);

#endif
