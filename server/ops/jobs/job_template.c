#include "ops/jobs/job_template.h"

#include "ops/arn.h"
#include "ops/jobs/job_config.h"
#include "ops/jobs/job_document.h"
#include "ops/lookup.h"
#include "ops/page.h"
#include "ops/quota.h"
#include "ops/refusal.h"
#include "ops/render.h"
#include "ops/tags.h"
#include "rules/jobs/window.h"
#include "settings.h"

/* ---- finding ---- */

static bool template_not_found(struct op *op, struct str template_id)
{
    return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Job Template %.*s cannot be found.", STR(template_id));
}

static bool lookup_template(struct op *op, struct str template_id, struct job_template_row *ret_template)
{
    return store_job_template_get(op->db, op->arena, template_id, ret_template) ||
           template_not_found(op, template_id);
}

/* An ARN of that type, in the words of AWS for one of another type. */
static bool read_arn(struct op *op, struct str text, const char *type, const char *noun, struct arn *ret_arn)
{
    if (!arn_parse(text, ret_arn))
        return fail(op->err, ERR_INVALID_REQUEST, "'%.*s' is not the ARN of a %s.", STR(text), noun);
    return str_eq_text(ret_arn->type, type) ||
           fail(op->err, ERR_INVALID_REQUEST,
                "Resource type should be %s but found invalid resource type %.*s", type, STR(ret_arn->type));
}

/* A managed template's ARN has no account and its version behind the name: …::jobtemplate/AWS-Reboot:1.0.
 * NULL: none. */
static const struct managed_template *managed_named(const struct op *op, const struct arn *arn)
{
    struct str version = arn->name;
    struct str name = str_split(&version, ':');
    bool foreign = op->settings->strict && !str_eq(arn->region, op->region);
    bool known = !version.p || str_eq_text(version, MANAGED_TEMPLATE_VERSION);
    return foreign || !known ? NULL : managed_template_find(name);
}

bool job_template_find(struct op *op, struct str text, struct named_template *ret_template)
{
    struct arn arn;
    struct named_template found = { 0 };
    if (!read_arn(op, text, "jobtemplate", "job template", &arn))
        return false;
    if (arn.account.n) {
        if (!arn_is_ours(op, &arn) || !store_job_template_get(op->db, op->arena, arn.name, &found.custom))
            return template_not_found(op, arn.name);
    } else {
        found.managed = managed_named(op, &arn);
        if (!found.managed)
            return template_not_found(op, arn.name);
    }
    *ret_template = found;
    return true;
}

/* ---- CreateJobTemplate ---- */

/* What the request says, before anything is looked up. */
static bool check_request(struct op *op, const struct create_job_template_request *in,
                          const struct job_config *config)
{
    struct windows windows;
    return job_document_check_origin(op, in->document, in->document_source, in->job_arn) &&
           job_config_check(op, config) &&
           windows_read(&config->windows, INT64_MIN, op->window_zone, op->arena, &windows, op->err) &&
           tags_check(op, &in->tags);
}

/* The job gives what the request does not: each member whole. */
static bool inherit_from_job(struct op *op, struct str job_arn, struct job_template_row *template)
{
    struct arn arn;
    struct job_row job;
    struct job_config config;
    struct document_row document;
    if (!read_arn(op, job_arn, "job", "job", &arn))
        return false;
    if (!arn_is_ours(op, &arn))
        return job_not_found(op, arn.name);
    if (!lookup_job(op, arn.name, STR_NONE, &job))
        return false;
    if (!store_job_config_get(op->db, op->arena, job.job_id, &config) ||
        !store_document_get(op->db, op->arena, job.job_id, &document))
        return fail(op->err, ERR_INTERNAL, "The job could not be read.");
    job_config_inherit(&template->config, &config);
    if (!template->document.p)
        template->document = document.document;
    return true;
}

static bool check_new(struct op *op, struct str template_id)
{
    if (!store_job_template_exists(op->db, template_id))
        return quota_of_job_templates(op);
    op->err->extra = arena_printf(op->arena, "\"resourceId\":\"%.*s\"", STR(template_id));
    return fail(op->err, ERR_CONFLICT, "Job Template %.*s already exists.", STR(template_id));
}

bool op_create_job_template(struct op *op, const void *input)
{
    const struct create_job_template_request *in = input;
    struct job_template_row template = {
        .template_id = in->job_template_id,
        .description = in->description,
        .created_at_ms = op->now_ms,
        .document = in->document,
        .document_source = in->document_source,
        .config = { .presigned_url = in->presigned_url_config,
                    .rollout = in->job_executions_rollout_config,
                    .abort = in->abort_config,
                    .timeout = in->timeout_config,
                    .retry = in->job_executions_retry_config,
                    .windows = in->maintenance_windows,
                    .destination_package_versions = in->destination_package_versions },
    };
    if (!check_request(op, in, &template.config) ||
        !job_document_read_source(op, in->document_source, &template.document) ||
        (in->job_arn.p && !inherit_from_job(op, in->job_arn, &template)) ||
        !job_document_check(op, template.document, template.config.presigned_url) ||
        !check_new(op, in->job_template_id))
        return false;
    if (!store_job_template_insert(op->db, op->arena, &template))
        return fail(op->err, ERR_INTERNAL, "The job template could not be stored.");
    json_member_string(op->json, "jobTemplateArn", arn_make(op, "jobtemplate", template.template_id));
    json_member_string(op->json, "jobTemplateId", template.template_id);
    return tags_write(op, TAGGABLE_JOB_TEMPLATE, template.template_id, &in->tags);
}

/* ---- DescribeJobTemplate, ListJobTemplates, DeleteJobTemplate ---- */

static void write_head(struct op *op, const struct job_template_row *template)
{
    struct json *json = op->json;
    json_member_string(json, "jobTemplateArn", arn_make(op, "jobtemplate", template->template_id));
    json_member_string(json, "jobTemplateId", template->template_id);
    json_member_string(json, "description", template->description);
    json_member_seconds(json, "createdAt", template->created_at_ms);
}

bool op_describe_job_template(struct op *op, const void *input)
{
    const struct describe_job_template_request *in = input;
    struct job_template_row template;
    if (!lookup_template(op, in->job_template_id, &template))
        return false;
    write_head(op, &template);
    render_optional(op->json, "documentSource", template.document_source);
    json_member_string(op->json, "document", template.document);
    job_config_render_template(op->json, &template.config);
    return true;
}

bool op_list_job_templates(struct op *op, const void *input)
{
    const struct list_job_templates_request *in = input;
    struct job_template_rows rows;
    struct page page;
    if (!page_open(op, &page, OP_LIST_JOB_TEMPLATES, STR_NONE, in->max_results, in->next_token, INT64_MAX))
        return false;
    if (!store_job_templates_list(op->db, op->arena, page.cursor, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The job templates could not be read.");
    json_key(op->json, "jobTemplates");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&page, rows.items[i].id); i++) {
        json_object_begin(op->json);
        write_head(op, &rows.items[i]);
        json_object_end(op->json);
    }
    json_array_end(op->json);
    return page_close(op, &page);
}

/* Jobs that were made from it have their own copy of everything, and keep its ARN. */
bool op_delete_job_template(struct op *op, const void *input)
{
    const struct delete_job_template_request *in = input;
    if (!store_job_template_exists(op->db, in->job_template_id))
        return template_not_found(op, in->job_template_id);
    return (store_job_template_delete(op->db, in->job_template_id) ||
            fail(op->err, ERR_INTERNAL, "The job template could not be deleted.")) &&
           tags_forget(op, TAGGABLE_JOB_TEMPLATE, in->job_template_id);
}
