#include "store/jobs/turn_store.h"

#include "store/registry/thing_group_store.h"

/*
 * A rollout takes first those that have left (place -1, by name), and those of a group that is being deleted
 * with them, who are about to be noted as such; then target by target, in a group by the order of creation of
 * its things. A thing has its turn where it is reached first; who has joined a SNAPSHOT job since has none,
 * nor who has its execution already.
 */
#define HAS_NONE(name, since)                                                                                \
    "NOT EXISTS (SELECT 1 FROM execution AS x WHERE x.thing_name = " name " AND x.job_id = ?1 "              \
    "AND (x.id > " since " OR x.status IN ('QUEUED', 'IN_PROGRESS'))) "
#define JOINED_SINCE(name)                                                                                   \
    "EXISTS (SELECT 1 FROM job_mover AS v WHERE v.job_id = ?1 AND v.thing_name = " name " AND v.was_in = "   \
    "0) "

struct turn {
    int64_t place, within;
};

/* Where the rollout reaches the thing first. False: nowhere any more. */
static bool find_turn(struct db *db, struct str job_id, const struct progress_row *progress, struct str thing,
                      struct turn *ret_turn)
{
    struct stmt *q = db_query(
        db,
        "SELECT place, within FROM ("
        "SELECT -1 AS place, 0 AS within, 0 AS since FROM job_mover AS v "
        "WHERE v.job_id = ?1 AND v.was_in = 1 AND v.thing_name = ?4 "
        "UNION ALL SELECT -1, 0, 0 FROM thing AS t CROSS JOIN job_ending_group AS g "
        "CROSS JOIN thing_group_member AS m ON m.thing_group = g.thing_group AND m.thing = t.id "
        "WHERE t.name = ?4 AND g.job_id = ?1 AND g.last < t.id AND NOT " JOINED_SINCE(
            "?4") "UNION ALL SELECT j.position, t.id, j.executions_before FROM thing AS t CROSS JOIN "
                  "job_target AS j "
                  "WHERE t.name = ?4 AND j.job_id = ?1 AND j.position >= ?2 AND j.kind = 'THING' AND j.name "
                  "= ?4 "
                  "UNION ALL SELECT j.position, t.id, j.executions_before FROM thing AS t CROSS JOIN "
                  "job_target AS j "
                  "CROSS JOIN thing_group AS g ON g.name = j.name "
                  "CROSS JOIN thing_group_member AS m ON m.thing_group = g.id AND m.thing = t.id "
                  "WHERE t.name = ?4 AND j.job_id = ?1 AND j.position >= ?2 AND j.kind = 'THING_GROUP' "
                  "AND (j.position > ?2 OR t.id > ?3) AND " MEMBERSHIP_COUNTS
                  "AND NOT " JOINED_SINCE("?4") ") AS r WHERE " HAS_NONE(
                      "?4", "r.since") "ORDER BY place, within LIMIT 1 /*scan*/ /*sort*/",
        "siis", job_id, progress->position, progress->last, thing);
    bool found = stmt_row(q);
    if (found)
        *ret_turn = (struct turn){ .place = stmt_int(q), .within = stmt_int(q) };
    stmt_done(q);
    return found;
}

/* The rows that a rollout reaches before that turn, each with who it is and what counts of it. */
#define REACHED_BEFORE                                                                                       \
    "SELECT v.thing_name AS name, 0 AS since, 0 AS member FROM job_mover AS v "                              \
    "WHERE v.job_id = ?1 AND v.was_in = 1 AND (?5 >= 0 OR v.thing_name < ?4) "                               \
    "UNION ALL SELECT t.name, 0, 1 FROM job_ending_group AS g "                                              \
    "CROSS JOIN thing_group_member AS m ON m.thing_group = g.thing_group AND m.thing > g.last "              \
    "CROSS JOIN thing AS t ON t.id = m.thing WHERE g.job_id = ?1 AND (?5 >= 0 OR t.name < ?4) "              \
    "UNION ALL SELECT t.name, j.executions_before, 0 FROM job_target AS j "                                  \
    "CROSS JOIN thing AS t ON t.name = j.name WHERE j.job_id = ?1 AND j.kind = 'THING' "                     \
    "AND j.position >= ?2 AND j.position < ?5 "                                                              \
    "UNION ALL SELECT t.name, j.executions_before, 1 FROM job_target AS j "                                  \
    "CROSS JOIN thing_group AS g ON g.name = j.name CROSS JOIN thing_group_member AS m "                     \
    "ON m.thing_group = g.id AND m.thing > iif(j.position = ?2, ?3, 0) "                                     \
    "AND m.thing < iif(j.position = ?5, ?6, 9223372036854775807) CROSS JOIN thing AS t ON t.id = m.thing "   \
    "WHERE j.job_id = ?1 AND j.kind = 'THING_GROUP' AND j.position >= ?2 AND j.position <= ?5 "              \
    "AND " MEMBERSHIP_COUNTS

bool store_turn_of(struct db *db, struct str job_id, const struct progress_row *progress, struct str thing,
                   int64_t *looks, struct turn_ahead *ret_ahead)
{
    struct turn turn;
    int64_t looked = 0, ahead = 0;
    if (!find_turn(db, job_id, progress, thing, &turn))
        return false;
    struct stmt *q = db_query(
        db,
        "SELECT count(*), count(DISTINCT iif(" HAS_NONE(
            "r.name",
            "r.since") "AND NOT (r.member AND " JOINED_SINCE("r.name") "), "
                                                                       "r.name, NULL)) FROM (SELECT * FROM "
                                                                       "(" REACHED_BEFORE
                                                                       ") LIMIT ?7) AS r /*scan*/ /*sort*/",
        "siisiii", job_id, progress->position, progress->last, thing, turn.place, turn.within, *looks);
    if (stmt_row(q)) {
        looked = stmt_int(q);
        ahead = stmt_int(q);
    }
    stmt_done(q);
    *ret_ahead = (struct turn_ahead){ .things = ahead, .at_least = looked == *looks };
    *looks -= looked;
    return true;
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
        "UNION SELECT jj.id FROM job_mover AS v JOIN job AS jj ON jj.job_id = v.job_id "
        "WHERE v.thing_name = ?1 AND v.was_in = 1 "
        "UNION SELECT jj.id FROM thing AS x JOIN thing_group_member AS m ON m.thing = x.id "
        "JOIN job_ending_group AS n ON n.thing_group = m.thing_group AND n.last < x.id "
        "JOIN job AS jj ON jj.job_id = n.job_id WHERE x.name = ?1 "
        "UNION SELECT t.job FROM job_progress AS p JOIN job_target AS t ON t.job_id = p.job_id "
        "WHERE p.kind = 'ROLLOUT' AND t.kind = 'THING' AND t.name = ?1) "
        "ORDER BY j.id DESC LIMIT ?2 /*scan*/ /*sort*/",
        "si", thing, limit);
    while (stmt_row(q))
        jobs.items[jobs.n++] = stmt_text(q, arena);
    *ret_jobs = jobs;
    return !arena->failed && !db_failed(db);
}
