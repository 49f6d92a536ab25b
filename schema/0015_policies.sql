-- Policies, their versions, and what they are attached to.

CREATE TABLE policy (
    id              INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation
    name            TEXT    NOT NULL UNIQUE,
    generation_id   TEXT    NOT NULL,            -- another one with each change
    default_version INTEGER NOT NULL,            -- the version that is in force
    last_version    INTEGER NOT NULL,            -- given last: no number is given twice
    created_at_ms   INTEGER NOT NULL,
    modified_at_ms  INTEGER NOT NULL
) STRICT;

CREATE TABLE policy_version (
    policy        INTEGER NOT NULL REFERENCES policy (id) ON DELETE CASCADE,
    version       INTEGER NOT NULL CHECK (version >= 1),
    document      TEXT    NOT NULL,              -- as it was sent
    generation_id TEXT    NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (policy, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE policy_attachment (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,    -- order of attachment
    policy INTEGER NOT NULL REFERENCES policy (id) ON DELETE CASCADE,
    target TEXT    NOT NULL,                     -- cert/<64 hex>, thinggroup/NAME, or the id of an identity of Cognito
    UNIQUE (target, policy)                      -- also: ListAttachedPolicies, and what is in force
) STRICT;

-- ListTargetsForPolicy; whether a policy can be deleted
CREATE INDEX policy_attachment_of_policy ON policy_attachment (policy, id);
