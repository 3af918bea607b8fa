"""The stores of roadmaps and their nodes."""

from dataclasses import fields, replace
from typing import Any

import pytest

from domain.content.prerequisites import FlawKind, Needs, PrerequisiteMode
from domain.content.questions import Difficulty
from domain.content.releases import publishing
from domain.content.releases.publishing import UnsoundRoadmapError
from domain.content.roadmap_nodes import Completion, NodeKind, RoadmapNode, RoadmapResource
from domain.content.roadmaps import Roadmap, RoadmapVersion, VersionState, Visibility
from domain.ids import LineageId
from domain.paging import Window
from domain.rows import Columns
from persistence.stores import SqlWork
from tests.builders import a_user, mint
from tests.builders.roadmaps import a_roadmap, a_stored_node, an_enrolment, every, some
from tests.support.roadmaps import StoredRoadmap, store_roadmap
from tests.support.rows import row_of
from tests.support.schema_client import START

ADA, BOB = (
    a_user(handle="road_ada", email="road_ada@example.org"),
    a_user(handle="road_bob", email="road_bob@example.org"),
)


@pytest.fixture
async def stores(work: SqlWork) -> SqlWork:
    """The stores, which know Ada and Bob."""
    for user in (ADA, BOB):
        await work.users.add(user)
    return work


async def built(stores: SqlWork, needs: dict[str, list[Needs]], **values: Any) -> StoredRoadmap:
    """Store a roadmap of Ada's whose nodes are the keys of `needs`."""
    return await store_roadmap(stores, ADA.id, needs, **values)


async def test_a_slug_belongs_to_the_first_author(stores: SqlWork) -> None:
    first = await stores.roadmaps.get_or_create_locked(a_roadmap(ADA.id, slug="one"))

    second = await stores.roadmaps.get_or_create_locked(a_roadmap(BOB.id, slug="one"))

    assert second == first
    assert await stores.roadmaps.author_of_slug("one") == ADA.id
    assert await stores.roadmaps.author_of_slug("two") is None


async def test_a_draft_is_seen_by_its_author_alone(stores: SqlWork) -> None:
    draft = await built(stores, {"a": [], "b": [every("a")]}, publish=False)

    for viewer_id, seen in ((ADA.id, True), (BOB.id, False), (None, False)):
        assert bool((await stores.roadmaps.by_ids([draft.roadmap.id], viewer_id=viewer_id))[0]) is seen
        assert bool(await stores.roadmaps.by_slug(draft.roadmap.slug, viewer_id=viewer_id)) is seen
        assert (
            bool((await stores.roadmaps.versions_by_ids([draft.version.id], viewer_id=viewer_id))[0]) is seen
        )
        assert bool((await stores.nodes.of_versions([draft.version.id], viewer_id=viewer_id))[0]) is seen
        assert bool((await stores.nodes.edges_of([draft.version.id], viewer_id=viewer_id))[0]) is seen
        assert bool((await stores.nodes.by_ids([draft.nodes["b"].id], viewer_id=viewer_id))[0]) is seen
        assert bool((await stores.nodes.groups_of([draft.nodes["b"].id], viewer_id=viewer_id))[0]) is seen


async def test_a_draft_of_a_published_roadmap_is_its_authors_too(stores: SqlWork) -> None:
    first = await built(stores, {"a": []}, slug="one")
    second = await built(stores, {"b": []}, slug="one", publish=False)

    for viewer_id, numbers in ((ADA.id, [2, 1]), (BOB.id, [1])):
        (page,) = await stores.roadmaps.versions_of([first.roadmap.id], Window(size=5), viewer_id=viewer_id)
        assert [version.number for version in page.nodes] == numbers
    assert (await stores.nodes.of_versions([second.version.id], viewer_id=BOB.id)) == [[]]


@pytest.mark.parametrize(
    ("visibility", "found", "listed"),
    [(Visibility.PUBLIC, True, True), (Visibility.UNLISTED, True, False), (Visibility.PRIVATE, False, False)],
)
async def test_visibility_decides_which_callers_find_a_published_roadmap(
    stores: SqlWork, visibility: Visibility, found: bool, listed: bool
) -> None:
    road = await built(stores, {"a": []}, visibility=visibility)

    assert bool(await stores.roadmaps.by_slug(road.roadmap.slug, viewer_id=None)) is found
    assert ((await stores.roadmaps.page(Window(size=5))).nodes != []) is listed


async def test_the_enrolled_keep_seeing_a_roadmap_that_was_withdrawn(stores: SqlWork) -> None:
    road = await built(stores, {"a": []}, visibility=Visibility.PRIVATE)
    await stores.enrolments.add(an_enrolment(road.version, BOB.id))

    archived = await stores.roadmaps.archive(road.roadmap.id)

    assert archived.current_version_id is None
    assert (await stores.roadmaps.by_ids([road.roadmap.id], viewer_id=BOB.id)) == [archived]
    ((node,),) = await stores.nodes.of_versions([road.version.id], viewer_id=BOB.id)
    assert node == road.nodes["a"]
    assert (await stores.roadmaps.by_ids([road.roadmap.id], viewer_id=None)) == [None]


async def test_publishing_archives_the_version_before(stores: SqlWork) -> None:
    first = await built(stores, {"a": []}, slug="one")
    second = await built(stores, {"a": []}, slug="one")

    versions = await stores.roadmaps.versions_by_ids([first.version.id, second.version.id], viewer_id=None)

    assert [version.state for version in versions if version] == [
        VersionState.ARCHIVED,
        VersionState.PUBLISHED,
    ]
    assert second.roadmap.current_version_id == second.version.id
    assert second.version.published_at == START


async def test_a_lineage_is_the_same_in_every_version(stores: SqlWork) -> None:
    first = await built(stores, {"a": [], "b": []}, slug="one")
    second = await built(stores, {"c": [], "a": []}, slug="one")
    other = await built(stores, {"a": []}, slug="two")

    assert second.nodes["a"].lineage_id == first.nodes["a"].lineage_id
    assert second.nodes["c"].lineage_id not in {node.lineage_id for node in first.nodes.values()}
    assert other.nodes["a"].lineage_id != first.nodes["a"].lineage_id


async def test_a_node_keeps_every_field(stores: SqlWork) -> None:
    road = await built(stores, {"a": []}, publish=False)
    rich = replace(
        road.nodes["a"],
        id=a_stored_node(road.version, road.nodes["a"].lineage_id).id,
        version_id=road.version.id,
        lineage_id=(await stores.nodes.lineages(road.roadmap.id, {"rich": LineageId(mint("lineage"))}))[
            "rich"
        ],
        description="Lines\nand “quotes”",
        kind=NodeKind.PROJECT,
        weight=7,
        optional=True,
        difficulty=Difficulty.HARD,
        minutes=90,
        resources=[RoadmapResource(title="A", url="https://example.org/a?b=c&d")],
        completion=Completion.QUIZ,
        quiz_slug="quiz",
        position=9,
    )

    await stores.nodes.add([rich], [])

    assert await stores.nodes.by_ids([rich.id], viewer_id=ADA.id) == [rich]


async def test_prerequisites_come_back_as_they_were_stored(stores: SqlWork) -> None:
    road = await built(stores, {"a": [], "b": [], "c": [every("b"), some(1, "b", "a")]})
    c = road.nodes["c"].id

    (groups, none) = await stores.nodes.groups_of([c, road.nodes["a"].id], viewer_id=None)

    assert none == []
    assert [(group.mode, group.k) for group in groups] == [
        (PrerequisiteMode.ALL, None),
        (PrerequisiteMode.K_OF_N, 1),
    ]
    members = await stores.nodes.of_groups([group.id for group in reversed(groups)], viewer_id=None)
    assert [[node.title for node in nodes] for nodes in members] == [["B", "A"], ["B"]]
    (edges,) = await stores.nodes.edges_of([road.version.id], viewer_id=None)
    assert [(edge.from_id, edge.to_id) for edge in edges] == [
        (road.nodes["a"].id, c),
        (road.nodes["b"].id, c),
    ]


async def test_the_outline_names_nodes_by_key_missing_ones_included(stores: SqlWork) -> None:
    road = await built(stores, {"a": [], "b": [every("ghost", "a")]}, publish=False)

    outline = await stores.nodes.outline(road.version.id)

    assert [(step.key, step.needs) for step in outline] == [("a", []), ("b", [every("ghost", "a")])]


@pytest.mark.parametrize(
    ("needs", "kind"),
    [
        ({"a": [], "b": [every("ghost")]}, FlawKind.DANGLING),
        ({"a": [], "b": [every("c")], "c": [every("b")]}, FlawKind.CYCLE),
        ({"a": [], "b": [some(2, "a")]}, FlawKind.UNREACHABLE),
    ],
)
async def test_an_unsound_draft_is_not_published(stores: SqlWork, needs: Any, kind: FlawKind) -> None:
    road = await built(stores, needs, publish=False)

    with pytest.raises(UnsoundRoadmapError) as refusal:
        await publishing.publish_draft(stores, road.roadmap, now=START)

    assert [flaw.kind for flaw in refusal.value.flaws] == [kind]
    assert all(f"{flaw.key}" in refusal.value.message for flaw in refusal.value.flaws)
    newest = await stores.roadmaps.newest_version(road.roadmap.id)
    assert newest is not None
    assert newest.state is VersionState.DRAFT


async def test_a_dropped_draft_is_removed_and_a_published_version_is_kept(stores: SqlWork) -> None:
    published = await built(stores, {"a": []}, slug="one")
    draft = await built(stores, {"a": []}, slug="one", publish=False)

    await stores.roadmaps.drop_draft(published.version.id)
    await stores.roadmaps.drop_draft(draft.version.id)

    newest = await stores.roadmaps.newest_version(published.roadmap.id)
    assert newest == published.version
    assert await stores.nodes.by_ids([draft.nodes["a"].id], viewer_id=ADA.id) == [None]


async def test_a_version_is_found_by_its_content(stores: SqlWork) -> None:
    road = await built(stores, {"a": []})

    found = await stores.roadmaps.version_of_content(road.roadmap.slug, "hash")

    assert found == road.version
    assert await stores.roadmaps.version_of_content(road.roadmap.slug, "other") is None


async def test_the_list_is_cut_by_key_in_both_directions(stores: SqlWork) -> None:
    ids = [(await built(stores, {"a": []}, slug=f"road-{n}")).roadmap.id for n in range(4)]

    newest = await stores.roadmaps.page(Window(size=2))
    rest = await stores.roadmaps.page(Window(size=2, key=("roadmaps", ids[2])))
    oldest = await stores.roadmaps.page(Window(size=1, backward=True))

    assert [roadmap.id for roadmap in newest.nodes] == [ids[3], ids[2]]
    assert [roadmap.id for roadmap in rest.nodes] == [ids[1], ids[0]]
    assert [roadmap.id for roadmap in oldest.nodes] == [ids[0]]


async def test_rows_have_what_the_objects_have(stores: SqlWork) -> None:
    made = await built(stores, {"a": [], "b": [every("a")]}, quiz="loops")
    ids, version_ids = [made.roadmap.id], [made.version.id]
    (roadmap,) = await stores.roadmaps.by_ids(ids, viewer_id=None)
    (version,) = await stores.roadmaps.versions_by_ids(version_ids, viewer_id=None)
    (nodes,) = await stores.nodes.of_versions(version_ids, viewer_id=None)

    (roadmap_row,) = await stores.roadmaps.rows_by_ids(ids, columns(Roadmap), viewer_id=None)
    (version_row,) = await stores.roadmaps.version_rows_by_ids(
        version_ids, columns(RoadmapVersion), viewer_id=None
    )
    (node_rows,) = await stores.nodes.rows_of_versions(version_ids, columns(RoadmapNode), viewer_id=None)

    assert list(roadmap_row or ()) == row_of(roadmap, "id", columns(Roadmap))
    assert list(version_row or ()) == row_of(version, "id", columns(RoadmapVersion))
    assert [list(row) for row in node_rows] == [
        row_of(node, "version_id", columns(RoadmapNode)) for node in nodes
    ]


async def test_rows_follow_the_same_rule_as_the_objects(stores: SqlWork) -> None:
    made = await built(stores, {"a": []}, publish=False)
    ids, version_ids = [made.roadmap.id], [made.version.id]

    for viewer_id, seen in ((ADA.id, True), (BOB.id, False), (None, False)):
        found = (
            *await stores.roadmaps.rows_by_ids(ids, ("title",), viewer_id=viewer_id),
            *await stores.roadmaps.version_rows_by_ids(version_ids, ("title",), viewer_id=viewer_id),
            *await stores.nodes.rows_of_versions(version_ids, ("title",), viewer_id=viewer_id),
        )

        assert [bool(each) for each in found] == [seen] * 3


def columns(entity: Any) -> Columns:
    """Name the fields that are columns of their own."""
    return tuple(field.name for field in fields(entity) if field.name != "resources")
