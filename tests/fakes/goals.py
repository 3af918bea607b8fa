"""Goals in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.goals import MOST_TRANSITIONS, Goal, GoalState, GoalTransition, Measure
from domain.ids import GoalId, UserId
from domain.paging import Page, Window, cut, expect


class FakeGoals:
    """Goals in a dict, by id; nobody in it learns on a roadmap or earns XP."""

    def __init__(self) -> None:
        self._goals: dict[GoalId, Goal] = {}
        self._moves: list[GoalTransition] = []

    async def add(self, goal: Goal) -> Goal:
        self._goals[goal.id] = goal
        return goal

    async def by_ids(self, ids: Sequence[GoalId], *, viewer_id: UserId, now: datetime) -> list[Goal | None]:
        return [self._read(goal_id, viewer_id, now) for goal_id in ids]

    async def page(
        self, window: Window, *, viewer_id: UserId, state: GoalState | None, now: datetime
    ) -> Page[Goal]:
        key = expect(window, str, field="before" if window.backward else "after")
        read = [self._read(goal_id, viewer_id, now) for goal_id in self._goals]
        found = [goal for goal in read if goal and state in {None, goal.state}]
        found.sort(key=lambda goal: goal.id, reverse=not window.backward)
        if key is not None:
            found = [g for g in found if (g.id > key[0] if window.backward else g.id < key[0])]
        return cut(found[: window.size + 1], window, lambda goal: (goal.id,))

    async def holding(self, goal_id: GoalId, *, viewer_id: UserId, now: datetime) -> Goal | None:
        return self._read(goal_id, viewer_id, now)

    async def change(self, goal: Goal) -> None:
        stored = GoalState.ACTIVE if goal.state is GoalState.OVERDUE else goal.state
        self._goals[goal.id] = replace(goal, state=stored)

    async def note(self, transitions: Sequence[GoalTransition]) -> None:
        self._moves += transitions

    async def remove(self, goal_id: GoalId) -> None:
        del self._goals[goal_id]

    async def measures(
        self, ids: Sequence[GoalId], *, viewer_id: UserId, now: datetime
    ) -> list[Measure | None]:
        return [goal and _measure(goal) for goal in await self.by_ids(ids, viewer_id=viewer_id, now=now)]

    async def transitions_of(
        self, ids: Sequence[GoalId], *, viewer_id: UserId, now: datetime
    ) -> list[list[GoalTransition]]:
        return [self._history(self._read(goal_id, viewer_id, now)) for goal_id in ids]

    def _history(self, goal: Goal | None) -> list[GoalTransition]:
        if goal is None:
            return []
        moves = [move for move in self._moves if move.goal_id == goal.id]
        if goal.state is GoalState.OVERDUE and goal.deadline is not None:
            moves.append(
                GoalTransition(
                    goal_id=goal.id,
                    version=goal.version,
                    from_state=GoalState.ACTIVE,
                    to_state=GoalState.OVERDUE,
                    occurred_at=goal.deadline,
                )
            )
        return moves[::-1][:MOST_TRANSITIONS]

    def _read(self, goal_id: GoalId, viewer_id: UserId, now: datetime) -> Goal | None:
        goal = self._goals.get(goal_id)
        if goal is None or goal.owner_id != viewer_id:
            return None
        late = goal.state is GoalState.ACTIVE and goal.deadline is not None and goal.deadline <= now
        return replace(goal, state=GoalState.OVERDUE) if late else goal


def _measure(goal: Goal) -> Measure:
    return Measure(
        goal_id=goal.id,
        kind=goal.kind,
        state=goal.state,
        target_xp=goal.target_xp,
        xp_gained=0,
        done_weight=0,
        required_weight=0,
        is_whole=True,
    )
