"""Streak states in SQL: what `domain.gamification.current_streak` computes for one learner, for all users of a query.

The tests compare both on random histories. The freezes that a learner holds are counted from the whole history, and so
only for those whose last activity is two or more dates ago, and where stored freezes do not decide it.
"""

from sqlalchemy import ColumnElement, Text, literal_column

from domain.gamification.streak_rules import DATE_LINE_WITHIN, DAYS_PER_FREEZE, MOST_FREEZES

_WITHIN = f"interval '{int(DATE_LINE_WITHIN.total_seconds())} seconds'"


def _is_frozen(day: str) -> str:
    return f"EXISTS (SELECT FROM streak_freezes z WHERE z.user_id = users.id AND z.local_date = {day})"


def _is_covered(last: str, until: str, held: str) -> str:
    """Return whether each date between two has a stored freeze or one of those that are held."""
    return f"""NOT EXISTS (
        SELECT FROM generate_series(1, {until} - {last} - 1) AS missing
        WHERE missing > {held} AND NOT {_is_frozen(f"{last} + missing")}
    )"""


_HELD = f"""
    WITH RECURSIVE days AS (
        SELECT local_date, min(occurred_at) AS first_at, max(occurred_at) AS last_at,
            (array_agg(time_zone ORDER BY occurred_at))[1] AS first_zone,
            (array_agg(time_zone ORDER BY occurred_at DESC))[1] AS last_zone,
            row_number() OVER (ORDER BY local_date) AS place
        FROM activities WHERE activities.user_id = users.id GROUP BY local_date
    ), run AS (
        SELECT place, local_date, last_at, last_zone, 1 AS length, 0 AS freezes FROM days WHERE place = 1
        UNION ALL
        SELECT days.place, days.local_date, days.last_at, days.last_zone, kept.length + 1,
            CASE WHEN (kept.length + 1) % {DAYS_PER_FREEZE} = 0
                THEN least({MOST_FREEZES}, kept.freezes + 1) ELSE kept.freezes END
        FROM run JOIN days ON days.place = run.place + 1
        CROSS JOIN LATERAL (
            SELECT days.local_date - run.local_date = 1
                OR (days.local_date - run.local_date = 2 AND days.first_zone <> run.last_zone
                    AND days.first_at - run.last_at <= {_WITHIN}) AS is_next
        ) step
        CROSS JOIN LATERAL (
            SELECT step.is_next OR {_is_covered("run.local_date", "days.local_date", "run.freezes")} AS goes_on
        ) gap
        CROSS JOIN LATERAL (
            SELECT CASE WHEN gap.goes_on THEN run.length ELSE 0 END AS length,
                CASE WHEN step.is_next THEN run.freezes
                    WHEN gap.goes_on THEN greatest(0, run.freezes - (days.local_date - run.local_date - 1))
                    ELSE 0 END AS freezes
        ) kept
    )
    SELECT freezes FROM run ORDER BY place DESC LIMIT 1
"""  # noqa: S608 - numbers

STREAK_STATE: ColumnElement[str] = literal_column(
    f"""(
    SELECT CASE
        WHEN last.local_date IS NULL THEN 'BROKEN'
        WHEN last.local_date >= today.date THEN 'ACTIVE'
        WHEN last.local_date = today.date - 1 THEN 'AT_RISK'
        WHEN last.local_date = today.date - 2 AND last.time_zone <> users.time_zone
            AND moment.now - last.occurred_at <= {_WITHIN} THEN 'AT_RISK'
        WHEN today.date - last.local_date > {MOST_FREEZES + 1}
            AND NOT {_is_frozen(f"last.local_date + {MOST_FREEZES + 1}")} THEN 'BROKEN'
        WHEN {_is_covered("last.local_date", "today.date", f"({_HELD})")} THEN 'AT_RISK'
        ELSE 'BROKEN'
    END
    FROM (SELECT (
        (moment.now AT TIME ZONE users.time_zone) - make_interval(hours => users.day_start_hour)
    )::date AS date) today
    LEFT JOIN LATERAL (
        SELECT local_date, occurred_at, time_zone FROM activities
        WHERE activities.user_id = users.id ORDER BY local_date DESC, occurred_at DESC LIMIT 1
    ) last ON true
    )""",  # noqa: S608 - numbers
    Text,
)
"""The state of the streak of `users` at `moment.now`, which the query has to select from."""
