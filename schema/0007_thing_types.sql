-- Thing types, the type of a thing, and lists of thing groups by name.

CREATE TABLE thing_type (
    name                   TEXT    NOT NULL PRIMARY KEY, -- ListThingTypes is in its order
    type_id                TEXT    NOT NULL,             -- UUID
    description            TEXT,
    searchable_attributes  TEXT,                         -- names with a space between them; NULL: none
    propagating_attributes TEXT,                         -- mqtt5Configuration: JSON array, as given; NULL: none
    created_at_ms          INTEGER NOT NULL,
    deprecated_at_ms       INTEGER                       -- NULL: things may be made of it
) STRICT, WITHOUT ROWID;

ALTER TABLE thing ADD COLUMN thing_type TEXT REFERENCES thing_type (name);

-- ListThings of a type; whether a type is in use
CREATE INDEX thing_by_type ON thing (thing_type, id) WHERE thing_type IS NOT NULL;

-- ListThingGroups of a parent, narrowed to a prefix
CREATE INDEX thing_group_by_parent_and_name ON thing_group (parent, name);

-- All groups below a group, those deeper down too. Parents and names never change, so neither do these rows.
CREATE TABLE thing_group_below (
    above       INTEGER NOT NULL REFERENCES thing_group (id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,                -- of the group below; ListThingGroups is in its order
    thing_group INTEGER NOT NULL REFERENCES thing_group (id) ON DELETE CASCADE,
    PRIMARY KEY (above, name)
) STRICT, WITHOUT ROWID;

-- What a deleted group leaves
CREATE INDEX thing_group_below_by_group ON thing_group_below (thing_group);

INSERT INTO thing_group_below (above, name, thing_group)
WITH RECURSIVE place (above, name, id) AS (
    SELECT parent, name, id FROM thing_group WHERE parent IS NOT NULL
    UNION ALL
    SELECT g.parent, p.name, p.id FROM place AS p JOIN thing_group AS g ON g.id = p.above WHERE g.parent IS NOT NULL)
SELECT above, name, id FROM place;
