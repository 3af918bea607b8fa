"""Goals in Postgres."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    Text,
    and_,
    any_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    union_all,
    update,
)

from domain.ids import GoalId, UserId
from domain.learning.goals import MOST_TRANSITIONS, Goal, GoalKind, GoalState, GoalTransition, Measure
from domain.paging import Page, Window
from persistence.database import SqlConnection
from persistence.learning.completion_events import goal_completed
from persistence.paging import Pages, parent_key, parents
from persistence.row_mapping import maker, member_of
from persistence.statements import ID, Statement, by_key, columns_for, grouped
from persistence.tables.accounts.users import users
from persistence.tables.content.roadmaps import enrolments, node_progress, roadmap_nodes
from persistence.tables.learning.goals import goal_transitions, goals, is_overdue, reads_as

_goal = maker(Goal, kind=member_of(GoalKind), state=member_of(GoalState))


def _measure(goal_id: GoalId, kind: str, state: str, target_xp: int | None, *computed: Any) -> Measure:
    gained, done, required, whole = computed
    return Measure(
        goal_id=goal_id,
        kind=GoalKind(kind),
        state=GoalState(state),
        target_xp=target_xp,
        xp_gained=gained,
        done_weight=done,
        required_weight=required,
        is_whole=whole,
    )


def _transition(goal_id: GoalId, version: int, was: str, became: str, at: datetime) -> GoalTransition:
    return GoalTransition(
        goal_id=goal_id,
        version=version,
        from_state=GoalState(was),
        to_state=GoalState(became),
        occurred_at=at,
    )


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
_ADD_TRANSITION = Statement(
    insert(goal_transitions)
    .values({c.name: bindparam(c.name) for c in goal_transitions.c})
    .add_cte(goal_completed())
)
_REMOVE = Statement(delete(goals).where(goals.c.id == bindparam("id")))

_done = node_progress.c.state == "DONE"
_skipped = and_(node_progress.c.state.is_not(None), node_progress.c.state == "SKIPPED")
_path = (
    select(
        func.coalesce(func.sum(roadmap_nodes.c.weight).filter(_done), 0).label("done_weight"),
        func.coalesce(func.sum(roadmap_nodes.c.weight).filter(~_skipped), 0).label("required_weight"),
        (func.count().filter(_done) == func.count()).label("is_whole"),
    )
    .select_from(
        enrolments.join(roadmap_nodes, roadmap_nodes.c.version_id == enrolments.c.version_id).outerjoin(
            node_progress,
            and_(
                node_progress.c.enrolment_id == enrolments.c.id,
                node_progress.c.lineage_id == roadmap_nodes.c.lineage_id,
            ),
        )
    )
    .where(enrolments.c.user_id == goals.c.owner_id)
    .where(enrolments.c.roadmap_id == goals.c.roadmap_id)
    .where(~roadmap_nodes.c.optional)
    .lateral("path")
)
_MEASURES = Statement(
    select(
        goals.c.id,
        goals.c.kind,
        reads_as,
        goals.c.target_xp,
        users.c.xp_total - goals.c.xp_at_start,
        _path.c.done_weight,
        _path.c.required_weight,
        _path.c.is_whole,
    )
    .select_from(goals.join(users, users.c.id == goals.c.owner_id).join(_path, true()))
    .where(goals.c.id == any_(_ids))
    .where(_own),
    _measure,
)
_latest = (
    select(*goal_transitions.c)
    .where(goal_transitions.c.goal_id == parent_key)
    .order_by(goal_transitions.c.version.desc(), goal_transitions.c.occurred_at.desc())
    .limit(literal_column(str(MOST_TRANSITIONS)))
    .lateral("latest")
)
_TRANSITIONS = Statement(
    union_all(
        select(*_latest.c)
        .select_from(parents.join(_latest, true()).join(goals, goals.c.id == _latest.c.goal_id))
        .where(_own),
        select(goals.c.id, goals.c.version, goals.c.state, reads_as, goals.c.deadline)
        .where(goals.c.id == any_(bindparam("keys", type_=ARRAY(ID))))
        .where(is_overdue)
        .where(_own),
    ),
    _transition,
)


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
        """Store the changes of a goal that `lock` returned; an overdue one is stored as active."""
        values = {name: getattr(goal, name) for name in _CHANGED}
        stored = GoalState.ACTIVE if goal.state is GoalState.OVERDUE else goal.state
        await self._connection.run(_CHANGE, **values | {"state": stored.value}, goal_id=goal.id)

    async def add_transitions(self, transitions: Sequence[GoalTransition]) -> None:
        """Add transitions to the history; there are one or two of them."""
        for transition in transitions:
            await self._connection.run(
                _ADD_TRANSITION,
                goal_id=transition.goal_id,
                version=transition.version,
                from_state=transition.from_state.value,
                to_state=transition.to_state.value,
                occurred_at=transition.occurred_at,
            )

    async def remove(self, goal_id: GoalId) -> None:
        """Remove a goal; its history goes with it."""
        await self._connection.run(_REMOVE, id=goal_id)

    async def measures(
        self, ids: Sequence[GoalId], *, viewer_id: UserId, now: datetime
    ) -> list[Measure | None]:
        """Return what the progress of each goal is computed from, one slot per id."""
        rows = await self._connection.all(_MEASURES, ids=list(ids), viewer_id=viewer_id, now=now)
        return by_key(ids, rows, lambda measure: measure.goal_id)

    async def transitions_of(
        self, ids: Sequence[GoalId], *, viewer_id: UserId, now: datetime
    ) -> list[list[GoalTransition]]:
        """Return the latest 100 transitions of each goal, newest first."""
        keys = list(dict.fromkeys(ids))
        rows = await self._connection.all(_TRANSITIONS, keys=keys, viewer_id=viewer_id, now=now)
        rows.sort(key=lambda row: (row.version, row.to_state is GoalState.OVERDUE), reverse=True)
        return [latest[:MOST_TRANSITIONS] for latest in grouped(ids, rows, lambda row: row.goal_id)]
