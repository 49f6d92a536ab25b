/* Rows of timers: what happens by itself, and when. */
#ifndef IOTJOBS_STORE_TIMER_STORE_H
#define IOTJOBS_STORE_TIMER_STORE_H

#include "store/db.h"

enum timer_kind { TIMER_JOB_START, TIMER_EXECUTION_TIMEOUT, TIMER_NOTIFY_AGAIN, TIMER_KIND_COUNT };

struct timer_row {
    enum timer_kind kind;
    struct str job_id;        /* empty where the kind has none */
    struct str thing_name;    /* empty where the kind has none */
    int64_t execution_number; /* 0 where the kind has none */
    int64_t due_ms;
};

const char *timer_kind_name(enum timer_kind kind);

/* Sets or moves it. */
bool store_timer_set(struct db *db, const struct timer_row *timer);
/* Harmless when there is none. */
bool store_timer_cancel(struct db *db, const struct timer_row *timer);
bool store_timers_cancel_of_job(struct db *db, struct str job_id);

/* The earliest, by due time, then kind and key. False when there is none. */
bool store_timer_earliest(struct db *db, struct arena *arena, struct timer_row *ret_timer);

#endif
