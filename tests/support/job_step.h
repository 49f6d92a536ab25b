/*
 * The language of the scripts that tests/scenario/job_model_test.c plays: one step a line, words with blanks
 * between them, "#" begins a comment.
 *
 *     create-group hall parent=site
 *     create-job fw targets=hall,pump continuous rate=10 windows=60@12:00 retry=FAILED:2
 *     join hall lamp
 *     start-next lamp step=5
 *     update fw lamp FAILED
 *     advance 90s
 *     restart 5m
 *
 * A step that makes no sense is a step nonetheless: the server refuses it, and so does the model.
 */
#ifndef IOTJOBS_TESTS_JOB_STEP_H
#define IOTJOBS_TESTS_JOB_STEP_H

#include <stdbool.h>
#include <stdint.h>

enum { STEP_TEXT_MAX = 240, STEP_WORDS_MAX = 20 };

struct step {
    char text[STEP_TEXT_MAX]; /* its words, each with its own end */
    int n;
    const char *words[STEP_WORDS_MAX];
};

/* False for a line without words, or with too many. */
bool step_parse(const char *line, struct step *ret_step);
/* "" behind the last one */
const char *step_word(const struct step *step, int i);
bool step_is(const struct step *step, const char *verb);
/* Of the word "key=value"; NULL: there is none. */
const char *step_value(const struct step *step, const char *key);
int64_t step_number(const struct step *step, const char *key, int64_t otherwise);
/* Whether the word is there: "force", "continuous". */
bool step_has(const struct step *step, const char *word);
/* Of "advance 90s", "restart 5m". */
int64_t step_duration_ms(const struct step *step);

/* ---- names ---- */

/* Each list in the order of the alphabet, which is the one in which what falls due together happens. */
enum { JOB_NAMES = 3, THING_NAMES = 5, GROUP_NAMES = 4 };
extern const char *const job_names[JOB_NAMES];
extern const char *const thing_names[THING_NAMES];
extern const char *const group_names[GROUP_NAMES];

/* Its place in the list, -1: none. */
int name_at(const char *const *names, int n, const char *name);

/* ---- what create-job and update-job say of a job ---- */

enum { SPEC_TARGETS_MAX = THING_NAMES + GROUP_NAMES, SPEC_CRITERIA_MAX = 2, SPEC_WINDOWS_MAX = 2 };

/* targets=site,pump   a thing or a group */
struct spec_target {
    bool is_group;
    int at;
};

/* retry=FAILED:2,TIMED_OUT:1   abort=FAILED:50:2   threshold in percent, then the least number of ends */
struct spec_criterion {
    char type[12];
    int64_t value, least;
};

/* windows=60@12:00,10@*:15   so many minutes from that time of each day, or of each hour */
struct spec_window {
    int64_t minutes;
    int hour; /* -1: each */
    int minute;
};

struct job_spec {
    int target_count;
    struct spec_target targets[SPEC_TARGETS_MAX];
    bool continuous;
    /* rate=100 base=2 factor=1.5 notified=3   or succeeded=3; 0: not there */
    int64_t rate, base, factor_tenths, notified, succeeded;
    int64_t timeout_minutes; /* timeout=5 */
    int retry_count, abort_count, window_count;
    struct spec_criterion retries[SPEC_CRITERIA_MAX], aborts[SPEC_CRITERIA_MAX];
    struct spec_window windows[SPEC_WINDOWS_MAX];
    int64_t start_minutes, end_minutes; /* start=40 end=90   from now on; -1: none */
    char behavior[16];                  /* behavior=CANCEL */
};

struct job_spec spec_of(const struct step *step);
/* base, factor and one of the criteria are there. */
bool spec_is_exponential(const struct job_spec *spec);
/* A time of the kind that schedulingConfig knows, whole minutes. */
int64_t spec_time_ms(int64_t now_ms, int64_t minutes);

#endif
