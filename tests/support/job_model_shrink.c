#include "support/job_model_shrink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- playing in another process ---- */

/* Does not return. What is said first of all is the difference; an assertion says what it has to say. */
static void play_here(const struct script *script, int out)
{
    char difference[DIFFERENCE_MAX];
    int step;
    setenv("CMOCKA_TEST_ABORT", "1", 1);
    dup2(out, STDERR_FILENO);
    struct world *w = world_new_durable(NOON);
    bool holds = script_play(w, script, &step, difference);
    if (!holds)
        dprintf(out, "%s", difference);
    world_free(w);
    _exit(holds ? 0 : 1);
}

bool script_holds(const struct script *script, char ret_difference[DIFFERENCE_MAX])
{
    int ends[2], status;
    size_t n = 0;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        play_here(script, ends[1]);
    close(ends[1]);
    for (ssize_t got; (got = read(ends[0], ret_difference + n, DIFFERENCE_MAX - 1 - n)) > 0;)
        n += (size_t)got;
    ret_difference[n] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- shrinking ---- */

/* The kind of a difference: what comes before its colon. */
static bool is_same_kind(const char *a, const char *b)
{
    size_t n = strcspn(a, ":");
    return n == strcspn(b, ":") && strncmp(a, b, n) == 0;
}

/* Takes the shorter script if it fails in the same way. */
static bool try_shorter(struct script *script, const struct script *shorter, char difference[DIFFERENCE_MAX])
{
    char said[DIFFERENCE_MAX];
    if (script_holds(shorter, said) || !is_same_kind(said, difference))
        return false;
    *script = *shorter;
    memcpy(difference, said, sizeof said);
    return true;
}

static bool leave_out_steps(struct script *script, int first, int n, char difference[DIFFERENCE_MAX])
{
    static struct script shorter;
    shorter = *script;
    shorter.n -= n;
    memmove(shorter.lines[first], script->lines[first + n],
            (size_t)(script->n - first - n) * sizeof script->lines[0]);
    return try_shorter(script, &shorter, difference);
}

static bool leave_out_word(struct script *script, int line, int word, char difference[DIFFERENCE_MAX])
{
    static struct script shorter;
    struct step step;
    size_t n = 0;
    if (!step_parse(script->lines[line], &step) || word >= step.n)
        return false;
    shorter = *script;
    for (int i = 0; i < step.n; i++)
        if (i != word)
            n += (size_t)snprintf(shorter.lines[line] + n, STEP_TEXT_MAX - n, "%s%s", n ? " " : "",
                                  step.words[i]);
    return try_shorter(script, &shorter, difference);
}

static bool shrink_steps(struct script *script, char difference[DIFFERENCE_MAX])
{
    bool shrunk = false;
    for (int n = script->n / 2; n > 0; n = n / 2)
        for (int first = script->n - n; first >= 0; first -= n)
            shrunk |= leave_out_steps(script, first, n, difference);
    return shrunk;
}

static bool shrink_words(struct script *script, char difference[DIFFERENCE_MAX])
{
    bool shrunk = false;
    for (int line = 0; line < script->n; line++)
        for (int word = STEP_WORDS_MAX - 1; word > 1; word--)
            shrunk |= leave_out_word(script, line, word, difference);
    return shrunk;
}

void script_shrink(struct script *script, char difference[DIFFERENCE_MAX])
{
    while (shrink_steps(script, difference) || shrink_words(script, difference))
        ;
}
