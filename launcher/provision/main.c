/*
 * iotjobsd-provision, which `iotjobsd provision` becomes: makes a device known to a server that runs.
 *
 * What goes wrong is one line on standard error; exit statuses are enum provision_end.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access_keys.h"
#include "base/problem.h"
#include "launcher/first_key.h"
#include "launcher/provision/device_key.h"
#include "launcher/provision/endpoint.h"
#include "launcher/provision/guide.h"
#include "launcher/settings_source.h"

enum { ARENA_MAX = 8 * 1024 * 1024 };

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    interrupted = number;
}

/* Ctrl-C undoes what was begun. */
static void catch_interrupts(void)
{
    struct sigaction action = { .sa_handler = on_interrupt };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- who asks ---- */

/* The settings' file, else the one that the server makes, where that is. */
static bool keys_path(const struct settings *settings, char ret_path[PATH_MAX], struct strbuf *ret_problem)
{
    if (settings->access_keys[0] != '\0')
        return snprintf(ret_path, PATH_MAX, "%s", settings->access_keys) < PATH_MAX ||
               problem(ret_problem, "access_keys: the path is too long");
    if (!first_key_path(settings->data, ret_path, ret_problem))
        return false;
    if (settings->auth == AUTH_OPEN && access(ret_path, F_OK) != 0)
        ret_path[0] = '\0';
    return true;
}

static const struct access_key *admin_among(const struct access_keys *keys)
{
    for (size_t i = 0; i < keys->n; i++)
        if (keys->items[i].role == ROLE_ADMIN)
            return &keys->items[i];
    return NULL;
}

/* Where anybody may do anything, any key is one. */
static bool signer_of(const struct settings *settings, struct access_keys *keys,
                      struct sigv4_signer *ret_signer, struct strbuf *ret_problem)
{
    char path[PATH_MAX];
    *ret_signer = (struct sigv4_signer){
        .access_key = STR_LIT("anybody"),
        .secret = STR_LIT("anything"),
        .region = str_from(settings->region[0] != '\0' ? settings->region : "us-east-1"),
        .service = STR_LIT("iot"),
    };
    if (!keys_path(settings, path, ret_problem))
        return false;
    if (path[0] == '\0')
        return true;
    if (!access_keys_read(path, keys, ret_problem))
        return false;
    const struct access_key *admin = admin_among(keys);
    if (admin == NULL)
        return problem(ret_problem, "%s holds no key of role admin, which this takes", path);
    ret_signer->access_key = str_from(admin->key);
    ret_signer->secret = str_from(admin->secret);
    return true;
}

/* ---- all of it ---- */

static bool print_guide(const struct provision *provision, const char *host)
{
    struct strbuf text;
    strbuf_init(&text, GUIDE_MAX);
    bool ok = guide_write(provision, host, &text) && fputs(text.p, stdout) >= 0 && fflush(stdout) == 0;
    strbuf_release(&text);
    return ok;
}

static enum provision_end make_known(const struct command_line *line, const struct endpoint *endpoint,
                                     struct rest *rest, struct strbuf *ret_problem)
{
    char folder[COMMON_NAME_MAX + sizeof "./"];
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    arena.secret = true;
    struct provision provision = {
        .rest = rest, .arena = &arena, .thing = line->thing, .policy = line->policy
    };
    snprintf(folder, sizeof folder, "./%s", line->thing);
    enum provision_end end = provision_run(&provision, line->out != NULL ? line->out : folder, ret_problem);
    if (end == PROVISION_DONE && !print_guide(&provision, endpoint->devices))
        fputs("iotjobsd provision: done, but what to tell the device could not be printed\n", stderr);
    arena_release(&arena);
    return end;
}

static enum provision_end provision(const struct command_line *line, const struct settings *settings,
                                    struct strbuf *ret_problem)
{
    struct access_keys keys = { 0 };
    struct endpoint endpoint;
    struct rest rest = { .stop = &interrupted };
    enum provision_end end = PROVISION_NOTHING;
    if (provision_check_thing(line->thing, ret_problem) &&
        endpoint_of(line, settings, &endpoint, ret_problem) &&
        signer_of(settings, &keys, &rest.signer, ret_problem)) {
        rest.scheme = endpoint.scheme;
        rest.authority = endpoint.authority;
        rest.ca = endpoint.ca[0] != '\0' ? endpoint.ca : NULL;
        rest.curl = curl_easy_init();
        if (rest.curl != NULL)
            end = make_known(line, &endpoint, &rest, ret_problem);
        else
            problem(ret_problem, "out of memory");
        curl_easy_cleanup(rest.curl);
    }
    access_keys_release(&keys);
    return end;
}

static enum provision_end run(const char *const *arguments, struct settings *settings,
                              struct strbuf *ret_problem)
{
    struct command_line line;
    if (!command_line_read(arguments, PROGRAM_PROVISION, &line, ret_problem))
        return PROVISION_NOTHING;
    switch (line.command) {
    case COMMAND_HELP: command_line_help(PROGRAM_PROVISION, stdout); return PROVISION_DONE;
    case COMMAND_VERSION: puts("iotjobsd " IOTJOBS_VERSION); return PROVISION_DONE;
    case COMMAND_PRINT_CONFIG:
    case COMMAND_RUN: break;
    }
    if (line.thing == NULL)
        problem(ret_problem, "which thing? iotjobsd provision THING; see iotjobsd provision --help");
    else if (settings_source_read(arguments, &line, settings, ret_problem))
        return provision(&line, settings, ret_problem);
    return PROVISION_NOTHING;
}

int main(int argc, char **argv)
{
    struct settings settings;
    struct strbuf why;
    settings_init(&settings);
    strbuf_init(&why, PROBLEM_MAX);
    catch_interrupts();
    enum provision_end end = run((const char *const *)(argc > 0 ? argv + 1 : argv), &settings, &why);
    if (end != PROVISION_DONE)
        fprintf(stderr, "iotjobsd provision: %s\n", why.p != NULL ? why.p : "out of memory");
    strbuf_release(&why);
    settings_release(&settings);
    return (int)end;
}
