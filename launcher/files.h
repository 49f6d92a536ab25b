/* Finds the programs and makes the folders that the launcher needs. */
#ifndef IOTJOBS_LAUNCHER_FILES_H
#define IOTJOBS_LAUNCHER_FILES_H

#include <limits.h>

#include "base/strbuf.h"

/* The broker: `wanted` as a path or as a name on PATH; empty: mosquitto, on PATH or in the usual folders. */
bool files_find_broker(const char *wanted, char ret_path[PATH_MAX], struct strbuf *ret_problem);

/* The plugin: `wanted` as a path; empty: beside this program, or where it was installed. */
bool files_find_plugin(const char *wanted, char ret_path[PATH_MAX], struct strbuf *ret_problem);

/* The program that is `iotjobsd provision`, which is installed beside this one. */
bool files_find_provision(char ret_path[PATH_MAX], struct strbuf *ret_problem);

/*
 * Makes the data folder if it is missing, for its owner alone, and gives its absolute path. Refuses one that
 * cannot be written to or that a server holds, running or about to, before anything in it is touched. On
 * success this process holds it, and so does the program that it becomes.
 */
bool files_prepare_data(const char *folder, char ret_path[PATH_MAX], struct strbuf *ret_problem);

/*
 * Writes a file for the program that this process is about to become, and gives a path to it: in `folder`,
 * or, where that is NULL, in memory alone.
 */
bool files_write_config(const char *folder, struct str text, char ret_path[PATH_MAX],
                        struct strbuf *ret_problem);

#endif
