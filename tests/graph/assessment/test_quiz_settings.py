"""Settings of quizzes through the schema: when and how often they can be taken, their order, and what they show."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.content.drawing.pools import QuestionPool
from domain.content.questions import Difficulty
from domain.content.quizzes import Feedback, NewQuiz
from domain.unit_of_work import Meter
from tests.builders.attempts import right_answer, secrets_of
from tests.support.attempts import EVERY_KIND, QuizTaker, a_quiz_taker, codes
from tests.support.schema_client import Asker, needs_plans
from tests.support.secrecy import responses

START = """mutation ($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) {
  attempt { id } userErrors { __typename ... on UserError { field message }
    ... on QuizNotOpen { availableAt } ... on AttemptTooSoon { availableAt } ... on AttemptsUsedUp { availableAt } } } }"""
QUIZ = """query ($id: ID!) { quiz(by: {id: $id}) {
  opensAt closesAt attemptsAllowed coolDown shuffleQuestions shuffleOptions drawnCount feedback } }"""


async def start(taker: QuizTaker, key: str) -> dict[str, Any]:
    given = {"quizId": taker.quiz.id, "idempotencyKey": key}
    found: dict[str, Any] = (await taker.ask.data(START, taker.viewer, input=given))["startQuizAttempt"]
    return found


async def refusal(taker: QuizTaker, key: str) -> tuple[str, str | None]:
    (error,) = (await start(taker, key))["userErrors"]
    assert error["field"] == "quizId"
    return error["__typename"], error["availableAt"]


def iso(moment: Any) -> str:
    return str(moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


async def prompts(taker: QuizTaker, attempt_id: str) -> list[str]:
    return [slot["question"]["prompt"] for slot in await taker.slots(attempt_id)]


class TestLimits:
    async def test_a_quiz_cannot_be_begun_before_it_opens(self, ask: Asker) -> None:
        opens_at = ask.clock() + timedelta(hours=2)
        taker = await a_quiz_taker(ask, opens_at=opens_at)

        early = await refusal(taker, "early")
        ask.clock.forward(hours=2)
        begun = await start(taker, "begun")

        assert early == ("QuizNotOpen", iso(opens_at))
        assert begun["userErrors"] == []

    async def test_a_refused_start_leaves_nothing(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, opens_at=ask.clock() + timedelta(hours=2))

        await refusal(taker, "early")

        shown = await ask.data("{ viewer { attempts { nodes { id } } } }", taker.viewer)
        assert shown["viewer"]["attempts"]["nodes"] == []

    async def test_every_attempt_counts_also_an_abandoned_one(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, attempts_allowed=2)
        await taker.abandon(await taker.start_attempt("first"))
        second = await taker.start_attempt("second")
        open_again = await start(taker, "again")
        await taker.submit(second)

        assert open_again["attempt"] == {"id": second}
        assert await refusal(taker, "third") == ("AttemptsUsedUp", None)

    async def test_the_key_of_a_start_returns_its_attempt_when_none_is_left(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, attempts_allowed=1)
        first = await taker.start_attempt("first")
        await taker.submit(first)

        assert (await start(taker, "first"))["attempt"] == {"id": first}

    async def test_the_next_attempt_waits_for_the_cool_down(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, cool_down=timedelta(hours=1))
        await taker.submit(await taker.start_attempt("first"))
        ended = ask.clock()
        ask.clock.forward(minutes=59)

        soon = await refusal(taker, "soon")
        ask.clock.forward(minutes=1)
        begun = await start(taker, "begun")

        assert soon == ("AttemptTooSoon", iso(ended + timedelta(hours=1)))
        assert begun["userErrors"] == []

    async def test_a_cool_down_beyond_the_close_says_never(self, ask: Asker) -> None:
        closes_at = ask.clock() + timedelta(minutes=30)
        taker = await a_quiz_taker(ask, cool_down=timedelta(hours=1), closes_at=closes_at)
        await taker.submit(await taker.start_attempt("first"))

        assert await refusal(taker, "soon") == ("AttemptTooSoon", None)

    @needs_plans
    async def test_only_a_limited_quiz_costs_a_statement_more(self, ask: Asker) -> None:
        counts = []
        for values in ({}, {"opens_at": ask.clock()}, {"attempts_allowed": 3}):
            taker = await a_quiz_taker(ask, **values)
            await taker.start_attempt()
            counts.append(ask.statements)

        assert counts == [counts[0], counts[0], counts[0] + 1]

    async def test_a_quiz_shows_its_settings(self, ask: Asker) -> None:
        opens_at = ask.clock()
        taker = await a_quiz_taker(
            ask,
            opens_at=opens_at,
            attempts_allowed=3,
            cool_down=timedelta(minutes=5),
            shuffle_questions=True,
            shuffle_options=False,
            feedback=Feedback.SCORE_ONLY,
        )

        shown = await ask.data(QUIZ, taker.viewer, id=taker.quiz.id)

        assert shown["quiz"] == {
            "opensAt": iso(opens_at),
            "closesAt": None,
            "attemptsAllowed": 3,
            "coolDown": "PT300S",
            "shuffleQuestions": True,
            "shuffleOptions": False,
            "drawnCount": 0,
            "feedback": "SCORE_ONLY",
        }


class TestOrder:
    async def test_shuffled_questions_are_all_asked_in_an_order_of_each_attempt(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, *[EVERY_KIND[0]] * 30, shuffle_questions=True)
        orders = []
        for key in ("first", "second"):
            attempt_id = await taker.start_attempt(key)
            orders.append(await prompts(taker, attempt_id))
            await taker.abandon(attempt_id)

        assert sorted(orders[0]) == sorted(orders[1]) == sorted(q.prompt for q in taker.questions)
        assert orders[0] != orders[1]

    async def test_options_that_are_not_shuffled_keep_one_order(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, *[EVERY_KIND[0]] * 10, shuffle_options=False)
        seen = []
        for key in ("first", "second"):
            attempt_id = await taker.start_attempt(key)
            seen.append([slot["question"]["options"] for slot in await taker.slots(attempt_id)])
            await taker.abandon(attempt_id)

        assert seen[0] == seen[1]


class TestPools:
    async def pooled(self, taker: QuizTaker, *pools: QuestionPool) -> None:
        """Let the quiz ask its first question, and draw the rest from pools."""
        async with taker.ask.postgres.open_work(Meter()) as work:
            drawn = sum(pool.count for pool in pools)
            changed = replace(taker.quiz, drawn_count=drawn, question_count=1 + drawn)
            new = NewQuiz(
                quiz=changed, question_ids=[taker.questions[0].id], content_hash="pooled", pools=list(pools)
            )
            await work.quizzes.publish(new, now=taker.ask.clock())

    async def test_an_attempt_freezes_what_it_drew(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, *[EVERY_KIND[0]] * 30)
        await self.pooled(taker, QuestionPool(domain_id=None, difficulty=Difficulty.EASY, count=5))
        drawn = []
        for key in ("first", "second"):
            attempt_id = await taker.start_attempt(key)
            asked = await prompts(taker, attempt_id)
            assert await prompts(taker, attempt_id) == asked
            assert asked[0] == taker.questions[0].prompt
            assert len(set(asked)) == 6
            drawn.append(asked)
            await taker.abandon(attempt_id)

        assert drawn[0] != drawn[1]

    async def test_a_pool_that_has_too_few_gives_those_that_it_has(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, *[EVERY_KIND[0]] * 3)
        await self.pooled(taker, QuestionPool(domain_id=None, difficulty=None, count=10))

        asked = await prompts(taker, await taker.start_attempt())

        assert sorted(asked) == sorted(question.prompt for question in taker.questions)


class TestScoreOnly:
    async def test_a_closed_attempt_shows_its_score_and_no_slot_what_was_right(self, ask: Asker) -> None:
        taker = await a_quiz_taker(ask, *EVERY_KIND, feedback=Feedback.SCORE_ONLY)
        attempt_id = await taker.start_attempt()
        for number, key in enumerate(taker.keys, start=1):
            ask.clock.forward(seconds=10)
            await taker.answer(attempt_id, number, right_answer(key))
        graded = await taker.submit(attempt_id)

        slots = await taker.slots(attempt_id)
        text = await responses(taker, depth=3)
        async with ask.postgres.open_reads(Meter()) as reads:
            export = dict(await reads.exports.sections(taker.viewer.user_id))

        assert codes(graded) == []
        assert graded["attempt"]["score"] == 100
        hidden = {(s["credit"], s["key"], s["explanation"], s["optionFeedback"]) for s in slots}
        assert hidden == {(None, None, None, None)}
        told = text + "".join(export.values())
        unknown = {key.explanation for key in taker.keys}
        unknown |= {secret for key in taker.keys for secret in secrets_of(key) if secret.startswith("hush")}
        assert not [secret for secret in unknown if secret in told]
        assert "credit_numerator" not in export["attempt_slots"]
