"""Layouts: layers follow prerequisites, and every place in a layer is taken once."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.content.layouts import NodeLayout, laid_out
from domain.content.prerequisites import Step
from tests.builders.roadmaps import a_step, either, every


@st.composite
def graphs(draw: st.DrawFn) -> list[Step]:
    """Steps of which each needs some before it, in any order."""
    steps = []
    for number in range(draw(st.integers(1, 12))):
        earlier = [step.key for step in steps]
        needed = draw(st.lists(st.sampled_from(earlier), max_size=3, unique=True)) if earlier else []
        steps.append(a_step(f"n{number}", *([every(*needed)] if needed else [])))
    return draw(st.permutations(steps))


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_each_prerequisite_is_in_a_lower_layer_and_no_layer_is_left_out(steps: list[Step]) -> None:
    found = laid_out(steps)

    assert found.keys() == {step.key for step in steps}
    for step in steps:
        needed = [key for needs in step.needs for key in needs.of]
        assert found[step.key].layer == 1 + max((found[key].layer for key in needed), default=-1)
    sizes = Counter(layout.layer for layout in found.values())
    for layer, size in sizes.items():
        places = sorted(layout.order for layout in found.values() if layout.layer == layer)
        assert places == list(range(size))


def test_nodes_stand_below_what_they_need() -> None:
    steps = [a_step("a"), a_step("b"), a_step("of-b", every("b")), a_step("of-a", every("a"))]

    found = laid_out(steps)

    assert (found["of-a"], found["of-b"]) == (NodeLayout(layer=1, order=0), NodeLayout(layer=1, order=1))


def test_the_longest_way_decides_the_layer() -> None:
    steps = [a_step("a"), a_step("b", every("a")), a_step("c", either("a"), every("b"))]

    assert [laid_out(steps)[key].layer for key in "abc"] == [0, 1, 2]


def test_a_roadmap_of_one_node_has_one_place() -> None:
    assert laid_out([a_step("a")]) == {"a": NodeLayout(layer=0, order=0)}
