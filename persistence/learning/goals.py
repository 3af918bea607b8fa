"""Goals in Postgres."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Text,
    any_,
    bindparam,
    delete,
    exists,
    insert,
    literal_column,
    not_,
    or_,
    select,
    update,
)

from domain.ids import GoalId, UserId
from domain.learning.goals import Gain, Goal, GoalKind, GoalState, GoalTransition, Measure
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.learning import goal_history, goal_measures
from persistence.learning.completion_events import goal_completed
from persistence.paging import Pages
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, MOMENT, Statement, by_key, columns_for, grouped
from persistence.tables.accounts.users import users
from persistence.tables.learning.goals import goal_transitions, goals, is_overdue, reads_as

_goal = maker(Goal, kind=member_of(GoalKind), state=member_of(GoalState))


_columns = columns_for(Goal, goals, state=reads_as)
_own = goals.c.owner_id == bindparam("viewer_id", type_=ID)
_ids = bindparam("ids", type_=ARRAY(ID))
_state = bindparam("state", type_=Text)
_values: dict[str, Any] = {c.name: bindparam(c.name) for c in goals.c if c.name != "xp_at_start"}
_ADD = Statement(
    insert(goals).values(
        **_values,
        xp_at_start=select(users.c.xp_total).where(users.c.id == bindparam("owner_id")).scalar_subquery(),
    )
)
_BY_IDS = Statement(select(*_columns).where(goals.c.id == any_(_ids)).where(_own), _goal)
_LOCK = Statement(
    select(*_columns).where(goals.c.id == bindparam("id")).where(_own).with_for_update(key_share=True), _goal
)
_NEWEST_FIRST = Pages(
    select(*_columns).where(_own).where(or_(_state.is_(None), reads_as == _state)),
    order=[goals.c.id],
    descending=True,
    make=_goal,
    key_of=lambda goal: (goal.id,),
    name="goals",
)
_CHANGED = ("title", "description", "state", "version", "deadline", "completed_at")
_CHANGE = Statement(
    update(goals)
    .where(goals.c.id == bindparam("goal_id"))
    .values({name: bindparam(name) for name in _CHANGED})
)
_TRANSITION_COLUMNS = [c.name for c in goal_transitions.c]
_given: list[ColumnElement[Any]] = [bindparam(c.name, type_=c.type) for c in goal_transitions.c]
_known = goal_transitions.alias("known")
_is_told = exists().where(
    bindparam("to_state", type_=Text) == literal_column("'OVERDUE'"),
    _known.c.goal_id == bindparam("goal_id", type_=ID),
    _known.c.to_state == literal_column("'OVERDUE'"),
    _known.c.occurred_at >= bindparam("occurred_at", type_=MOMENT),
)
"""Whether the passing of this deadline is in the history: at the deadline, or later, when the goal became active."""
_ADD_TRANSITION = Statement(
    insert(goal_transitions)
    .from_select(_TRANSITION_COLUMNS, select(*_given).where(not_(_is_told)))
    .add_cte(goal_completed())
)
_REMOVE = Statement(delete(goals).where(goals.c.id == bindparam("id")))

_MEASURED = Statement(
    select(goals.c.id)
    .where(goals.c.owner_id == bindparam("user_id", type_=ID))
    .where(goals.c.state.in_([literal_column("'ACTIVE'"), literal_column("'OVERDUE'")]))
    .where(goals.c.kind != literal_column("'MANUAL'"))
    .order_by(goals.c.id),
    str,
)
_due = (
    select(goals.c.id)
    .where(is_overdue)
    .order_by(goals.c.deadline)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_marked = (
    update(goals)
    .where(goals.c.id == _due.c.id)
    .values(state=literal_column("'OVERDUE'"))
    .returning(*goals.c)
    .cte("marked")
)
_told = (
    insert(goal_transitions)
    .from_select(
        _TRANSITION_COLUMNS,
        select(
            _marked.c.id,
            _marked.c.version,
            literal_column("'ACTIVE'"),
            literal_column("'OVERDUE'"),
            _marked.c.deadline,
            literal_column("'PLATFORM'"),
        ),
    )
    .cte("told")
)
_MARK_OVERDUE = Statement(select(*columns_for(Goal, _marked)).add_cte(_told), _goal)


class SqlGoals:
    """Goals in the table `goals`, the changes of their states in `goal_transitions`."""

    def __init__(self, connection: SqlConnection) -> None:
        self._connection = connection

    async def add(self, goal: Goal) -> Goal:
        """Store a new goal and the XP that its owner has at that moment."""
        values = {f.name: getattr(goal, f.name) for f in fields(Goal)}
        await self._connection.run(_ADD, **values | {"kind": goal.kind.value, "state": goal.state.value})
        return goal

    async def by_ids(self, ids: Sequence[GoalId], *, viewer_id: UserId, now: datetime) -> list[Goal | None]:
        """Return one slot per id, in their order."""
        rows = await self._connection.all(_BY_IDS, ids=list(ids), viewer_id=viewer_id, now=now)
        return by_key(ids, rows, lambda goal: goal.id)

    async def page(
        self, window: Window, *, viewer_id: UserId, state: GoalState | None, now: datetime
    ) -> Page[Goal]:
        """Return the viewer's goals, newest first, in one state or all."""
        named = None if state is None else state.value
        return await _NEWEST_FIRST.read(self._connection, window, viewer_id=viewer_id, state=named, now=now)

    async def lock(self, goal_id: GoalId, *, viewer_id: UserId, now: datetime) -> Goal | None:
        """Return a goal and lock its row."""
        return await self._connection.first(_LOCK, id=goal_id, viewer_id=viewer_id, now=now)

    async def change(self, goal: Goal) -> None:
        """Store the changes of a goal that `lock` returned."""
        values = {name: getattr(goal, name) for name in _CHANGED}
        await self._connection.run(_CHANGE, **values | {"state": goal.state.value}, goal_id=goal.id)

    async def add_transitions(self, transitions: Sequence[GoalTransition]) -> None:
        """Add transitions to the history, of which there are one or two; the passing of one deadline is added once."""
        for transition in transitions:
            await self._connection.run(
                _ADD_TRANSITION,
                goal_id=transition.goal_id,
                version=transition.version,
                from_state=transition.from_state.value,
                to_state=transition.to_state.value,
                occurred_at=transition.occurred_at,
                moved_by=transition.by.value,
            )

    async def measured(self, user_id: UserId) -> list[GoalId]:
        """Return the learner's active and overdue goals with a measured end."""
        return [GoalId(id_) for id_ in await self._connection.all(_MEASURED, user_id=user_id)]

    async def mark_overdue(self, *, now: datetime, limit: int) -> list[Goal]:
        """Store that active goals are past their deadlines, with the transitions, in one statement."""
        return await self._connection.all(_MARK_OVERDUE, now=now, most=limit)

    async def remove(self, goal_id: GoalId) -> None:
        """Remove a goal; its history goes with it."""
        await self._connection.run(_REMOVE, id=goal_id)

    async def measures(self, ids: Sequence[GoalId], *, viewer_id: UserId) -> list[Measure | None]:
        """Return what the progress of each goal is computed from, one slot per id."""
        rows = await self._connection.all(goal_measures.MEASURES, ids=list(ids), viewer_id=viewer_id)
        return by_key(ids, rows, lambda measure: measure.goal_id)

    async def rests_on_unreviewed(self, goal_id: GoalId) -> bool:
        """Return whether a required node is done by attempts alone that asked generated, unreviewed questions."""
        return bool(await self._connection.value(goal_measures.UNREVIEWED, goal_id=goal_id))

    async def gains(self, ids: Sequence[GoalId], *, viewer_id: UserId, now: datetime) -> list[list[Gain]]:
        """Return what brought each goal nearer on the last 14 local dates, one list per id."""
        rows = await self._connection.all(
            goal_measures.GAINS, ids=list(dict.fromkeys(ids)), viewer_id=viewer_id, now=now
        )
        return grouped(ids, rows, lambda gain: gain.goal_id)

    async def history(
        self, ids: Sequence[GoalId], window: Window, *, viewer_id: UserId, now: datetime
    ) -> list[Page[GoalTransition]]:
        """Return a page of the transitions of each goal, newest first."""
        return await goal_history.PAGES.read(
            self._connection, list(ids), window, viewer_id=viewer_id, now=now
        )
