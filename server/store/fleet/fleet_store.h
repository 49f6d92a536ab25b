/* Rows of the fleet index: which indexes are on, what has still to be done to them, and the words in them.
 * Texts that are returned live in the arena. */
#ifndef IOTJOBS_STORE_FLEET_STORE_H
#define IOTJOBS_STORE_FLEET_STORE_H

#include "api/fleet_tree.h"
#include "store/db.h"

#define FLEET_INDEX_THINGS       "AWS_Things"
#define FLEET_INDEX_THING_GROUPS "AWS_ThingGroups"

struct str fleet_index_name(enum fleet_index index);
bool fleet_index_named(struct str name, enum fleet_index *ret_index);

/* ---- which are on ---- */

struct fleet_custom_field {
    struct str name, type;
};

struct fleet_index_row {
    bool connectivity; /* thingConnectivityIndexingMode is STATUS */
    size_t custom_fields_n;
    struct fleet_custom_field *custom_fields;
};

enum { FLEET_CUSTOM_FIELDS_MAX = 5 };

/* *ret_connectivity, which may be NULL: it has connectivity. */
bool store_fleet_index_is_on(struct db *db, enum fleet_index index, bool *ret_connectivity);
/* False: it is off. */
bool store_fleet_index_get(struct db *db, struct arena *arena, enum fleet_index index,
                           struct fleet_index_row *ret_row);
bool store_fleet_index_set(struct db *db, enum fleet_index index, const struct fleet_index_row *row);
bool store_fleet_index_delete(struct db *db, enum fleet_index index);

/* ---- what has still to be done ---- */

enum fleet_work_kind {
    FLEET_BUILD,               /* write everything; nobody can search meanwhile */
    FLEET_CLEAR,               /* delete everything */
    FLEET_ADD_CONNECTIVITY,    /* to what is there */
    FLEET_REMOVE_CONNECTIVITY, /* from it */
    FLEET_WORK_KIND_COUNT
};

struct fleet_work_row {
    enum fleet_work_kind kind;
    int64_t last; /* thing or thing group */
};

/* False: nothing. */
bool store_fleet_work_get(struct db *db, enum fleet_index index, struct fleet_work_row *ret_work);
bool store_fleet_work_set(struct db *db, enum fleet_index index, const struct fleet_work_row *work);
bool store_fleet_work_delete(struct db *db, enum fleet_index index);

struct fleet_ids {
    size_t n;
    int64_t *items; /* ids of things or of thing groups, rising */
};

/* For store/ alone: at most `limit` ids of a query that returns them rising, each once. */
bool store_fleet_read_ids(struct stmt *q, struct db *db, struct arena *arena, int64_t limit,
                          struct fleet_ids *ret_ids);

/* The ids of at most `limit` things or thing groups after that one, rising. */
bool store_fleet_owners(struct db *db, struct arena *arena, enum fleet_index index, int64_t after,
                        int64_t limit, struct fleet_ids *ret_ids);

/* ---- words ---- */

/* A value of a field; its words are found by the store. */
struct fleet_value {
    struct str field;
    struct str text;
    bool boolean;   /* it is true or false, not a text that reads so */
    bool no_number; /* it is a text and counts as no number, whatever it reads as: strings in shadows */
};

struct fleet_values {
    size_t n;
    struct fleet_value *items; /* several of one field: a list */
};

/* Instead of what the owner has of that source. The values of one field stand together. */
bool store_fleet_values_replace(struct db *db, struct arena *arena, enum fleet_index index, int64_t owner,
                                enum fleet_source source, const struct fleet_values *values);
/* Of all sources. */
bool store_fleet_values_delete(struct db *db, enum fleet_index index, int64_t owner);

#endif
