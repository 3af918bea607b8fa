"""Enrolments: which nodes to continue with, and which a passed quiz completes."""

from datetime import date

from domain.gamification.xp import XpReason
from domain.ids import EnrolmentId, LineageId, RoadmapNodeId
from domain.learning import quiz_nodes
from domain.learning.enrolments import Enrolment, LearnerPath
from domain.learning.progress import NodeState
from tests.builders import a_user, mint
from tests.builders.roadmaps import a_graph, a_roadmap, a_step, a_version, an_enrolment, every
from tests.fakes.enrolments import FakeEnrolments
from tests.support.schema_client import START

ADA = a_user()


def a_path(*steps: object, **states: NodeState) -> LearnerPath:
    return LearnerPath(enrolment_id=EnrolmentId("e"), steps=list(steps), states=dict(states), lineages={})  # type: ignore[arg-type]


def test_nodes_in_progress_come_first_then_required_then_optional() -> None:
    path = a_path(
        a_step("extra", optional=True),
        a_step("open"),
        a_step("begun"),
        a_step("done"),
        a_step("locked", every("open")),
        begun=NodeState.IN_PROGRESS,
        done=NodeState.DONE,
    )

    assert path.next_nodes() == ["begun", "open", "extra"]


def test_at_most_five_nodes_are_suggested() -> None:
    path = a_path(*(a_step(f"n{number}") for number in range(9)))

    assert path.next_nodes() == [RoadmapNodeId(f"n{number}") for number in range(5)]


async def on_a_quiz(store: FakeEnrolments, *, state: NodeState | None = None) -> tuple[Enrolment, LineageId]:
    """Enrol Ada in a roadmap of one node, which the quiz completes."""
    version = a_version(a_roadmap(ADA.id))
    lineage = LineageId(mint("lineage"))
    store.add_graph(a_graph(version, {"knots": []}, {"knots": lineage}, quiz="exam"))
    enrolment = await store.add(an_enrolment(version, ADA.id))
    if state is not None:
        await store.set_states(enrolment.id, [lineage], state, now=START)
    return enrolment, lineage


async def test_a_passed_quiz_completes_its_open_nodes_on_every_roadmap() -> None:
    store = FakeEnrolments()
    first, lineage_of_first = await on_a_quiz(store)
    second, lineage_of_second = await on_a_quiz(store, state=NodeState.IN_PROGRESS)
    skipped, third = await on_a_quiz(store, state=NodeState.SKIPPED)

    awards = await quiz_nodes.nodes_passed(
        store,
        user_id=ADA.id,
        quiz_slug="exam",
        is_own_quiz=False,
        earned=0,
        now=START,
        local_date=date(2026, 3, 2),
    )

    assert [(award.reason, award.source_type, award.source_id, award.amount) for award in awards] == [
        (XpReason.NODE_COMPLETED, "node", lineage, 25) for lineage in (lineage_of_first, lineage_of_second)
    ]
    assert store.enrolments[first.id].completed_at == store.enrolments[second.id].completed_at == START
    assert store.states[skipped.id, third] is NodeState.SKIPPED
    assert all("25 XP" in award.explanation for award in awards)


async def test_a_quiz_completes_no_node_of_another_learner() -> None:
    store = FakeEnrolments()
    enrolment, lineage = await on_a_quiz(store)

    awards = await quiz_nodes.nodes_passed(
        store,
        user_id=a_user().id,
        quiz_slug="exam",
        is_own_quiz=False,
        earned=0,
        now=START,
        local_date=date(2026, 3, 2),
    )

    assert awards == []
    assert (enrolment.id, lineage) not in store.states
