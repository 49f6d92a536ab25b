/*
 * Pages of lists: a cursor is the id of the last row shown, or its text and its id where a list is in the
 * order of a text; the token is that cursor, signed, so that a made-up token or one of another list is
 * refused rather than obeyed.
 *
 *     page_open(op, &page, OP_X, whose, in->max_results, in->next_token, first_cursor)
 *     rows = … beyond page.cursor, at most page.size + 1 …
 *     for each row: if (!page_take(&page, row.id)) break;  render(row)
 *     page_close(op, &page)                                   writes nextToken when a row was left over
 */
#ifndef IOTJOBS_OPS_PAGE_H
#define IOTJOBS_OPS_PAGE_H

#include "ops/op.h"

struct page {
    const char *list; /* its name: the operation's */
    struct str
        whose; /* the thing or job whose list it is, or all that narrows it; absent for lists of everything */
    int64_t size;    /* rows to show */
    int64_t cursor;  /* where to begin, then the last row shown */
    struct str text; /* in a list by text: that row's; absent: begin at the first */
    int64_t shown;
    bool more;
};

/* False: ERR_INVALID_REQUEST for a token that is not ours. */
bool page_open(struct op *op, struct page *page, enum operation operation, struct str whose,
               struct opt_int max_results, struct str token, int64_t first_cursor);
/* The same for a list of our own, in the order of ids from the first. */
bool page_open_own(struct op *op, struct page *page, const char *list, struct str whose,
                   struct opt_int max_results, struct str token);
/* Whether the row with this id still belongs on the page. */
bool page_take(struct page *page, int64_t id);
/* The same in a list that is in the order of a text, and of the ids where texts are equal. */
bool page_take_text(struct page *page, struct str text, int64_t id);
/* Ends a page early: whoever asks for the next one goes on behind the row with this id. */
void page_stop(struct page *page, struct str text, int64_t id);
bool page_close(struct op *op, const struct page *page);
/* The same for the lists that page with `marker` and `nextMarker`. */
bool page_close_marker(struct op *op, const struct page *page);

#endif
