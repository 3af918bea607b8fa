"""The store of enrolments: one suite over the fake and the real store."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import pytest

from domain.content.prerequisites import Needs
from domain.content.roadmap_nodes import RoadmapNode
from domain.content.roadmaps import RoadmapVersion
from domain.errors import NotFoundError
from domain.ids import EnrolmentId, LineageId
from domain.learning.enrolments import Enrolment, Enrolments
from domain.learning.progress import NodeState
from domain.paging import Window
from persistence.stores import SqlWork
from tests.builders import a_user, mint
from tests.builders.roadmaps import a_graph, a_roadmap, a_version, an_enrolment, every, keys_of
from tests.fakes.enrolments import FakeEnrolments
from tests.support.roadmaps import store_roadmap
from tests.support.schema_client import START

ADA, BOB = (
    a_user(handle="enrolled_ada", email="enrolled_ada@example.org"),
    a_user(handle="enrolled_bob", email="enrolled_bob@example.org"),
)


class Road(Protocol):
    """A published version with its nodes by key."""

    version: RoadmapVersion
    nodes: dict[str, RoadmapNode]


@dataclass
class Case:
    """A store of enrolments, and a way to give it roadmaps of Ada's, in which Bob enrols."""

    store: Enrolments
    work: SqlWork | None

    async def road(self, needs: dict[str, list[Needs]], quiz: str | None = None) -> Road:
        if self.work is not None:
            return await store_roadmap(self.work, ADA.id, needs, quiz=quiz)
        assert isinstance(self.store, FakeEnrolments)
        lineages = {key: LineageId(mint("lineage")) for key in keys_of(needs)}
        graph = a_graph(a_version(a_roadmap(ADA.id)), needs, lineages, quiz)
        self.store.add_graph(graph)
        return graph

    async def enrolled(self, road: Road) -> Enrolment:
        return await self.store.add(an_enrolment(road.version, BOB.id))


@pytest.fixture(params=["fake", "sql"])
async def case(request: Any, work: SqlWork) -> Case:
    if request.param == "fake":
        return Case(FakeEnrolments(), None)
    for user in (ADA, BOB):
        await work.users.add(user)
    return Case(work.enrolments, work)


async def test_one_enrolment_a_learner_and_roadmap(case: Case) -> None:
    road = await case.road({"a": []})

    first = await case.enrolled(road)

    assert await case.enrolled(road) == first
    assert await case.store.by_roadmaps([road.version.roadmap_id], viewer_id=BOB.id) == [first]
    assert (await case.store.page(BOB.id, Window(size=5))).nodes == [first]


async def test_enrolments_are_seen_by_their_learner_alone(case: Case) -> None:
    road = await case.road({"a": []})
    own = await case.enrolled(road)

    assert await case.store.by_ids([own.id], viewer_id=ADA.id) == [None]
    assert await case.store.paths([own.id], viewer_id=ADA.id) == [None]
    assert await case.store.paths_at([road.nodes["a"].id], viewer_id=ADA.id) == [None]
    assert await case.store.lock(own.id, user_id=ADA.id) is None
    assert (await case.store.page(ADA.id, Window(size=5))).nodes == []


async def test_a_path_has_steps_states_and_lineages(case: Case) -> None:
    road = await case.road({"a": [], "b": [every("a", "ghost")]})
    own = await case.enrolled(road)
    a, b = road.nodes["a"], road.nodes["b"]

    await case.store.set_states(own.id, [a.lineage_id], NodeState.DONE, now=START)

    (path,) = await case.store.paths([own.id], viewer_id=BOB.id)
    assert path is not None
    assert [step.key for step in path.steps] == [a.id, b.id]
    assert path.states == {a.id: NodeState.DONE}
    assert path.lineages == {a.id: a.lineage_id, b.id: b.lineage_id}
    assert path.steps[1].needs[0].of[0] == a.id
    assert path.steps[1].needs[0].of[1].startswith("lineage_")
    assert await case.store.paths_at([b.id, a.id], viewer_id=BOB.id) == [path, path]


async def test_the_path_at_a_node_has_what_its_standing_depends_on(case: Case) -> None:
    road = await case.road({"a": [], "b": [every("a")], "c": [every("b")], "d": []})
    own = await case.enrolled(road)
    await case.store.set_states(own.id, [road.nodes["b"].lineage_id], NodeState.DONE, now=START)

    (path,) = await case.store.paths_at([road.nodes["c"].id], viewer_id=BOB.id)

    assert path is not None
    assert [step.key for step in path.steps] == [road.nodes["b"].id, road.nodes["c"].id]
    assert path.states == {road.nodes["b"].id: NodeState.DONE}


async def test_a_state_is_replaced_and_forgotten(case: Case) -> None:
    road = await case.road({"a": [], "b": []})
    own = await case.enrolled(road)
    both = [road.nodes["a"].lineage_id, road.nodes["b"].lineage_id]

    await case.store.set_states(own.id, both, NodeState.IN_PROGRESS, now=START)
    await case.store.set_states(own.id, both[:1], NodeState.SKIPPED, now=START)
    await case.store.set_states(own.id, both[1:], None, now=START)

    (path,) = await case.store.paths([own.id], viewer_id=BOB.id)
    assert path is not None
    assert path.states == {road.nodes["a"].id: NodeState.SKIPPED}


async def test_the_first_completion_stays(case: Case) -> None:
    own = await case.enrolled(await case.road({"a": []}))

    first = await case.store.complete(own.id, now=START)
    second = await case.store.complete(own.id, now=START + timedelta(days=1))

    assert first.completed_at == second.completed_at == START
    with pytest.raises(NotFoundError):
        await case.store.complete(EnrolmentId(mint("enrolment")), now=START)


async def test_enrolments_are_found_by_the_quiz_of_their_pinned_version(case: Case) -> None:
    with_quiz = await case.enrolled(await case.road({"a": [], "b": []}, quiz="exam"))
    await case.enrolled(await case.road({"a": []}))

    assert await case.store.lock_for_quiz(BOB.id, "exam") == [with_quiz]
    assert await case.store.lock_for_quiz(ADA.id, "exam") == []


async def test_nodes_are_found_by_the_quiz_and_the_moment_that_completed_them(case: Case) -> None:
    road = await case.road({"a": [], "b": []}, quiz="exam")
    own = await case.enrolled(road)
    quizzed = [node for node in road.nodes.values() if node.quiz_slug == "exam"]
    lineages = [node.lineage_id for node in quizzed]
    later = START + timedelta(minutes=1)

    await case.store.set_states(own.id, lineages, NodeState.DONE, now=START)

    done = [(own.id, node.id) for node in quizzed]
    assert quizzed
    assert sorted(await case.store.completed_by_quiz(BOB.id, "exam", at=START)) == sorted(done)
    assert await case.store.completed_by_quiz(BOB.id, "exam", at=later) == []
    assert await case.store.completed_by_quiz(BOB.id, "other", at=START) == []
    assert await case.store.completed_by_quiz(ADA.id, "exam", at=START) == []
    await case.store.set_states(own.id, lineages, NodeState.SKIPPED, now=START)
    assert await case.store.completed_by_quiz(BOB.id, "exam", at=START) == []
