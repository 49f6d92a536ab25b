#include "support/refusals.h"

void assert_all_refused(struct world *w, const char *method, const char *path, const struct refusal *refusals,
                        size_t n)
{
    for (size_t i = 0; i < n; i++)
        refused(w, refusals[i].status, refusals[i].exception, method, path, refusals[i].body,
                refusals[i].message);
    assert_silence(w);
}
