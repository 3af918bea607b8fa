"""Goals: the state machine against a model, and what each kind counts as progress."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.errors import InvalidInputError
from domain.learning.goal_transitions import IllegalTransitionError, Move, extended, moved
from domain.learning.goals import Goal, GoalKind, GoalState, Measure
from tests.builders.goals import MORNING, a_goal

S = GoalState
LEGAL = {
    ("DRAFT", "ACTIVE"),
    ("ACTIVE", "PAUSED"),
    ("PAUSED", "ACTIVE"),
    *((state, end) for state in ("ACTIVE", "PAUSED", "OVERDUE") for end in ("COMPLETED", "ABANDONED")),
}


@pytest.mark.parametrize("before", S)
@pytest.mark.parametrize("after", S)
def test_only_the_allowed_transitions_are_accepted(before: GoalState, after: GoalState) -> None:
    goal = a_goal(state=before, deadline=MORNING + timedelta(days=1))

    if (before.value, after.value) in LEGAL:
        assert moved(goal, after, now=MORNING).goal.state is after
        return
    with pytest.raises(IllegalTransitionError) as refusal:
        moved(goal, after, now=MORNING)
    assert (refusal.value.from_state, refusal.value.to_state) == (before, after)
    assert {(before.value, state.value) for state in refusal.value.allowed} == {
        arrow for arrow in LEGAL if arrow[0] == before.value
    }


def test_a_move_of_an_overdue_goal_records_the_passed_deadline() -> None:
    deadline, now = MORNING, MORNING + timedelta(days=1)
    goal = a_goal(state=S.OVERDUE, deadline=deadline, version=3)

    move = moved(goal, S.COMPLETED, now=now)

    assert [(t.version, t.from_state, t.to_state, t.occurred_at) for t in move.transitions] == [
        (3, S.ACTIVE, S.OVERDUE, deadline),
        (4, S.OVERDUE, S.COMPLETED, now),
    ]
    assert (move.goal.version, move.goal.completed_at) == (4, now)


def test_a_later_deadline_makes_an_overdue_goal_active_again() -> None:
    goal = a_goal(state=S.OVERDUE, deadline=MORNING)

    move = extended(goal, MORNING + timedelta(days=9), now=MORNING + timedelta(days=1))

    assert move.goal.state is S.ACTIVE
    assert [t.to_state for t in move.transitions] == [S.OVERDUE, S.ACTIVE]


@pytest.mark.parametrize("days", [-1, 0, 1, 4_000])
def test_a_deadline_is_extended_into_the_future_and_not_beyond_ten_years(days: int) -> None:
    goal = a_goal(state=S.ACTIVE, deadline=MORNING + timedelta(days=2))

    with pytest.raises(InvalidInputError) as refusal:
        extended(goal, MORNING + timedelta(days=days), now=MORNING)

    assert refusal.value.field == "deadline"


@pytest.mark.parametrize("state", [S.COMPLETED, S.ABANDONED])
def test_a_finished_goal_is_not_extended(state: GoalState) -> None:
    with pytest.raises(IllegalTransitionError) as refusal:
        extended(a_goal(state=state), MORNING + timedelta(days=1), now=MORNING)

    assert refusal.value.allowed == []


def measure(**values: Any) -> Measure:
    given = {
        "goal_id": a_goal().id,
        "kind": GoalKind.MANUAL,
        "state": S.ACTIVE,
        "target_xp": None,
        "xp_gained": 0,
        "done_weight": 0,
        "required_weight": 0,
        "is_whole": False,
        "target_mastery": None,
        "right_answers": 0,
    }
    return Measure(**(given | values))


@pytest.mark.parametrize(
    ("values", "progress", "reached"),
    [
        ({}, 0.0, True),
        ({"state": S.COMPLETED}, 1.0, True),
        ({"kind": GoalKind.XP_TARGET, "target_xp": 200, "xp_gained": 50}, 0.25, False),
        ({"kind": GoalKind.XP_TARGET, "target_xp": 200, "xp_gained": 199}, 0.995, False),
        ({"kind": GoalKind.XP_TARGET, "target_xp": 200, "xp_gained": 200}, 1.0, True),
        ({"kind": GoalKind.XP_TARGET, "target_xp": 200, "xp_gained": 900}, 1.0, True),
        ({"kind": GoalKind.XP_TARGET, "target_xp": 200, "xp_gained": -10}, 0.0, False),  # XP was reversed
        ({"kind": GoalKind.MASTERY_TARGET, "target_mastery": 70, "right_answers": 7}, 0.2, False),
        ({"kind": GoalKind.MASTERY_TARGET, "target_mastery": 70, "right_answers": 35}, 1.0, True),
        ({"kind": GoalKind.MASTERY_TARGET, "target_mastery": 71, "right_answers": 35}, 35 / 36, False),
        ({"kind": GoalKind.ROADMAP}, 0.0, False),  # not enrolled
        ({"kind": GoalKind.ROADMAP, "done_weight": 1, "required_weight": 4}, 0.25, False),
        ({"kind": GoalKind.ROADMAP, "done_weight": 4, "required_weight": 4}, 0.99, False),  # one was skipped
        ({"kind": GoalKind.ROADMAP, "done_weight": 4, "required_weight": 4, "is_whole": True}, 1.0, True),
    ],
)
def test_progress_is_a_share_and_one_only_when_all_is_done(
    values: dict[str, Any], progress: float, reached: bool
) -> None:
    found = measure(**values)

    assert (found.progress, found.is_reached) == (progress, reached)


class GoalMachine(RuleBasedStateMachine):
    """Moves, extends and lets time pass; the model is a state, a deadline and a count of changes."""

    @initialize(due=st.none() | st.integers(1, 72))
    def begin(self, due: int | None) -> None:
        self.now = MORNING
        self.deadline = None if due is None else MORNING + timedelta(hours=due)
        self.state, self.version = "DRAFT", 1
        self.stored = a_goal(deadline=self.deadline)
        self.history: list[tuple[str, str, datetime]] = []

    def reads(self) -> str:
        late = self.deadline is not None and self.deadline <= self.now
        return "OVERDUE" if self.state == "ACTIVE" and late else self.state

    def goal(self) -> Goal:
        """Read as the store reads: the stored state, overdue from the deadline on."""
        return a_goal(
            **{name: getattr(self.stored, name) for name in Goal.__slots__} | {"state": S(self.reads())}
        )

    def keep(self, move: Move, to: str) -> None:
        if self.reads() == "OVERDUE" and self.deadline is not None:
            self.history.append(("ACTIVE", "OVERDUE", self.deadline))
        assert [(t.from_state.value, t.to_state.value, t.occurred_at) for t in move.transitions] == (
            self.history[-1:] if self.reads() == "OVERDUE" else []
        ) + ([(self.reads(), to, self.now)] if to != self.reads() else []) + (
            [("ACTIVE", "OVERDUE", self.now)] if to != move.goal.state.value else []
        )
        is_late = move.goal.deadline is not None and move.goal.deadline <= self.now
        assert move.goal.state.value == ("OVERDUE" if to == "ACTIVE" and is_late else to)
        self.stored, self.version, self.state = move.goal, self.version + 1, move.goal.state.value
        self.deadline = move.goal.deadline

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(to=st.sampled_from(S))
    def move(self, to: GoalState) -> None:
        if (self.reads(), to.value) in LEGAL:
            self.keep(moved(self.goal(), to, now=self.now), to.value)
        else:
            with pytest.raises(IllegalTransitionError):
                moved(self.goal(), to, now=self.now)

    @rule(hours=st.integers(-10, 90))
    def extend(self, hours: int) -> None:
        deadline = self.now + timedelta(hours=hours)
        later = self.deadline is None or deadline > self.deadline
        if self.state in {"COMPLETED", "ABANDONED"}:
            with pytest.raises(IllegalTransitionError):
                extended(self.goal(), deadline, now=self.now)
        elif hours > 0 and later:
            to = "ACTIVE" if self.reads() == "OVERDUE" else self.reads()
            self.keep(extended(self.goal(), deadline, now=self.now), to)
            assert self.deadline == deadline
        else:
            with pytest.raises(InvalidInputError):
                extended(self.goal(), deadline, now=self.now)

    @invariant()
    def agrees_with_the_model(self) -> None:
        goal = self.goal()
        assert goal.version == self.version
        assert (goal.completed_at is not None) == (self.state == "COMPLETED")
        assert {(self.reads(), to.value) for to in goal.allowed_transitions} == {
            arrow for arrow in LEGAL if arrow[0] == self.reads()
        }


TestGoalMachine = GoalMachine.TestCase
TestGoalMachine.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
