#include "support/create_job.h"

#include <stdio.h>

int create_job_set_up(void **state)
{
    *state = world_with_pump("2030-01-01T12:00:00.250Z");
    return 0;
}

static struct answer *ask(struct world *w, const char *method, const char *job, const char *body)
{
    char path[128];
    snprintf(path, sizeof path, "/jobs/%s", job);
    return http(w, 200, method, path, body);
}

struct answer *create_job(struct world *w, const char *job, const char *body)
{
    return ask(w, "PUT", job, body);
}

struct answer *describe_job(struct world *w, const char *job)
{
    return ask(w, "GET", job, NULL);
}
