"""Measures of goals in Postgres: what their progress is computed from, and what brought them nearer lately."""

from typing import Any

from sqlalchemy import ARRAY, bindparam, text

from domain.ids import GoalId
from domain.learning.goal_forecasts import PACE_DAYS
from domain.learning.goals import MASTERY_ANSWERS, Gain, GoalKind, GoalState, Measure
from persistence.statements import ID, MOMENT, Statement


def _measure(goal_id: GoalId, kind: str, state: str, target_xp: int | None, *computed: Any) -> Measure:
    gained, done, required, whole, target_mastery, right = computed
    return Measure(
        goal_id=goal_id,
        kind=GoalKind(kind),
        state=GoalState(state),
        target_xp=target_xp,
        xp_gained=gained,
        done_weight=done,
        required_weight=required,
        is_whole=whole,
        target_mastery=target_mastery,
        right_answers=right,
    )


_FROM_GOALS = "'GOAL_COMPLETED' IN (x.reason, (SELECT reason FROM xp_entries r WHERE r.id = x.reverses_id))"
"""Whether an entry is the XP of a goal, or takes it back; it counts toward no goal."""
_ids = bindparam("ids", type_=ARRAY(ID))
_viewer = bindparam("viewer_id", type_=ID)
MEASURES = Statement(
    text(f"""
    SELECT g.id, g.kind, g.state, g.target_xp, (u.xp_total - g.xp_at_start - of_goals.xp)::int, path.done,
        path.required, path.whole, g.target_mastery, mastery.answers
    FROM goals g JOIN users u ON u.id = g.owner_id CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount), 0) AS xp FROM xp_entries x
        WHERE g.kind = 'XP_TARGET' AND x.user_id = g.owner_id AND x.id > 'xp_' || split_part(g.id, '_', 2)
        AND x.status = 'SETTLED' AND {_FROM_GOALS}
    ) of_goals CROSS JOIN LATERAL (
        SELECT coalesce(sum(n.weight) FILTER (WHERE p.state = 'DONE'), 0) AS done,
            coalesce(sum(n.weight) FILTER (WHERE p.state IS DISTINCT FROM 'SKIPPED'), 0) AS required,
            count(*) FILTER (WHERE p.state = 'DONE') = count(*) AS whole
        FROM enrolments e JOIN roadmap_nodes n ON n.version_id = e.version_id
        LEFT JOIN node_progress p ON p.enrolment_id = e.id AND p.lineage_id = n.lineage_id
        WHERE e.user_id = g.owner_id AND e.roadmap_id = g.roadmap_id AND NOT n.optional
    ) path CROSS JOIN LATERAL (
        SELECT coalesce(sum(answers), 0)::int AS answers FROM (
            SELECT (s.credit_numerator = s.credit_denominator)::int AS answers
            FROM quiz_attempts a JOIN quizzes q ON q.id = a.quiz_id JOIN attempt_slots s ON s.attempt_id = a.id
            WHERE g.kind = 'MASTERY_TARGET' AND a.user_id = g.owner_id AND a.finished_at >= g.created_at
            AND a.state IN ('GRADED', 'EXPIRED') AND q.exam_type_id = g.exam_type_id
            AND (q.author_id IS DISTINCT FROM g.owner_id OR q.drawn_for_id IS NOT NULL) AND NOT a.asks_unreviewed
            AND s.answer IS NOT NULL
            ORDER BY a.finished_at DESC, a.id, s.number LIMIT {MASTERY_ANSWERS}
        ) latest
    ) mastery
    WHERE g.id = ANY (:ids) AND g.owner_id = :viewer_id
    """).bindparams(_ids, _viewer),  # noqa: S608 - a number
    _measure,
)
UNREVIEWED = Statement(
    text("""
    SELECT EXISTS (
        SELECT FROM goals g JOIN enrolments e ON e.user_id = g.owner_id AND e.roadmap_id = g.roadmap_id
        JOIN roadmap_nodes n ON n.version_id = e.version_id AND NOT n.optional
        JOIN node_progress p ON p.enrolment_id = e.id AND p.lineage_id = n.lineage_id AND p.state = 'DONE'
        WHERE g.id = :goal_id AND (
            SELECT bool_and(a.asks_unreviewed) FROM quizzes q JOIN quiz_attempts a ON a.quiz_id = q.id
            WHERE q.slug = n.quiz_slug AND a.user_id = g.owner_id AND a.passed
        )
    )
    """).bindparams(bindparam("goal_id", type_=ID))
)
"""A node without a passed attempt at its quiz counts as reviewed: it has no quiz, or was completed without one."""
_DATE = "(({moment}) AT TIME ZONE u.time_zone - make_interval(hours => u.day_start_hour))::date"
_TODAY = _DATE.format(moment="CAST(:now AS timestamptz)")
GAINS = Statement(
    text(f"""
    SELECT g.id, gained.local_date, gained.amount::int, {_TODAY}
    FROM goals g JOIN users u ON u.id = g.owner_id CROSS JOIN LATERAL (
        SELECT x.local_date, sum(x.amount) AS amount FROM xp_entries x
        WHERE g.kind = 'XP_TARGET' AND x.user_id = g.owner_id AND x.status = 'SETTLED'
        AND x.local_date > {_TODAY} - {PACE_DAYS} AND x.local_date <= {_TODAY} AND NOT coalesce({_FROM_GOALS}, false)
        GROUP BY x.local_date
        UNION ALL
        SELECT done.local_date, sum(done.weight) FROM (
            SELECT {_DATE.format(moment="p.changed_at")} AS local_date, n.weight
            FROM enrolments e JOIN node_progress p ON p.enrolment_id = e.id AND p.state = 'DONE'
            JOIN roadmap_nodes n ON n.version_id = e.version_id AND n.lineage_id = p.lineage_id AND NOT n.optional
            WHERE g.kind = 'ROADMAP' AND e.user_id = g.owner_id AND e.roadmap_id = g.roadmap_id
        ) done WHERE done.local_date > {_TODAY} - {PACE_DAYS} AND done.local_date <= {_TODAY}
        GROUP BY done.local_date
    ) gained
    WHERE g.id = ANY (:ids) AND g.owner_id = :viewer_id
    ORDER BY g.id, gained.local_date
    """).bindparams(_ids, _viewer, bindparam("now", type_=MOMENT)),  # noqa: S608 - parts of our own
    Gain,
)
