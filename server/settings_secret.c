#include "settings_secret.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/problem.h"
#include "base/secret_file.h"

static bool take_line(struct str text, const char *path, struct strbuf *ret_secret,
                      struct strbuf *ret_problem)
{
    struct str line = str_split(&text, '\n');
    if (str_ends_with(line, STR_LIT("\r")))
        line.n--;
    if (line.n == 0 || line.n > SECRET_BYTES_MAX)
        return problem(ret_problem, "the first line of %s is empty, or longer than %d characters", path,
                       SECRET_BYTES_MAX);
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] <= ' ' || line.p[i] > '~')
            return problem(ret_problem,
                           "the first line of %s has a character that is no letter, digit or sign of ASCII",
                           path);
    strbuf_add_str(ret_secret, line);
    return !ret_secret->failed || problem(ret_problem, "out of memory");
}

static bool read_line(int fd, const char *path, struct strbuf *ret_secret, struct strbuf *ret_problem)
{
    char text[SECRET_BYTES_MAX + 3]; /* one more than allowed, and the end of a line */
    ssize_t n = read(fd, text, sizeof text);
    bool ok = n >= 0 ? take_line((struct str){ text, (size_t)n }, path, ret_secret, ret_problem)
                     : problem(ret_problem, "cannot read %s: %s", path, strerror(errno));
    explicit_bzero(text, sizeof text);
    return ok;
}

static bool read_file(const char *path, struct strbuf *ret_secret, struct strbuf *ret_problem)
{
    int fd = secret_file_open(path, ret_problem);
    if (fd < 0)
        return false;
    bool ok = read_line(fd, path, ret_secret, ret_problem);
    close(fd);
    return ok;
}

bool settings_read_secret(const struct settings *settings, struct strbuf *ret_secret,
                          struct strbuf *ret_problem)
{
    struct strbuf why;
    if (settings->s3_secret_key_file[0] == '\0')
        return true;
    strbuf_init(&why, PROBLEM_MAX);
    bool ok = read_file(settings->s3_secret_key_file, ret_secret, &why) ||
              problem(ret_problem, "s3_secret_key_file: %.*s", STR(strbuf_str(&why)));
    strbuf_release(&why);
    return ok;
}

bool settings_take_secret(struct settings *settings, struct strbuf *ret_problem)
{
    struct strbuf secret;
    strbuf_init(&secret, SECRET_BYTES_MAX);
    secret.secret = true;
    bool ok =
        settings_read_secret(settings, &secret, ret_problem) &&
        (secret.n == 0 || settings_set(settings, STR_LIT("s3_secret_key"), strbuf_str(&secret), ret_problem));
    strbuf_release(&secret);
    return ok;
}
