/*
 * Settings: one row each in settings.def; parsing, ranges, --help, the configuration
 * file's reference and `info` all come from that table.
 *
 * Order of precedence: command line, IOTJOBSD_* environment, configuration file, default.
 */
#ifndef IOTJOBS_SETTINGS_H
#define IOTJOBS_SETTINGS_H

#include "base/strbuf.h"

enum auth { AUTH_OPEN, AUTH_ENFORCE };
enum deny { DENY_DROP, DENY_REASON };
enum track_connections { TRACK_CONNECTIONS_OFF, TRACK_CONNECTIONS_ACCEPT, TRACK_CONNECTIONS_DEFER };
enum durability { DURABILITY_FULL, DURABILITY_NORMAL, DURABILITY_MEMORY };

enum { PORTS_MAX = 8 };

/* Different ones, none of them 0. */
struct ports {
    size_t n; /* 0: off */
    int64_t items[PORTS_MAX];
};

/* Which settings somebody has set, to their defaults perhaps. */
struct settings_given {
#define SETTING_TEXT(name, def, help)                  bool name;
#define SETTING_SECRET(name, def, help)                bool name;
#define SETTING_BOOL(name, def, help)                  bool name;
#define SETTING_INT(name, def, least, most, help)      bool name;
#define SETTING_PORT(name, def, help)                  bool name;
#define SETTING_PORTS(name, def, help)                 bool name;
#define SETTING_DURATION(name, def, least, most, help) bool name;
#define SETTING_CHOICE(name, def, choices, help)       bool name;
#include "settings.def"
};

/* The small ones last, whatever order the table has: between the others they would leave gaps. */
struct settings {
#define SETTING_TEXT(name, def, help)                  char *name;
#define SETTING_SECRET(name, def, help)                char *name;
#define SETTING_INT(name, def, least, most, help)      int64_t name;
#define SETTING_PORT(name, def, help)                  int64_t name;
#define SETTING_PORTS(name, def, help)                 struct ports name;
#define SETTING_DURATION(name, def, least, most, help) int64_t name##_ms;
#include "settings.def"
#define SETTING_CHOICE(name, def, choices, help) int name;
#include "settings.def"
#define SETTING_BOOL(name, def, help) bool name;
#include "settings.def"
    struct settings_given given;
};

/* Every setting at its default. */
void settings_init(struct settings *settings);
void settings_release(struct settings *settings);

/* Sets one by its key ("http_port"; '-' counts as '_'). False: `ret_problem` says what is wrong
 * and what would be right, in one sentence. */
bool settings_set(struct settings *settings, struct str key, struct str value, struct strbuf *ret_problem);

/* Whether `key` is a yes/no setting, so that `--key` may stand alone; false for unknown keys too. */
bool settings_is_flag(struct str key);

/* Whether nobody is to be shown its value. */
bool settings_is_secret(struct str key);

/* Reads `key = value` lines; a '#' that begins the line or follows a blank starts a comment. Problems name
 * file and line. */
bool settings_read_file(struct settings *settings, const char *path, struct strbuf *ret_problem);

/* Reads IOTJOBSD_HTTP_PORT and the like. An unknown IOTJOBSD_ variable is a problem, but for those with which
 * Kubernetes tells of a Service called iotjobsd (IOTJOBSD_SERVICE_HOST, IOTJOBSD_PORT…). */
bool settings_read_environment(struct settings *settings, char **environment, struct strbuf *ret_problem);

/*
 * What follows from other settings where nobody has said otherwise, after all are read and before
 * settings_check: who has to say who he is finds no MQTT without TLS. False: somebody has set what cannot be.
 * For whoever opens the broker's listeners.
 */
bool settings_complete(struct settings *settings, struct strbuf *ret_problem);

/* Rules between settings, after all are read (clock_start needs virtual_clock, …). */
bool settings_check(const struct settings *settings, struct strbuf *ret_problem);

/* Whether HTTPS is spoken at a port. */
static inline bool settings_have_https(const struct settings *settings)
{
    return settings->https_port != 0 || (settings->http_tls && settings->http_port != 0);
}

/* Whether TLS is, MQTT's included. */
static inline bool settings_have_tls(const struct settings *settings)
{
    return settings_have_https(settings) || settings->mqtts_port.n > 0;
}

/* Calls `each` with every key, its value as text and its help line, in table order. */
typedef void settings_each_fn(void *context, const char *key, const char *value, const char *help);
void settings_each(const struct settings *settings, settings_each_fn *each, void *context);

#endif
