-- Certificates, their CAs, and the things they are attached to.

-- Private keys of devices are nowhere.
CREATE TABLE certificate (
    id                INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation
    certificate_id    TEXT    NOT NULL UNIQUE,       -- SHA-256 of the DER, 64 lower-case hexadecimal digits
    content           TEXT    NOT NULL UNIQUE,       -- the same of what its CA has signed: clients are known by it
    status            TEXT    NOT NULL
        CHECK (status IN ('ACTIVE', 'INACTIVE', 'REVOKED', 'PENDING_TRANSFER', 'REGISTER_INACTIVE',
                          'PENDING_ACTIVATION')),
    mode              TEXT    NOT NULL CHECK (mode IN ('DEFAULT', 'SNI_ONLY')),
    ca_certificate_id TEXT,                          -- of the registered CA that signed it, which may be gone by now
    pem               TEXT    NOT NULL,
    generation_id     TEXT    NOT NULL,              -- UUID
    version           INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    not_before_ms     INTEGER NOT NULL,
    not_after_ms      INTEGER NOT NULL,
    created_at_ms     INTEGER NOT NULL,
    updated_at_ms     INTEGER NOT NULL
) STRICT;

-- Those that were deleted, and not registered again: none of them counts any more, whatever CA has signed it.
CREATE TABLE deleted_certificate (
    content TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE ca_certificate (
    id                INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation
    certificate_id    TEXT    NOT NULL UNIQUE,       -- SHA-256 of the DER, 64 lower-case hexadecimal digits
    status            TEXT    NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE')),
    mode              TEXT    NOT NULL CHECK (mode IN ('DEFAULT', 'SNI_ONLY')),
    auto_registration TEXT    NOT NULL CHECK (auto_registration IN ('ENABLE', 'DISABLE')),
    subject           TEXT    NOT NULL,              -- SHA-256 of the subject's DER, 64 hexadecimal digits
    template_body     TEXT,                          -- registrationConfig
    role_arn          TEXT,
    template_name     TEXT,
    pem               TEXT    NOT NULL,
    generation_id     TEXT    NOT NULL,              -- UUID
    version           INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    not_before_ms     INTEGER NOT NULL,
    not_after_ms      INTEGER NOT NULL,
    created_at_ms     INTEGER NOT NULL,
    updated_at_ms     INTEGER NOT NULL
) STRICT;

-- Which CAs may have signed a certificate; how many have one subject
CREATE INDEX ca_certificate_by_subject ON ca_certificate (subject, id);

-- ListCACertificates of a provisioning template
CREATE INDEX ca_certificate_by_template ON ca_certificate (template_name, id) WHERE template_name IS NOT NULL;

-- Who stands for which things: a certificate, or an Amazon Cognito identity, of which nothing else is known here.
CREATE TABLE thing_principal (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,     -- order of attaching
    thing     INTEGER NOT NULL REFERENCES thing (id),
    principal TEXT    NOT NULL,                      -- cert/ and a certificate's id; an identity's id
    exclusive INTEGER NOT NULL CHECK (exclusive IN (0, 1)), -- it is the principal's only thing
    UNIQUE (thing, principal)
) STRICT;

-- ListThingPrincipals; whether a thing has any
CREATE INDEX thing_principal_of_thing ON thing_principal (thing, id);

-- ListPrincipalThings; whether a principal has any
CREATE INDEX thing_principal_of_principal ON thing_principal (principal, id);
