#include "model.h"

const struct operation_model *operation_model(enum operation operation)
{
    bool known = operation > OP_NONE && operation < OPERATION_COUNT;
    return known ? &operation_models[operation] : NULL;
}

const char *api_enum_name(const struct shape *shape, int value)
{
    bool known = value > 0 && (size_t)value <= shape->value_count;
    return known ? shape->values[value - 1] : "";
}

int api_enum_value(const struct shape *shape, struct str name)
{
    for (size_t i = 0; i < shape->value_count; i++) {
        if (str_eq_text(name, shape->values[i]))
            return (int)i + 1;
    }
    return 0;
}

const char *job_status_name(enum job_status status)
{
    return api_enum_name(&shape_job_status, (int)status);
}

const char *job_execution_status_name(enum job_execution_status status)
{
    return api_enum_name(&shape_job_execution_status, (int)status);
}
