/* The steps of a script as requests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/time_text.h"
#include "support/job_model_play.h"

enum { BODY_MAX = 8192 };

#define ARN "arn:aws:iot:us-east-1:000000000000:"

/* ---- bodies ---- */

static void add_targets(struct strbuf *body, const struct job_spec *spec)
{
    strbuf_add_text(body, "\"targets\":[");
    for (int i = 0; i < spec->target_count; i++) {
        struct spec_target target = spec->targets[i];
        strbuf_printf(body, "%s\"" ARN "%s/%s\"", i ? "," : "", target.is_group ? "thinggroup" : "thing",
                      target.is_group ? group_names[target.at] : thing_names[target.at]);
    }
    strbuf_add_text(body, "]");
}

static void add_rate(struct strbuf *body, const struct job_spec *spec)
{
    if (!spec->rate)
        return;
    strbuf_printf(body, ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":%lld", (long long)spec->rate);
    if (spec_is_exponential(spec))
        strbuf_printf(body,
                      ",\"exponentialRate\":{\"baseRatePerMinute\":%lld,\"incrementFactor\":%lld.%lld,"
                      "\"rateIncreaseCriteria\":{\"%s\":%lld}}",
                      (long long)spec->base, (long long)(spec->factor_tenths / 10),
                      (long long)(spec->factor_tenths % 10),
                      spec->notified ? "numberOfNotifiedThings" : "numberOfSucceededThings",
                      (long long)(spec->notified ? spec->notified : spec->succeeded));
    strbuf_add_text(body, "}");
}

static void add_criteria(struct strbuf *body, const struct job_spec *spec)
{
    if (spec->timeout_minutes)
        strbuf_printf(body, ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":%lld}",
                      (long long)spec->timeout_minutes);
    for (int i = 0; i < spec->retry_count; i++)
        strbuf_printf(body, "%s{\"failureType\":\"%s\",\"numberOfRetries\":%lld}%s",
                      i ? "," : ",\"jobExecutionsRetryConfig\":{\"criteriaList\":[", spec->retries[i].type,
                      (long long)spec->retries[i].value, i + 1 == spec->retry_count ? "]}" : "");
    for (int i = 0; i < spec->abort_count; i++)
        strbuf_printf(body,
                      "%s{\"failureType\":\"%s\",\"action\":\"CANCEL\",\"thresholdPercentage\":%lld,"
                      "\"minNumberOfExecutedThings\":%lld}%s",
                      i ? "," : ",\"abortConfig\":{\"criteriaList\":[", spec->aborts[i].type,
                      (long long)spec->aborts[i].value, (long long)spec->aborts[i].least,
                      i + 1 == spec->abort_count ? "]}" : "");
}

static void add_window(struct strbuf *body, const struct spec_window *window, bool is_first)
{
    char hour[16] = "*";
    if (window->hour >= 0)
        snprintf(hour, sizeof hour, "%d", window->hour);
    strbuf_printf(body, "%s{\"startTime\":\"cron(%d %s * * ? *)\",\"durationInMinutes\":%lld}",
                  is_first ? "" : ",", window->minute, hour, (long long)window->minutes);
}

static void add_schedule(struct strbuf *body, const struct job_spec *spec, int64_t now_ms)
{
    char time[TIME_TEXT_MAX];
    strbuf_add_text(body, ",\"schedulingConfig\":{\"maintenanceWindows\":[");
    for (int i = 0; i < spec->window_count; i++)
        add_window(body, &spec->windows[i], i == 0);
    strbuf_add_text(body, "]");
    if (spec->start_minutes >= 0) {
        time_format_minute(spec_time_ms(now_ms, spec->start_minutes), time);
        strbuf_printf(body, ",\"startTime\":\"%s\"", time);
    }
    if (spec->end_minutes >= 0) {
        time_format_minute(spec_time_ms(now_ms, spec->end_minutes), time);
        strbuf_printf(body, ",\"endTime\":\"%s\"", time);
    }
    if (spec->behavior[0])
        strbuf_printf(body, ",\"endBehavior\":\"%s\"", spec->behavior);
    strbuf_add_text(body, "}");
}

static void write_job(struct strbuf *body, const struct job_spec *spec, int64_t now_ms)
{
    strbuf_add_text(body, "{");
    add_targets(body, spec);
    strbuf_printf(body, ",\"document\":\"{}\",\"targetSelection\":\"%s\"",
                  spec->continuous ? "CONTINUOUS" : "SNAPSHOT");
    add_rate(body, spec);
    add_criteria(body, spec);
    add_schedule(body, spec, now_ms);
    strbuf_add_text(body, "}");
}

static void write_update(struct strbuf *body, const struct job_spec *spec)
{
    struct strbuf members;
    strbuf_init(&members, BODY_MAX);
    add_rate(&members, spec);
    add_criteria(&members, spec);
    struct str text = strbuf_str(&members);
    if (text.n)
        text = (struct str){ text.p + 1, text.n - 1 }; /* without its comma */
    strbuf_printf(body, "{%.*s}", STR(text));
    strbuf_release(&members);
}

/* ---- requests ---- */

struct asked {
    bool known; /* the step is a request of the control plane */
    const char *method;
    char path[256];
    struct strbuf body;
};

static void ask_registry(const struct step *step, struct asked *asked)
{
    const char *first = step_word(step, 1), *parent = step_value(step, "parent");
    const char *from = step_value(step, "from"), *to = step_value(step, "to");
    bool is_thing = step_is(step, "create-thing") || step_is(step, "delete-thing");
    asked->known = true;
    if (is_thing || step_is(step, "create-group") || step_is(step, "delete-group")) {
        asked->method = step_word(step, 0)[0] == 'c' ? "POST" : "DELETE";
        snprintf(asked->path, sizeof asked->path, "/%s/%s", is_thing ? "things" : "thing-groups", first);
        if (parent)
            strbuf_printf(&asked->body, "{\"parentGroupName\":\"%s\"}", parent);
        else
            strbuf_add_text(&asked->body, "{}");
    } else if (step_is(step, "join") || step_is(step, "leave")) {
        asked->method = "PUT";
        snprintf(asked->path, sizeof asked->path, "/thing-groups/%s",
                 step_is(step, "join") ? "addThingToThingGroup" : "removeThingFromThingGroup");
        strbuf_printf(&asked->body, "{\"thingGroupName\":\"%s\",\"thingName\":\"%s\"}", first,
                      step_word(step, 2));
    } else if (step_is(step, "move")) {
        asked->method = "PUT";
        snprintf(asked->path, sizeof asked->path, "/thing-groups/updateThingGroupsForThing");
        strbuf_printf(&asked->body,
                      "{\"thingName\":\"%s\",\"thingGroupsToRemove\":[\"%s\"],\"thingGroupsToAdd\":[\"%s\"]}",
                      first, from ? from : "", to ? to : "");
    } else {
        asked->known = false;
    }
}

static void ask_execution(const struct step *step, struct asked *asked)
{
    const char *job = step_word(step, 1), *thing = step_word(step, 2),
               *force = step_has(step, "force") ? "?force=true" : "";
    asked->known = true;
    if (step_is(step, "cancel-execution")) {
        asked->method = "PUT";
        snprintf(asked->path, sizeof asked->path, "/things/%s/jobs/%s/cancel%s", thing, job, force);
        strbuf_add_text(&asked->body, "{}");
    } else if (step_is(step, "delete-execution")) {
        asked->method = "DELETE";
        snprintf(asked->path, sizeof asked->path, "/things/%s/jobs/%s/executionNumber/%lld%s", thing, job,
                 (long long)step_number(step, "number", 1), force);
    } else {
        asked->known = false;
    }
}

static void ask_job(const struct step *step, int64_t now_ms, struct asked *asked)
{
    struct job_spec spec = spec_of(step);
    const char *job = step_word(step, 1), *force = step_has(step, "force") ? "?force=true" : "";
    asked->known = true;
    snprintf(asked->path, sizeof asked->path, "/jobs/%s", job);
    if (step_is(step, "create-job")) {
        asked->method = "PUT";
        write_job(&asked->body, &spec, now_ms);
    } else if (step_is(step, "update-job")) {
        asked->method = "PATCH";
        write_update(&asked->body, &spec);
    } else if (step_is(step, "associate")) {
        asked->method = "POST";
        snprintf(asked->path, sizeof asked->path, "/jobs/%s/targets", job);
        strbuf_add_text(&asked->body, "{");
        add_targets(&asked->body, &spec);
        strbuf_add_text(&asked->body, "}");
    } else if (step_is(step, "cancel-job")) {
        asked->method = "PUT";
        snprintf(asked->path, sizeof asked->path, "/jobs/%s/cancel%s", job, force);
        strbuf_add_text(&asked->body, "{}");
    } else if (step_is(step, "delete-job")) {
        asked->method = "DELETE";
        snprintf(asked->path, sizeof asked->path, "/jobs/%s%s", job, force);
    } else {
        asked->known = false;
    }
}

static bool ask(struct world *w, const struct step *step, int64_t now_ms, bool *ret_ok)
{
    struct asked asked = { .known = false };
    char body[BODY_MAX];
    strbuf_init(&asked.body, BODY_MAX);
    ask_registry(step, &asked);
    if (!asked.known)
        ask_execution(step, &asked);
    if (!asked.known)
        ask_job(step, now_ms, &asked);
    snprintf(body, sizeof body, "%.*s", STR(strbuf_str(&asked.body)));
    strbuf_release(&asked.body);
    if (asked.known)
        *ret_ok = http(w, 0, asked.method, asked.path, body)->status == 200;
    return asked.known;
}

/* ---- devices and time ---- */

static bool publish(struct world *w, const struct step *step, bool *ret_ok)
{
    char topic[256], body[256], timer[64] = "";
    const char *minutes = step_value(step, "step");
    bool starts = step_is(step, "start-next");
    if (!starts && !step_is(step, "update"))
        return false;
    if (minutes)
        snprintf(timer, sizeof timer, "\"stepTimeoutInMinutes\":%s", minutes);
    if (starts) {
        snprintf(topic, sizeof topic, "$aws/things/%s/jobs/start-next", step_word(step, 1));
        snprintf(body, sizeof body, "{%s}", timer);
    } else {
        snprintf(topic, sizeof topic, "$aws/things/%s/jobs/%s/update", step_word(step, 2),
                 step_word(step, 1));
        snprintf(body, sizeof body, "{\"status\":\"%s\"%s%s}", step_word(step, 3), minutes ? "," : "", timer);
    }
    *ret_ok = strcmp(mqtt(w, topic, body)->verdict, "accepted") == 0;
    return true;
}

static bool pass_time(struct world *w, const struct step *step, int64_t now_ms)
{
    char iso[TIME_TEXT_MAX];
    if (!step_is(step, "advance") && !step_is(step, "restart"))
        return false;
    time_format_iso(now_ms + step_duration_ms(step), iso);
    if (step_is(step, "restart"))
        world_restart(w, iso);
    set_clock(w, iso);
    return true;
}

bool server_plays(struct world *w, const struct step *step, int64_t now_ms)
{
    bool ok = true;
    if (step_is(step, "default-rate"))
        world_settings(w)->rollout_default_per_minute = strtoll(step_word(step, 1), NULL, 10);
    else if (!pass_time(w, step, now_ms) && !publish(w, step, &ok))
        ask(w, step, now_ms, &ok);
    return ok;
}
