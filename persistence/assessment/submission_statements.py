"""The statements of submissions: reading grading inputs, storing results, and withholding them.

They are written as text, because each is a page of SQL that no other statement shares.
"""

from collections.abc import Mapping

from sqlalchemy import Interval, bindparam, text

from domain.gamification.xp import QUIZ_REASONS, XpReason
from domain.webhooks.events import WebhookEvent
from persistence.analytics import learner_analytics
from persistence.assessment.open_attempts import is_hidden, is_open, slots_questions
from persistence.content.question_versions import is_among, versions_of
from persistence.event_notes import noted
from persistence.gamification import xp
from persistence.statements import Statement
from persistence.tables.assessment.attempts import attempt_columns, attempt_of

_ATTEMPT = ", ".join(f"a.{column.name}" for column in attempt_columns)
_NODE = f"'{XpReason.NODE_COMPLETED.value}'"
_REASONS = ", ".join(sorted(f"'{reason.value}'" for reason in {*QUIZ_REASONS, XpReason.NODE_COMPLETED}))

LOCK = Statement(
    text("""
    SELECT 1 FROM users u, quiz_attempts a
    WHERE u.id = CAST(:user_id AS text) AND a.id = CAST(:attempt_id AS text) AND a.user_id = u.id
    FOR NO KEY UPDATE
    """)
)
# The learner's row is locked before the attempt's, here and wherever XP is awarded, so that there are no deadlocks.
# What looks back from the end of an attempt also ends there: an overdue one is graded later, when there may be more.
# A withheld attempt has ended before others that were graded meanwhile, which pay for the same questions only once.
# A local date is at most a day from that of UTC, so three days bound the scans of attempts and of the ledger.
_SLOTS = """
    SELECT json_agg(json_build_array(question_id, number, answer, fast) ORDER BY number) AS slots,
        array_agg(question_id) AS questions
    FROM attempt_slots WHERE attempt_id = head.id
"""
# Credit of an earlier version counts for the version that is asked now.
_CREDITS = f"""
    WITH versions AS MATERIALIZED ({versions_of("given.questions")})
    SELECT json_agg(json_build_array(paid.asked, s.credit_numerator, s.credit_denominator))
    FROM quiz_attempts o JOIN attempt_slots s ON s.attempt_id = o.id
    CROSS JOIN LATERAL (SELECT asked FROM versions WHERE version = s.question_id OFFSET 0) paid
    WHERE o.user_id = head.user_id AND o.state IN ('GRADED', 'EXPIRED') AND o.id <> head.id
    AND o.finished_at > head.ends_at - :credits_within AND o.finished_at <= head.looks_until
    AND s.credit_numerator > 0
    AND s.question_id = ANY (ARRAY(SELECT version FROM versions))
"""  # noqa: S608 - names of columns
_ATTEMPTS = """
    SELECT local_date FROM quiz_attempts o WHERE o.user_id = head.user_id AND o.finished_at >= head.eve
    AND o.finished_at <= head.looks_until AND (
        o.quiz_id = head.quiz_id
        OR head.is_drawn AND EXISTS (SELECT FROM quizzes z WHERE z.id = o.quiz_id AND z.drawn_for_id IS NOT NULL)
    ) AND o.state IN ('GRADED', 'EXPIRED') AND o.id <> head.id
"""
_XP = f"""
    SELECT json_agg(json_build_array(local_date, amount, lately, nodes)) FROM (
        SELECT local_date, coalesce(sum(amount) FILTER (WHERE reason <> {_NODE}), 0) AS amount,
            coalesce(sum(amount) FILTER (WHERE reason <> {_NODE}
                AND occurred_at > head.ends_at - :xp_within AND occurred_at <= head.ends_at), 0) AS lately,
            coalesce(sum(amount) FILTER (WHERE reason = {_NODE}), 0) AS nodes
        FROM xp_entries WHERE user_id = head.user_id AND local_date >= head.eve AND reason IN ({_REASONS})
        AND status <> 'REVERSED' GROUP BY local_date
    ) days
"""  # noqa: S608 - names of reasons
_ACTIVE_ON = """
    SELECT local_date FROM activities WHERE user_id = head.user_id
    AND local_date = (SELECT max(local_date) FROM activities WHERE user_id = head.user_id)
    AND occurred_at <= head.ends_at AND occurred_at > head.ends_at - interval '6 hours' LIMIT 1
"""
# In the order of the index and without a group per day, which would cost more than the rest of the statement.
_ACTIVITIES = """
    SELECT array_agg(local_date) AS dates, array_agg(occurred_at) AS moments, array_agg(time_zone) AS zones
    FROM (
        SELECT local_date, occurred_at, time_zone FROM activities
        WHERE user_id = CASE WHEN seen.active_on IS NULL THEN head.user_id END
        ORDER BY user_id, local_date, occurred_at
    ) ordered
"""
# The open attempts are read first, in the order of the index that finds them, and their slots then: an index by
# question would find the slots of every learner.
_ASKED_ELSEWHERE = f"""
    SELECT true FROM (
        SELECT o.id, o.feedback FROM quiz_attempts o WHERE o.user_id = head.user_id AND o.id <> head.id
        AND {is_open("o", "head.now")} ORDER BY o.finished_at OFFSET 0
    ) o CROSS JOIN LATERAL (
        SELECT FROM attempt_slots s WHERE s.attempt_id = o.id AND {is_hidden("o", "s")}
        AND {is_among("s.question_id", "given.questions")} LIMIT 1
    ) s LIMIT 1
"""  # noqa: S608 - conditions of our own
_OTHERS_WAIT = """
    SELECT true FROM quiz_attempts o
    WHERE o.user_id = head.user_id AND o.state = 'SUBMITTED' AND o.id <> head.id LIMIT 1
"""
GRADING_INPUTS = Statement(
    text(f"""
    WITH head AS MATERIALIZED (
        SELECT asked.place, asked.operation, asked.key, asked.forgotten, {_ATTEMPT}, a.revision AS answers,
            u.revision AS learner, q.slug, q.title, q.exam_type_id, q.drawn_for_id IS NOT NULL AS is_drawn,
            q.author_id = a.user_id AND q.drawn_for_id IS NULL AS is_own,
            u.time_zone, u.day_start_hour,
            asked.now, coalesce(a.finished_at, least(a.deadline, asked.now)) AS ends_at,
            coalesce(a.finished_at + :credits_within, least(a.deadline, asked.now)) AS looks_until,
            CAST(coalesce(a.finished_at, least(a.deadline, asked.now)) AS date) - 3 AS eve
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
            WHERE e.user_id = head.user_id AND e.left_at IS NULL AND n.quiz_slug = head.slug
        ),
        head.is_own, ({_ASKED_ELSEWHERE}), ({_OTHERS_WAIT}),
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
_RECORDED = {
    "attempt_id": "text",
    "learner": "int",
    "answers": "int",
    "finished_at": "timestamptz",
    "operation": "text",
    "key": "text",
    "fingerprint": "text",
    "claimed_at": "timestamptz",
    "kind": "text",
    "source_type": "text",
    "summary": "text",
    "time_zone": "text",
}
_RESULTS = _RECORDED | {"state": "text", "score": "numeric", "passed": "boolean"} | learner_analytics.KINDS
_WITHHELD = _RECORDED | {"user_id": "text", "local_date": "date", "late": "boolean"}


def _ready(kinds: Mapping[str, str]) -> str:
    """Return the CTE `ready`: what is given, of attempts whose rows are at the revisions that were read, and locked.

    What is not in it is not stored. A row that another transaction has locked is skipped: its revision is about to
    change, and the whole batch would wait for it.
    """
    given = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in kinds.items())
    return f"""ready AS MATERIALIZED (
        SELECT given.* FROM unnest({given}) AS given ({", ".join(kinds)})
        JOIN users u ON u.id = given.user_id AND u.revision = given.learner
        JOIN quiz_attempts a ON a.id = given.attempt_id AND a.user_id IS NOT DISTINCT FROM given.user_id
            AND a.revision = given.answers
        FOR NO KEY UPDATE OF u, a SKIP LOCKED
    )"""  # noqa: S608 - names of columns


# The activity of a withheld attempt is known; only its summary has the score now.
_RECORDING = f"""claimed AS (
        INSERT INTO idempotency_receipts (user_id, operation, key, fingerprint, result_id, claimed_at)
        SELECT user_id, operation, key, fingerprint, attempt_id, claimed_at FROM ready WHERE key IS NOT NULL
        ON CONFLICT (user_id, operation, key) DO UPDATE SET fingerprint = excluded.fingerprint,
            result_id = excluded.result_id, claimed_at = excluded.claimed_at
    ), done AS (
        INSERT INTO activities (user_id, kind, source_type, source_id, summary, occurred_at, local_date, time_zone)
        SELECT user_id, kind, source_type, attempt_id, summary, finished_at, local_date, time_zone
        FROM ready WHERE summary IS NOT NULL
        ON CONFLICT (user_id, kind, source_type, source_id) DO UPDATE SET summary = excluded.summary
    ), kept AS (
        INSERT INTO streak_freezes (user_id, local_date)
        SELECT user_id, day FROM unnest(CAST(:frozen AS text[]), CAST(:freezes AS date[])) AS rest (user_id, day)
        JOIN ready USING (user_id)
        ON CONFLICT (user_id, local_date) DO NOTHING
    ), {xp.adding("FROM {entries} JOIN ready USING (user_id)", learners="ready")}"""  # noqa: S608 - parts of our own
_GRADED = noted(
    WebhookEvent.ATTEMPT_GRADED,
    "closed WHERE true",
    user="user_id",
    at="finished_at",
    attempt_id="id",
    quiz_id="quiz_id",
    state="state",
    score="score",
    passed="passed",
)
FINISH = Statement(
    text(f"""
    WITH {_ready(_RESULTS)}, closed AS (
        UPDATE quiz_attempts a SET revision = a.revision + 1, state = ready.state, finished_at = ready.finished_at,
            local_date = ready.local_date, score = ready.score, passed = ready.passed
        FROM ready WHERE a.id = ready.attempt_id
        RETURNING a.id, a.user_id, a.quiz_id, a.state, a.score, a.passed, a.finished_at
    ), told AS ({_GRADED}), graded AS (
        UPDATE attempt_slots s SET credit_numerator = part, credit_denominator = whole
        FROM unnest(CAST(:credit_attempts AS text[]), CAST(:numbers AS int[]), CAST(:parts AS int[]),
            CAST(:wholes AS int[])) AS credit (attempt_id, slot, part, whole) JOIN ready USING (attempt_id)
        WHERE s.attempt_id = credit.attempt_id AND s.number = slot
    ), {_RECORDING}, {learner_analytics.adding("ready")}
    SELECT attempt_id FROM ready
    """),  # noqa: S608 - parts of our own
    str,
)
WITHHOLD = Statement(
    text(f"""
    WITH {_ready(_WITHHELD)}, closed AS (
        UPDATE quiz_attempts a SET revision = a.revision + 1, state = 'SUBMITTED', finished_at = ready.finished_at,
            local_date = ready.local_date, late = ready.late
        FROM ready WHERE a.id = ready.attempt_id
    ), {_RECORDING}
    SELECT attempt_id FROM ready
    """),  # noqa: S608 - parts of our own
    str,
)
RELEASABLE = Statement(
    text(f"""
    SELECT {_ATTEMPT} FROM quiz_attempts a
    WHERE a.state = 'SUBMITTED' AND (CAST(:user_id AS text) IS NULL OR a.user_id = CAST(:user_id AS text))
    AND NOT EXISTS (
        SELECT FROM (
            SELECT o.id, o.feedback FROM quiz_attempts o
            WHERE o.user_id = a.user_id AND o.id IS DISTINCT FROM CAST(:ending AS text)
            AND {is_open("o", "CAST(:now AS timestamptz)")} ORDER BY o.finished_at OFFSET 0
        ) o CROSS JOIN LATERAL (
            SELECT FROM attempt_slots s WHERE s.attempt_id = o.id AND {is_hidden("o", "s")}
            AND {is_among("s.question_id", slots_questions("a"))} OFFSET 0
        ) s OFFSET 0
    )
    ORDER BY a.user_id, a.finished_at, a.id LIMIT CAST(:most AS int)
    """),  # noqa: S608 - parts of our own
    attempt_of,
)
