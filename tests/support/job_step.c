#include "support/job_step.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const job_names[JOB_NAMES] = { "app", "cfg", "fw" };
const char *const thing_names[THING_NAMES] = { "door", "fan", "lamp", "pump", "valve" };
const char *const group_names[GROUP_NAMES] = { "hall", "site", "yard", "zone" };

int name_at(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

/* ---- words ---- */

bool step_parse(const char *line, struct step *ret_step)
{
    struct step *step = ret_step;
    step->n = 0;
    snprintf(step->text, sizeof step->text, "%.*s", (int)strcspn(line, "#\r\n"), line);
    char *rest = step->text;
    for (char *word; (word = strsep(&rest, " \t"));) {
        if (!word[0])
            continue;
        if (step->n == STEP_WORDS_MAX)
            return false;
        step->words[step->n++] = word;
    }
    return step->n > 0;
}

const char *step_word(const struct step *step, int i)
{
    return i < step->n ? step->words[i] : "";
}

bool step_is(const struct step *step, const char *verb)
{
    return strcmp(step_word(step, 0), verb) == 0;
}

const char *step_value(const struct step *step, const char *key)
{
    size_t n = strlen(key);
    for (int i = 1; i < step->n; i++)
        if (strncmp(step->words[i], key, n) == 0 && step->words[i][n] == '=')
            return step->words[i] + n + 1;
    return NULL;
}

int64_t step_number(const struct step *step, const char *key, int64_t otherwise)
{
    const char *value = step_value(step, key);
    return value ? strtoll(value, NULL, 10) : otherwise;
}

bool step_has(const struct step *step, const char *word)
{
    for (int i = 1; i < step->n; i++)
        if (strcmp(step->words[i], word) == 0)
            return true;
    return false;
}

int64_t step_duration_ms(const struct step *step)
{
    char *unit;
    int64_t n = strtoll(step_word(step, 1), &unit, 10);
    return n * (*unit == 'm' ? 60000 : 1000);
}

/* ---- jobs ---- */

/* Copies the next part of a list with commas; false behind the last one. */
static bool next_part(const char **list, char ret_part[STEP_TEXT_MAX])
{
    if (!*list || !**list)
        return false;
    size_t n = strcspn(*list, ",");
    snprintf(ret_part, STEP_TEXT_MAX, "%.*s", (int)n, *list);
    *list += n + ((*list)[n] == ',');
    return true;
}

static void read_targets(const char *list, struct job_spec *spec)
{
    char name[STEP_TEXT_MAX];
    while (spec->target_count < SPEC_TARGETS_MAX && next_part(&list, name)) {
        int group = name_at(group_names, GROUP_NAMES, name), thing = name_at(thing_names, THING_NAMES, name);
        if (group < 0 && thing < 0)
            continue;
        spec->targets[spec->target_count++] = (struct spec_target){ group >= 0, group >= 0 ? group : thing };
    }
}

static int read_criteria(const char *list, struct spec_criterion criteria[SPEC_CRITERIA_MAX])
{
    char part[STEP_TEXT_MAX];
    int n = 0;
    while (n < SPEC_CRITERIA_MAX && next_part(&list, part)) {
        struct spec_criterion c = { .least = 1 };
        char *rest = part;
        snprintf(c.type, sizeof c.type, "%s", strsep(&rest, ":"));
        c.value = rest ? strtoll(strsep(&rest, ":"), NULL, 10) : 0;
        c.least = rest ? strtoll(rest, NULL, 10) : 1;
        criteria[n++] = c;
    }
    return n;
}

static int read_windows(const char *list, struct spec_window windows[SPEC_WINDOWS_MAX])
{
    char part[STEP_TEXT_MAX];
    int n = 0;
    while (n < SPEC_WINDOWS_MAX && next_part(&list, part)) {
        struct spec_window window = { .hour = -1 };
        char *rest = part;
        window.minutes = strtoll(strsep(&rest, "@"), NULL, 10);
        const char *hour = rest ? strsep(&rest, ":") : "*";
        if (hour[0] != '*')
            window.hour = (int)strtol(hour, NULL, 10);
        window.minute = rest ? (int)strtol(rest, NULL, 10) : 0;
        windows[n++] = window;
    }
    return n;
}

struct job_spec spec_of(const struct step *step)
{
    struct job_spec spec = { 0 };
    const char *factor = step_value(step, "factor"), *behavior = step_value(step, "behavior");
    read_targets(step_value(step, "targets"), &spec);
    spec.continuous = step_has(step, "continuous");
    spec.rate = step_number(step, "rate", 0);
    spec.base = step_number(step, "base", 0);
    spec.factor_tenths = factor ? llround(strtod(factor, NULL) * 10) : 0;
    spec.notified = step_number(step, "notified", 0);
    spec.succeeded = step_number(step, "succeeded", 0);
    spec.timeout_minutes = step_number(step, "timeout", 0);
    spec.retry_count = read_criteria(step_value(step, "retry"), spec.retries);
    spec.abort_count = read_criteria(step_value(step, "abort"), spec.aborts);
    spec.window_count = read_windows(step_value(step, "windows"), spec.windows);
    spec.start_minutes = step_number(step, "start", -1);
    spec.end_minutes = step_number(step, "end", -1);
    snprintf(spec.behavior, sizeof spec.behavior, "%s", behavior ? behavior : "");
    return spec;
}

bool spec_is_exponential(const struct job_spec *spec)
{
    return spec->rate && spec->base && spec->factor_tenths && (spec->notified || spec->succeeded);
}

int64_t spec_time_ms(int64_t now_ms, int64_t minutes)
{
    return (now_ms / 60000 + minutes) * 60000;
}
