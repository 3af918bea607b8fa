"""Three-way merges: what one side changed is taken, and what both changed is a conflict with a choice."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.authoring.drafts import Details, Draft, DraftNode
from domain.authoring.upstream_merges import (
    Conflict,
    Merge,
    MergeChoice,
    MergeField,
    Side,
    merge,
)
from domain.content.roadmaps import Visibility
from tests.builders.roadmaps import every

KEYS = ["a", "b", "c", "d", "e"]
NODES = st.builds(
    DraftNode,
    key=st.sampled_from(KEYS),
    title=st.sampled_from(["Knots", "Ropes", "Sails"]),
    weight=st.integers(1, 2),
    quiz=st.none() | st.just("tides"),
    needs=st.just(()) | st.sampled_from(KEYS).map(lambda key: (every(key),)),
)
DETAILS = st.builds(
    Details,
    title=st.sampled_from(["Sailing", "Rowing"]),
    description=st.just(""),
    visibility=st.just(Visibility.PUBLIC),
)


def a_side(*nodes: DraftNode, title: str = "Sailing") -> Side:
    details = Details(title=title, description="", visibility=Visibility.PUBLIC)
    return Side(details=details, nodes={node.key: node for node in nodes})


SIDES = st.builds(
    lambda details, nodes: Side(details=details, nodes={node.key: node for node in nodes}),
    DETAILS,
    st.lists(NODES, max_size=5, unique_by=lambda node: node.key),
)


def node(key: str, **values: Any) -> DraftNode:
    return DraftNode(key=key, title=key.title(), **values)


def pulled(mine: Side, merged: Merge) -> Draft:
    """The draft of the fork after the operations of a merge."""
    draft = Draft(mine.details, list(mine.nodes), dict(mine.nodes))
    for operation in merged.operations:
        operation.apply(draft, "")
    return draft


def all_of(merged: Merge, choice: MergeChoice) -> dict[tuple[str | None, MergeField], MergeChoice]:
    return {(each.key, each.field): choice for each in merged.conflicts}


def nodes_of(draft: Draft) -> list[DraftNode]:
    return [draft.nodes[key] for key in draft.order]


@settings(max_examples=300, deadline=None)
@given(base=SIDES, theirs=SIDES)
def test_a_fork_that_changed_nothing_becomes_like_its_origin(base: Side, theirs: Side) -> None:
    merged = merge(base, base, theirs, {})

    assert merged.conflicts == []
    assert nodes_of(pulled(base, merged)) == list(theirs.nodes.values())
    assert pulled(base, merged).details == theirs.details


@settings(max_examples=100, deadline=None)
@given(base=SIDES, mine=SIDES)
def test_an_origin_that_changed_nothing_changes_no_fork(base: Side, mine: Side) -> None:
    assert merge(base, mine, base, {}) == Merge(operations=[], conflicts=[])


@settings(max_examples=300, deadline=None)
@given(base=SIDES, mine=SIDES, theirs=SIDES)
def test_choices_settle_every_conflict_and_a_second_pull_finds_nothing(
    base: Side, mine: Side, theirs: Side
) -> None:
    first = merge(base, mine, theirs, {})

    for choice in MergeChoice:
        settled = merge(base, mine, theirs, all_of(first, choice))
        assert settled.conflicts == []
        draft = pulled(mine, settled)
        after = Side(details=draft.details, nodes={key: draft.nodes[key] for key in draft.order})
        assert merge(theirs, after, theirs, {}) == Merge(operations=[], conflicts=[])


@settings(max_examples=300, deadline=None)
@given(base=SIDES, mine=SIDES, theirs=SIDES)
def test_theirs_taken_everywhere_leaves_no_node_of_theirs_out(base: Side, mine: Side, theirs: Side) -> None:
    first = merge(base, mine, theirs, {})
    draft = pulled(mine, merge(base, mine, theirs, all_of(first, MergeChoice.TAKE_THEIRS)))

    changed_by_them = {key: found for key, found in theirs.nodes.items() if found != base.nodes.get(key)}
    assert {key: draft.nodes.get(key) for key in changed_by_them if key not in mine.nodes} == {
        key: found for key, found in changed_by_them.items() if key not in mine.nodes
    }


def test_changes_of_different_fields_of_one_node_are_both_kept() -> None:
    base = a_side(node("a"))
    mine, theirs = a_side(node("a", weight=3)), a_side(node("a", minutes=5))

    merged = merge(base, mine, theirs, {})

    assert merged.conflicts == []
    assert nodes_of(pulled(mine, merged)) == [node("a", weight=3, minutes=5)]


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    base, both = a_side(node("a")), a_side(node("a", weight=3), node("b"))

    assert merge(base, both, both, {}) == Merge(operations=[], conflicts=[])


def test_conflicts_name_node_and_field() -> None:
    base = a_side(node("a"), node("b"), node("c"), node("d"))
    mine = a_side(node("a", weight=2), node("c", weight=2), node("d", quiz="tides"), title="Mine")
    theirs = a_side(node("a", weight=3), node("b", weight=3), node("d", quiz="stars"), title="Theirs")

    found = merge(base, mine, theirs, {}).conflicts

    assert found == [
        Conflict(key="a", field=MergeField.WEIGHT),
        Conflict(key="b", field=MergeField.NODE),
        Conflict(key="d", field=MergeField.COMPLETION),
        Conflict(key="c", field=MergeField.NODE),
        Conflict(key=None, field=MergeField.TITLE),
    ]


def test_each_conflict_has_a_choice_of_its_own() -> None:
    base, mine = a_side(node("a"), node("b")), a_side(node("a", weight=2), node("b", weight=2))
    theirs = a_side(node("a", weight=3), node("b", weight=3))
    choices = {
        ("a", MergeField.WEIGHT): MergeChoice.KEEP_MINE,
        ("b", MergeField.WEIGHT): MergeChoice.TAKE_THEIRS,
    }

    merged = merge(base, mine, theirs, choices)

    assert [each.weight for each in nodes_of(pulled(mine, merged))] == [2, 3]


def test_a_removed_node_that_the_other_side_changed_can_be_kept_or_removed() -> None:
    base, mine = a_side(node("a"), node("b")), a_side(node("a"), node("b", weight=2))
    theirs = a_side(node("a"))

    kept, removed = (
        pulled(mine, merge(base, mine, theirs, {("b", MergeField.NODE): choice})) for choice in MergeChoice
    )

    assert (kept.order, removed.order) == (["a", "b"], ["a"])


def test_nodes_that_both_moved_to_other_places_are_a_conflict() -> None:
    base = a_side(*map(node, "abcd"))
    mine, theirs = a_side(*map(node, "dabc")), a_side(*map(node, "abdc"))

    found = merge(base, mine, theirs, {})
    taken = merge(base, mine, theirs, all_of(found, MergeChoice.TAKE_THEIRS))

    assert found.conflicts == [Conflict(key="d", field=MergeField.POSITION)]
    assert pulled(mine, taken).order == ["a", "b", "d", "c"]


def test_a_new_node_follows_the_one_that_it_follows_in_the_origin() -> None:
    base = a_side(*map(node, "abc"))
    mine = a_side(*map(node, ("a", "mine", "c")))
    theirs = a_side(*map(node, ("a", "b", "new", "c")))

    merged = merge(base, mine, theirs, {})

    assert merged.conflicts == []
    assert pulled(mine, merged).order == ["a", "new", "mine", "c"]
    assert pulled(mine, merged).nodes["new"] == theirs.nodes["new"]
