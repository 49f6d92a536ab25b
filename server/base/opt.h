/* Values that may be absent. */
#ifndef IOTJOBS_BASE_OPT_H
#define IOTJOBS_BASE_OPT_H

#include <stdbool.h>
#include <stdint.h>

struct opt_bool {
    bool set, value;
};

struct opt_int {
    bool set;
    int64_t value;
};

struct opt_double {
    bool set;
    double value;
};

#endif
