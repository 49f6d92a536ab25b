#include "ops/jobs/template.h"

#include "ops/page.h"
#include "rules/jobs/managed_template.h"

/* Managed templates belong to no account: the ARN leaves it empty. */
static struct str template_arn(struct op *op, const struct managed_template *managed)
{
    return arena_printf(op->arena, "arn:aws:iot:%.*s::jobtemplate/%s:" MANAGED_TEMPLATE_VERSION,
                        STR(op->region), managed->name);
}

static void write_head(struct op *op, const struct managed_template *managed)
{
    struct json *json = op->json;
    json_member_string(json, "templateName", str_from(managed->name));
    json_member_string(json, "templateArn", template_arn(op, managed));
    json_member_string(json, "description", str_from(managed->description));
    json_member_string(json, "templateVersion", STR_LIT(MANAGED_TEMPLATE_VERSION));
    json_key(json, "environments");
    json_array_begin(json);
    json_string(json, STR_LIT(MANAGED_TEMPLATE_ENVIRONMENT));
    json_array_end(json);
}

bool op_list_managed_job_templates(struct op *op, const void *input)
{
    const struct list_managed_job_templates_request *in = input;
    struct page page;
    if (!page_open(op, &page, OP_LIST_MANAGED_JOB_TEMPLATES, in->template_name, in->max_results,
                   in->next_token, 0))
        return false;
    json_key(op->json, "managedJobTemplates");
    json_array_begin(op->json);
    const struct managed_template *managed;
    for (size_t i = (size_t)page.cursor; (managed = managed_template_at(i)); i++) {
        if (in->template_name.p && !str_eq_text(in->template_name, managed->name))
            continue;
        if (!page_take(&page, (int64_t)i + 1))
            break;
        json_object_begin(op->json);
        write_head(op, managed);
        json_object_end(op->json);
    }
    json_array_end(op->json);
    return page_close(op, &page);
}

static void write_parameters(struct json *json, const struct managed_template *managed)
{
    json_key(json, "documentParameters");
    json_array_begin(json);
    for (size_t i = 0; i < TEMPLATE_PARAMETERS_MAX && managed->parameters[i]; i++) {
        const struct template_parameter *parameter = managed->parameters[i];
        json_object_begin(json);
        json_member_string(json, "key", str_from(parameter->key));
        json_member_string(json, "description", str_from(parameter->description));
        json_member_string(json, "regex", str_from(parameter->regex));
        json_member_string(json, "example", str_from(parameter->example));
        json_member_bool(json, "optional", parameter->optional);
        json_object_end(json);
    }
    json_array_end(json);
}

bool op_describe_managed_job_template(struct op *op, const void *input)
{
    const struct describe_managed_job_template_request *in = input;
    const struct managed_template *managed = managed_template_find(in->template_name);
    if (!managed || (in->template_version.p && !str_eq_text(in->template_version, MANAGED_TEMPLATE_VERSION)))
        return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Job Template %.*s cannot be found.",
                    STR(in->template_name));
    write_head(op, managed);
    write_parameters(op->json, managed);
    json_member_string(op->json, "document", str_from(managed->document));
    return true;
}
