"""Statements about what learners earned: for one reason on a day, for goals and since, and in all."""

from sqlalchemy import Date, bindparam, func, literal_column, select, text

from domain.gamification.xp import Discrepancy, GoalXp
from persistence.statements import ID, MOMENT, Statement
from persistence.tables.accounts.users import users
from persistence.tables.gamification.xp import xp_entries

EARNED_ON = Statement(
    text("""
    SELECT coalesce(sum(amount), 0) FROM xp_entries
    WHERE user_id = :user_id AND local_date = :local_date AND reason = :reason AND status <> 'REVERSED'
    """).bindparams(
        bindparam("user_id", type_=ID), bindparam("local_date", type_=Date), bindparam("reason", type_=ID)
    )
)
GOAL_XP = Statement(
    text("""
    WITH paid AS MATERIALIZED (
        SELECT source_type, source_id, occurred_at, local_date FROM xp_entries
        WHERE user_id = :user_id AND reason = 'GOAL_COMPLETED' AND amount > 0 AND status <> 'REVERSED'
    )
    SELECT (SELECT count(*) FROM paid WHERE local_date = :local_date),
        EXISTS (SELECT FROM paid WHERE source_type <> 'goal' AND source_id = :about_id),
        (SELECT coalesce(sum(amount), 0) FROM xp_entries
        WHERE user_id = :user_id AND reason <> 'GOAL_COMPLETED' AND status = 'SETTLED' AND occurred_at >= :since
        AND NOT EXISTS (SELECT FROM paid WHERE source_type = 'goal' AND paid.occurred_at >= xp_entries.occurred_at))
    """).bindparams(
        bindparam("user_id", type_=ID),
        bindparam("local_date", type_=Date),
        bindparam("about_id", type_=ID),
        bindparam("since", type_=MOMENT),
    ),
    GoalXp,
)
_settled = func.coalesce(
    func.sum(xp_entries.c.amount).filter(xp_entries.c.status == literal_column("'SETTLED'")), 0
)
DISCREPANCIES = Statement(
    select(users.c.id, users.c.xp_total, _settled)
    .select_from(users.outerjoin(xp_entries, xp_entries.c.user_id == users.c.id))
    .group_by(users.c.id)
    .having(_settled != users.c.xp_total)
    .order_by(users.c.id),
    Discrepancy,
)
