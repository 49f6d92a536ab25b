#include "support/cmocka_all.h"

#include "rules/security/certificate_state.h"

enum { STATUSES = 6 };

static const enum certificate_status order[STATUSES] = {
    CERTIFICATE_STATUS_ACTIVE,
    CERTIFICATE_STATUS_INACTIVE,
    CERTIFICATE_STATUS_REVOKED,
    CERTIFICATE_STATUS_PENDING_TRANSFER,
    CERTIFICATE_STATUS_REGISTER_INACTIVE,
    CERTIFICATE_STATUS_PENDING_ACTIVATION,
};

/* From the row's status to the column's, both in `order`: + goes, - does not. */
static const char matrix[STATUSES][STATUSES + 1] = {
    "+++-+-", /* ACTIVE */
    "+++-+-", /* INACTIVE */
    "--+---", /* REVOKED */
    "------", /* PENDING_TRANSFER */
    "+++-+-", /* REGISTER_INACTIVE */
    "+++-+-", /* PENDING_ACTIVATION */
};

static void each_change_of_status_goes_as_the_matrix_says(void **state)
{
    (void)state;
    for (int from = 0; from < STATUSES; from++)
        for (int to = 0; to < STATUSES; to++)
            if (certificate_status_may_become(order[from], order[to]) != (matrix[from][to] == '+'))
                fail_msg("from %s to %s", certificate_status_name(order[from]),
                         certificate_status_name(order[to]));
}

static void nothing_leads_to_what_nobody_may_ask_for(void **state)
{
    (void)state;
    for (int to = 0; to < STATUSES; to++) {
        bool reached = false;
        for (int from = 0; from < STATUSES; from++)
            reached |= matrix[from][to] == '+';
        assert_int_equal(certificate_status_may_be_asked_for(order[to]), reached);
    }
}

static void a_certificate_is_registered_as_active_inactive_or_revoked(void **state)
{
    (void)state;
    for (int i = 0; i < STATUSES; i++)
        assert_int_equal(certificate_status_may_be_registered(order[i]), i < 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_change_of_status_goes_as_the_matrix_says),
        cmocka_unit_test(nothing_leads_to_what_nobody_may_ask_for),
        cmocka_unit_test(a_certificate_is_registered_as_active_inactive_or_revoked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
