/* Where settings come from. */
#ifndef IOTJOBS_LAUNCHER_SETTINGS_SOURCE_H
#define IOTJOBS_LAUNCHER_SETTINGS_SOURCE_H

#include "launcher/command_line.h"

/*
 * The settings in force, checked: from the file (line->config_path, or else the usual one where it exists),
 * the environment and the command line, each of which overrides those before it.
 */
bool settings_source_read(const char *const *arguments, const struct command_line *line,
                          struct settings *settings, struct strbuf *ret_problem);

#endif
