#include "ops/lookup.h"

#include "ops/refusal.h"

bool lookup_thing(struct op *op, struct str name, struct thing_row *ret_thing)
{
    return store_thing_get(op->db, op->arena, name, ret_thing) || thing_not_found(op, name);
}

bool lookup_thing_type(struct op *op, struct str name, struct thing_type_row *ret_type)
{
    return store_thing_type_get(op->db, op->arena, name, ret_type) || thing_type_not_found(op, name);
}

bool lookup_thing_group(struct op *op, struct str name, struct thing_group_row *ret_group)
{
    return store_thing_group_get(op->db, op->arena, name, ret_group) || thing_group_not_found(op, name);
}

bool lookup_job(struct op *op, struct str job_id, struct str namespace_id, struct job_row *ret_job)
{
    return (store_job_get(op->db, op->arena, job_id, ret_job) &&
            (!namespace_id.p || str_eq(namespace_id, ret_job->namespace_id))) ||
           job_not_found(op, job_id);
}
