"""The statements of regrades: which attempts are due, what their results depend on, and storing the new ones."""

from sqlalchemy import ARRAY, Boolean, Date, Integer, Interval, Numeric, SmallInteger, Text, bindparam, text

from domain.gamification.xp import QUIZ_REASONS
from domain.jobs.job_states import JobState
from domain.quality.regrade_jobs import REGRADE
from domain.quality.regrade_store import QuestionRegrade
from persistence.assessment.open_attempts import is_hidden
from persistence.content.question_versions import is_among, versions_of
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.assessment.attempts import attempt_columns

_ATTEMPT = ", ".join(f"a.{column.name}" for column in attempt_columns)
_QUIZ_REASONS = ", ".join(sorted(f"'{reason.value}'" for reason in QUIZ_REASONS))
_question = bindparam("question_id", type_=ID)
_earlier = bindparam("earlier", type_=ARRAY(ID))
_attempt, _user = bindparam("attempt_id", type_=ID), bindparam("user_id", type_=ID)
_ENDED = "a.state IN ('GRADED', 'EXPIRED') AND a.mode = 'PRACTICE'"
_REGRADED = (
    "EXISTS (SELECT FROM regraded_attempts d WHERE d.attempt_id = a.id AND d.question_id = {question})"
)
_NOT_YET = f"NOT {_REGRADED.format(question=':question_id')}"
_ASKS = "a.id IN (SELECT w.attempt_id FROM attempt_slots w WHERE w.question_id = ANY (:earlier))"
_VERSIONS = "ARRAY[CAST(:question_id AS text)]"
_ASKED_NOW = f"""EXISTS (
        SELECT FROM quiz_attempts o JOIN attempt_slots h ON h.attempt_id = o.id
        WHERE o.user_id = a.user_id AND o.finished_at IS NULL AND {is_hidden("o", "h")}
        AND {is_among("h.question_id", _VERSIONS)})"""
_IS_DUE = f"{_ENDED} AND {_NOT_YET} AND NOT {_ASKED_NOW}"

EARLIER = Statement(
    text("""
    WITH RECURSIVE earlier AS (
        SELECT q.replaced_by_id AS newest, q.id FROM questions q WHERE q.replaced_by_id = ANY (:ids)
        UNION ALL
        SELECT e.newest, q.id FROM earlier e JOIN questions q ON q.replaced_by_id = e.id
    ) SELECT newest, id FROM earlier ORDER BY newest, id
    """).bindparams(bindparam("ids", type_=ARRAY(ID)))
)
DUE_COUNTS = Statement(
    text(f"""
    SELECT given.newest, count(DISTINCT a.id)::int
    FROM unnest(:newest, :older) AS given (newest, earlier)
    JOIN attempt_slots s ON s.question_id = given.earlier JOIN quiz_attempts a ON a.id = s.attempt_id
    WHERE {_ENDED} AND NOT {_REGRADED.format(question="given.newest")} GROUP BY given.newest
    """).bindparams(  # noqa: S608 - conditions of our own
        bindparam("newest", type_=ARRAY(ID)), bindparam("older", type_=ARRAY(ID))
    )
)
DUE = Statement(
    text(f"""
    SELECT a.id, a.user_id FROM quiz_attempts a JOIN users u ON u.id = a.user_id
    WHERE {_ASKS} AND {_IS_DUE} AND u.erased_at IS NULL AND (:after IS NULL OR a.id > :after)
    ORDER BY a.id LIMIT :most
    """).bindparams(  # noqa: S608 - conditions of our own
        _question, _earlier, bindparam("after", type_=ID), bindparam("most", type_=Integer)
    )
)
# Credit within a day before or after pays for a question once, in whatever order attempts are graded again.
READ = Statement(
    text(f"""
    SELECT {_ATTEMPT}, z.slug, z.title, z.exam_type_id, z.author_id = a.user_id, EXISTS (
            SELECT FROM enrolments e JOIN roadmap_nodes n ON n.version_id = e.version_id
            WHERE e.user_id = a.user_id AND e.left_at IS NULL AND n.quiz_slug = z.slug
        ), u.time_zone, u.day_start_hour, given.slots, (
            WITH versions AS MATERIALIZED ({versions_of("given.questions")})
            SELECT json_agg(json_build_array(v.asked, s.credit_numerator, s.credit_denominator))
            FROM quiz_attempts o JOIN attempt_slots s ON s.attempt_id = o.id
            JOIN versions v ON v.version = s.question_id
            WHERE o.user_id = a.user_id AND o.state IN ('GRADED', 'EXPIRED') AND o.id <> a.id
            AND o.finished_at > a.finished_at - :within AND o.finished_at < a.finished_at + :within
            AND s.credit_numerator > 0
        ), (
            SELECT count(*)::int FROM quiz_attempts o WHERE o.user_id = a.user_id AND o.quiz_id = a.quiz_id
            AND o.local_date = a.local_date AND o.state IN ('GRADED', 'EXPIRED')
            AND (o.finished_at, o.id) < (a.finished_at, a.id)
        ), (
            SELECT coalesce(sum(x.amount), 0)::int FROM xp_entries x WHERE x.user_id = a.user_id
            AND x.local_date = a.local_date AND x.reason IN ({_QUIZ_REASONS}) AND x.status <> 'REVERSED'
        ), ARRAY(
            SELECT x.status FROM xp_entries x WHERE x.user_id = a.user_id
            AND x.source_type = 'attempt' AND x.source_id = a.id
            UNION ALL SELECT 'REVERSED' FROM xp_entries x JOIN xp_entries r ON r.reverses_id = x.id
            WHERE x.user_id = a.user_id AND x.source_type = 'attempt' AND x.source_id = a.id
        )
    FROM quiz_attempts a JOIN quizzes z ON z.id = a.quiz_id JOIN users u ON u.id = a.user_id
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(s.question_id, s.number, s.answer, s.fast, s.credit_numerator,
                s.credit_denominator) ORDER BY s.number) AS slots, array_agg(s.question_id) AS questions
        FROM attempt_slots s WHERE s.attempt_id = a.id
    ) given
    WHERE a.id = :attempt_id AND a.user_id = :user_id AND {_ASKS} AND {_IS_DUE}
    """).bindparams(  # noqa: S608 - parts of our own
        _attempt, _user, _question, _earlier, bindparam("within", type_=Interval)
    )
)
_COMMON = "lcm(d.rest_denominator, :rest_denominator)"
STORE = Statement(
    text(f"""
    WITH once AS (
        INSERT INTO regraded_attempts (attempt_id, question_id, old_score, new_score, is_raised, xp, regraded_at)
        SELECT id, :question_id, score, :score, :is_raised, :xp, :regraded_at
        FROM quiz_attempts WHERE id = :attempt_id
        ON CONFLICT (attempt_id, question_id) DO NOTHING RETURNING is_raised
    ), closed AS (
        UPDATE quiz_attempts SET score = :score, passed = :passed, revision = revision + 1
        FROM once WHERE once.is_raised AND id = :attempt_id
    ), graded AS (
        UPDATE attempt_slots s SET credit_numerator = part, credit_denominator = whole
        FROM once, unnest(:numbers, :parts, :wholes) AS credit (slot, part, whole)
        WHERE s.attempt_id = :attempt_id AND s.number = slot
    ), summarised AS (
        UPDATE activities SET summary = :summary FROM once
        WHERE once.is_raised AND user_id = :user_id AND source_type = 'attempt' AND source_id = :attempt_id
    ), added_day AS (
        UPDATE attempt_days d SET score_tenths = d.score_tenths + :score_tenths,
            best_tenths = greatest(d.best_tenths, :best_tenths), correct = d.correct + :correct,
            rest_numerator = d.rest_numerator * div({_COMMON}, d.rest_denominator)
                + :rest_numerator * div({_COMMON}, :rest_denominator),
            rest_denominator = {_COMMON}
        FROM once WHERE once.is_raised AND d.user_id = :user_id AND d.exam_type_id = :exam_type_id
        AND d.local_date = :local_date
    )
    UPDATE domain_days d SET correct = d.correct + counts.correct
    FROM once, unnest(:domain_ids, :domain_correct) AS counts (domain_id, correct)
    WHERE d.user_id = :user_id AND d.domain_id = counts.domain_id AND d.local_date = :local_date
    """).bindparams(  # noqa: S608 - expressions of our own
        _attempt,
        _user,
        _question,
        bindparam("score", type_=Numeric),
        bindparam("is_raised", type_=Boolean),
        bindparam("passed", type_=Boolean),
        bindparam("xp", type_=Integer),
        bindparam("regraded_at", type_=MOMENT),
        bindparam("numbers", type_=ARRAY(SmallInteger)),
        bindparam("parts", type_=ARRAY(Integer)),
        bindparam("wholes", type_=ARRAY(Integer)),
        bindparam("summary", type_=Text),
        bindparam("score_tenths", type_=Integer),
        bindparam("best_tenths", type_=Integer),
        bindparam("correct", type_=Integer),
        bindparam("rest_numerator", type_=Numeric),
        bindparam("rest_denominator", type_=Numeric),
        bindparam("exam_type_id", type_=ID),
        bindparam("local_date", type_=Date),
        bindparam("domain_ids", type_=ARRAY(ID)),
        bindparam("domain_correct", type_=ARRAY(Integer)),
    )
)
WAS_TOLD = Statement(
    text("""
    SELECT true FROM regraded_attempts d JOIN quiz_attempts a ON a.id = d.attempt_id
    WHERE d.question_id = :question_id AND d.is_raised AND a.user_id = :user_id LIMIT 1
    """).bindparams(_question, _user)
)
COUNTS = Statement(
    text(f"""
    SELECT (SELECT count(*)::int FROM regraded_attempts d WHERE d.question_id = :question_id),
        (SELECT count(*)::int FROM regraded_attempts d WHERE d.question_id = :question_id AND d.is_raised),
        (SELECT count(*)::int FROM quiz_attempts a JOIN users u ON u.id = a.user_id
            WHERE {_ASKS} AND a.state <> 'ABANDONED' AND a.mode = 'PRACTICE' AND {_NOT_YET}
            AND u.erased_at IS NULL)
    """).bindparams(_question, _earlier)  # noqa: S608 - conditions of our own
)
LATEST = Statement(
    text(f"""
    SELECT DISTINCT ON (q.id) q.id, j.state, j.progress,
        (SELECT count(*)::int FROM regraded_attempts d WHERE d.question_id = q.id),
        (SELECT count(*)::int FROM regraded_attempts d WHERE d.question_id = q.id AND d.is_raised),
        j.created_at, j.finished_at, j.next_run_at
    FROM unnest(:ids) AS q (id) JOIN jobs j ON j.kind = '{REGRADE.name}' AND j.arguments ->> 'question_id' = q.id
    ORDER BY q.id, j.id DESC
    """).bindparams(bindparam("ids", type_=ARRAY(ID))),  # noqa: S608 - the name of a kind
    maker(QuestionRegrade, state=member_of(JobState)),
)
