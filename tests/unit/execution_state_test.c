#include "support/cmocka_all.h"

#include "rules/jobs/execution_state.h"

enum { STATUSES = 8 };

static const enum job_execution_status order[STATUSES] = {
    JOB_EXECUTION_STATUS_QUEUED,  JOB_EXECUTION_STATUS_IN_PROGRESS, JOB_EXECUTION_STATUS_SUCCEEDED,
    JOB_EXECUTION_STATUS_FAILED,  JOB_EXECUTION_STATUS_TIMED_OUT,   JOB_EXECUTION_STATUS_REJECTED,
    JOB_EXECUTION_STATUS_REMOVED, JOB_EXECUTION_STATUS_CANCELED,
};

/* From the row's status to the column's, both in `order`. d: a device may ask for it; s: the service may make
 * it so; -: neither. */
static const char matrix[STATUSES][STATUSES + 1] = {
    "-ddd-dss", /* QUEUED */
    "-dddsdss", /* IN_PROGRESS */
    "--------", /* SUCCEEDED */
    "--------", /* FAILED */
    "--------", /* TIMED_OUT */
    "--------", /* REJECTED */
    "--------", /* REMOVED */
    "--------", /* CANCELED */
};

static void assert_pair(int from, int to, bool device, bool service)
{
    char expected = matrix[from][to];
    if (device != (expected == 'd') || service != (expected == 's'))
        fail_msg("from %s to %s: device %d, service %d",
                 api_enum_name(&shape_job_execution_status, (int)order[from]),
                 api_enum_name(&shape_job_execution_status, (int)order[to]), device, service);
}

static void each_change_of_status_is_allowed_as_the_matrix_says(void **state)
{
    (void)state;
    for (int from = 0; from < STATUSES; from++)
        for (int to = 0; to < STATUSES; to++)
            assert_pair(from, to, execution_device_may(order[from], order[to]),
                        execution_service_may(order[from], order[to]));
}

static void a_status_is_terminal_when_nothing_leads_out_of_it(void **state)
{
    (void)state;
    for (int from = 0; from < STATUSES; from++) {
        bool leads_out = false;
        for (int to = 0; to < STATUSES; to++)
            leads_out |= matrix[from][to] != '-';
        assert_int_equal(execution_is_terminal(order[from]), !leads_out);
    }
}

static void each_status_but_removed_is_a_new_version(void **state)
{
    (void)state;
    for (int to = 0; to < STATUSES; to++)
        assert_int_equal(execution_counts_version(order[to]), order[to] != JOB_EXECUTION_STATUS_REMOVED);
}

static void the_matrix_has_every_status_of_the_model(void **state)
{
    (void)state;
    for (int i = 0; i < STATUSES; i++)
        for (int k = 0; k < i; k++)
            assert_int_not_equal(order[i], order[k]);
    assert_int_equal(shape_job_execution_status.value_count, STATUSES);
}

/* ops/executions/device turns a status of the data plane into one of the control plane by its value. */
static void both_planes_have_the_same_statuses(void **state)
{
    (void)state;
    assert_int_equal(shape_data_job_execution_status.value_count, shape_job_execution_status.value_count);
    for (int status = 1; status <= (int)shape_job_execution_status.value_count; status++)
        assert_string_equal(api_enum_name(&shape_data_job_execution_status, status),
                            api_enum_name(&shape_job_execution_status, status));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_planes_have_the_same_statuses),
        cmocka_unit_test(each_change_of_status_is_allowed_as_the_matrix_says),
        cmocka_unit_test(a_status_is_terminal_when_nothing_leads_out_of_it),
        cmocka_unit_test(each_status_but_removed_is_a_new_version),
        cmocka_unit_test(the_matrix_has_every_status_of_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
