"""Quiz references: which quizzes no learner of a roadmap can count on."""

from datetime import timedelta

from domain.content.prerequisites import FlawKind
from domain.content.validation import quiz_flaws
from domain.ids import ExamTypeId, UserId
from tests.builders.quizzes import a_new_quiz, a_quiz
from tests.builders.roadmaps import a_step
from tests.fakes.quizzes import FakeQuizzes
from tests.support.schema_client import START

ADA, BOB = UserId("user_ada"), UserId("user_bob")
EXAM_TYPE = ExamTypeId("examtype_one")


async def stored(**closing: timedelta | None) -> FakeQuizzes:
    quizzes = FakeQuizzes(lambda _: None)
    for slug, after in closing.items():
        closes_at = None if after is None else START + after
        quiz = a_quiz(EXAM_TYPE, ADA, slug=slug, closes_at=closes_at)
        await quizzes.publish(a_new_quiz(quiz, []), now=START)
    return quizzes


async def test_each_step_is_named_with_its_kind_of_flaw() -> None:
    quizzes = await stored(past=timedelta(0), soon=timedelta(microseconds=1), ever=None)
    steps = [a_step(slug, quiz_slug=slug) for slug in ("none", "past", "soon", "ever")]

    mine = await quiz_flaws(quizzes, [a_step("free"), *steps], author_id=ADA, now=START)
    theirs = await quiz_flaws(quizzes, steps, author_id=BOB, now=START)

    assert [(f.key, f.kind) for f in mine] == [
        ("none", FlawKind.UNKNOWN_QUIZ),
        ("past", FlawKind.CLOSED_QUIZ),
    ]
    foreign = [(slug, FlawKind.FOREIGN_QUIZ) for slug in ("past", "soon", "ever")]
    assert [(f.key, f.kind) for f in theirs] == [("none", FlawKind.UNKNOWN_QUIZ), *foreign]


async def test_steps_that_share_a_quiz_have_a_flaw_each() -> None:
    steps = [a_step(key, quiz_slug="none") for key in ("a", "b")]

    assert [f.key for f in await quiz_flaws(await stored(), steps, author_id=ADA, now=START)] == ["a", "b"]
