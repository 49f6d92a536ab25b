/* What identifying people takes: the keys, their sessions, who tries to log in. Also reads the keys again. */
#include "base/problem.h"
#include "http/identify.h"

static void log_keys(struct http *http, size_t ended)
{
    const struct access_keys *keys = key_ring_hold(http->keys);
    log_write(http->config.log, LOG_NOTICE, "access_keys count=%zu sessions_ended=%zu", keys->n, ended);
    key_ring_let_go(http->keys, keys);
}

bool identify_start(struct http *http, struct strbuf *ret_problem)
{
    const struct settings *settings = http->config.settings;
    if (settings->auth == AUTH_ENFORCE && settings->access_keys[0] == '\0')
        return problem(ret_problem,
                       "auth: enforce needs access_keys, a file with a line `KEY SECRET ROLE` for "
                       "each key that may sign requests");
    http->logins = login_rate_new();
    http->sessions = sessions_new();
    if (http->logins == NULL || http->sessions == NULL)
        return problem(ret_problem, "http: out of memory");
    http->keys = key_ring_open(settings->access_keys, ret_problem);
    if (http->keys == NULL)
        return false;
    if (settings->access_keys[0] != '\0')
        log_keys(http, 0);
    return true;
}

void http_reload(struct http *http)
{
    struct strbuf problem;
    if (http->config.settings->access_keys[0] == '\0')
        return;
    strbuf_init(&problem, PROBLEM_MAX);
    if (key_ring_reload(http->keys, &problem)) {
        const struct access_keys *keys = key_ring_hold(http->keys);
        size_t ended = sessions_end_without_key(http->sessions, keys);
        key_ring_let_go(http->keys, keys);
        log_keys(http, ended);
    } else {
        log_write(http->config.log, LOG_ERROR, "access_keys kept problem=\"%.*s\"",
                  STR(strbuf_str(&problem)));
    }
    strbuf_release(&problem);
}

void identify_stop(struct http *http)
{
    key_ring_close(http->keys);
    sessions_free(http->sessions);
    login_rate_free(http->logins);
}
