#include "support/job_model_generate.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/grammar.h"

enum { STEPS_LEAST = 20, STEPS_MORE = 25 };

/* Names are few, and times whole minutes or slots of a rollout, so that things meet, also in the same
 * millisecond. What stands in angle brackets and is no rule is looked up in the model: see write_name. */
static const struct grammar_rule rules[] = {
    { "step",
      "<device>|<device>|<device>|<device>|<device>|<time>|<time>|<time>|<time>|<membership>|<membership>|"
      "<create-job>|<create-job>|<change-job>|<change-job>|<execution>|<registry>|<registry>" },

    /* ---- devices and time ---- */
    { "device", "start-next <thing><step-timer>|start-next <thing><step-timer>|update <open> <status>|"
                "update <open> <status>|update <open> <status>|update <open> <status><step-timer>|"
                "update <job> <thing> <status>" },
    { "step-timer", "|||| step=1| step=2| step=5| step=-1" },
    { "status", "IN_PROGRESS|IN_PROGRESS|SUCCEEDED|SUCCEEDED|FAILED|FAILED|FAILED|REJECTED" },
    { "time", "advance <until>s|advance <until>s|advance <until>s|advance <until>s|advance <duration>|"
              "advance <duration>|advance <duration>|advance <duration>|restart <pause>" },
    { "pause", "<until>s|<duration>" },
    { "duration", "0s|1s|6s|12s|54s|1m|1m|1m|2m|5m|10m|29m|30m|60m|360m|1440m" },

    /* ---- things and groups ---- */
    { "membership", "join <group> <thing>|join <group> <thing>|join <group> <thing>|leave <group> <thing>|"
                    "leave <group> <thing>|move <thing> from=<group> to=<group>" },
    { "registry",
      "create-thing <thing>|create-thing <thing>|delete-thing <thing>|<create-group>|<create-group>|"
      "delete-group <group>|delete-group <group>|delete-group <group>|default-rate <default-rate>" },
    { "create-group", "create-group hall parent=site|create-group yard parent=site|create-group site|"
                      "create-group zone|create-group zone parent=hall" },
    { "default-rate", "0|1000|10|5" },

    /* ---- new jobs ---- */
    { "create-job", "create-job <job> <selection><rate><timeout><retry><abort>" },
    { "selection", "targets=<targets><start><end>|targets=<targets> continuous<start><end>|"
                   "targets=<targets> continuous<windows><end>|"
                   "targets=<targets> continuous<windows><start><end>" },
    { "rate", "||| rate=<limit>| rate=<limit>| rate=100 base=<limit> factor=<factor> <criterion>" },
    { "limit", "1|2|5|10|10|15|30" },
    { "factor", "1.1|1.5|2.0|5.0" },
    { "criterion", "notified=1|notified=2|notified=3|succeeded=1|succeeded=2" },
    { "timeout", "||| timeout=1| timeout=2| timeout=5" },
    { "retry", "||| retry=FAILED:<digit>| retry=TIMED_OUT:<digit>| retry=ALL:<digit>|"
               " retry=FAILED:<digit>,TIMED_OUT:<digit>" },
    { "digit", "1|1|2|3" },
    { "abort", "|||| abort=<failure>:<percent>:<digit>| abort=<failure>:<percent>:<digit>|"
               " abort=<failure>:<percent>:<digit>,<failure>:<percent>:<digit>" },
    { "failure", "FAILED|TIMED_OUT|REJECTED|ALL" },
    { "percent", "0|25|50|50|66|100" },
    { "start", "||| start=1| start=2| start=30" },
    { "end", "||| end=<minutes><behavior>| end=<minutes><behavior>" },
    { "minutes", "1|2|3|5|31|35|60" },
    { "behavior", "| behavior=STOP_ROLLOUT| behavior=CANCEL| behavior=FORCE_CANCEL" },
    { "windows", " windows=<window>| windows=<window>| windows=<window>,<window>" },
    { "window", "<length>@12:<minute>|<length>@*:<minute>|<length>@*:<minute>|<length>@13:<minute>" },
    { "length", "1|1|2|5|30|60|61" },
    { "minute", "0|0|1|2|5|30|31" },
    { "targets", "<group>|<group>|<group>,<thing>|<group>,<group>|<thing>,<group>|<thing>,<thing>|<thing>" },

    /* ---- jobs and executions that there are ---- */
    { "change-job", "cancel-job <job><force>|delete-job <job>|delete-job <job>|delete-job <job><force>|"
                    "associate <job> targets=<targets>|associate <job> targets=<targets>|"
                    "update-job <job><update>|update-job <job><update>" },
    { "update", " rate=<limit>| rate=<limit>| rate=100 base=<limit> factor=<factor> <criterion>|<timeout>|"
                " retry=FAILED:0| retry=TIMED_OUT:0| retry=ALL:0|<abort>" },
    { "force", "|| force| force" },
    { "execution", "cancel-execution <open><force>|cancel-execution <job> <thing><force>|"
                   "delete-execution <open> number=<digit><force>|"
                   "delete-execution <job> <thing> number=<digit><force>" },

    { "job", "app|cfg|fw" },
    { "thing", "door|fan|lamp|lamp|pump|pump|valve" },
    { "group", "hall|site|site|yard|zone" },
};

struct generation {
    struct grammar grammar;
    struct model *m;
};

/* ---- what the model knows ---- */

/* "fw pump": the job and the thing of an execution that is QUEUED or IN_PROGRESS. */
static void write_open(struct generation *g, struct strbuf *text)
{
    uint64_t n = 0;
    const struct model_execution *chosen = NULL;
    for (int i = 0; i < g->m->execution_count; i++)
        if (model_is_open(&g->m->executions[i]) && grammar_choose(&g->grammar, ++n) == 0)
            chosen = &g->m->executions[i];
    strbuf_printf(text, "%s %s", job_names[chosen ? chosen->job : 0],
                  thing_names[chosen ? chosen->thing : 0]);
}

/* The seconds until something happens by itself. */
static void write_until(struct generation *g, struct strbuf *text)
{
    int64_t due_ms = model_next_due_ms(g->m);
    int64_t wait_ms = due_ms == MODEL_NEVER ? 60000 : due_ms - g->m->now_ms;
    strbuf_printf(text, "%lld", (long long)(wait_ms + 999) / 1000);
}

static void write_name(void *context, struct str name, struct strbuf *text)
{
    struct generation *g = context;
    if (str_eq_text(name, "open"))
        write_open(g, text);
    else if (str_eq_text(name, "until"))
        write_until(g, text);
    else
        fail_msg("no rule is named %.*s", STR(name));
}

/* ---- scripts ---- */

/* Of those that are refused most are left out again: they have changed nothing. */
static void add_line(struct generation *g, struct script *script, struct str text)
{
    enum { REFUSED_KEPT = 5 };
    struct step step;
    assert_true(script->n < SCRIPT_STEPS_MAX && text.n < STEP_TEXT_MAX);
    char *line = script->lines[script->n];
    snprintf(line, STEP_TEXT_MAX, "%.*s", STR(text));
    if (!step_parse(line, &step) || model_play(g->m, &step) || grammar_choose(&g->grammar, REFUSED_KEPT) == 0)
        script->n++;
}

/* Without it most steps would be about what is not there. */
static void add_beginning(struct generation *g, struct script *script)
{
    static const char *const beginning[] = {
        "create-thing fan",
        "create-thing lamp",
        "create-thing pump",
        "create-thing valve",
        "create-group site",
        "create-group zone",
        "join site pump",
        "join site lamp",
        "join zone valve",
        "join zone pump",
        "create-group hall parent=site",
    };
    for (size_t i = 0; i < sizeof beginning / sizeof beginning[0]; i++)
        add_line(g, script, str_from(beginning[i]));
}

void script_generate(uint64_t seed, struct script *ret_script)
{
    struct generation g = { .m = model_new(NOON_S * 1000LL) };
    g.grammar = (struct grammar){ .rules = rules,
                                  .rule_count = sizeof rules / sizeof rules[0],
                                  .write = write_name,
                                  .context = &g,
                                  .seed = seed };
    ret_script->n = 0;
    add_beginning(&g, ret_script);
    int n = ret_script->n + STEPS_LEAST + (int)grammar_choose(&g.grammar, STEPS_MORE);
    while (ret_script->n < n) {
        struct strbuf text;
        strbuf_init(&text, STEP_TEXT_MAX);
        grammar_write(&g.grammar, STR_LIT("step"), &text);
        add_line(&g, ret_script, strbuf_str(&text));
        strbuf_release(&text);
    }
    free(g.m);
}
