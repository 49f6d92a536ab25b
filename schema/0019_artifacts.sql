-- Artefacts: buckets, objects, multipart uploads. Bytes are files of the artefact folder, under names of our own.

CREATE TABLE artifact_bucket (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT    NOT NULL UNIQUE,
    region        TEXT    NOT NULL,
    versioning    TEXT    NOT NULL CHECK (versioning IN ('NEVER', 'ENABLED', 'SUSPENDED')),
    created_at_ms INTEGER NOT NULL
) STRICT;

-- Bytes: the pieces of which something consists. An upload's become the object's, and copies share them: whatever has
-- them counts. With no owner left they are deleted bit by bit (timer ARTIFACT_CLEARING).
CREATE TABLE artifact_content (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    owners INTEGER NOT NULL CHECK (owners >= 0)     -- objects and uploads that have it
) STRICT;

-- What is to be deleted
CREATE INDEX artifact_content_without_owner ON artifact_content (id) WHERE owners = 0;

-- The bytes of a content are those of its pieces, in the order of their positions. Several pieces may be of one file.
CREATE TABLE artifact_piece (
    content  INTEGER NOT NULL REFERENCES artifact_content (id),
    position INTEGER NOT NULL CHECK (position >= 0), -- number of the part * 65536, and the order in the part
    file     TEXT    NOT NULL,                       -- UUID: its name in the artefact folder
    start    INTEGER NOT NULL CHECK (start >= 0),    -- where in the file it begins
    size     INTEGER NOT NULL CHECK (size >= 0),
    PRIMARY KEY (content, position)
) STRICT, WITHOUT ROWID;

-- Whether a file is needed any more
CREATE INDEX artifact_piece_of_file ON artifact_piece (file);

-- The parts of a multipart upload; they stay with the content of the object that it has become.
CREATE TABLE artifact_part (
    content        INTEGER NOT NULL REFERENCES artifact_content (id),
    number         INTEGER NOT NULL CHECK (number BETWEEN 1 AND 10000),
    size           INTEGER NOT NULL CHECK (size >= 0),
    etag           TEXT    NOT NULL,                 -- 32 hexadecimal digits
    checksum       TEXT,                             -- base64, of the upload's algorithm
    modified_at_ms INTEGER NOT NULL,
    PRIMARY KEY (content, number)
) STRICT, WITHOUT ROWID;

-- One version of an object, or a delete marker.
CREATE TABLE artifact_object (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT, -- the newest version of a key has the highest
    bucket             INTEGER NOT NULL REFERENCES artifact_bucket (id),
    key                TEXT    NOT NULL,
    version_id         TEXT    NOT NULL,             -- 'null': put while the bucket had no versions
    latest             INTEGER NOT NULL CHECK (latest IN (0, 1)),
    delete_marker      INTEGER NOT NULL CHECK (delete_marker IN (0, 1)),
    content            INTEGER CHECK ((content IS NULL) = delete_marker),
    size               INTEGER NOT NULL CHECK (size >= 0),
    modified_at_ms     INTEGER NOT NULL,
    etag               TEXT    NOT NULL,             -- without quotes
    headers            TEXT    NOT NULL,             -- JSON object of texts, names in lower case
    tags               TEXT,                         -- JSON object of texts
    checksum_algorithm INTEGER NOT NULL,             -- 0 none, 1 CRC32, 2 CRC32C, 3 CRC64NVME, 4 SHA1, 5 SHA256
    checksum_type      INTEGER NOT NULL,             -- 0 of the full object, 1 composite
    checksum           TEXT,                         -- base64
    parts              INTEGER NOT NULL CHECK (parts >= 0), -- of a multipart upload; 0: put at once
    UNIQUE (bucket, key, version_id)
) STRICT;

-- ListObjectVersions; the version before one that is deleted
CREATE UNIQUE INDEX artifact_object_versions ON artifact_object (bucket, key, id DESC);

-- The newest version of a key; ListObjects
CREATE UNIQUE INDEX artifact_object_latest ON artifact_object (bucket, key) WHERE latest = 1;
CREATE INDEX artifact_object_listed ON artifact_object (bucket, key) WHERE latest = 1 AND delete_marker = 0;

-- Multipart uploads that are under way.
CREATE TABLE artifact_upload (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT, -- order of beginning
    upload_id          TEXT    NOT NULL UNIQUE,
    bucket             INTEGER NOT NULL REFERENCES artifact_bucket (id),
    key                TEXT    NOT NULL,
    content            INTEGER NOT NULL,
    pieces             INTEGER NOT NULL DEFAULT 0,   -- of its content
    begun_at_ms        INTEGER NOT NULL,
    headers            TEXT    NOT NULL,             -- as an object's
    tags               TEXT,
    checksum_algorithm INTEGER NOT NULL,
    checksum_type      INTEGER NOT NULL
) STRICT;

-- ListMultipartUploads
CREATE INDEX artifact_upload_listed ON artifact_upload (bucket, key, id);

-- Which is too old (timer ARTIFACT_UPLOADS)
CREATE INDEX artifact_upload_by_age ON artifact_upload (begun_at_ms);
