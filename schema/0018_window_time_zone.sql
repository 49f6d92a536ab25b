-- Maintenance windows in a time zone of the server's (setting window_time_zone).

-- The zone that what waits for windows was computed in; until now that was UTC.
ALTER TABLE run ADD COLUMN window_time_zone TEXT NOT NULL DEFAULT 'UTC';
