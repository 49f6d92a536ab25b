#include "launcher/first_key.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/new_file.h"
#include "base/problem.h"
#include "base/random.h"

enum { FILE_TEXT_MAX = 1024 };

#define KEY_PREFIX "AKIA" /* of an IAM user's: clients that look at it expect that */

/* The form of AWS's: 80 bits, and 240. */
static void make(struct first_key *key)
{
    static const char base32_twice[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t prefix = strlen(KEY_PREFIX);
    *key = (struct first_key){ .made = true, .key = KEY_PREFIX };
    random_letters(base32_twice, key->key + prefix, FIRST_KEY_CHARACTERS - prefix);
    random_letters(base64, key->secret, FIRST_SECRET_CHARACTERS);
}

static void write_text(const struct first_key *key, struct strbuf *text)
{
    strbuf_init(text, FILE_TEXT_MAX);
    text->secret = true;
    strbuf_printf(text,
                  "# Access keys, one a line: KEY SECRET ROLE. Roles: admin, operator, read-only. Read at "
                  "start and at SIGHUP.\n"
                  "# The one below was made by iotjobsd at its first start, for the administrator.\n"
                  "%s %s admin\n",
                  key->key, key->secret);
}

bool first_key_path(const char *folder, char ret_path[PATH_MAX], struct strbuf *ret_problem)
{
    return snprintf(ret_path, PATH_MAX, "%s/access_keys", folder) < PATH_MAX ||
           problem(ret_problem, "data: the path of the folder is too long");
}

bool first_key_in_folder(const char *folder, struct first_key *ret_key, struct strbuf *ret_problem)
{
    struct strbuf text;
    char path[PATH_MAX];
    if (!first_key_path(folder, path, ret_problem))
        return false;
    /* One that cannot be looked at counts: reading it says why. */
    bool is_there = access(path, F_OK) == 0 || errno != ENOENT;
    *ret_key = (struct first_key){ 0 };
    bool ok = is_there;
    if (!is_there) {
        make(ret_key);
        write_text(ret_key, &text);
        ok = new_file_replace(path, strbuf_str(&text), ret_problem);
        strbuf_release(&text);
    }
    memcpy(ret_key->path, path, sizeof path);
    return ok;
}

bool first_key_in_memory(struct first_key *ret_key, struct strbuf *ret_problem)
{
    struct strbuf text;
    make(ret_key);
    write_text(ret_key, &text);
    bool ok = new_file_in_memory("access_keys", strbuf_str(&text), ret_key->path, ret_problem);
    strbuf_release(&text);
    return ok;
}

void first_key_wipe(struct first_key *key)
{
    explicit_bzero(key->key, sizeof key->key);
    explicit_bzero(key->secret, sizeof key->secret);
}
