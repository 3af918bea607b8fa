"""Prerequisites: what makes a graph of steps unsound."""

from domain.content.prerequisites import FlawKind, flaws
from tests.builders.roadmaps import a_step, either, every, some


def test_a_chain_is_sound() -> None:
    steps = [a_step("a"), a_step("b", every("a")), a_step("c", either("a", "b"), some(1, "a", "b"))]

    assert flaws(steps) == []


def test_a_dangling_prerequisite_is_named_with_the_step_that_needs_it() -> None:
    (flaw,) = flaws([a_step("a"), a_step("b", every("a", "ghost"))])

    assert flaw.kind is FlawKind.DANGLING
    assert flaw.key == "b"
    assert "ghost" in flaw.message


def test_a_cycle_is_named_step_by_step() -> None:
    (flaw,) = flaws(
        [a_step("start"), a_step("a", every("c")), a_step("b", every("a")), a_step("c", every("b"))]
    )

    assert flaw.kind is FlawKind.CYCLE
    assert all(name in flaw.message for name in ("a", "b", "c"))
    assert "start" not in flaw.message


def test_a_step_that_needs_itself_is_a_cycle() -> None:
    (flaw,) = flaws([a_step("start"), a_step("a", every("a"))])

    assert flaw.kind is FlawKind.CYCLE
    assert "a -> a" in flaw.message


def test_a_cycle_among_alternatives_is_one_too() -> None:
    steps = [a_step("c"), a_step("a", either("b", "c")), a_step("b", every("a"))]

    assert [flaw.kind for flaw in flaws(steps)] == [FlawKind.CYCLE]


def test_every_cycle_is_named() -> None:
    steps = [
        a_step("start"),
        a_step("a", every("b")),
        a_step("b", every("a")),
        a_step("x", every("y")),
        a_step("y", every("x")),
    ]

    found = " | ".join(flaw.message for flaw in flaws(steps))

    assert "a -> b" in found or "b -> a" in found
    assert "x -> y" in found or "y -> x" in found


def test_required_steps_behind_a_cycle_are_out_of_reach() -> None:
    steps = [
        a_step("a", every("b")),
        a_step("b", every("a")),
        a_step("c", every("b")),
        a_step("d", every("c")),
    ]

    unreachable = [flaw.key for flaw in flaws(steps) if flaw.kind is FlawKind.UNREACHABLE]

    assert unreachable == ["c", "d"]


def test_an_optional_step_may_be_out_of_reach() -> None:
    steps = [a_step("a"), a_step("b", some(3, "a"), optional=True)]

    assert flaws(steps) == []


def test_more_needed_than_there_are_is_out_of_reach() -> None:
    (flaw,) = flaws([a_step("a"), a_step("b", some(2, "a"))])

    assert (flaw.kind, flaw.key) == (FlawKind.UNREACHABLE, "b")


def test_an_alternative_within_reach_is_enough() -> None:
    steps = [a_step("a"), a_step("dead", some(2, "a"), optional=True), a_step("b", either("a", "dead"))]

    assert flaws(steps) == []


def test_nothing_required_could_never_be_completed() -> None:
    (flaw,) = flaws([a_step("a", optional=True)])

    assert flaw.kind is FlawKind.NOTHING_REQUIRED
