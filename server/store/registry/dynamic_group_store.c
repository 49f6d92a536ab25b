#include "store/registry/dynamic_group_store.h"

#define COLUMNS                                                                                              \
    "d.id, d.index_name, d.query_string, d.query_version, d.asks_connectivity, d.asks_any, d.status, d.last"

static const char *const status_names[] = {
    [DYNAMIC_GROUP_STATUS_ACTIVE] = "ACTIVE",
    [DYNAMIC_GROUP_STATUS_BUILDING] = "BUILDING",
    [DYNAMIC_GROUP_STATUS_REBUILDING] = "REBUILDING",
};

struct str dynamic_group_status_name(enum dynamic_group_status status)
{
    return str_from(status_names[status]);
}

static enum dynamic_group_status status_of(struct str name)
{
    enum dynamic_group_status status = DYNAMIC_GROUP_STATUS_ACTIVE;
    while (status < DYNAMIC_GROUP_STATUS_REBUILDING && !str_eq_text(name, status_names[status]))
        status++;
    return status;
}

static bool read_group(struct stmt *q, struct arena *arena, struct dynamic_group_row *ret_group)
{
    *ret_group = (struct dynamic_group_row){
        .id = stmt_int(q),
        .index_name = stmt_text(q, arena),
        .query_string = stmt_text(q, arena),
        .query_version = stmt_text(q, arena),
        .asks_connectivity = stmt_int(q) != 0,
        .asks_any = stmt_int(q) != 0,
        .status = status_of(stmt_borrow(q)),
        .last = stmt_int(q),
    };
    return !arena->failed;
}

static bool read_one(struct stmt *q, struct arena *arena, struct dynamic_group_row *ret_group)
{
    bool found = stmt_row(q) && read_group(q, arena, ret_group);
    stmt_done(q);
    return found;
}

static int64_t read_number(struct stmt *q)
{
    int64_t n = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return n;
}

bool store_dynamic_group_insert(struct db *db, const struct dynamic_group_row *group)
{
    return db_exec(db,
                   "INSERT INTO dynamic_thing_group (id, index_name, query_string, query_version, "
                   "asks_connectivity, asks_any, status, last) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                   "isssiisi", group->id, group->index_name, group->query_string, group->query_version,
                   (int64_t)group->asks_connectivity, (int64_t)group->asks_any,
                   dynamic_group_status_name(group->status), group->last);
}

bool store_dynamic_group_get(struct db *db, struct arena *arena, int64_t id,
                             struct dynamic_group_row *ret_group)
{
    return read_one(db_query(db, "SELECT " COLUMNS " FROM dynamic_thing_group AS d WHERE d.id = ?1", "i", id),
                    arena, ret_group);
}

bool store_dynamic_group_update(struct db *db, const struct dynamic_group_row *group)
{
    return db_exec(db,
                   "UPDATE dynamic_thing_group SET index_name = ?2, query_string = ?3, query_version = ?4, "
                   "asks_connectivity = ?5, asks_any = ?6, status = ?7, last = ?8 WHERE id = ?1",
                   "isssiisi", group->id, group->index_name, group->query_string, group->query_version,
                   (int64_t)group->asks_connectivity, (int64_t)group->asks_any,
                   dynamic_group_status_name(group->status), group->last);
}

int64_t store_dynamic_group_count(struct db *db)
{
    return read_number(db_query(db, "SELECT count(*) FROM dynamic_thing_group /*scan*/", ""));
}

bool store_dynamic_groups_exist(struct db *db)
{
    return read_number(db_query(db, "SELECT 1 FROM dynamic_thing_group LIMIT 1 /*scan*/", "")) != 0;
}

bool store_dynamic_group_asks_connectivity(struct db *db)
{
    return read_number(db_query(
               db, "SELECT 1 FROM dynamic_thing_group WHERE asks_connectivity = 1 LIMIT 1 /*scan*/", "")) !=
           0;
}

bool store_dynamic_group_building(struct db *db, struct arena *arena, struct dynamic_group_row *ret_group)
{
    return read_one(db_query(db,
                             "SELECT " COLUMNS " FROM dynamic_thing_group AS d WHERE d.status <> 'ACTIVE' "
                             "ORDER BY d.id LIMIT 1 /*scan*/",
                             ""),
                    arena, ret_group);
}

/* All of them, so it is a scan: of the few groups that there are. */
bool store_dynamic_places(struct db *db, struct arena *arena, int64_t thing,
                          struct dynamic_places *ret_places)
{
    struct dynamic_places places = { 0 };
    size_t room = 0;
    struct stmt *q = db_query(db,
                              "SELECT " COLUMNS ", g.name, m.thing IS NOT NULL "
                              "FROM dynamic_thing_group AS d CROSS JOIN thing_group AS g ON g.id = d.id "
                              "LEFT JOIN thing_group_member AS m ON m.thing_group = d.id AND m.thing = ?1 "
                              "ORDER BY d.id /*scan*/",
                              "i", thing);
    while (stmt_row(q)) {
        struct dynamic_place *items = arena_array_widen(arena, places.items, places.n, &room, sizeof *items);
        if (!items || !read_group(q, arena, &items[places.n].group))
            break;
        places.items = items;
        places.items[places.n].name = stmt_text(q, arena);
        places.items[places.n].is_member = stmt_int(q) != 0;
        places.n++;
    }
    stmt_done(q);
    *ret_places = places;
    return !arena->failed && !db_failed(db);
}
