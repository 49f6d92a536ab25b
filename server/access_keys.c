#include "access_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/problem.h"
#include "base/secret_file.h"

enum { FILE_BYTES_MAX = 512 * 1024 };

/* A file, as it is read. */
struct reading {
    const char *path;
    struct access_keys *keys;
    size_t room;
    long line;
    struct strbuf *problem;
};

static const struct {
    const char *name;
    enum access_role role;
} roles[] = {
    { "admin", ROLE_ADMIN },
    { "operator", ROLE_OPERATOR },
    { "read-only", ROLE_READ_ONLY },
};

/* ---- a line ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct str take_word(struct str *line)
{
    while (line->n > 0 && is_blank(line->p[0]))
        *line = (struct str){ line->p + 1, line->n - 1 };
    struct str word = { line->p, 0 };
    while (word.n < line->n && !is_blank(line->p[word.n]))
        word.n++;
    *line = (struct str){ line->p + word.n, line->n - word.n };
    return word;
}

/* Printable ASCII, and no slash in a key: the scope of a signature divides itself by slashes. */
static bool is_word(struct str word, bool slash)
{
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] <= ' ' || word.p[i] > '~' || (word.p[i] == '/' && !slash))
            return false;
    return true;
}

static bool read_role(struct str word, enum access_role *ret_role)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (str_eq_text(word, roles[i].name)) {
            *ret_role = roles[i].role;
            return true;
        }
    return false;
}

static bool bad_line(struct reading *reading, const char *why)
{
    return problem(reading->problem, "%s:%ld: %s", reading->path, reading->line, why);
}

/* Room for one more; NULL: out of memory. The old place is overwritten before it is given back, which realloc
 * would not do. */
static struct access_key *next_item(struct reading *reading)
{
    struct access_keys *keys = reading->keys;
    if (keys->n == reading->room) {
        size_t room = reading->room > 0 ? reading->room * 2 : 8;
        struct access_key *items = calloc(room, sizeof *items);
        if (items == NULL)
            return NULL;
        if (keys->n > 0) {
            memcpy(items, keys->items, keys->n * sizeof *items);
            explicit_bzero(keys->items, keys->n * sizeof *items);
        }
        free(keys->items);
        keys->items = items;
        reading->room = room;
    }
    return keys->items != NULL ? &keys->items[keys->n] : NULL;
}

static bool add_key(struct reading *reading, struct str key, struct str secret, enum access_role role)
{
    struct access_keys *keys = reading->keys;
    if (access_keys_find(keys, key) != NULL)
        return bad_line(reading, "this key has a line above already");
    if (keys->n == ACCESS_KEYS_MAX)
        return bad_line(reading, "there are more than 1000 keys");
    struct access_key *item = next_item(reading);
    if (item == NULL)
        return bad_line(reading, "out of memory");
    keys->n++;
    snprintf(item->key, sizeof item->key, "%.*s", STR(key));
    snprintf(item->secret, sizeof item->secret, "%.*s", STR(secret));
    item->role = role;
    return true;
}

static bool read_line(struct reading *reading, struct str line)
{
    enum access_role role;
    struct str key = take_word(&line), secret = take_word(&line), role_name = take_word(&line);
    if (key.n == 0 || key.p[0] == '#')
        return true;
    if (role_name.n == 0 || take_word(&line).n > 0)
        return bad_line(reading, "a line is KEY SECRET ROLE, and nothing else");
    if (key.n > ACCESS_KEY_BYTES_MAX || !is_word(key, false))
        return bad_line(reading,
                        "the key is longer than 128 characters, or has one that is no printable ASCII or "
                        "a slash");
    if (secret.n > ACCESS_SECRET_BYTES_MAX || !is_word(secret, true))
        return bad_line(reading,
                        "the secret is longer than 128 characters, or has one that is no printable ASCII");
    if (!read_role(role_name, &role))
        return bad_line(reading, "the role is none of admin, operator and read-only");
    return add_key(reading, key, secret, role);
}

/* ---- the file ---- */

static bool read_lines(struct reading *reading, struct str text)
{
    while (text.p != NULL) {
        reading->line++;
        if (!read_line(reading, str_split(&text, '\n')))
            return false;
    }
    return reading->keys->n > 0 || problem(reading->problem, "%s: there is no key in it", reading->path);
}

/* The whole file, of at most FILE_BYTES_MAX bytes. */
static bool read_text(int fd, const char *path, struct strbuf *text, struct strbuf *ret_problem)
{
    char piece[4096];
    ssize_t n;
    while ((n = read(fd, piece, sizeof piece)) > 0)
        strbuf_add(text, piece, (size_t)n);
    explicit_bzero(piece, sizeof piece);
    if (n < 0)
        return problem(ret_problem, "cannot read %s: %s", path, strerror(errno));
    return !text->failed || problem(ret_problem, "%s: is larger than %d bytes", path, FILE_BYTES_MAX);
}

bool access_keys_read(const char *path, struct access_keys *ret_keys, struct strbuf *ret_problem)
{
    struct access_keys keys = { 0 };
    struct strbuf text;
    int fd = secret_file_open(path, ret_problem);
    if (fd < 0)
        return false;
    strbuf_init(&text, FILE_BYTES_MAX);
    text.secret = true;
    struct reading reading = { .path = path, .keys = &keys, .problem = ret_problem };
    bool ok = read_text(fd, path, &text, ret_problem) && read_lines(&reading, strbuf_str(&text));
    close(fd);
    strbuf_release(&text);
    if (ok)
        *ret_keys = keys;
    else
        access_keys_release(&keys);
    return ok;
}

void access_keys_release(struct access_keys *keys)
{
    if (keys->n > 0)
        explicit_bzero(keys->items, keys->n * sizeof *keys->items);
    free(keys->items);
    *keys = (struct access_keys){ 0 };
}

const struct access_key *access_keys_find(const struct access_keys *keys, struct str key)
{
    for (size_t i = 0; i < keys->n; i++)
        if (str_eq_text(key, keys->items[i].key))
            return &keys->items[i];
    return NULL;
}
