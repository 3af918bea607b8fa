"""Generated questions without a review earn no XP by any path; after a review they earn what others earn."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from domain.authoring.stores.provenances import Provenance
from domain.content.answers import Answer
from domain.gamification import xp
from domain.ids import QuestionId
from domain.unit_of_work import Meter
from tests.builders.roadmaps import a_file, a_node, a_quiz_node
from tests.support.accounts import accepted, refusal
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.clients.generation import TEXT, an_author, rows, written
from tests.support.clients.quality import a_moderator, author_of, run_jobs
from tests.support.clients.roadmaps import enrol, publish_file, set_node
from tests.support.goals import active_goal
from tests.support.progress import check_progress, set_target, targets_of
from tests.support.reviews import ADD, mutate, review
from tests.support.schema_client import Asker

PAID = "SELECT reason, amount FROM xp_entries WHERE amount > 0 ORDER BY reason"
MILESTONES = {"STREAK_MILESTONE"}


async def mark(ask: Asker, ids: Sequence[str]) -> None:
    """Say that questions were generated."""
    async with ask.postgres.open_work(Meter()) as work:
        await work.provenances.add(
            [
                Provenance(
                    lineage_id=QuestionId(id_),
                    generation_id=None,
                    model="m",
                    prompt="quiz",
                    prompt_version=1,
                    generated_at=ask.clock(),
                )
                for id_ in ids
            ]
        )


async def reviewed(taker: QuizTaker, ids: Sequence[str]) -> None:
    for id_ in ids:
        await accepted(taker.ask, author_of(taker), "markQuestionReviewed", questionId=id_)


async def take(taker: QuizTaker, key: str, wrong: int = 0) -> dict[str, Any]:
    """Take the quiz; return the attempt."""
    attempt_id = await taker.start_attempt(key)
    await taker.answer_all(attempt_id, wrong=wrong)
    attempt: dict[str, Any] = (await taker.submit(attempt_id, key))["attempt"]
    return attempt


async def paid(ask: Asker) -> list[tuple[str, int]]:
    return [tuple(row) for row in await rows(ask, PAID) if row["reason"] not in MILESTONES]


@pytest.mark.parametrize("generated", [1, 3, 5])
@pytest.mark.parametrize("values", [{}, {"shuffle_questions": True}, {"shuffle_options": True}])
@pytest.mark.parametrize("wrong", [0, 1, 3])
async def test_an_attempt_earns_nothing_before_the_review_of_all_and_all_of_it_after(
    ask: Asker, generated: int, values: dict[str, bool], wrong: int
) -> None:
    taker = await a_quiz_taker(ask, **values)
    ids = [question.id for question in taker.questions[:generated]]
    await mark(ask, ids)

    first = await take(taker, "one", wrong)
    await reviewed(taker, ids[:-1])
    ask.clock.forward(days=2)
    second = await take(taker, "two", wrong)

    assert (first["xpAwarded"], second["xpAwarded"]) == (0, 0)
    assert {each["amount"] for each in first["xpEntries"] + second["xpEntries"]} == {0}
    assert "no human had reviewed" in first["xpEntries"][0]["explanation"]
    assert await paid(ask) == []
    await reviewed(taker, ids[-1:])
    ask.clock.forward(days=2)
    assert (await take(taker, "three", wrong))["xpAwarded"] > 0
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await xp.reconcile(reads.xp) == []


async def test_an_attempt_that_began_before_the_review_earns_nothing(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    await mark(ask, [taker.questions[0].id])
    attempt_id = await taker.start_attempt()
    await reviewed(taker, [taker.questions[0].id])
    await taker.answer_all(attempt_id)

    assert (await taker.submit(attempt_id))["attempt"]["xpAwarded"] == 0


async def test_the_start_and_the_quiz_say_so(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    await mark(ask, [taker.questions[0].id])
    text = """mutation ($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) {
      attempt { asksUnreviewed quiz { unreviewedCount } } } }"""

    data = await ask.data(text, taker.viewer, input={"quizId": taker.quiz.id, "idempotencyKey": "k"})

    assert data["startQuizAttempt"]["attempt"] == {"asksUnreviewed": True, "quiz": {"unreviewedCount": 1}}


async def test_a_change_is_a_review(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    await mark(ask, [taker.questions[0].id])
    question = {"id": taker.questions[0].id, "version": 1, "prompt": "Read and changed."}
    gives = "content { question { id provenance { reviewedAt reviewedBy { id } } } }"

    payload = await accepted(ask, author_of(taker), "updateQuestion", gives, **question)

    provenance = payload["content"]["question"]["provenance"]
    assert provenance["reviewedAt"]
    assert provenance["reviewedBy"] == {"id": taker.quiz.author_id}


async def test_an_expired_attempt_earns_nothing(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    await mark(ask, [taker.questions[0].id])
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)
    ask.clock.forward(hours=1)

    assert (await taker.read(attempt_id))["xpAwarded"] == 0
    assert await paid(ask) == []


async def test_a_node_that_the_quiz_completes_earns_nothing(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    await mark(ask, [taker.questions[0].id])
    roadmap_id = await publish_file(ask, author_of(taker), a_file(a_quiz_node("exam", quiz=taker.quiz.slug)))
    await enrol(ask, taker.viewer, roadmap_id)

    await take(taker, "one")

    (node,) = await rows(ask, "SELECT amount, explanation FROM xp_entries WHERE reason = 'NODE_COMPLETED'")
    assert node["amount"] == 0
    assert "no human had reviewed" in node["explanation"]


@pytest.mark.parametrize("again", [False, True])
async def test_a_goal_about_a_roadmap_is_paid_only_after_a_pass_that_earns(ask: Asker, again: bool) -> None:
    taker = await a_quiz_taker(ask)
    await mark(ask, [taker.questions[0].id])
    file = a_file(a_quiz_node("exam", quiz=taker.quiz.slug), a_node("knots"))
    roadmap_id = await publish_file(ask, author_of(taker), file)
    await enrol(ask, taker.viewer, roadmap_id)
    await active_goal(ask, taker.viewer, kind="ROADMAP", roadmapId=roadmap_id)
    await take(taker, "one")
    await reviewed(taker, [taker.questions[0].id])
    ask.clock.forward(days=2)
    if again:
        await take(taker, "two")

    await set_node(ask, taker.viewer, roadmap_id, "Knots", "DONE")
    await check_progress(ask)

    goal = "SELECT amount, explanation FROM xp_entries WHERE reason = 'GOAL_COMPLETED'"
    (entry,) = await rows(ask, goal)
    assert entry["amount"] == (100 if again else 0)
    assert ("no human had reviewed" in entry["explanation"]) != again


async def test_a_regrade_pays_nothing(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    await mark(ask, [taker.questions[1].id])
    attempt_id = await taker.start_attempt()
    for number in range(1, 6):
        ask.clock.forward(seconds=10)
        await taker.answer(attempt_id, number, Answer(truth=False))
    await taker.submit(attempt_id)
    key = {"id": taker.questions[0].id, "version": 1, "key": {"truth": False}}
    await accepted(ask, author_of(taker), "updateQuestion", **key)
    newest = (await rows(ask, "SELECT id FROM questions WHERE version = 2"))[0]["id"]

    await accepted(ask, author_of(taker), "regradeQuestion", questionId=newest)
    await run_jobs(ask, "regrade_question")

    assert await paid(ask) == []


async def test_reviews_and_targets_earn_nothing_before_and_something_after(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    ids = [question.id for question in taker.questions]
    await mark(ask, ids)
    await set_target(ask, taker.viewer, "DAILY_QUESTIONS", 5)
    await set_target(ask, taker.viewer, "DAILY_REVIEWS", 5)
    await take(taker, "one")
    cards = [(await mutate(ask, ADD, taker.viewer, targetId=id_))["card"]["id"] for id_ in ids]

    for card in cards:
        await review(ask, taker.viewer, card)
    await check_progress(ask)

    assert {target["done"] for target in await targets_of(ask, taker.viewer)} == {0}
    assert await paid(ask) == []
    await reviewed(taker, ids)
    ask.clock.forward(days=1)
    for card in cards:
        await review(ask, taker.viewer, card)
    await check_progress(ask)
    assert {reason for reason, _ in await paid(ask)} == {"REVIEW", "DAILY_TARGET"}


async def test_pools_and_drawn_quizzes_leave_them_out_until_their_review(ask: Asker) -> None:
    author = await an_author(ask)
    generation = await written(ask, author, "generateQuiz", source={"text": TEXT}, count=3)
    draft = generation["quizDraft"]
    given = {"draftId": draft["id"], "version": draft["version"]}
    pooled = "draft { version validation { kind } }"
    _, learner = await ask.learner()

    edited = await accepted(
        ask, author, "editQuizDraft", pooled, questionIds=[], pools=[{"count": 3}], **given
    )

    assert edited["draft"]["validation"] == [{"kind": "POOL_TOO_LARGE"}]
    back = await accepted(
        ask,
        author,
        "editQuizDraft",
        pooled,
        draftId=draft["id"],
        version=edited["draft"]["version"],
        questionIds=[question["id"] for question in draft["questions"]],
        pools=[],
    )
    version = back["draft"]["version"]
    await accepted(ask, author, "publishQuiz", draftId=draft["id"], version=version)
    drawn = {"examType": "general", "count": 3}
    assert (await refusal(ask, learner, "generateQuizFrom", idempotencyKey="a", **drawn))[
        0
    ] == "NothingToDraw"
    for question in draft["questions"]:
        await accepted(ask, author, "markQuestionReviewed", questionId=question["id"])
    gives = "quiz { questionCount unreviewedCount }"
    payload = await accepted(ask, learner, "generateQuizFrom", gives, idempotencyKey="b", **drawn)
    assert payload["quiz"] == {"questionCount": 3, "unreviewedCount": 0}


async def test_who_may_review(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    generated, human = taker.questions[0].id, taker.questions[1].id
    await mark(ask, [generated])
    moderator, stranger = await a_moderator(ask), await an_author(ask)
    gives = "question { id provenance { reviewedBy { id } reviewedAt } }"

    assert await refusal(ask, taker.viewer, "markQuestionReviewed", questionId=generated) == (
        "NotFound",
        "questionId",
    )
    assert (await refusal(ask, stranger, "markQuestionReviewed", questionId=generated))[0] == "NotFound"
    assert await refusal(ask, author_of(taker), "markQuestionReviewed", questionId=human) == (
        "NotGenerated",
        "questionId",
    )
    once = await accepted(ask, moderator, "markQuestionReviewed", gives, questionId=generated)
    ask.clock.forward(minutes=int(timedelta(hours=1) / timedelta(minutes=1)))
    again = await accepted(ask, author_of(taker), "markQuestionReviewed", gives, questionId=generated)
    assert once == again
    assert once["question"]["provenance"]["reviewedBy"] == {"id": moderator.user_id}
    text = "query ($id: ID!) { attempt(id: $id) { slots { question { id provenance { reviewedBy { id } reviewedAt } } } } }"
    attempt_id = await taker.start_attempt()
    slots = (await ask.data(text, taker.viewer, id=attempt_id))["attempt"]["slots"]
    (shown,) = [slot["question"] for slot in slots if slot["question"]["id"] == generated]
    assert shown["provenance"] == once["question"]["provenance"] | {"reviewedBy": None}
