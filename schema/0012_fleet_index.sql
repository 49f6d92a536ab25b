-- The fleet index: what SearchIndex and dynamic thing groups look at.

-- An index that is on; one that is off has no row.
CREATE TABLE fleet_index (
    name         TEXT NOT NULL PRIMARY KEY CHECK (name IN ('AWS_Things', 'AWS_ThingGroups')),
    connectivity INTEGER NOT NULL CHECK (connectivity IN (0, 1)) -- thingConnectivityIndexingMode is STATUS
) STRICT, WITHOUT ROWID;

-- customFields, as given
CREATE TABLE fleet_custom_field (
    index_name TEXT    NOT NULL REFERENCES fleet_index (name) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    type       TEXT    NOT NULL CHECK (type IN ('Number', 'String', 'Boolean')),
    PRIMARY KEY (index_name, position)
) STRICT, WITHOUT ROWID;

-- What has still to be written into an index, or taken out of it: a fleet is too large for one transaction. A timer of
-- the index is due while the work goes on.
CREATE TABLE fleet_work (
    index_name TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL
        CHECK (kind IN ('BUILD', 'CLEAR', 'ADD_CONNECTIVITY', 'REMOVE_CONNECTIVITY')),
    last       INTEGER NOT NULL                      -- the last thing or group that was done, by its id; 0: none yet
) STRICT, WITHOUT ROWID;

-- The words of the things in the index AWS_Things. A value is a row for each of its words, a list has several values.
CREATE TABLE fleet_field (
    owner    INTEGER NOT NULL REFERENCES thing (id) ON DELETE CASCADE,
    source   INTEGER NOT NULL CHECK (source BETWEEN 0 AND 3), -- registry, dynamic groups, shadow, connectivity
    field    TEXT    NOT NULL,                       -- as in queries: attributes.model
    element  INTEGER NOT NULL,                       -- which value of a list; 0 where there is one
    position INTEGER NOT NULL,                       -- of the word in its value
    word     TEXT    NOT NULL,                       -- in lower case
    number   REAL,                                   -- what it reads as; NULL: as no number
    boolean  INTEGER NOT NULL CHECK (boolean IN (0, 1)), -- true or false, not the text
    PRIMARY KEY (owner, source, field, element, position)
) STRICT, WITHOUT ROWID;

-- field:word, field:prefix*, field:["a" TO "b"], in the order of things
CREATE INDEX fleet_field_by_word ON fleet_field (field, word, owner);
-- field:75, field:[70 TO 80], field<5
CREATE INDEX fleet_field_by_number ON fleet_field (field, number, owner) WHERE number IS NOT NULL;
-- A word in any field; connectivity (source 3) is asked for by name alone
CREATE INDEX fleet_field_by_bare_word ON fleet_field (word, owner) WHERE source < 3;
CREATE INDEX fleet_field_by_bare_number ON fleet_field (number, owner) WHERE number IS NOT NULL AND source < 3;

-- The same for thing groups in the index AWS_ThingGroups.
CREATE TABLE fleet_group_field (
    owner    INTEGER NOT NULL REFERENCES thing_group (id) ON DELETE CASCADE,
    source   INTEGER NOT NULL CHECK (source = 0),
    field    TEXT    NOT NULL,
    element  INTEGER NOT NULL,
    position INTEGER NOT NULL,
    word     TEXT    NOT NULL,
    number   REAL,
    boolean  INTEGER NOT NULL CHECK (boolean IN (0, 1)),
    PRIMARY KEY (owner, source, field, element, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX fleet_group_field_by_word ON fleet_group_field (field, word, owner);
CREATE INDEX fleet_group_field_by_number ON fleet_group_field (field, number, owner) WHERE number IS NOT NULL;
CREATE INDEX fleet_group_field_by_bare_word ON fleet_group_field (word, owner) WHERE source < 3;
CREATE INDEX fleet_group_field_by_bare_number ON fleet_group_field (number, owner)
    WHERE number IS NOT NULL AND source < 3;

-- What the broker says of the clients whose ids are names of things. No row: never connected.
CREATE TABLE connectivity (
    thing_name        TEXT    NOT NULL PRIMARY KEY, -- and client id
    connected         INTEGER NOT NULL CHECK (connected IN (0, 1)),
    timestamp_ms      INTEGER NOT NULL,              -- of the connection or disconnection
    disconnect_reason TEXT,                          -- NULL while connected
    keep_alive_s      INTEGER,
    clean_session     INTEGER CHECK (clean_session IN (0, 1)),
    session_expiry_s  INTEGER,
    version           INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1) -- one more with each change
) STRICT, WITHOUT ROWID;
