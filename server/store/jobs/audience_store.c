#include "store/jobs/audience_store.h"

bool store_audience_add(struct db *db, struct str thing)
{
    return db_exec(db, "INSERT OR IGNORE INTO audience (thing_name) VALUES (?1)", "s", thing);
}

bool store_audience_each(struct db *db, void (*each)(void *context, struct str thing), void *context)
{
    struct stmt *q = db_query(db, "SELECT thing_name FROM audience /*scan*/", "");
    while (stmt_row(q))
        each(context, stmt_borrow(q));
    return !db_failed(db);
}
