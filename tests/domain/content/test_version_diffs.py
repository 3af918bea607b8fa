"""Differences of versions."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.content.prerequisites import Needs, Step
from domain.content.version_diffs import VersionContent, VersionDiff, diff
from domain.ids import LineageId, RoadmapNodeId, UserId
from tests.builders.roadmaps import a_roadmap, a_step, a_stored_node, a_version, either, every

VERSION = a_version(a_roadmap(UserId("user_of_a_test")))


def content(prefix: str, needs: dict[str, list[Needs]], **changed: dict[str, Any]) -> VersionContent:
    """A version whose nodes are the keys of `needs`; ids are the prefix and the key, lineages the keys."""
    nodes, steps = {}, {}
    for key, groups in needs.items():
        values = changed.get(key, {}) | {"id": RoadmapNodeId(prefix + key)}
        nodes[LineageId(key)] = a_stored_node(VERSION, LineageId(key), **values)
        steps[LineageId(key)]: Step = a_step(key, *groups)
    return VersionContent(nodes=nodes, steps=steps, lineages={key: LineageId(key) for key in needs})


def of(
    before: dict[str, list[Needs]], after: dict[str, list[Needs]], **changed: dict[str, Any]
) -> VersionDiff:
    return diff(content("new-", after, **changed), content("old-", before))


def test_equal_versions_do_not_differ() -> None:
    found = of({"a": [], "b": [every("a")]}, {"a": [], "b": [every("a")]})

    assert found == VersionDiff(
        added_ids=(), removed_ids=(), moved_ids=(), changed=[], added_edges=[], removed_edges=[]
    )


def test_added_and_removed_nodes_have_the_ids_of_their_versions() -> None:
    found = of({"a": [], "b": []}, {"b": [], "c": []})

    assert (found.added_ids, found.removed_ids, found.moved_ids) == (("new-c",), ("old-a",), ())


def test_changed_fields_are_named_as_the_schema_spells_them() -> None:
    found = of(
        {"a": [], "b": [every("a")]}, {"a": [], "b": [either("a")]}, a={"title": "A", "quiz_slug": "q"}
    )

    assert [(each.before_id, each.after_id, each.fields) for each in found.changed] == [
        ("old-a", "new-a", ["title", "quizSlug"]),
        ("old-b", "new-b", ["prerequisites"]),
    ]
    assert found.added_edges == found.removed_edges == []


def test_edges_have_the_ids_of_the_version_that_has_them() -> None:
    found = of({"a": [], "b": [every("a")], "c": []}, {"a": [], "b": [], "c": [every("b")]})

    assert [(edge.from_id, edge.to_id) for edge in found.added_edges] == [("new-b", "new-c")]
    assert [(edge.from_id, edge.to_id) for edge in found.removed_edges] == [("old-a", "old-b")]


def test_the_one_node_that_moved_is_told_and_not_those_that_it_passed() -> None:
    found = of({key: [] for key in "abcdef"}, {key: [] for key in "fabcde"})

    assert found.moved_ids == ("new-f",)


@given(st.permutations("abcdefg"))
def test_without_the_moved_nodes_both_orders_are_equal(order: list[str]) -> None:
    found = of({key: [] for key in "abcdefg"}, {key: [] for key in order})

    moved = {id_.removeprefix("new-") for id_ in found.moved_ids}
    stayed = [key for key in order if key not in moved]
    assert stayed == sorted(stayed)
