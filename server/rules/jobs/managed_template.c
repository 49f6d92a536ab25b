#include "rules/jobs/managed_template.h"

enum { PARAMETER_VALUE_MAX = 30720 }; /* ParameterValue of the model; what "(.*?)" allows */

static const struct template_parameter download_url = {
    "downloadUrl",
    "URL of the file to download, which may be a presigned Amazon S3 URL.",
    "(.*?)",
    PARAMETER_VALUE_MAX,
    "http://www.example.com/index.html",
    false,
};
static const struct template_parameter file_path = {
    "filePath",      "Path on the device where the downloaded file is stored.",
    "(.*?)",         PARAMETER_VALUE_MAX,
    "/path/to/file", false,
};
static const struct template_parameter packages = {
    "packages", "Space-separated list of packages.", "(.*?)", PARAMETER_VALUE_MAX, "pkg1 pkg2", false,
};
static const struct template_parameter services = {
    "services", "Space-separated list of services.", "(.*?)", PARAMETER_VALUE_MAX, "svc1 svc2", false,
};
static const struct template_parameter command = {
    "command",    "Comma-separated command and arguments. A comma inside one of them is written as \\,.",
    "(.*?)",      PARAMETER_VALUE_MAX,
    "echo,hello", false,
};
static const struct template_parameter run_as_user = {
    "runAsUser",  "Local user that runs the handler. Empty: the user of the device's own software.",
    "(.){0,256}", 256,
    "user1",      true,
};
static const struct template_parameter path_to_handler = {
    "pathToHandler",
    "Folder on the device that holds the handler.",
    "(.){0,4096}",
    4096,
    "/path/to/handler/script",
    true,
};

#define PARAMETER(key) "${aws:iot:parameter:" key "}"
#define RUN_HANDLER(name, handler, args)                                                                     \
    "{\"version\":\"1.0\",\"steps\":[{\"action\":{\"name\":\"" name "\",\"type\":\"runHandler\",\"input\":{" \
    "\"handler\":\"" handler "\"," args                                                                      \
    "\"path\":\"" PARAMETER("pathToHandler") "\"},"                                                          \
                                             "\"runAsUser\":\"" PARAMETER("runAsUser") "\"}}]}"
#define ARGUMENT(key) "\"args\":[\"" PARAMETER(key) "\"],"

static const struct managed_template templates[] = {
    { "AWS-Download-File",
      "A managed job template for downloading a file.",
      { &download_url, &file_path, &run_as_user, &path_to_handler },
      RUN_HANDLER("Download-File", "download-file.sh",
                  "\"args\":[\"" PARAMETER("downloadUrl") "\",\"" PARAMETER("filePath") "\"],") },
    { "AWS-Install-Application",
      "A managed job template for installing one or more applications.",
      { &packages, &run_as_user, &path_to_handler },
      RUN_HANDLER("Install-Application", "install-packages.sh", ARGUMENT("packages")) },
    { "AWS-Reboot",
      "A managed job template for rebooting the device.",
      { &run_as_user, &path_to_handler },
      RUN_HANDLER("Reboot", "reboot.sh", "") },
    { "AWS-Remove-Application",
      "A managed job template for uninstalling one or more applications.",
      { &packages, &run_as_user, &path_to_handler },
      RUN_HANDLER("Remove-Application", "remove-packages.sh", ARGUMENT("packages")) },
    { "AWS-Restart-Application",
      "A managed job template for restarting one or more services.",
      { &services, &run_as_user, &path_to_handler },
      RUN_HANDLER("Restart-Application", "restart-services.sh", ARGUMENT("services")) },
    { "AWS-Run-Command",
      "A managed job template for running a shell command.",
      { &command, &run_as_user },
      "{\"version\":\"1.0\",\"steps\":[{\"action\":{\"name\":\"Run-Command\",\"type\":\"runCommand\","
      "\"input\":{"
      "\"command\":\"" PARAMETER("command") "\"},\"runAsUser\":\"" PARAMETER("runAsUser") "\"}}]}" },
    { "AWS-Start-Application",
      "A managed job template for starting one or more services.",
      { &services, &run_as_user, &path_to_handler },
      RUN_HANDLER("Start-Application", "start-services.sh", ARGUMENT("services")) },
    { "AWS-Stop-Application",
      "A managed job template for stopping one or more services.",
      { &services, &run_as_user, &path_to_handler },
      RUN_HANDLER("Stop-Application", "stop-services.sh", ARGUMENT("services")) },
};

const struct managed_template *managed_template_at(size_t index)
{
    return index < sizeof templates / sizeof templates[0] ? &templates[index] : NULL;
}

const struct managed_template *managed_template_find(struct str name)
{
    for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++)
        if (str_eq_text(name, templates[i].name))
            return &templates[i];
    return NULL;
}
