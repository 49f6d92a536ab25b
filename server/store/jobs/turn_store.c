#include "store/jobs/turn_store.h"

#include "store/registry/thing_group_store.h"

/*
 * What the rollout has before it, as it takes it: those that have left (`place` -1, by name), then target by
 * target, in a group by the order of creation of its things. A thing has its turn where it is reached first;
 * who has joined a SNAPSHOT job since has none, nor who has its execution already. Parameters: job, position
 * and last of the progress.
 */
#define TURNS                                                                                                \
    "WITH reached (place, thing, name, since) AS ("                                                          \
    "SELECT t.position, x.id, x.name, t.executions_before FROM job_target AS t "                             \
    "JOIN thing AS x ON x.name = t.name "                                                                    \
    "WHERE t.job_id = ?1 AND t.position >= ?2 AND t.kind = 'THING' "                                         \
    "UNION ALL "                                                                                             \
    "SELECT t.position, x.id, x.name, t.executions_before FROM job_target AS t "                             \
    "JOIN thing_group AS g ON g.name = t.name JOIN thing_group_member AS m ON m.thing_group = g.id "         \
    "JOIN thing AS x ON x.id = m.thing "                                                                     \
    "WHERE t.job_id = ?1 AND t.position >= ?2 AND t.kind = 'THING_GROUP' "                                   \
    "AND (t.position > ?2 OR m.thing > ?3) AND " MEMBERSHIP_COUNTS                                           \
    "AND NOT EXISTS (SELECT 1 FROM job_mover AS v WHERE v.job_id = ?1 AND v.thing_name = x.name AND "        \
    "v.was_in = 0) "                                                                                         \
    "UNION ALL "                                                                                             \
    "SELECT -1, x.id, x.name, 0 FROM job_mover AS v JOIN thing AS x ON x.name = v.thing_name "               \
    "WHERE v.job_id = ?1 AND v.was_in = 1), "                                                                \
    "turn (place, within, name) AS ("                                                                        \
    "SELECT min(r.place), iif(r.place < 0, r.name, r.thing), r.name FROM reached AS r "                      \
    "WHERE NOT EXISTS (SELECT 1 FROM execution AS e WHERE e.thing_name = r.name AND e.job_id = ?1 "          \
    "AND (e.id > r.since OR e.status IN ('QUEUED', 'IN_PROGRESS'))) GROUP BY r.thing) "

bool store_turn_of(struct db *db, struct str job_id, const struct progress_row *progress, struct str thing,
                   int64_t *ret_ahead)
{
    struct stmt *q = db_query(db,
                              TURNS "SELECT (SELECT count(*) FROM turn AS t WHERE (t.place, t.within) < "
                                    "(own.place, own.within)) FROM turn AS own WHERE own.name = ?4 "
                                    "/*scan*/ /*sort*/",
                              "siis", job_id, progress->position, progress->last, thing);
    bool found = stmt_row(q);
    if (found)
        *ret_ahead = stmt_int(q);
    stmt_done(q);
    return found;
}

bool store_joiner_waits(struct db *db, struct str job_id, struct str thing)
{
    struct stmt *q =
        db_query(db, "SELECT 1 FROM job_joiner WHERE job_id = ?1 AND thing_name = ?2", "ss", job_id, thing);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

/* A job that is not rolling out, or waiting to, has queued what it has for the things that are its targets
 * themselves. */
bool store_jobs_concerning(struct db *db, struct arena *arena, struct str thing, int64_t limit,
                           struct job_ids *ret_jobs)
{
    struct job_ids jobs = { .items = arena_array(arena, (size_t)limit, sizeof *jobs.items) };
    if (!jobs.items)
        return false;
    struct stmt *q = db_query(
        db,
        "SELECT j.job_id FROM job AS j WHERE j.id IN ("
        "SELECT jj.id FROM execution AS e JOIN job AS jj ON jj.job_id = e.job_id WHERE e.thing_name = ?1 "
        "AND (e.status IN ('IN_PROGRESS', 'QUEUED') OR jj.status IN ('SCHEDULED', 'IN_PROGRESS')) "
        "UNION SELECT t.job FROM thing AS x JOIN thing_group_member AS m ON m.thing = x.id "
        "JOIN thing_group AS g ON g.id = m.thing_group "
        "JOIN job_target AS t ON t.name = g.name AND t.kind = 'THING_GROUP' "
        "JOIN job AS jj ON jj.id = t.job AND jj.status IN ('SCHEDULED', 'IN_PROGRESS') "
        "WHERE x.name = ?1 AND " MEMBERSHIP_COUNTS
        "UNION SELECT t.job FROM job_progress AS p JOIN job_target AS t ON t.job_id = p.job_id "
        "WHERE p.kind = 'ROLLOUT' AND t.kind = 'THING' AND t.name = ?1) "
        "ORDER BY j.id DESC LIMIT ?2 /*scan*/ /*sort*/",
        "si", thing, limit);
    while (stmt_row(q))
        jobs.items[jobs.n++] = stmt_text(q, arena);
    *ret_jobs = jobs;
    return !arena->failed && !db_failed(db);
}
