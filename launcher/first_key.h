/*
 * The administrator's access key, made where keys are asked for (auth = enforce) and nobody has named any:
 * otherwise nobody could begin.
 */
#ifndef IOTJOBS_LAUNCHER_FIRST_KEY_H
#define IOTJOBS_LAUNCHER_FIRST_KEY_H

#include <limits.h>

#include "base/strbuf.h"

enum { FIRST_KEY_CHARACTERS = 20, FIRST_SECRET_CHARACTERS = 40 };

/* `secret` is one: wipe it with first_key_wipe. */
struct first_key {
    char path[PATH_MAX]; /* the file that holds it */
    bool made;           /* else it was there, and the two texts are empty */
    char key[FIRST_KEY_CHARACTERS + 1];
    char secret[FIRST_SECRET_CHARACTERS + 1];
};

/* FOLDER/access_keys; one that is there stays, whatever it holds. */
bool first_key_in_folder(const char *folder, struct first_key *ret_key, struct strbuf *ret_problem);

/* In a file that is nowhere but in this process and the program that it becomes. */
bool first_key_in_memory(struct first_key *ret_key, struct strbuf *ret_problem);

void first_key_wipe(struct first_key *key);

/* FOLDER/access_keys. False: the path is too long. */
bool first_key_path(const char *folder, char ret_path[PATH_MAX], struct strbuf *ret_problem);

#endif
