/*
 * What one run of the server leaves for the next.
 *
 * A notification is committed to before the broker has it. At a clean stop those that the broker has not
 * taken become rows, and leave with the next start. After a crash nobody knows which ones got through, nor
 * which ones the broker had queued for sessions that it last saved a while ago: whatever changed shortly
 * before is told once more, to those who may listen. Events that were on their way in a crash are lost.
 *
 * What waits for maintenance windows was computed in the time zone of the run before.
 *
 * On the thread that starts and stops the server, while no engine runs.
 */
#ifndef IOTJOBS_ENGINE_HANDOVER_H
#define IOTJOBS_ENGINE_HANDOVER_H

#include "base/log.h"
#include "engine/outbox.h"

struct db;

struct handover {
    struct db *db; /* the writer */
    struct outbox *outbox;
    struct log *log;
    struct str window_time_zone; /* the setting */
    bool everyone_listens;       /* the audience is not known */
    bool audience_incomplete;    /* at the end: not everybody who listens has a row */
};

/* Before the engine is made. False: the database failed. */
bool handover_begin(const struct handover *handover, int64_t now_ms);
/* After the engine has stopped; empties the outbox. Best effort, said in the log. */
void handover_end(const struct handover *handover);

#endif
