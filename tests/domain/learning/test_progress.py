"""Progress: node states, what locks a node, and exact shares."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.learning.progress import NodeState, progress, standings
from tests.builders.roadmaps import a_step, either, every, some

DONE, SKIPPED, BEGUN = NodeState.DONE, NodeState.SKIPPED, NodeState.IN_PROGRESS


def test_a_step_without_prerequisites_is_available() -> None:
    assert standings([a_step("a")], {})["a"].state is NodeState.AVAILABLE


def test_a_step_is_locked_until_all_of_its_groups_are_met() -> None:
    steps = [a_step("a"), a_step("b"), a_step("c"), a_step("d", every("a"), either("b", "c"))]

    assert standings(steps, {"a": DONE})["d"].state is NodeState.LOCKED
    assert standings(steps, {"b": DONE})["d"].state is NodeState.LOCKED
    assert standings(steps, {"a": DONE, "c": DONE})["d"].state is NodeState.AVAILABLE


@pytest.mark.parametrize(
    ("done", "message"),
    [
        ([], "First complete “Root” and 2 of “A”, “B”, “C”."),
        (["root"], "First complete 2 of “A”, “B”, “C”."),
        (["root", "a"], "First complete 1 of “B”, “C”."),
        (["a", "b"], "First complete “Root”."),
    ],
)
def test_a_sentence_says_what_locks_a_step(done: list[str], message: str) -> None:
    steps = [*map(a_step, ("root", "a", "b", "c")), a_step("top", every("root"), some(2, "a", "b", "c"))]

    because = standings(steps, dict.fromkeys(done, DONE))["top"].locked_because

    assert because is not None
    assert because.message == message


def test_what_is_missing_is_listed_once() -> None:
    steps = [a_step("a"), a_step("b"), a_step("c", every("a"), either("a", "b"))]

    because = standings(steps, {})["c"].locked_because

    assert because is not None
    assert because.missing_ids == ("a", "b")


def test_a_skipped_step_opens_what_comes_next() -> None:
    steps = [a_step("a"), a_step("b", every("a"))]

    assert standings(steps, {"a": SKIPPED})["b"].state is NodeState.AVAILABLE


def test_a_step_in_progress_opens_nothing() -> None:
    steps = [a_step("a"), a_step("b", every("a"))]

    assert standings(steps, {"a": BEGUN})["b"].state is NodeState.LOCKED


def test_done_stays_done_when_a_prerequisite_is_undone() -> None:
    steps = [a_step("a"), a_step("b", every("a")), a_step("c", every("a"))]

    found = standings(steps, {"b": DONE, "c": BEGUN})

    assert found["b"].state is NodeState.DONE
    assert found["c"].state is NodeState.LOCKED


def test_progress_is_weight_done_over_weight_required() -> None:
    steps = [a_step("a", weight=1), a_step("b", weight=2), a_step("c", weight=4)]

    found = progress(steps, {"a": DONE, "b": DONE})

    assert found.fraction == Fraction(3, 7)
    assert found.percent == 42
    assert not found.is_complete


def test_skipped_steps_do_not_count_and_never_complete_a_path() -> None:
    steps = [a_step("a", weight=3), a_step("b", weight=7)]

    found = progress(steps, {"a": DONE, "b": SKIPPED})

    assert (found.done_weight, found.required_weight) == (3, 3)
    assert found.percent == 99
    assert not found.is_complete


def test_all_required_done_is_100_percent_whatever_is_optional() -> None:
    steps = [a_step("a"), a_step("extra", optional=True, weight=50)]

    found = progress(steps, {"a": DONE})

    assert found.percent == 100
    assert found.is_complete
    assert (found.optional_done, found.optional_nodes) == (0, 1)


def test_optional_steps_do_not_count_as_progress() -> None:
    found = progress([a_step("a"), a_step("extra", optional=True)], {"extra": DONE})

    assert found.percent == 0
    assert found.optional_done == 1


def test_all_skipped_is_nothing_done() -> None:
    found = progress([a_step("a")], {"a": SKIPPED})

    assert found.percent == 0
    assert found.fraction == 0


@given(st.lists(st.tuples(st.integers(1, 100), st.sampled_from([None, *NodeState])), min_size=1, max_size=30))
def test_the_percentage_is_100_exactly_when_every_required_step_is_done(
    marks: list[tuple[int, NodeState]],
) -> None:
    steps = [a_step(str(n), weight=weight) for n, (weight, _) in enumerate(marks)]

    found = progress(steps, {str(n): mark for n, (_, mark) in enumerate(marks) if mark})

    assert (found.percent == 100) == all(mark is DONE for _, mark in marks)
    assert 0 <= found.fraction <= 1
