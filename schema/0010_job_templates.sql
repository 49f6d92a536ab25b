-- Custom job templates.

CREATE TABLE job_template (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation: ListJobTemplates, newest first
    template_id   TEXT    NOT NULL UNIQUE,
    description   TEXT    NOT NULL,
    created_at_ms INTEGER NOT NULL,
    config        TEXT    NOT NULL CHECK (json_valid(config)), -- JSON object of the members of a job's configuration that
                                                               -- are set, by their names in requests
    document      TEXT    NOT NULL               -- last: a listing does not read it
) STRICT;
