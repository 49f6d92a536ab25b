-- Thing types, and the type of a thing.

CREATE TABLE thing_type (
    name                  TEXT    NOT NULL PRIMARY KEY,  -- ListThingTypes is in its order
    type_id               TEXT    NOT NULL,              -- UUID
    description           TEXT,
    searchable_attributes TEXT,                          -- names with a space between them; NULL: none
    propagating_attributes TEXT,                         -- mqtt5Configuration: JSON array, as given; NULL: none
    created_at_ms         INTEGER NOT NULL,
    deprecated_at_ms      INTEGER                        -- NULL: things may be made of it
) STRICT, WITHOUT ROWID;

ALTER TABLE thing ADD COLUMN thing_type TEXT REFERENCES thing_type (name);

-- ListThings of a type; whether a type is in use
CREATE INDEX thing_by_type ON thing (thing_type, id) WHERE thing_type IS NOT NULL;
