"""Previews of drafts, and quizzes that are drawn for one learner, through the schema."""

from typing import Any

import pytest

from domain.accounts.users import Viewer
from domain.unit_of_work import Meter
from tests.support.attempts import ANSWER, SLOTS, START, SUBMIT, a_quiz_taker
from tests.support.clients.quizzes import (
    GENERATE,
    PREVIEW,
    START_QUIZ_DRAFT,
    a_published_quiz,
    a_writer,
    change,
    create_question,
    create_quiz,
    edit_quiz,
    publish_quiz,
    refused,
)
from tests.support.schema_client import Asker
from tests.support.secrecy import assert_reveals_nothing, responses

EXPORT = """mutation ($input: ExportQuizInput!) { exportQuiz(input: $input) { file { text }
  userErrors { __typename ... on UserError { field } } } }"""
SEEN = """query ($id: ID!, $slug: String!) { byId: quiz(by: {id: $id}) { id } bySlug: quiz(by: {slug: $slug}) { id }
  node(id: $id) { id } quizzes { nodes { id } } search(query: "drawn questions") { nodes { title { text } object { id } } } }"""


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    return await a_writer(ask)


async def preview(ask: Asker, viewer: Viewer, draft: dict[str, Any], seed: int | None = None) -> Any:
    values = {} if seed is None else {"seed": seed}
    return (await ask.data(PREVIEW, viewer, id=draft["id"], **values))["quizPreview"]


async def generate(ask: Asker, viewer: Viewer, **values: Any) -> dict[str, Any]:
    return await change(
        ask, viewer, GENERATE, **({"examType": "own-exam", "idempotencyKey": "once"} | values)
    )


async def taken(ask: Asker, viewer: Viewer, quiz_id: str) -> list[str]:
    """Begin an attempt; return the ids of what it asks."""
    attempt = (await change(ask, viewer, START, quizId=quiz_id, idempotencyKey=quiz_id))["attempt"]
    slots = (await ask.data(SLOTS, viewer, id=attempt["id"]))["attempt"]["slots"]
    return [slot["question"]["id"] for slot in slots]


class TestPreviews:
    async def test_a_seed_shows_what_an_attempt_would_show(self, ask: Asker, author: Viewer) -> None:
        ids = [await create_question(ask, author) for _ in range(3)]
        for _ in range(20):
            await create_question(ask, author)
        draft = await edit_quiz(
            ask,
            author,
            await create_quiz(ask, author),
            questionIds=ids,
            pools=[{"count": 5}],
            shuffleQuestions=True,
        )

        first = await preview(ask, author, draft)
        same = await preview(ask, author, draft, 1)
        other = await preview(ask, author, draft, 2)

        asked = [slot["question"]["id"] for slot in first["slots"]]
        assert first == same
        assert other["slots"] != first["slots"]
        assert len(set(asked)) == 8
        assert set(ids) < set(asked)
        assert [slot["number"] for slot in first["slots"]] == list(range(1, 9))

    async def test_it_leaves_no_trace_and_leaves_questions_of_others_out(
        self, ask: Asker, author: Viewer
    ) -> None:
        other = await a_writer(ask, "other-exam")
        foreign = await create_question(ask, other, examType="other-exam")
        own = await create_question(ask, author)
        draft = await edit_quiz(ask, author, await create_quiz(ask, author), questionIds=[foreign, own, own])

        shown = await preview(ask, author, draft)

        async with ask.postgres.open_reads(Meter()) as reads:
            attempts = await reads.connection.raw.fetchval("SELECT count(*) FROM quiz_attempts")
        assert [slot["question"]["id"] for slot in shown["slots"]] == [own]
        assert attempts == 0

    async def test_only_the_author_sees_it(self, ask: Asker, author: Viewer) -> None:
        draft = await create_quiz(ask, author)

        assert await preview(ask, await a_writer(ask, "other-exam"), draft) is None


class TestDrawnQuizzes:
    async def test_a_learner_takes_a_quiz_of_published_questions(self, ask: Asker, author: Viewer) -> None:
        _, ids = await a_published_quiz(ask, author, count=5)
        left = await create_question(ask, author)
        _, learner = await ask.learner()

        payload = await generate(ask, learner, count=4)
        again = await generate(ask, learner, count=4)

        asked = await taken(ask, learner, payload["quiz"]["id"])
        assert again["quiz"]["id"] == payload["quiz"]["id"]
        assert payload["quiz"]["questionCount"] == len(set(asked)) == 4
        assert left not in asked
        assert len(set(asked) & set(ids)) >= 3

    async def test_the_second_drawn_quiz_of_a_day_earns_half_and_the_fourth_nothing(
        self, ask: Asker, author: Viewer
    ) -> None:
        await a_published_quiz(ask, author, count=8)
        _, learner = await ask.learner()
        earned = []
        for number in range(4):
            quiz = (await generate(ask, learner, count=1, idempotencyKey=f"quiz {number}"))["quiz"]
            start = await change(ask, learner, START, quizId=quiz["id"], idempotencyKey=quiz["id"])
            ask.clock.forward(minutes=1)
            given = {
                "attemptId": start["attempt"]["id"],
                "slot": 1,
                "clientSeq": 1,
                "answer": {"truth": True},
            }
            answered = await change(ask, learner, ANSWER, **given)
            assert answered["userErrors"] == [], answered
            given = {"attemptId": start["attempt"]["id"], "idempotencyKey": quiz["id"]}
            submitted = await change(ask, learner, SUBMIT, **given)
            assert submitted["userErrors"] == [], submitted
            earned.append((await ask.data("{ viewer { levelProgress { xpTotal } } }", learner))["viewer"])

        totals = [each["levelProgress"]["xpTotal"] for each in earned]
        first, second, third, fourth = (b - a for a, b in zip([0, *totals], totals, strict=False))
        assert first > second > third > fourth == 0

    async def test_all_are_drawn_where_there_are_fewer(self, ask: Asker, author: Viewer) -> None:
        await a_published_quiz(ask, author, count=2)
        _, learner = await ask.learner()

        assert (await generate(ask, learner))["quiz"]["questionCount"] == 3

    async def test_domains_and_difficulty_narrow_the_choice(self, ask: Asker, author: Viewer) -> None:
        hard = await create_question(ask, author, difficulty="HARD")
        await a_published_quiz(ask, author, count=1)
        draft = await edit_quiz(ask, author, await create_quiz(ask, author, "hard"), questionIds=[hard])
        await publish_quiz(ask, author, draft)
        _, learner = await ask.learner()

        payload = await generate(ask, learner, difficulty="HARD", domains=["1.1"])
        none = await generate(ask, learner, difficulty="EASY", idempotencyKey="easy")

        assert await taken(ask, learner, payload["quiz"]["id"]) == [hard]
        assert refused(none) == [("NothingToDraw", "examType")]

    async def test_a_learner_is_not_asked_what_they_wrote(self, ask: Asker, author: Viewer) -> None:
        await a_published_quiz(ask, author)

        assert refused(await generate(ask, author)) == [("NothingToDraw", "examType")]

    async def test_questions_of_quizzes_that_show_the_score_only_are_not_drawn(
        self, ask: Asker, author: Viewer
    ) -> None:
        secret = await create_question(ask, author, difficulty="HARD")
        await a_published_quiz(ask, author, "open", count=1)
        pools = [{"count": 1, "difficulty": "HARD"}]
        _, ids = await a_published_quiz(ask, author, "exam", feedback="SCORE_ONLY", pools=pools)
        draft = await edit_quiz(
            ask, author, await create_quiz(ask, author, "both"), questionIds=[secret, ids[0]]
        )
        await publish_quiz(ask, author, draft)
        _, learner = await ask.learner()

        asked = await taken(ask, learner, (await generate(ask, learner))["quiz"]["id"])

        assert not {secret, *ids} & set(asked)
        assert len(asked) == 2

    async def test_wrong_fields_are_named_together(self, ask: Asker, author: Viewer) -> None:
        _, learner = await ask.learner()

        wrong = await generate(ask, learner, count=0, domains=["9.9", "1.1", "8.8"], idempotencyKey="")
        unknown = await generate(ask, learner, examType="none")

        fields = ["idempotencyKey", "count", "domains[0]", "domains[2]"]
        assert refused(wrong) == [("InvalidInput", field) for field in fields]
        assert refused(unknown) == [("InvalidInput", "examType")]

    async def test_no_other_user_meets_it(self, ask: Asker, author: Viewer) -> None:
        await a_published_quiz(ask, author)
        _, learner = await ask.learner()
        quiz = (await generate(ask, learner))["quiz"]

        own = await ask.data(SEEN, learner, id=quiz["id"], slug=quiz["slug"])
        for viewer in (author, (await ask.learner())[1], None):
            seen = await ask.data(SEEN, viewer, id=quiz["id"], slug=quiz["slug"])
            assert quiz["id"] not in str(seen)
        start = await change(ask, author, START, quizId=quiz["id"], idempotencyKey="k")

        assert (own["byId"], own["node"], own["bySlug"]) == ({"id": quiz["id"]}, {"id": quiz["id"]}, None)
        assert quiz["id"] not in str([own["quizzes"], own["search"]])
        assert refused(start) == [("NotFound", "quizId")]

    async def test_its_learner_is_no_author_of_it(self, ask: Asker, author: Viewer) -> None:
        await a_published_quiz(ask, author)
        other = await a_writer(ask, "other-exam")
        quiz = (await generate(ask, other))["quiz"]

        draft = await change(ask, other, START_QUIZ_DRAFT, quizId=quiz["id"])
        content = await ask.data("{ myContent { nodes { quiz { id } } } }", other)

        assert refused(draft) == [("NotFound", "quizId")]
        assert quiz["id"] not in str(content)
        exported = await change(ask, other, EXPORT, quizId=quiz["id"], format="JSON")
        assert refused(exported) == [("NotFound", "quizId")]

    async def test_it_earns_xp_like_a_quiz_of_others(self, ask: Asker, author: Viewer) -> None:
        await a_published_quiz(ask, author, count=2)
        _, learner = await ask.learner()
        quiz_id = (await generate(ask, learner))["quiz"]["id"]
        attempt = (await change(ask, learner, START, quizId=quiz_id, idempotencyKey="k"))["attempt"]
        answer = """mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) { userErrors { __typename } } }"""
        for slot in (1, 2, 3):
            ask.clock.forward(seconds=10)
            given = {"attemptId": attempt["id"], "slot": slot, "answer": {"truth": True}, "clientSeq": 1}
            await change(ask, learner, answer, **given)

        graded = await change(ask, learner, SUBMIT, attemptId=attempt["id"], idempotencyKey="s")

        assert graded["attempt"]["score"] == 100
        assert graded["attempt"]["xpAwarded"] > 0

    @pytest.mark.slow
    async def test_an_open_attempt_at_it_keeps_its_answers_secret(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask)
        async with ask.postgres.open_reads(Meter()) as reads:
            (exam_type,) = await reads.exam_types.by_ids([taker.quiz.exam_type_id])
        assert exam_type is not None
        first = await taker.start_attempt()
        await taker.submit(first)
        quiz = (await generate(ask, taker.viewer, examType=exam_type.code))["quiz"]
        await taken(ask, taker.viewer, quiz["id"])

        text = await responses(taker, depth=3)

        assert_reveals_nothing(text, taker)
