/* The eight managed job templates. */
#include <stdio.h>
#include <string.h>

#include "support/refusals.h"

#define USER "{\"key\":\"runAsUser\",\"regex\":\"(.){0,256}\",\"example\":\"user1\",\"optional\":true}"
#define FOLDER                                                                                               \
    "{\"key\":\"pathToHandler\",\"regex\":\"(.){0,4096}\",\"example\":\"/path/to/handler/script\","          \
    "\"optional\":true}"
#define REQUIRED(key, example)                                                                               \
    "{\"key\":\"" key "\",\"regex\":\"(.*?)\",\"example\":\"" example "\",\"optional\":false}"
#define DOCUMENT(action, type, input)                                                                        \
    "{\"version\":\"1.0\",\"steps\":[{\"action\":{\"name\":\"" action "\",\"type\":\"" type                  \
    "\",\"input\":{" input "},\"runAsUser\":\"USER\"}}]}"
#define HANDLER(name, args) "\"handler\":\"" name "\"," args "\"path\":\"FOLDER\""

/* In the order of the list. */
static const struct {
    const char *name;
    const char *parameters; /* without descriptions */
    const char *request;    /* documentParameters, all of them */
    const char *document;   /* that comes of them */
} templates[] = {
    { "AWS-Download-File",
      "[" REQUIRED("downloadUrl", "http://www.example.com/index.html") "," REQUIRED(
          "filePath", "/path/to/file") "," USER "," FOLDER "]",
      "{\"downloadUrl\":\"U\",\"filePath\":\"F\",\"runAsUser\":\"USER\",\"pathToHandler\":\"FOLDER\"}",
      DOCUMENT("Download-File", "runHandler", HANDLER("download-file.sh", "\"args\":[\"U\",\"F\"],")) },
    { "AWS-Install-Application", "[" REQUIRED("packages", "pkg1 pkg2") "," USER "," FOLDER "]",
      "{\"packages\":\"a b\",\"runAsUser\":\"USER\",\"pathToHandler\":\"FOLDER\"}",
      DOCUMENT("Install-Application", "runHandler", HANDLER("install-packages.sh", "\"args\":[\"a b\"],")) },
    { "AWS-Reboot", "[" USER "," FOLDER "]", "{\"runAsUser\":\"USER\",\"pathToHandler\":\"FOLDER\"}",
      DOCUMENT("Reboot", "runHandler", HANDLER("reboot.sh", "")) },
    { "AWS-Remove-Application", "[" REQUIRED("packages", "pkg1 pkg2") "," USER "," FOLDER "]",
      "{\"packages\":\"a b\",\"runAsUser\":\"USER\",\"pathToHandler\":\"FOLDER\"}",
      DOCUMENT("Remove-Application", "runHandler", HANDLER("remove-packages.sh", "\"args\":[\"a b\"],")) },
    { "AWS-Restart-Application", "[" REQUIRED("services", "svc1 svc2") "," USER "," FOLDER "]",
      "{\"services\":\"a b\",\"runAsUser\":\"USER\",\"pathToHandler\":\"FOLDER\"}",
      DOCUMENT("Restart-Application", "runHandler", HANDLER("restart-services.sh", "\"args\":[\"a b\"],")) },
    { "AWS-Run-Command", "[" REQUIRED("command", "echo,hello") "," USER "]",
      "{\"command\":\"a,b\",\"runAsUser\":\"USER\"}",
      DOCUMENT("Run-Command", "runCommand", "\"command\":\"a,b\"") },
    { "AWS-Start-Application", "[" REQUIRED("services", "svc1 svc2") "," USER "," FOLDER "]",
      "{\"services\":\"a b\",\"runAsUser\":\"USER\",\"pathToHandler\":\"FOLDER\"}",
      DOCUMENT("Start-Application", "runHandler", HANDLER("start-services.sh", "\"args\":[\"a b\"],")) },
    { "AWS-Stop-Application", "[" REQUIRED("services", "svc1 svc2") "," USER "," FOLDER "]",
      "{\"services\":\"a b\",\"runAsUser\":\"USER\",\"pathToHandler\":\"FOLDER\"}",
      DOCUMENT("Stop-Application", "runHandler", HANDLER("stop-services.sh", "\"args\":[\"a b\"],")) },
};

enum { TEMPLATES = sizeof templates / sizeof templates[0] };

static void assert_head(const cJSON *item, const char *name)
{
    char arn[128];
    snprintf(arn, sizeof arn, "arn:aws:iot:us-east-1::jobtemplate/%s:1.0", name);
    assert_json_string(item, "templateName", name);
    assert_json_string(item, "templateArn", arn);
    assert_json_string(item, "templateVersion", "1.0");
    assert_json(item, "environments", "[\"LINUX\"]");
    const cJSON *description = json_at(item, "description");
    assert_true(cJSON_IsString(description));
    struct str beginning = STR_LIT("A managed job template for ");
    assert_true(str_starts_with(str_from(description->valuestring), beginning));
}

static void all_eight_are_listed_by_name(void **state)
{
    struct answer *a = http(*state, 200, "GET", "/managed-job-templates", NULL);
    const cJSON *list = json_at(a->body, "managedJobTemplates");
    assert_int_equal(cJSON_GetArraySize(list), TEMPLATES);
    for (int i = 0; i < TEMPLATES; i++)
        assert_head(cJSON_GetArrayItem(list, i), templates[i].name);
    assert_json_absent(a->body, "nextToken");
}

static void the_list_can_be_narrowed_to_a_name(void **state)
{
    struct world *w = *state;
    struct answer *a = http(w, 200, "GET", "/managed-job-templates?templateName=AWS-Reboot", NULL);
    const cJSON *list = json_at(a->body, "managedJobTemplates");
    assert_int_equal(cJSON_GetArraySize(list), 1);
    assert_head(cJSON_GetArrayItem(list, 0), "AWS-Reboot");
    a = http(w, 200, "GET", "/managed-job-templates?templateName=AWS-Nothing", NULL);
    assert_json(a->body, "", "{\"managedJobTemplates\":[]}");
}

static void the_list_comes_in_pages(void **state)
{
    struct world *w = *state;
    char path[256] = "/managed-job-templates?maxResults=3";
    int seen = 0;
    for (int page = 0; page < 3; page++) {
        struct answer *a = http(w, 200, "GET", path, NULL);
        const cJSON *item;
        cJSON_ArrayForEach(item, json_at(a->body, "managedJobTemplates"))
            assert_head(item, templates[seen++].name);
        const cJSON *token = json_at(a->body, "nextToken");
        assert_int_equal(token != NULL, page < 2);
        if (token)
            snprintf(path, sizeof path, "/managed-job-templates?maxResults=3&nextToken=%s",
                     token->valuestring);
    }
    assert_int_equal(seen, TEMPLATES);
    refused(w, INVALID, "GET", "/managed-job-templates?nextToken=x", NULL, "Next token is invalid.");
    refused(w, INVALID, "GET", "/managed-job-templates?maxResults=0", NULL,
            "1 validation error detected: Value '0' at 'maxResults' …");
}

/* The parameters of a description without their descriptions, each of which must say something. */
static void assert_parameters(const cJSON *described, const char *expected)
{
    cJSON *parameters = cJSON_Duplicate(json_at(described, "documentParameters"), true);
    cJSON *parameter;
    cJSON_ArrayForEach(parameter, parameters)
    {
        const cJSON *description = json_at(parameter, "description");
        assert_true(cJSON_IsString(description) && strlen(description->valuestring) > 10);
        cJSON_DeleteItemFromObject(parameter, "description");
    }
    assert_json(parameters, "", expected);
    cJSON_Delete(parameters);
}

static void each_describes_its_parameters_and_its_document(void **state)
{
    for (int i = 0; i < TEMPLATES; i++) {
        char path[128];
        snprintf(path, sizeof path, "/managed-job-templates/%s?templateVersion=1.0", templates[i].name);
        struct answer *a = http(*state, 200, "GET", path, NULL);
        assert_head(a->body, templates[i].name);
        assert_parameters(a->body, templates[i].parameters);
        cJSON *document = cJSON_Parse(json_at(a->body, "document")->valuestring);
        assert_json_string(document, "version", "1.0");
        assert_json_string(document, "steps.0.action.runAsUser", "${aws:iot:parameter:runAsUser}");
        cJSON_Delete(document);
    }
}

static void assert_document_of(struct world *w, const char *job, const char *expected)
{
    char path[128];
    snprintf(path, sizeof path, "/jobs/%s/job-document", job);
    struct answer *a = http(w, 200, "GET", path, NULL);
    cJSON *document = cJSON_Parse(json_at(a->body, "document")->valuestring);
    assert_json(document, "", expected);
    cJSON_Delete(document);
}

static void the_document_of_each_is_json_once_its_parameters_are_there(void **state)
{
    for (int i = 0; i < TEMPLATES; i++) {
        char path[128], body[1024];
        snprintf(path, sizeof path, "/jobs/%s", templates[i].name);
        snprintf(body, sizeof body,
                 "{\"targets\":[\"arn:aws:iot:us-east-1:000000000000:thing/pump\"],"
                 "\"jobTemplateArn\":\"arn:aws:iot:us-east-1::jobtemplate/%s:1.0\","
                 "\"documentParameters\":%s}",
                 templates[i].name, templates[i].request);
        http(*state, 200, "PUT", path, body);
        assert_document_of(*state, templates[i].name, templates[i].document);
    }
}

static void without_optional_parameters_their_places_are_empty(void **state)
{
    http(*state, 200, "PUT", "/jobs/reboot",
         "{\"targets\":[\"arn:aws:iot:us-east-1:000000000000:thing/pump\"],"
         "\"jobTemplateArn\":\"arn:aws:iot:us-east-1::jobtemplate/AWS-Reboot:1.0\"}");
    assert_document_of(*state, "reboot",
                       "{\"version\":\"1.0\",\"steps\":[{\"action\":{\"name\":\"Reboot\","
                       "\"type\":\"runHandler\",\"input\":{\"handler\":\"reboot.sh\",\"path\":\"\"},"
                       "\"runAsUser\":\"\"}}]}");
}

static void unknown_templates_and_versions_cannot_be_described(void **state)
{
    struct world *w = *state;
    refused(w, NOT_FOUND, "GET", "/managed-job-templates/AWS-Nothing", NULL,
            "Job Template AWS-Nothing cannot be found.");
    refused(w, NOT_FOUND, "GET", "/managed-job-templates/aws-reboot", NULL,
            "Job Template aws-reboot cannot be found.");
    refused(w, NOT_FOUND, "GET", "/managed-job-templates/AWS-Reboot?templateVersion=2.0", NULL,
            "Job Template AWS-Reboot cannot be found.");
    refused(w, INVALID, "GET", "/managed-job-templates/AWS-Reboot?templateVersion=latest", NULL,
            "1 validation error detected: Value 'latest' at 'templateVersion' …");
    assert_head(http(w, 200, "GET", "/managed-job-templates/AWS-Reboot", NULL)->body, "AWS-Reboot");
}

static void the_arns_carry_the_callers_region(void **state)
{
    struct world *w = *state;
    called_from(w, "eu-west-1", NULL);
    assert_json_string(http(w, 200, "GET", "/managed-job-templates/AWS-Reboot", NULL)->body, "templateArn",
                       "arn:aws:iot:eu-west-1::jobtemplate/AWS-Reboot:1.0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up_with_pump, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_eight_are_listed_by_name),
        TEST(the_list_can_be_narrowed_to_a_name),
        TEST(the_list_comes_in_pages),
        TEST(each_describes_its_parameters_and_its_document),
        TEST(the_document_of_each_is_json_once_its_parameters_are_there),
        TEST(without_optional_parameters_their_places_are_empty),
        TEST(unknown_templates_and_versions_cannot_be_described),
        TEST(the_arns_carry_the_callers_region),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
