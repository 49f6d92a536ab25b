/* The migrations of schema/, embedded at build time in their order. */
#ifndef IOTJOBS_STORE_SCHEMA_H
#define IOTJOBS_STORE_SCHEMA_H

struct schema_step {
    const char *file;
    const char *sql;
};

extern const struct schema_step schema_steps[];
extern const int schema_version; /* number of steps: the version that this program writes */

#endif
