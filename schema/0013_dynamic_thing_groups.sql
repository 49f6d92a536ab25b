-- Dynamic thing groups, and thing groups that are deleted bit by bit.

-- Groups that are gone and whose memberships are not yet: whatever is in `thing_group_member` through one of them is no
-- membership any more. A group can have so many things that one transaction would hold up all devices.
CREATE TABLE thing_group_ending (
    id      INTEGER NOT NULL PRIMARY KEY,        -- of the row that it had in thing_group
    dynamic INTEGER NOT NULL CHECK (dynamic IN (0, 1))
) STRICT;

-- The table of 0003 with another column: the group that the thing was added to, which is this group or one below it. Its
-- rows outlive that group for a while, so it refers to none.
CREATE TABLE thing_group_membership (
    thing_group   INTEGER NOT NULL,
    thing         INTEGER NOT NULL REFERENCES thing (id) ON DELETE CASCADE,
    membership_id TEXT,                          -- UUID; NULL: the thing is in a group below this one
    place         INTEGER NOT NULL,              -- the group that the thing was added to
    PRIMARY KEY (thing_group, thing)
) STRICT, WITHOUT ROWID;

WITH RECURSIVE up (thing_group, thing, membership_id, place) AS (
    SELECT thing_group, thing, membership_id, thing_group FROM thing_group_member WHERE membership_id IS NOT NULL
    UNION ALL
    SELECT g.parent, up.thing, NULL, up.place
    FROM up JOIN thing_group AS g ON g.id = up.thing_group WHERE g.parent IS NOT NULL)
INSERT INTO thing_group_membership SELECT thing_group, thing, membership_id, place FROM up ORDER BY thing_group, thing;

DROP TABLE thing_group_member;
ALTER TABLE thing_group_membership RENAME TO thing_group_member;

-- ListThingsInThingGroup without those of the groups below
CREATE INDEX thing_group_member_direct ON thing_group_member (thing_group, thing) WHERE membership_id IS NOT NULL;

-- ListThingGroupsForThing; what a deleted thing leaves
CREATE INDEX thing_group_member_of_thing ON thing_group_member (thing, thing_group);

-- The thing groups whose members are what a query finds.
CREATE TABLE dynamic_thing_group (
    id                INTEGER NOT NULL PRIMARY KEY REFERENCES thing_group (id) ON DELETE CASCADE,
    index_name        TEXT    NOT NULL,
    query_string      TEXT    NOT NULL,          -- as given
    query_version     TEXT    NOT NULL,
    asks_connectivity INTEGER NOT NULL CHECK (asks_connectivity IN (0, 1)), -- the query does
    asks_any          INTEGER NOT NULL CHECK (asks_any IN (0, 1)), -- it has words that may be in any field
    status            TEXT    NOT NULL CHECK (status IN ('ACTIVE', 'BUILDING', 'REBUILDING')),
    last              INTEGER NOT NULL           -- while not ACTIVE: the last thing that was looked at, by its id; 0: none
) STRICT;

-- Who was connected when the server stopped is not any more; runs tell them from those who have come back. One row.
CREATE TABLE connectivity_run (
    id  INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    run INTEGER NOT NULL
) STRICT;
INSERT INTO connectivity_run VALUES (1, 1);

-- In which run it connected, or disconnected.
ALTER TABLE connectivity ADD COLUMN run INTEGER NOT NULL DEFAULT 0;

-- Those who were connected in a run before
CREATE INDEX connectivity_of_run ON connectivity (run, thing_name) WHERE connected = 1;
