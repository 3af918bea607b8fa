"""Enrolments: what to go on with, and what a passed quiz completes."""

from datetime import date

from domain import enrolments
from domain.enrolments import Enrolment, LearnerPath
from domain.ids import EnrolmentId, LineageId, RoadmapNodeId
from domain.progress import NodeState
from domain.roadmaps import Completion
from domain.xp import XpReason
from tests.asking import START
from tests.builders import a_user, mint
from tests.builders.roadmaps import a_roadmap, a_step, a_stored_node, a_version, every
from tests.fakes.roadmaps import FakeEnrolments, FakeShelf

ADA = a_user()


def a_path(*steps: object, **marks: NodeState) -> LearnerPath:
    return LearnerPath(enrolment_id=EnrolmentId("e"), steps=list(steps), marks=dict(marks), lineages={})  # type: ignore[arg-type]


def test_what_is_begun_comes_first_then_required_then_optional() -> None:
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


async def on_a_quiz(shelf: FakeShelf, *, mark: NodeState | None = None) -> tuple[Enrolment, LineageId]:
    """Enrol Ada in a roadmap of one node, which the quiz completes."""
    roadmap = a_roadmap(ADA.id)
    version = a_version(roadmap)
    lineage = LineageId(mint("lineage"))
    node = a_stored_node(version, lineage, completion=Completion.QUIZ, quiz_slug="exam")
    enrolment = Enrolment(
        id=EnrolmentId(mint("enrolment")),
        user_id=ADA.id,
        roadmap_id=roadmap.id,
        version_id=version.id,
        started_at=START,
        completed_at=None,
    )
    shelf.roadmaps[roadmap.id], shelf.versions[version.id], shelf.nodes[node.id] = roadmap, version, node
    shelf.enrolments[enrolment.id] = enrolment
    if mark is not None:
        shelf.marks[enrolment.id, lineage] = mark
    return enrolment, lineage


async def test_a_passed_quiz_completes_its_open_nodes_on_every_roadmap() -> None:
    shelf = FakeShelf()
    first, one = await on_a_quiz(shelf)
    second, two = await on_a_quiz(shelf, mark=NodeState.IN_PROGRESS)
    skipped, three = await on_a_quiz(shelf, mark=NodeState.SKIPPED)

    awards = await enrolments.nodes_passed(
        FakeEnrolments(shelf), user_id=ADA.id, quiz_slug="exam", now=START, local_date=date(2026, 3, 2)
    )

    assert [(award.reason, award.source_type, award.source_id, award.amount) for award in awards] == [
        (XpReason.NODE_COMPLETED, "node", lineage, 25) for lineage in (one, two)
    ]
    assert shelf.enrolments[first.id].completed_at == shelf.enrolments[second.id].completed_at == START
    assert shelf.marks[skipped.id, three] is NodeState.SKIPPED
    assert all("25 XP" in award.explanation for award in awards)


async def test_another_learners_quiz_completes_nothing_of_mine() -> None:
    shelf = FakeShelf()
    enrolment, lineage = await on_a_quiz(shelf)

    awards = await enrolments.nodes_passed(
        FakeEnrolments(shelf), user_id=a_user().id, quiz_slug="exam", now=START, local_date=date(2026, 3, 2)
    )

    assert awards == []
    assert (enrolment.id, lineage) not in shelf.marks
