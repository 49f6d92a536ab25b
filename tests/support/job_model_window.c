/* Maintenance windows (control plane 3.3): they open at a time of each day, or of each hour. */
#include "support/job_model.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

bool model_has_windows(const struct model_job *job)
{
    return job->spec.window_count > 0;
}

static int64_t period_of(const struct spec_window *window)
{
    return window->hour < 0 ? HOUR : DAY;
}

/* The window's last opening at or before that time. Times are counted from the beginning of a day. */
static int64_t opening_before(const struct spec_window *window, int64_t at_ms)
{
    int64_t in_day = (window->hour < 0 ? 0 : window->hour) * (int64_t)HOUR + window->minute * (int64_t)MINUTE;
    return at_ms - (at_ms - in_day) % period_of(window);
}

/* What opens before the start time does not count (decision). */
static bool is_open(const struct model_job *job, const struct spec_window *window, int64_t at_ms)
{
    for (int64_t open = opening_before(window, at_ms); open + window->minutes * MINUTE > at_ms;
         open -= period_of(window))
        if (open >= job->start_ms)
            return true;
    return false;
}

/* Several windows are one (decision). */
bool model_open_at(const struct model_job *job, int64_t at_ms)
{
    for (int i = 0; i < job->spec.window_count; i++)
        if (is_open(job, &job->spec.windows[i], at_ms))
            return true;
    return job->spec.window_count == 0;
}

int64_t model_next_opening(const struct model_job *job, int64_t after_ms)
{
    int64_t next = MODEL_NEVER;
    int64_t from_ms = job->start_ms > after_ms ? job->start_ms - 1 : after_ms;
    for (int i = 0; i < job->spec.window_count; i++) {
        const struct spec_window *window = &job->spec.windows[i];
        int64_t opening = opening_before(window, from_ms) + period_of(window);
        if (opening < next)
            next = opening;
    }
    return next;
}

/* Minute by minute; windows that are open for days are open for ever. */
int64_t model_next_closing(const struct model_job *job, int64_t after_ms)
{
    for (int64_t at = after_ms / MINUTE * MINUTE + MINUTE; at < after_ms + 3 * DAY; at += MINUTE)
        if (!model_open_at(job, at))
            return at;
    return MODEL_NEVER;
}

/* Those that joined since the window before are a rollout without a rate. */
static void queue_joined(struct model *m, int job)
{
    struct model_job *j = &m->jobs[job];
    bool any = false;
    for (int thing = 0; thing < THING_NAMES; thing++) {
        any |= j->joined[thing];
        if (j->joined[thing] && !model_is_open(model_newest(m, job, thing)))
            model_queue(m, job, thing);
        j->joined[thing] = false;
    }
    if (any && !j->rolling)
        model_abort_if_due(m, job);
}

static void open_window(struct model *m, int job)
{
    struct model_job *j = &m->jobs[job];
    j->shut = false;
    j->phase = MODEL_JOB_IN_PROGRESS;
    queue_joined(m, job);
    if (j->rolling)
        model_rollout_slice(m, job);
}

/* A window that passed while the server was off is not made up for (decision). */
void model_window_due(struct model *m, int job)
{
    struct model_job *j = &m->jobs[job];
    bool open = model_open_at(j, m->now_ms);
    j->wake_ms = open ? model_next_closing(j, m->now_ms) : model_next_opening(j, m->now_ms);
    if (open && j->shut) {
        open_window(m, job);
    } else if (!open && !j->shut) {
        j->shut = true;
        j->phase = MODEL_JOB_SCHEDULED;
        j->rollout_ms = MODEL_NEVER;
    }
}
