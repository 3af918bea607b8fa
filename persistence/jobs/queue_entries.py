"""Queue entries: SQL that puts jobs into the tables of pgqueuer and takes them out, with the change of the job.

pgqueuer's own functions need a statement of their own, and a job without a place in the queue would never run. The
entry of a job is named by its kind and holds its id; `tests/persistence/jobs/test_queue_entries.py` compares both ways.
"""

NEXT_ENTRY = "nextval('pgqueuer_id_seq')"
"""The id of a new entry; a job knows the id of its entry."""


def queued(source: str) -> str:
    """Return the CTEs that add an entry for each row of `source`: jobs with `entry_id` and `next_run_at`."""
    return f"""
        queued AS (
            INSERT INTO pgqueuer (id, priority, entrypoint, payload, execute_after, headers, status)
            SELECT entry_id, priority, kind, convert_to(id, 'UTF8'), next_run_at,
                CASE WHEN trace_parent IS NOT NULL THEN
                    jsonb_build_object('otel', jsonb_build_object('traceparent', trace_parent)) END,
                'queued'
            FROM {source}
        )"""  # noqa: S608 - names of tables and CTEs


def removed(source: str) -> str:
    """Return the CTE that removes the entries of the jobs of `source`."""
    return f"removed AS (DELETE FROM pgqueuer USING {source} s WHERE pgqueuer.id = s.entry_id)"  # noqa: S608


def notice(kind: str, **more: str) -> str:
    """Return the SQL that sends pgqueuer's workers a notice of a kind; the values of `more` are SQL."""
    facts = {"channel": "'ch_pgqueuer'", "sent_at": "now()", "type": f"'{kind}'"} | more
    pairs = ", ".join(f"'{name}', {value}" for name, value in facts.items())
    return f"pg_notify('ch_pgqueuer', json_build_object({pairs})::text)"
