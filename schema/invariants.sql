-- Returns a row for each thing that is broken, none in a sound database.
-- Runs after every step of the scenario, fuzz, fault and crash tests; also by hand:
--     sqlite3 -readonly iotjobs.db < schema/invariants.sql

SELECT 'counter differs from the executions' AS broken, job_id || ' ' || status AS what
FROM (SELECT job_id, status, n FROM job_count
      UNION ALL
      SELECT job_id, status, -count(*) FROM execution GROUP BY job_id, status)
GROUP BY job_id, status HAVING sum(n) <> 0

UNION ALL
SELECT 'execution without its job', thing_name || ' ' || job_id
FROM execution WHERE job_id NOT IN (SELECT job_id FROM job)

UNION ALL
SELECT 'job whose timeline says otherwise', j.job_id
FROM job AS j
WHERE j.status <> 'DELETION_IN_PROGRESS'
  AND j.status IS NOT (SELECT t.status FROM transition AS t
                       WHERE t.id BETWEEN j.id << 32 AND (j.id << 32) + 4294967295 AND t.thing_name IS NULL
                       ORDER BY t.id DESC LIMIT 1)

UNION ALL
SELECT 'execution whose timeline says otherwise', thing_name || ' ' || execution_number || ' of job ' || job
FROM (WITH truth (job, thing_name, execution_number, status) AS (
          SELECT j.id, e.thing_name, e.execution_number, e.status
          FROM job AS j JOIN execution AS e ON e.job_id = j.job_id WHERE j.status <> 'DELETION_IN_PROGRESS'),
      told (job, thing_name, execution_number, status) AS (
          SELECT job, thing_name, execution_number, status
          FROM (SELECT t.id >> 32 AS job, t.thing_name, t.execution_number, t.status, max(t.id)
                FROM transition AS t JOIN job AS j ON j.id = t.id >> 32
                WHERE t.thing_name IS NOT NULL AND j.status <> 'DELETION_IN_PROGRESS'
                GROUP BY t.id >> 32, t.thing_name, t.execution_number)
          WHERE status <> 'DELETED')
      SELECT * FROM (SELECT * FROM truth EXCEPT SELECT * FROM told)
      UNION ALL SELECT * FROM (SELECT * FROM told EXCEPT SELECT * FROM truth))

UNION ALL
SELECT 'timeline of a job that is gone', id >> 32 FROM transition WHERE id >> 32 NOT IN (SELECT id FROM job)

UNION ALL
SELECT 'job without a document', job_id
FROM job WHERE job_id NOT IN (SELECT job_id FROM job_document)

UNION ALL
SELECT 'job without targets', job_id
FROM job WHERE job_id NOT IN (SELECT job_id FROM job_target)

UNION ALL
SELECT 'scheduled job that waits for nothing, or the reverse', coalesce(j.job_id, t.job_id)
FROM (SELECT job_id FROM job WHERE status = 'SCHEDULED') AS j
FULL JOIN (SELECT job_id FROM timer WHERE kind IN ('JOB_START', 'WINDOW_OPEN')) AS t ON t.job_id = j.job_id
WHERE t.job_id IS NULL AND j.job_id NOT IN ( -- windows of certain years have a last one
          SELECT job_id FROM job_window GROUP BY job_id
          HAVING max(rtrim(start_time, ' )' || char(9)) LIKE '%*') = 0)
   OR j.job_id IS NULL

UNION ALL
SELECT 'job that has not started, with executions', job_id
FROM timer WHERE kind = 'JOB_START' AND job_id IN (SELECT job_id FROM execution)

UNION ALL
SELECT 'open window without its end, or the reverse', coalesce(j.job_id, t.job_id)
FROM (SELECT job_id FROM job
      WHERE status = 'IN_PROGRESS' AND job_id IN (SELECT job_id FROM job_window)) AS j
FULL JOIN (SELECT job_id FROM timer WHERE kind = 'WINDOW_CLOSE') AS t ON t.job_id = j.job_id
WHERE j.job_id IS NULL OR t.job_id IS NULL

UNION ALL
SELECT 'job that waits for two openings', job_id
FROM timer WHERE kind IN ('JOB_START', 'WINDOW_OPEN') GROUP BY job_id HAVING count(*) > 1

UNION ALL
SELECT 'windows of a snapshot job', job_id
FROM job WHERE target_selection <> 'CONTINUOUS' AND job_id IN (SELECT job_id FROM job_window)

UNION ALL
SELECT 'execution that does not know whether its job has windows', thing_name || ' ' || job_id
FROM execution WHERE windowed <> (job_id IN (SELECT job_id FROM job_window))

UNION ALL
SELECT 'retry that waits for a window and for nothing else', t.thing_name || ' ' || t.job_id
FROM timer AS t
LEFT JOIN execution AS e
    ON e.thing_name = t.thing_name AND e.job_id = t.job_id AND e.execution_number = t.execution_number
LEFT JOIN job AS j ON j.job_id = t.job_id
WHERE t.kind = 'WINDOW_RETRY'
  AND (e.status IS NULL OR e.status NOT IN ('FAILED', 'TIMED_OUT')
       OR (j.status NOT IN ('SCHEDULED', 'IN_PROGRESS')
           AND t.job_id NOT IN (SELECT job_id FROM timer WHERE kind = 'CLEARING'))
       OR t.thing_name NOT IN (SELECT name FROM thing))

UNION ALL
SELECT 'completed job with open executions', j.job_id
FROM job AS j JOIN execution AS e ON e.job_id = j.job_id
WHERE j.status = 'COMPLETED' AND e.status IN ('QUEUED', 'IN_PROGRESS')

UNION ALL
SELECT 'snapshot job in progress with nothing open', j.job_id
FROM job AS j
WHERE j.status = 'IN_PROGRESS' AND j.target_selection = 'SNAPSHOT'
  AND NOT EXISTS (SELECT 1 FROM execution AS e
                  WHERE e.job_id = j.job_id AND e.status IN ('QUEUED', 'IN_PROGRESS'))
  AND NOT EXISTS (SELECT 1 FROM job_progress AS p WHERE p.job_id = j.job_id)

UNION ALL
SELECT 'canceled job with queued executions', j.job_id
FROM job AS j JOIN execution AS e ON e.job_id = j.job_id
WHERE j.status = 'CANCELED' AND e.status = 'QUEUED'
  AND NOT EXISTS (SELECT 1 FROM job_progress AS p WHERE p.job_id = j.job_id AND p.kind = 'CANCELLATION')

UNION ALL
SELECT 'job that works off what its status does not ask for', j.job_id || ' ' || p.kind
FROM job AS j JOIN job_progress AS p ON p.job_id = j.job_id
WHERE j.status <> CASE p.kind WHEN 'CANCELLATION' THEN iif(j.ended AND j.status IN ('SCHEDULED', 'IN_PROGRESS'),
                                                           j.status, 'CANCELED')
                  WHEN 'DELETION' THEN 'DELETION_IN_PROGRESS'
                  ELSE iif(j.status = 'SCHEDULED', 'SCHEDULED', 'IN_PROGRESS') END
   OR (p.kind = 'REMOVAL' AND j.target_selection <> 'CONTINUOUS')
   OR (p.kind = 'ROLLOUT' AND j.ended)

UNION ALL
SELECT 'job that works something off without a timer, or the reverse',
       coalesce(p.job_id || ' ' || p.kind, t.job_id || ' ' || t.kind)
FROM (SELECT p.job_id, p.kind,
             p.kind = 'ROLLOUT' AND j.status = 'SCHEDULED' AS paused,
             p.kind = 'ROLLOUT' AND j.job_id IN (SELECT job_id FROM timer WHERE kind = 'WINDOW_TELL') AS waits
      FROM job_progress AS p JOIN job AS j ON j.job_id = p.job_id) AS p
FULL JOIN (SELECT job_id, kind FROM timer WHERE kind IN ('ROLLOUT', 'REMOVAL', 'CANCELLATION', 'DELETION')) AS t
    ON t.job_id = p.job_id AND t.kind = p.kind
WHERE p.job_id IS NULL OR (t.job_id IS NULL AND NOT p.paused AND NOT p.waits) OR (t.job_id IS NOT NULL AND p.paused)

UNION ALL
SELECT 'job that is to be deleted and is not being deleted', job_id
FROM job
WHERE status = 'DELETION_IN_PROGRESS' AND job_id NOT IN (SELECT job_id FROM job_progress WHERE kind = 'DELETION')

UNION ALL
SELECT 'scheduled snapshot job that would not roll out', job_id
FROM job
WHERE status = 'SCHEDULED' AND target_selection = 'SNAPSHOT'
  AND job_id NOT IN (SELECT job_id FROM job_progress WHERE kind = 'ROLLOUT' AND position = 0 AND last = 0)

UNION ALL
SELECT 'end time without its timer, or the reverse', coalesce(j.job_id, t.job_id)
FROM (SELECT job_id FROM job
      WHERE end_time IS NOT NULL AND NOT ended AND status IN ('SCHEDULED', 'IN_PROGRESS')) AS j
FULL JOIN (SELECT job_id FROM timer WHERE kind = 'JOB_END') AS t ON t.job_id = j.job_id
WHERE j.job_id IS NULL OR t.job_id IS NULL

UNION ALL
SELECT 'end time without a behavior, or the reverse, or an end without a time', job_id
FROM job WHERE (end_time IS NULL) <> (end_behavior IS NULL) OR (ended AND end_time IS NULL)

UNION ALL
SELECT 'job that has come to its end with nothing open, and is not complete', j.job_id
FROM job AS j
WHERE j.ended AND j.status IN ('SCHEDULED', 'IN_PROGRESS')
  AND NOT EXISTS (SELECT 1 FROM execution AS e WHERE e.job_id = j.job_id AND e.status IN ('QUEUED', 'IN_PROGRESS'))
  AND NOT EXISTS (SELECT 1 FROM job_progress AS p WHERE p.job_id = j.job_id)

UNION ALL
SELECT 'job that has come to its end, and what it should have canceled', j.job_id
FROM job AS j JOIN execution AS e ON e.job_id = j.job_id
WHERE j.ended AND j.end_behavior <> 'STOP_ROLLOUT' AND e.status = 'QUEUED' AND j.status <> 'DELETION_IN_PROGRESS'
  AND NOT EXISTS (SELECT 1 FROM job_progress AS p WHERE p.job_id = j.job_id AND p.kind = 'CANCELLATION')

UNION ALL
SELECT 'job that has come to its end, and what nobody will ever see', j.job_id
FROM job AS j JOIN execution AS e ON e.job_id = j.job_id
WHERE j.ended AND j.status = 'SCHEDULED' AND e.status = 'QUEUED'
  AND NOT EXISTS (SELECT 1 FROM timer AS t WHERE t.job_id = j.job_id AND t.kind = 'WINDOW_OPEN')
  AND NOT EXISTS (SELECT 1 FROM job_progress AS p WHERE p.job_id = j.job_id AND p.kind = 'CANCELLATION')

UNION ALL
SELECT 'job that has come to its end, and tries again', t.job_id
FROM timer AS t JOIN job AS j ON j.job_id = t.job_id
WHERE t.kind = 'WINDOW_RETRY' AND j.ended AND t.job_id NOT IN (SELECT job_id FROM timer WHERE kind = 'CLEARING')

UNION ALL
SELECT 'timer of a job that is gone', job_id || ' ' || kind
FROM timer WHERE job_id <> '' AND job_id NOT IN (SELECT job_id FROM job)

UNION ALL
SELECT 'pace of a job that rolls out no more', p.job_id
FROM job_pace AS p JOIN job AS j ON j.job_id = p.job_id
WHERE j.ended OR j.status NOT IN ('SCHEDULED', 'IN_PROGRESS')
   OR (j.target_selection = 'SNAPSHOT'
       AND p.job_id NOT IN (SELECT job_id FROM job_progress WHERE kind = 'ROLLOUT'))

UNION ALL
SELECT 'group that a job follows or does not, against its status', t.job_id || ' ' || t.name
FROM job_target AS t JOIN job AS j ON j.job_id = t.job_id
LEFT JOIN job_progress AS p ON p.job_id = j.job_id AND p.kind = 'ROLLOUT'
WHERE t.kind = 'THING_GROUP'
  AND CASE WHEN j.status NOT IN ('SCHEDULED', 'IN_PROGRESS') THEN t.followed
           WHEN j.target_selection = 'CONTINUOUS' THEN NOT t.followed
           WHEN p.position > 0 OR p.last > 0 THEN NOT t.followed
           ELSE t.followed AND NOT j.ended END

UNION ALL
SELECT 'thing that left or joined a rollout that there is not', m.job_id || ' ' || m.thing_name
FROM job_mover AS m JOIN job AS j ON j.job_id = m.job_id
WHERE (j.target_selection <> 'SNAPSHOT' OR j.status <> 'IN_PROGRESS'
       OR m.job_id NOT IN (SELECT job_id FROM job_progress WHERE kind = 'ROLLOUT'))
  AND m.job_id NOT IN (SELECT job_id FROM timer WHERE kind = 'CLEARING')

UNION ALL
SELECT 'thing that is gone, and has left a rollout or is to join a job', job_id || ' ' || thing_name
FROM (SELECT job_id, thing_name FROM job_joiner UNION ALL SELECT job_id, thing_name FROM job_mover WHERE was_in = 1)
WHERE thing_name NOT IN (SELECT name FROM thing)
  AND job_id NOT IN (SELECT job_id FROM timer WHERE kind = 'CLEARING')

UNION ALL
SELECT 'group that a rollout waits for, and there is no rollout or no such group', e.job_id || ' ' || e.thing_group
FROM job_ending_group AS e JOIN job AS j ON j.job_id = e.job_id
WHERE j.target_selection <> 'SNAPSHOT' OR j.status <> 'IN_PROGRESS'
   OR e.job_id NOT IN (SELECT job_id FROM job_progress WHERE kind = 'ROLLOUT')
   OR e.thing_group NOT IN (SELECT id FROM thing_group_ending)

UNION ALL
SELECT 'thing that waits for a job to roll out which does not', job_id || ' ' || thing_name
FROM job_joiner
WHERE job_id NOT IN (SELECT job_id FROM job_progress WHERE kind = 'ROLLOUT')
  AND job_id NOT IN (SELECT job_id FROM timer WHERE kind = 'CLEARING')

UNION ALL
SELECT 'job that hides what it should show, or the reverse', job_id
FROM job WHERE hides <> (status = 'SCHEDULED') AND status IN ('SCHEDULED', 'IN_PROGRESS')

UNION ALL
SELECT 'two pending executions of one job on one thing', thing_name || ' ' || job_id
FROM execution WHERE status IN ('QUEUED', 'IN_PROGRESS')
GROUP BY thing_name, job_id HAVING count(*) > 1

UNION ALL
SELECT 'completedAt without completion, or the reverse', job_id
FROM job WHERE (status = 'COMPLETED') <> (completed_at_ms IS NOT NULL) AND status <> 'DELETION_IN_PROGRESS'

UNION ALL
SELECT 'queued execution that has started, or one in progress that has not', thing_name || ' ' || job_id
FROM execution
WHERE (status = 'QUEUED' AND started_at_ms IS NOT NULL) OR (status = 'IN_PROGRESS' AND started_at_ms IS NULL)

UNION ALL
SELECT 'more retries than the job allows', e.thing_name || ' ' || e.job_id
FROM execution AS e
WHERE e.retry_attempt > (SELECT iif(sum(r.retries) = 0, 10, coalesce(sum(r.retries), 0)) -- 0: taken back since
                         FROM job_retry AS r WHERE r.job_id = e.job_id)

UNION ALL
SELECT 'job that does not know whether it has criteria that abort it', j.job_id
FROM job AS j LEFT JOIN job_config AS c ON c.job_id = j.job_id
WHERE j.has_abort <> coalesce(json_type(c.members, '$.abortConfig') IS NOT NULL, 0)

UNION ALL
SELECT 'configuration of a job that is gone, or of nothing', job_id
FROM job_config WHERE members = '{}' OR job_id NOT IN (SELECT job_id FROM job)

UNION ALL
SELECT 'more retries than executions before', thing_name || ' ' || job_id
FROM execution WHERE retry_attempt >= execution_number

UNION ALL
SELECT 'retry of every failure beside another, or more than ten retries', job_id
FROM job_retry GROUP BY job_id
HAVING sum(retries) > 10 OR (count(*) > 1 AND max(failure_type = 'ALL'))

UNION ALL
SELECT 'pending execution of a thing that is gone', thing_name || ' ' || job_id
FROM execution
WHERE status IN ('QUEUED', 'IN_PROGRESS') AND thing_name NOT IN (SELECT name FROM thing)

UNION ALL
SELECT 'thing of a type that is gone', name
FROM thing WHERE thing_type IS NOT NULL AND thing_type NOT IN (SELECT name FROM thing_type)

UNION ALL
SELECT 'thing with more attributes than it may have', t.name
FROM thing AS t JOIN thing_attribute AS a ON a.thing = t.id
GROUP BY t.id HAVING count(*) > iif(t.thing_type IS NULL, 3, 50)

UNION ALL
SELECT 'thing group whose parent is gone or younger', name
FROM thing_group WHERE parent NOT IN (SELECT id FROM thing_group) OR parent >= id

UNION ALL
SELECT 'thing group that is not listed below one above it, or below another', name
FROM (WITH RECURSIVE place (above, name, id) AS (
          SELECT parent, name, id FROM thing_group WHERE parent IS NOT NULL
          UNION ALL
          SELECT g.parent, p.name, p.id FROM place AS p JOIN thing_group AS g ON g.id = p.above
          WHERE g.parent IS NOT NULL)
      SELECT above, name, id, 1 AS n FROM place
      UNION ALL
      SELECT above, name, thing_group, -1 FROM thing_group_below)
GROUP BY above, name, id HAVING sum(n) <> 0

UNION ALL
SELECT 'membership of a thing or a thing group that is gone', thing_group || ' ' || thing
FROM thing_group_member
WHERE thing NOT IN (SELECT id FROM thing)
   OR (place NOT IN (SELECT id FROM thing_group) AND place NOT IN (SELECT id FROM thing_group_ending))
   OR (thing_group NOT IN (SELECT id FROM thing_group) AND place NOT IN (SELECT id FROM thing_group_ending))

UNION ALL
SELECT 'membership that does not know through which group it is one', thing_group || ' ' || thing
FROM thing_group_member AS m
WHERE (membership_id IS NOT NULL) <> (place = thing_group)
   OR NOT EXISTS (SELECT 1 FROM thing_group_member AS p WHERE p.thing_group = m.place AND p.thing = m.thing)

UNION ALL
SELECT 'thing in a group and not below the group''s parent, or in both', g.name || ' ' || m.thing
FROM thing_group_member AS m JOIN thing_group AS g ON g.id = m.thing_group
LEFT JOIN thing_group_member AS above ON above.thing_group = g.parent AND above.thing = m.thing
WHERE g.parent IS NOT NULL AND (above.thing IS NULL OR above.membership_id IS NOT NULL)

UNION ALL
SELECT 'thing below a group through none of its children, or several', m.thing_group || ' ' || m.thing
FROM thing_group_member AS m
WHERE m.membership_id IS NULL AND m.place NOT IN (SELECT id FROM thing_group_ending)
  AND 1 <> (SELECT count(*) FROM thing_group AS child
            JOIN thing_group_member AS below ON below.thing_group = child.id AND below.thing = m.thing
            WHERE child.parent = m.thing_group)

UNION ALL
SELECT 'thing group that is gone and here', id FROM thing_group_ending WHERE id IN (SELECT id FROM thing_group)

UNION ALL
SELECT 'thing group that ends without a timer', id
FROM thing_group_ending WHERE NOT EXISTS (SELECT 1 FROM timer WHERE kind = 'GROUP_DELETION')

UNION ALL
SELECT 'dynamic thing group in a hierarchy', g.name
FROM thing_group AS g JOIN dynamic_thing_group AS d ON d.id = g.id
WHERE g.parent IS NOT NULL OR g.id IN (SELECT parent FROM thing_group)

UNION ALL
SELECT 'dynamic thing group without an index that has what it asks for', d.id
FROM dynamic_thing_group AS d
WHERE NOT EXISTS (SELECT 1 FROM fleet_index AS i WHERE i.name = d.index_name AND i.connectivity >= d.asks_connectivity)

UNION ALL
SELECT 'dynamic thing group that is built without a timer', id
FROM dynamic_thing_group
WHERE status <> 'ACTIVE' AND NOT EXISTS (SELECT 1 FROM timer WHERE kind = 'DYNAMIC_GROUP')

UNION ALL
SELECT 'connectivity of what is neither a thing nor connected', thing_name
FROM connectivity WHERE connected = 0 AND thing_name NOT IN (SELECT name FROM thing)

UNION ALL
SELECT 'thing that was connected before the server started, and that nobody disconnects', thing_name
FROM connectivity
WHERE connected = 1 AND run < (SELECT run FROM connectivity_run) AND EXISTS (SELECT 1 FROM fleet_index WHERE connectivity = 1)
  AND NOT EXISTS (SELECT 1 FROM timer WHERE kind = 'CONNECTIVITY')

UNION ALL
SELECT 'target that does not know the order of its job', t.job_id || ' ' || t.name
FROM job_target AS t JOIN job AS j ON j.job_id = t.job_id WHERE t.job <> j.id

UNION ALL
SELECT 'tag of what is gone', resource_type || ' ' || resource_name
FROM tag
WHERE (resource_type = 'job' AND resource_name NOT IN (SELECT job_id FROM job))
   OR (resource_type = 'jobtemplate' AND resource_name NOT IN (SELECT template_id FROM job_template))
   OR (resource_type = 'thinggroup' AND resource_name NOT IN (SELECT name FROM thing_group))
   OR (resource_type = 'thingtype' AND resource_name NOT IN (SELECT name FROM thing_type))
   OR (resource_type = 'policy' AND resource_name NOT IN (SELECT name FROM policy))
   OR (resource_type = 'cacert' AND resource_name NOT IN (SELECT certificate_id FROM ca_certificate))

UNION ALL
SELECT 'policy without its default version', name
FROM policy AS p
WHERE NOT EXISTS (SELECT 1 FROM policy_version AS v WHERE v.policy = p.id AND v.version = p.default_version)

UNION ALL
SELECT 'policy with too many versions, or one with a number that was not given yet', name
FROM policy AS p JOIN policy_version AS v ON v.policy = p.id
GROUP BY p.id HAVING count(*) > 5 OR max(v.version) > p.last_version

UNION ALL
SELECT 'policy attached to what is gone', target
FROM policy_attachment
WHERE (target LIKE 'thinggroup/%' AND substr(target, 12) NOT IN (SELECT name FROM thing_group))
   OR (target LIKE 'cert/%' AND substr(target, 6) NOT IN (SELECT certificate_id FROM certificate))

UNION ALL
SELECT 'thing attached to a certificate that is gone', principal
FROM thing_principal
WHERE (principal LIKE 'cert/%' AND principal NOT IN (SELECT 'cert/' || certificate_id FROM certificate))
   OR thing NOT IN (SELECT id FROM thing)

UNION ALL
SELECT 'certificate that was deleted and is there', content
FROM deleted_certificate WHERE content IN (SELECT content FROM certificate)

UNION ALL
SELECT 'principal with an exclusive thing and another', principal
FROM thing_principal GROUP BY principal HAVING max(exclusive) AND count(*) > 1

UNION ALL
SELECT 'more than ten CAs of one subject', subject
FROM ca_certificate GROUP BY subject HAVING count(*) > 10

UNION ALL
SELECT 'time-out timer that does not match its execution', coalesce(e.thing_name || ' ' || e.job_id, t.thing_name || ' ' || t.job_id)
FROM (SELECT thing_name, job_id, execution_number,
             min(coalesce(in_progress_deadline_ms, 9223372036854775807),
                 coalesce(step_deadline_ms, 9223372036854775807)) AS due_ms
      FROM execution
      WHERE status = 'IN_PROGRESS' AND (in_progress_deadline_ms IS NOT NULL OR step_deadline_ms IS NOT NULL)) AS e
FULL JOIN (SELECT * FROM timer WHERE kind = 'EXECUTION_TIMEOUT') AS t
    ON t.thing_name = e.thing_name AND t.job_id = e.job_id AND t.execution_number = e.execution_number
WHERE e.due_ms IS NOT t.due_ms

UNION ALL
SELECT 'fleet index that works something off without a timer, or the reverse', coalesce(w.kind, t.kind)
FROM (SELECT iif(index_name = 'AWS_Things', 'FLEET_THINGS', 'FLEET_THING_GROUPS') AS kind FROM fleet_work) AS w
FULL JOIN (SELECT kind FROM timer WHERE kind LIKE 'FLEET_%') AS t ON t.kind = w.kind
WHERE w.kind IS NULL OR t.kind IS NULL

UNION ALL
SELECT 'fleet index that is on and cleared, or off and worked on', w.index_name
FROM fleet_work AS w LEFT JOIN fleet_index AS i ON i.name = w.index_name
WHERE (w.kind = 'CLEAR') <> (i.name IS NULL)

UNION ALL
SELECT 'words in an index that is off', f.what
FROM (SELECT 'AWS_Things' AS name, owner AS what FROM fleet_field
      UNION ALL SELECT 'AWS_ThingGroups', owner FROM fleet_group_field) AS f
WHERE f.name NOT IN (SELECT name FROM fleet_index UNION ALL SELECT index_name FROM fleet_work)

UNION ALL
SELECT 'thing that its index shows otherwise', thing || ' ' || field || ' ' || word
FROM (WITH truth (thing, field, word) AS (
          SELECT id, 'thingName', lower(name) FROM thing
          UNION ALL SELECT id, 'thingId', lower(thing_id) FROM thing
          UNION ALL SELECT id, 'thingTypeName', lower(thing_type) FROM thing WHERE thing_type IS NOT NULL
          UNION ALL SELECT id, 'thingGroupNames', lower(billing_group) FROM thing WHERE billing_group IS NOT NULL
          UNION ALL SELECT m.thing, 'thingGroupNames', lower(g.name)
                    FROM thing_group_member AS m JOIN thing_group AS g ON g.id = m.thing_group
                    WHERE m.membership_id IS NOT NULL
          UNION ALL SELECT thing, 'attributes.' || name, lower(value) FROM thing_attribute),
      shown (thing, field, word) AS (SELECT owner, field, word FROM fleet_field WHERE source < 2)
      SELECT * FROM (SELECT * FROM truth EXCEPT SELECT * FROM shown)
      UNION ALL SELECT * FROM (SELECT * FROM shown EXCEPT SELECT * FROM truth)
                WHERE NOT (field = 'thingGroupNames' -- of a group that is gone, until its memberships are worked off
                           AND thing IN (SELECT m.thing FROM thing_group_member AS m
                                         JOIN thing_group_ending AS e ON e.id = m.place)))
WHERE 'AWS_Things' IN (SELECT name FROM fleet_index)
  AND 'AWS_Things' NOT IN (SELECT index_name FROM fleet_work WHERE kind IN ('BUILD', 'CLEAR'))

UNION ALL
SELECT 'thing whose connectivity its index shows otherwise', t.name
FROM thing AS t
LEFT JOIN connectivity AS c ON c.thing_name = t.name
LEFT JOIN fleet_field AS f ON f.owner = t.id AND f.source = 3 AND f.field = 'connectivity.connected'
WHERE f.word IS NOT iif((SELECT connectivity FROM fleet_index WHERE name = 'AWS_Things'), iif(c.connected, 'true', 'false'), NULL)
  AND 'AWS_Things' NOT IN (SELECT index_name FROM fleet_work)

UNION ALL
SELECT 'thing group that is not in its index, or the reverse', id
FROM (SELECT id FROM thing_group EXCEPT SELECT owner FROM fleet_group_field WHERE field = 'thingGroupName'
      UNION ALL
      SELECT * FROM (SELECT owner FROM fleet_group_field EXCEPT SELECT id FROM thing_group))
WHERE 'AWS_ThingGroups' IN (SELECT name FROM fleet_index)
  AND 'AWS_ThingGroups' NOT IN (SELECT index_name FROM fleet_work)

UNION ALL
SELECT 'content with more or fewer owners than it counts', c.id || ' ' || c.owners
FROM artifact_content AS c
WHERE c.owners <> (SELECT count(*) FROM artifact_object WHERE content = c.id)
                + (SELECT count(*) FROM artifact_upload WHERE content = c.id)

UNION ALL
SELECT 'object or upload without a content', bucket || ' ' || key
FROM (SELECT bucket, key, content FROM artifact_object WHERE delete_marker = 0
      UNION ALL SELECT bucket, key, content FROM artifact_upload)
WHERE content NOT IN (SELECT id FROM artifact_content)

UNION ALL
SELECT 'content that nothing has and nobody deletes, or the reverse', 'ARTIFACT_CLEARING'
WHERE EXISTS (SELECT 1 FROM artifact_content WHERE owners = 0)
   <> EXISTS (SELECT 1 FROM timer WHERE kind = 'ARTIFACT_CLEARING')

UNION ALL
SELECT 'object whose pieces are not as large as it is', key || ' ' || version_id
FROM artifact_object AS o
WHERE delete_marker = 0
  AND size IS NOT (SELECT total(size) FROM artifact_piece AS p WHERE p.content = o.content)

UNION ALL
SELECT 'delete marker with bytes', key
FROM artifact_object WHERE delete_marker = 1 AND (size > 0 OR etag <> '' OR checksum IS NOT NULL OR parts > 0)

UNION ALL
SELECT 'key whose newest version is another than the latest', bucket || ' ' || key
FROM artifact_object GROUP BY bucket, key HAVING count(*) FILTER (WHERE latest = 1) <> 1 OR max(id) <> max(id) FILTER (WHERE latest = 1)

UNION ALL
SELECT 'versions in a bucket that never had any', b.name || ' ' || o.key
FROM artifact_bucket AS b JOIN artifact_object AS o ON o.bucket = b.id
WHERE b.versioning = 'NEVER' AND (o.version_id <> 'null' OR o.delete_marker = 1)

UNION ALL
SELECT 'part whose pieces are not as large as it is', content || ' ' || number
FROM artifact_part AS t
WHERE content IN (SELECT id FROM artifact_content WHERE owners > 0)
  AND size IS NOT (SELECT total(size) FROM artifact_piece AS p
                   WHERE p.content = t.content AND p.position BETWEEN t.number << 16 AND (t.number << 16) + 65535)

UNION ALL
SELECT 'object of more or fewer parts than it says', key || ' ' || version_id
FROM artifact_object AS o
WHERE delete_marker = 0 AND parts <> (SELECT count(*) FROM artifact_part AS t WHERE t.content = o.content)

UNION ALL
SELECT 'upload of more or fewer pieces than it says', u.upload_id
FROM artifact_upload AS u
WHERE u.pieces <> (SELECT count(*) FROM artifact_piece AS p WHERE p.content = u.content)
   OR u.pieces > 20000
   OR EXISTS (SELECT 1 FROM artifact_piece AS p WHERE p.content = u.content AND p.position >> 16 NOT IN
              (SELECT number FROM artifact_part WHERE content = u.content))

UNION ALL
SELECT 'upload that nobody aborts, or the reverse', 'ARTIFACT_UPLOADS'
WHERE EXISTS (SELECT 1 FROM artifact_upload) <> EXISTS (SELECT 1 FROM timer WHERE kind = 'ARTIFACT_UPLOADS');
