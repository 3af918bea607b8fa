"""Operations on drafts: whatever an edit does, its inverse restores the draft exactly."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.authoring import node_positions
from domain.authoring.draft_operations import Describe, LinkQuiz, Operation, SetResources
from domain.authoring.drafts import Details, Draft, DraftNode
from domain.authoring.node_operations import AddNode, ChangeNode, MoveNode, RemoveNode
from domain.authoring.prerequisite_operations import Connect, Disconnect, SetPrerequisites
from domain.content.prerequisites import Needs, PrerequisiteMode
from domain.content.questions import Difficulty
from domain.content.roadmap_nodes import NodeKind, RoadmapResource
from domain.content.roadmaps import Visibility
from domain.errors import DomainError, InvalidInputError
from tests.builders.roadmaps import every

KEYS = st.sampled_from(["a", "b", "c", "d", "e", "f"])
TITLES = st.sampled_from(
    ["Knots", "\u05e7\u05e9\u05e8\u05d9\u05dd", "e\u0301te\u0301", "\U0001f9d1\u200d\U0001f680"]
)
RESOURCES = st.lists(
    st.builds(RoadmapResource, title=TITLES, url=st.just("https://example.org/")), max_size=2
).map(tuple)


@st.composite
def groups(draw: st.DrawFn) -> tuple[Needs, ...]:
    found = []
    for _ in range(draw(st.integers(0, 2))):
        of = tuple(draw(st.lists(KEYS, min_size=1, max_size=3, unique=True)))
        mode = draw(st.sampled_from(PrerequisiteMode))
        found.append(Needs(mode=mode, k=2 if mode is PrerequisiteMode.K_OF_N else None, of=of))
    return tuple(found)


NODES = st.builds(
    DraftNode,
    key=KEYS,
    title=TITLES,
    weight=st.integers(1, 9),
    kind=st.sampled_from(NodeKind),
    resources=RESOURCES,
    quiz=st.none() | st.just("tides"),
    needs=groups(),
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "title": TITLES,
        "kind": st.sampled_from(NodeKind),
        "weight": st.integers(1, 9),
        "optional": st.booleans(),
        "difficulty": st.none() | st.sampled_from(Difficulty),
        "minutes": st.none() | st.integers(1, 9),
    },
)
OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    st.builds(AddNode, node=NODES, after=st.none() | KEYS, at_end=st.booleans()),
    st.builds(RemoveNode, key=KEYS),
    st.builds(MoveNode, key=KEYS, after=st.none() | KEYS),
    st.builds(ChangeNode, key=KEYS, values=CHANGES),
    st.builds(Connect, before=KEYS, after=KEYS),
    st.builds(Disconnect, before=KEYS, after=KEYS),
    st.builds(SetPrerequisites, key=KEYS, groups=groups()),
    st.builds(SetResources, key=KEYS, resources=RESOURCES),
    st.builds(LinkQuiz, key=KEYS, quiz=st.none() | st.just("tides")),
    st.builds(
        Describe,
        values=st.fixed_dictionaries(
            {}, optional={"title": TITLES, "visibility": st.sampled_from(Visibility)}
        ),
    ),
)


def a_draft(*nodes: DraftNode) -> Draft:
    details = Details(title="Sailing", description="", visibility=Visibility.PUBLIC)
    return Draft(details, [node.key for node in nodes], {node.key: node for node in nodes})


def content(draft: Draft) -> Any:
    return draft.details, list(draft.order), dict(draft.nodes)


@settings(max_examples=300, deadline=None)
@given(
    nodes=st.lists(NODES, max_size=5, unique_by=lambda node: node.key),
    operations=st.lists(OPERATIONS, max_size=12),
)
def test_an_edit_and_its_inverse_restore_the_draft_exactly(
    nodes: list[DraftNode], operations: list[Operation]
) -> None:
    draft = a_draft(*nodes)
    states, undo = [content(draft)], []
    for operation in operations:
        try:
            undo.append(operation.checked("").apply(draft, ""))
        except DomainError:
            assert content(draft) == states[-1], "a refused operation changes nothing"
            continue
        states.append(content(draft))

    for inverse in reversed(undo):
        assert content(draft) == states.pop()
        inverse.checked("").apply(draft, "")

    assert content(draft) == states[0]


@settings(max_examples=300, deadline=None)
@given(
    order=st.permutations([f"n{n}" for n in range(8)]),
    new=st.sets(st.sampled_from([f"n{n}" for n in range(8)])),
    gap=st.sampled_from([1, 2, 5, 2**20]),
)
def test_positions_keep_the_order_whatever_room_there_is(order: list[str], new: set[str], gap: int) -> None:
    stored = {key: place * gap for place, key in enumerate(k for k in order if k not in new)}

    found = node_positions.placed(order, stored | dict.fromkeys(new, -5), new)

    after = stored | found
    assert [after[key] for key in order] == sorted(set(after.values()))
    assert new <= found.keys()


def test_one_node_that_moves_has_the_one_position_that_changes() -> None:
    stored = {f"n{n}": n * 2**20 for n in range(5_000)}
    order = ["n0", "n4999", *(f"n{n}" for n in range(1, 4_999))]

    assert node_positions.placed(order, stored, {"n4999"}).keys() == {"n4999"}


def test_ever_the_same_place_makes_room_near_it_alone() -> None:
    stored = {f"n{n}": n * 2**20 for n in range(5_000)}
    order = list(stored)
    written = 0
    for number in range(1_000):
        order.insert(2_500, f"new{number}")
        found = node_positions.placed(order, stored, {f"new{number}"})
        stored |= found
        written += len(found)

    assert [stored[key] for key in order] == sorted(stored.values())
    assert written < 20_000


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        (AddNode(node=DraftNode(key="a", title="A")), "x.key"),
        (AddNode(node=DraftNode(key="new", title="N"), after="ghost"), "x.after"),
        (RemoveNode(key="ghost"), "x.key"),
        (MoveNode(key="a", after="a"), "x.after"),
        (MoveNode(key="a", after="ghost"), "x.after"),
        (Connect(before="b", after="ghost"), "x.to"),
        (Connect(before="b", after="a"), "x.from"),
        (Disconnect(before="ghost", after="a"), "x.from"),
    ],
)
def test_what_a_draft_does_not_allow_names_its_field(operation: Operation, field: str) -> None:
    draft = a_draft(DraftNode(key="a", title="A", needs=(every("b"),)), DraftNode(key="b", title="B"))
    before = content(draft)

    with pytest.raises(InvalidInputError) as refused:
        operation.apply(draft, "x.")

    assert refused.value.field == field
    assert content(draft) == before


@pytest.mark.parametrize(
    ("node", "fields"),
    [
        (DraftNode(key="No Slug", title=""), ["x.key", "x.title"]),
        (DraftNode(key="a", title=" A"), ["x.title"]),
        (DraftNode(key="a", title="\u3164"), ["x.title"]),
        (DraftNode(key="a", title="\u202eA"), ["x.title"]),
        (DraftNode(key="a", title="A", weight=0, minutes=0), ["x.weight", "x.minutes"]),
        (DraftNode(key="a", title="A", quiz="No Slug"), ["x.quiz"]),
        (
            DraftNode(key="a", title="A", needs=(replace(every("b"), k=1), every(), every("b", "b"))),
            ["x.prerequisites[0].k", "x.prerequisites[1].nodes", "x.prerequisites[2].nodes"],
        ),
        (
            DraftNode(key="a", title="A", resources=(RoadmapResource(title="", url="ftp://x"),)),
            ["x.resources[0].title", "x.resources[0].url"],
        ),
    ],
)
def test_every_field_of_a_node_that_breaks_a_rule_is_named(node: DraftNode, fields: list[str]) -> None:
    with pytest.raises(DomainError) as refused:
        AddNode(node=node).checked("x.")

    found = getattr(refused.value, "refusals", [refused.value])
    assert [each.field for each in found] == fields
