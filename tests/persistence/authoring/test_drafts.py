"""The store of drafts: an edit writes the rows that it changes, and 5 000 nodes are no other case than five."""

from time import perf_counter

import pytest

from domain.authoring import draft_edits, roadmap_creation
from domain.authoring.draft_operations import Operation
from domain.authoring.drafts import Details, DraftNode
from domain.authoring.node_operations import AddNode, ChangeNode, MoveNode, RemoveNode
from domain.authoring.prerequisite_operations import Connect
from domain.content import validation
from domain.content.roadmap_nodes import MOST_EDGES, MOST_NODES
from domain.content.roadmaps import RoadmapVersion, Visibility
from domain.errors import InvalidInputError
from domain.paging import Window
from persistence.stores import SqlWork
from tests.builders import a_user
from tests.builders.acts import an_act
from tests.builders.roadmaps import every
from tests.support.schema_client import START

ADA = a_user(handle="draft_ada", email="draft_ada@example.org")


@pytest.fixture
async def stores(work: SqlWork) -> SqlWork:
    await work.users.add(ADA)
    return work


async def edited(work: SqlWork, version: RoadmapVersion, *operations: Operation) -> RoadmapVersion:
    """Edit a draft of Ada's in as many edits as it takes."""
    act = an_act(actor_id=ADA.id, now=START)
    for begin in range(0, len(operations), draft_edits.MOST_OPERATIONS):
        some = operations[begin : begin + draft_edits.MOST_OPERATIONS]
        done = await draft_edits.edit(
            work, act, version_id=version.id, revision=version.revision, operations=some
        )
        version = done.version
    return version


async def a_draft(work: SqlWork, size: int) -> RoadmapVersion:
    """A draft of a chain of nodes, stored by edits."""
    details = Details(title="Long", description="", visibility=Visibility.PUBLIC)
    act = an_act(actor_id=ADA.id, now=START)
    made = await roadmap_creation.create(work, act, slug="long", details=details, key="long")
    nodes = [
        DraftNode(key=f"n{n}", title=f"Node {n}", needs=(every(f"n{n - 1}"),) if n else ())
        for n in range(size)
    ]
    return await edited(work, made.version, *(AddNode(node=node, at_end=True) for node in nodes))


async def rows_of(work: SqlWork, version: RoadmapVersion) -> dict[str, str]:
    """Where each row of a node is on the disk: an update gives it another place."""
    rows = await work.connection.raw.fetch(
        "SELECT id, ctid::text AS place FROM roadmap_nodes WHERE version_id = $1", version.id
    )
    return {row["id"]: row["place"] for row in rows}


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_five_thousand_nodes_are_written_edited_checked_and_paged(stores: SqlWork) -> None:
    version = await a_draft(stores, MOST_NODES)
    before = await rows_of(stores, version)
    assert len(before) == MOST_NODES

    began = perf_counter()
    version = await edited(
        stores,
        version,
        ChangeNode(key="n2500", values={"title": "Middle"}),
        MoveNode(key="n10", after="n4000"),
        Connect(before="n20", after="n4999"),
        RemoveNode(key="n4998"),
    )
    assert perf_counter() - began < 2

    after = await rows_of(stores, version)
    assert len(before.items() - after.items()) == 4, "three rows have changed, and one is gone"
    (flaws,) = await validation.flaws_of(
        stores.outlines, stores.quizzes, [version.id], viewer_id=ADA.id, now=START
    )
    assert [(flaw.kind.value, flaw.key) for flaw in flaws] == [("DANGLING", "n4999")]
    with pytest.raises(InvalidInputError) as refused:
        await edited(
            stores,
            version,
            AddNode(node=DraftNode(key="more", title="More")),
            AddNode(node=DraftNode(key="most", title="Most")),
        )
    assert refused.value.field == "operations[1].addNode.key"
    (page,) = await stores.nodes.pages_of([version.id], Window(size=100), viewer_id=ADA.id)
    keys = await stores.nodes.keys_of([node.id for node in page.nodes], viewer_id=ADA.id)
    assert keys == [f"n{n}" for n in range(101) if n != 10]
    (hidden,) = await stores.nodes.pages_of([version.id], Window(size=2), viewer_id=None)
    assert hidden.nodes == []


async def test_more_prerequisites_than_a_version_may_have_are_refused(stores: SqlWork) -> None:
    version = await a_draft(stores, 1)
    needs = tuple(every(*(f"g{group}-{n}" for n in range(200))) for group in range(20))
    nodes = [AddNode(node=DraftNode(key=f"m{n}", title="M", needs=needs)) for n in range(6)]

    with pytest.raises(InvalidInputError) as refused:
        await edited(stores, version, *nodes)

    assert refused.value.field == "operations"
    assert await stores.drafts.edges(version.id) == 0
    assert MOST_EDGES < 6 * 20 * 200
