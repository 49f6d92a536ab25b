#include "support/manual_check.h"

#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"

enum { MANUAL_MAX = 64 * 1024, NAME_MAX_QUOTED = 64 };

static void check(const char *manual, const cJSON *value)
{
    const cJSON *member;
    cJSON_ArrayForEach(member, value)
    {
        char quoted[NAME_MAX_QUOTED];
        if (member->string) {
            snprintf(quoted, sizeof quoted, "`%s`", member->string);
            if (!strstr(manual, quoted))
                fail_msg("docs/own-endpoints.md does not know the member %s", quoted);
        }
        check(manual, member);
    }
}

void check_manual_names(const cJSON *answer)
{
    static char manual[MANUAL_MAX];
    FILE *file = fopen("docs/own-endpoints.md", "r");
    assert_non_null(file);
    size_t n = fread(manual, 1, sizeof manual - 1, file);
    fclose(file);
    assert_in_range(n, 1, sizeof manual - 2);
    manual[n] = '\0';
    check(manual, answer);
}
