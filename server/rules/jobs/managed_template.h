/* The job templates that AWS manages, as data (control plane, section 6). */
#ifndef IOTJOBS_RULES_MANAGED_TEMPLATE_H
#define IOTJOBS_RULES_MANAGED_TEMPLATE_H

#include "base/str.h"

struct template_parameter {
    const char *key;
    const char *description;
    const char *regex; /* as AWS prints it */
    size_t longest;    /* what the regex means: any text of at most so many characters */
    const char *example;
    bool optional;
};

enum { TEMPLATE_PARAMETERS_MAX = 4 };

struct managed_template {
    const char *name;
    const char *description;
    const struct template_parameter *parameters[TEMPLATE_PARAMETERS_MAX]; /* NULL behind the last */
    const char *document;                                                 /* with ${aws:iot:parameter:KEY} */
};

/* All have this version and these environments. */
#define MANAGED_TEMPLATE_VERSION     "1.0"
#define MANAGED_TEMPLATE_ENVIRONMENT "LINUX"

/* In order of their names; NULL behind the last. */
const struct managed_template *managed_template_at(size_t index);
/* NULL: none of that name. */
const struct managed_template *managed_template_find(struct str name);

#endif
