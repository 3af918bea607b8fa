"""History of goals in Postgres: stored transitions, and the passing of a deadline that is not stored yet."""

from datetime import datetime

from sqlalchemy import Integer, bindparam, case, cast, literal_column, select, union_all

from domain.ids import GoalId
from domain.learning.goals import GoalState, GoalTransition, MovedBy
from persistence.paging import PagesPerKey, parent_key
from persistence.statements import ID
from persistence.tables.learning.goals import goal_transitions, goals, is_overdue


def _transition(
    goal_id: GoalId, version: int, was: str, became: str, at: datetime, by: str, _rank: int
) -> GoalTransition:
    return GoalTransition(
        goal_id=goal_id,
        version=version,
        from_state=GoalState(was),
        to_state=GoalState(became),
        occurred_at=at,
        by=MovedBy(by),
    )


_stored = select(*goal_transitions.c).where(goal_transitions.c.goal_id == goals.c.id).correlate(goals)
_passed = (
    select(
        goals.c.id,
        goals.c.version,
        literal_column("'ACTIVE'"),
        literal_column("'OVERDUE'"),
        goals.c.deadline,
        literal_column("'PLATFORM'"),
    )
    .where(is_overdue)
    .correlate(goals)
)
_all = union_all(_stored, _passed).lateral("transitions")
_rank = cast(2 * _all.c.version + case((_all.c.to_state == literal_column("'OVERDUE'"), 1), else_=0), Integer)
PAGES: PagesPerKey[GoalTransition] = PagesPerKey(
    select(*_all.c, _rank.label("rank"))
    .select_from(goals.join(_all, literal_column("true")))
    .where(goals.c.id == parent_key)
    .where(goals.c.owner_id == bindparam("viewer_id", type_=ID)),
    order=[_rank],
    descending=True,
    make=_transition,
    key_of=lambda transition: (transition.rank,),
    name="goalHistory",
)
"""The transitions of each goal of the viewer's, newest first."""
