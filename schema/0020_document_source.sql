-- The URL that a document was read from, once (documentSource).

ALTER TABLE job_document ADD COLUMN source TEXT;
ALTER TABLE job_template ADD COLUMN document_source TEXT;
