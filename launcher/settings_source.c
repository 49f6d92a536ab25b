#include "launcher/settings_source.h"

#include <unistd.h>

static const char default_config_path[] = "/etc/iotjobsd/iotjobsd.conf";

bool settings_source_read(const char *const *arguments, const struct command_line *line,
                          struct settings *settings, struct strbuf *ret_problem)
{
    const char *config_path = line->config_path;
    if (config_path == NULL && access(default_config_path, F_OK) == 0)
        config_path = default_config_path;
    if (config_path != NULL && !settings_read_file(settings, config_path, ret_problem))
        return false;
    if (!settings_read_environment(settings, environ, ret_problem) ||
        !command_line_apply(arguments, line->program, settings, ret_problem))
        return false;
    if (line->program == PROGRAM_PROVISION)
        settings->insecure = true; /* it listens nowhere */
    return settings_complete(settings, ret_problem) && settings_check(settings, ret_problem);
}
