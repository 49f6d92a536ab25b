-- Tags of resources.

CREATE TABLE tag (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation
    resource_type TEXT    NOT NULL,              -- as in its ARN: job, thinggroup, …
    resource_name TEXT    NOT NULL,
    key           TEXT    NOT NULL,
    value         TEXT    NOT NULL,
    UNIQUE (resource_type, resource_name, key)
) STRICT;

-- ListTagsForResource
CREATE INDEX tag_of_resource ON tag (resource_type, resource_name, id);
