-- Static thing groups, their hierarchy and what is in them.

CREATE TABLE thing_group (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation
    name          TEXT    NOT NULL UNIQUE,
    group_id      TEXT    NOT NULL,              -- UUID
    parent        INTEGER REFERENCES thing_group (id), -- NULL: at the top of its hierarchy; never changes
    description   TEXT,
    version       INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    created_at_ms INTEGER NOT NULL
) STRICT;

-- ListThingGroups of a parent; how many children it has
CREATE INDEX thing_group_by_parent ON thing_group (parent, id);

CREATE TABLE thing_group_attribute (
    thing_group INTEGER NOT NULL REFERENCES thing_group (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    value       TEXT    NOT NULL,
    PRIMARY KEY (thing_group, name)
) STRICT, WITHOUT ROWID;

-- The things of a group: those that were added to it, and those of the groups below it. A thing has one place in a
-- hierarchy, so it is in a group once, and both lists are ranges of an index however large the fleet and deep the hierarchy.
CREATE TABLE thing_group_member (
    thing_group   INTEGER NOT NULL REFERENCES thing_group (id) ON DELETE CASCADE,
    thing         INTEGER NOT NULL REFERENCES thing (id) ON DELETE CASCADE,
    membership_id TEXT,                          -- UUID; NULL: the thing is in a group below this one
    PRIMARY KEY (thing_group, thing)
) STRICT, WITHOUT ROWID;

-- ListThingsInThingGroup without those of the groups below
CREATE INDEX thing_group_member_direct ON thing_group_member (thing_group, thing) WHERE membership_id IS NOT NULL;

-- ListThingGroupsForThing; what a deleted thing leaves
CREATE INDEX thing_group_member_of_thing ON thing_group_member (thing, thing_group);
