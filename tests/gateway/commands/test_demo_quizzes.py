"""The demo quizzes: what a developer finds in a new database."""

from domain.accounts.users import Role
from domain.unit_of_work import Meter
from gateway.commands.demo import demo_quizzes
from tests.support.clients.quizzes import DRAFT
from tests.support.clients.roadmaps import import_quizzes
from tests.support.schema_client import Asker

MINE = "{ myContent(type: QUIZ, state: DRAFT) { nodes { quizDraft %s } } }" % DRAFT


async def test_there_is_a_draft_with_a_fault_and_a_drawn_quiz(ask: Asker) -> None:
    _, author = await ask.learner(handle=demo_quizzes.AUTHOR, roles=[Role.LEARNER, Role.AUTHOR])
    learner, _ = await ask.learner(handle=demo_quizzes.LEARNER)
    await import_quizzes(ask, author, "tides", exam_type=demo_quizzes.EXAM_TYPE)

    await demo_quizzes.write(ask.postgres)

    (found,) = (await ask.data(MINE, author))["myContent"]["nodes"]
    assert found["quizDraft"]["slug"] == demo_quizzes.SLUG
    assert "POOL_TOO_LARGE" in {fault["kind"] for fault in found["quizDraft"]["validation"]}
    async with ask.postgres.open_reads(Meter()) as reads:
        rows = await reads.connection.raw.fetch(
            "SELECT drawn_for_id, question_count FROM quizzes WHERE drawn_count = 0"
        )
    assert [tuple(row) for row in rows if row["drawn_for_id"]] == [(learner.id, 1)]


async def test_there_is_none_without_its_exam_type(ask: Asker) -> None:
    _, author = await ask.learner(handle=demo_quizzes.AUTHOR, roles=[Role.LEARNER, Role.AUTHOR])
    await ask.learner(handle=demo_quizzes.LEARNER)

    await demo_quizzes.write(ask.postgres)

    assert (await ask.data(MINE, author))["myContent"]["nodes"] == []
