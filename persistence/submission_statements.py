"""The two statements of handing attempts in: what their results follow from, and all that follows.

They are written as text, because each is a page of SQL that no other statement shares.
"""

from sqlalchemy import Interval, bindparam, text

from domain.xp import QUIZ_REASONS
from persistence import analytics, xp
from persistence.attempt_tables import attempt_columns
from persistence.base import Statement

_ATTEMPT = ", ".join(f"a.{column.name}" for column in attempt_columns)
_QUIZ_REASONS = ", ".join(sorted(f"'{reason.value}'" for reason in QUIZ_REASONS))

HOLD = Statement(
    text("""
    SELECT 1 FROM users u, quiz_attempts a
    WHERE u.id = CAST(:user_id AS text) AND a.id = CAST(:attempt_id AS text) AND a.user_id = u.id
    FOR NO KEY UPDATE
    """)
)
# The learner's row is locked before the attempt's here and wherever XP is awarded: nobody waits in a circle.
# A local date is a day from UTC's at most, so that three days bound the scans of attempts and of the ledger.
_SLOTS = """
    SELECT json_agg(json_build_array(question_id, number, answer, fast) ORDER BY number) AS slots,
        array_agg(question_id) AS questions
    FROM attempt_slots WHERE attempt_id = head.id
"""
_CREDITS = """
    SELECT json_agg(json_build_array(s.question_id, s.credit_numerator, s.credit_denominator))
    FROM quiz_attempts o JOIN attempt_slots s ON s.attempt_id = o.id
    WHERE o.user_id = head.user_id AND o.state IN ('GRADED', 'EXPIRED') AND o.id <> head.id
    AND o.finished_at > head.ends_at - :credits_within AND s.credit_numerator > 0
    AND s.question_id = ANY (given.questions)
"""
_ATTEMPTS = """
    SELECT local_date FROM quiz_attempts o WHERE o.user_id = head.user_id AND o.finished_at >= head.eve
    AND o.quiz_id = head.quiz_id AND o.state IN ('GRADED', 'EXPIRED') AND o.id <> head.id
"""
_XP = f"""
    SELECT json_agg(json_build_array(local_date, amount, lately)) FROM (
        SELECT local_date, sum(amount) AS amount,
            coalesce(sum(amount) FILTER (WHERE occurred_at > head.ends_at - :xp_within), 0) AS lately
        FROM xp_entries WHERE user_id = head.user_id AND local_date >= head.eve AND reason IN ({_QUIZ_REASONS})
        AND status <> 'REVERSED' GROUP BY local_date
    ) days
"""  # noqa: S608 - names of reasons
_ACTIVE_ON = """
    SELECT local_date FROM activities WHERE user_id = head.user_id
    AND local_date = (SELECT max(local_date) FROM activities WHERE user_id = head.user_id)
    AND occurred_at <= head.ends_at AND occurred_at > head.ends_at - interval '6 hours' LIMIT 1
"""
# In the order of the index and without a group for each day, which would cost more than all the rest of the sheet.
_ACTIVITIES = """
    SELECT array_agg(local_date) AS dates, array_agg(occurred_at) AS moments, array_agg(time_zone) AS zones
    FROM (
        SELECT local_date, occurred_at, time_zone FROM activities
        WHERE user_id = CASE WHEN seen.active_on IS NULL THEN head.user_id END
        ORDER BY user_id, local_date, occurred_at
    ) ordered
"""
SHEETS = Statement(
    text(f"""
    WITH head AS MATERIALIZED (
        SELECT asked.place, asked.operation, asked.key, asked.forgotten, {_ATTEMPT}, a.revision AS answers,
            u.revision AS learner, q.slug, q.title, q.exam_type_id, u.time_zone, u.day_start_hour,
            least(a.deadline, asked.now) AS ends_at, CAST(least(a.deadline, asked.now) AS date) - 3 AS eve
        FROM unnest(CAST(:attempt_ids AS text[]), CAST(:user_ids AS text[]), CAST(:operations AS text[]),
            CAST(:keys AS text[]), CAST(:nows AS timestamptz[]), CAST(:forgotten AS timestamptz[]))
            WITH ORDINALITY AS asked (attempt_id, user_id, operation, key, now, forgotten, place)
        JOIN quiz_attempts a ON a.id = asked.attempt_id AND a.user_id = asked.user_id
        JOIN users u ON u.id = a.user_id JOIN quizzes q ON q.id = a.quiz_id
    )
    SELECT head.place, {_ATTEMPT.replace("a.", "head.")}, head.learner, head.answers, head.slug, head.title,
        head.exam_type_id,
        coalesce(z.old_time_zone, head.time_zone), coalesce(z.old_day_start_hour, head.day_start_hour),
        EXISTS (
            SELECT FROM enrolments e JOIN roadmap_nodes n ON n.version_id = e.version_id
            WHERE e.user_id = head.user_id AND n.quiz_slug = head.slug
        ),
        r.fingerprint, r.result_id, given.slots, ({_CREDITS}), ARRAY({_ATTEMPTS}), ({_XP}),
        seen.active_on, a.dates, a.moments, a.zones,
        ARRAY(SELECT local_date FROM streak_freezes WHERE user_id = head.user_id)
    FROM head CROSS JOIN LATERAL (SELECT ({_ACTIVE_ON}) AS active_on OFFSET 0) seen
    CROSS JOIN LATERAL ({_ACTIVITIES}) a CROSS JOIN LATERAL ({_SLOTS}) given
    LEFT JOIN LATERAL (
        SELECT old_time_zone, old_day_start_hour FROM zone_changes
        WHERE user_id = head.user_id AND changed_at > head.ends_at ORDER BY changed_at LIMIT 1
    ) z ON true
    LEFT JOIN LATERAL (
        SELECT fingerprint, result_id, claimed_at FROM idempotency_receipts
        WHERE user_id = head.user_id AND operation = head.operation AND key = head.key LIMIT 1
    ) r ON r.claimed_at > head.forgotten
    """).bindparams(  # noqa: S608 - names of columns
        bindparam("credits_within", type_=Interval), bindparam("xp_within", type_=Interval)
    )
)
_KINDS = {
    "attempt_id": "text",
    "learner": "int",
    "answers": "int",
    "state": "text",
    "finished_at": "timestamptz",
    "score": "numeric",
    "passed": "boolean",
    "operation": "text",
    "key": "text",
    "fingerprint": "text",
    "claimed_at": "timestamptz",
    "kind": "text",
    "source_type": "text",
    "summary": "text",
    "time_zone": "text",
    **analytics.KINDS,
}
_GIVEN = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _KINDS.items())
# `ready` has the rows that everything hangs on: the locks are taken there, and what is not there is not stored. One
# that somebody else holds is left out: what its sheet tells of is about to change, and all others would wait for it.
FINISH = Statement(
    text(f"""
    WITH ready AS MATERIALIZED (
        SELECT given.* FROM unnest({_GIVEN}) AS given ({", ".join(_KINDS)})
        JOIN users u ON u.id = given.user_id AND u.revision = given.learner
        JOIN quiz_attempts a ON a.id = given.attempt_id AND a.user_id IS NOT DISTINCT FROM given.user_id
            AND a.revision = given.answers
        FOR NO KEY UPDATE OF u, a SKIP LOCKED
    ), closed AS (
        UPDATE quiz_attempts a SET revision = a.revision + 1, state = ready.state, finished_at = ready.finished_at,
            local_date = ready.local_date, score = ready.score, passed = ready.passed
        FROM ready WHERE a.id = ready.attempt_id
    ), graded AS (
        UPDATE attempt_slots s SET credit_numerator = part, credit_denominator = whole
        FROM unnest(CAST(:credit_attempts AS text[]), CAST(:numbers AS int[]), CAST(:parts AS int[]),
            CAST(:wholes AS int[])) AS credit (attempt_id, slot, part, whole) JOIN ready USING (attempt_id)
        WHERE s.attempt_id = credit.attempt_id AND s.number = slot
    ), claimed AS (
        INSERT INTO idempotency_receipts (user_id, operation, key, fingerprint, result_id, claimed_at)
        SELECT user_id, operation, key, fingerprint, attempt_id, claimed_at FROM ready WHERE key IS NOT NULL
        ON CONFLICT (user_id, operation, key) DO UPDATE SET fingerprint = excluded.fingerprint,
            result_id = excluded.result_id, claimed_at = excluded.claimed_at
    ), done AS (
        INSERT INTO activities (user_id, kind, source_type, source_id, summary, occurred_at, local_date, time_zone)
        SELECT user_id, kind, source_type, attempt_id, summary, finished_at, local_date, time_zone
        FROM ready WHERE summary IS NOT NULL
        ON CONFLICT (user_id, kind, source_type, source_id) DO NOTHING
    ), kept AS (
        INSERT INTO streak_freezes (user_id, local_date)
        SELECT user_id, day FROM unnest(CAST(:frozen AS text[]), CAST(:freezes AS date[])) AS rest (user_id, day)
        JOIN ready USING (user_id)
        ON CONFLICT (user_id, local_date) DO NOTHING
    ), {xp.adding("FROM {entries} JOIN ready USING (user_id)", learners="ready")}, {analytics.adding("ready")}
    SELECT attempt_id FROM ready
    """),  # noqa: S608 - parts of our own
    str,
)
