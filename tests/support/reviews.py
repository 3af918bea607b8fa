"""Spaced review through the schema in tests: its documents, and learners with cards."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from domain.accounts.users import Viewer
from domain.ids import QuestionId, ReviewCardId
from domain.job_table import KINDS
from domain.jobs.job_kinds import NoArguments
from domain.spaced_review.answer_facts import AnswerSource
from domain.spaced_review.cards import new_card
from domain.spaced_review.memory import CardState, Outcome
from domain.spaced_review.review_settings import ReviewSettings
from domain.unit_of_work import Meter
from gateway.jobs.handler_table import HANDLERS
from gateway.jobs.handlers import JobContext
from tests.builders import mint
from tests.builders.acts import an_act
from tests.builders.attempts import wrong_answer
from tests.builders.jobs import start
from tests.support.attempts import EVERY_KIND, QuizTaker, a_quiz_taker
from tests.support.clients.offline import sync_acts
from tests.support.jobs import begun
from tests.support.schema_client import Asker

CARD = """fragment C on ReviewCard { id state dueAt lastReviewedAt reviews lapses stability difficulty suspended
  buriedUntil createdAt question { __typename id prompt }
  answer { key { correctOptionIds truth acceptedTexts { text weight } acceptedRanges { low high weight } } explanation
    optionFeedback { answer text } } }
"""
_ERRORS = "userErrors { __typename ... on UserError { code field message } }"


def _of(name: str, gives: str = "card { ...C }") -> str:
    title = name[0].upper() + name[1:]
    fragment = CARD if "...C" in gives else ""
    return f"{fragment} mutation ($input: {title}Input!) {{ {name}(input: $input) {{ {gives} {_ERRORS} }} }}"


ADD = _of("addReviewCard")
REVIEW = _of("reviewCard", "card { ...C } rating credit viewer { streak { current } }")
UNDO = _of("undoReview")
SUSPEND, RESUME, BURY = _of("suspendCard"), _of("resumeCard"), _of("buryCard")
SAVE = _of("saveReviewSettings", "settings { retention newADay fittedAt fittedReviews }")
QUEUE = (
    CARD
    + """query ($examType: String, $domain: String, $first: Int, $after: Cursor) {
  reviewQueue(examType: $examType, domain: $domain, first: $first, after: $after) {
    nodes { ...C } pageInfo { endCursor hasNextPage } } }"""
)
CARDS = (
    CARD
    + """query ($examType: String, $domain: String, $state: CardState, $isSuspended: Boolean) {
  reviewCards(examType: $examType, domain: $domain, state: $state, isSuspended: $isSuspended) { nodes { ...C } } }"""
)
FORECAST = "{ reviewForecast { date due } }"
CALIBRATION = "{ reviewCalibration { fromChance toChance reviews predicted recalled } }"
EDGES = """{ reviewQueue(first: 1) { edges { cursor node { id } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
SETTINGS = "{ reviewSettings { retention newADay fittedAt fittedReviews } }"
XP = "{ viewer { xp { nodes { amount reason explanation source { type id } } } streak { current } } }"


async def mutate(ask: Asker, document: str, viewer: Viewer, **given: Any) -> dict[str, Any]:
    """Run a mutation of one field; return its payload."""
    payload: dict[str, Any] = next(iter((await ask.data(document, viewer, input=given)).values()))
    return payload


async def review(
    ask: Asker, viewer: Viewer, card_id: str, rating: str = "GOOD", **given: Any
) -> dict[str, Any]:
    """Rate a card; return the card."""
    given = {"cardId": card_id, "clientId": mint("review"), "rating": rating} | given
    payload = await mutate(ask, REVIEW, viewer, **given)
    assert payload["userErrors"] == [], payload
    card: dict[str, Any] = payload["card"]
    return card


async def queue(ask: Asker, viewer: Viewer, **given: Any) -> list[dict[str, Any]]:
    """Return the viewer's queue."""
    found: list[dict[str, Any]] = (await ask.data(QUEUE, viewer, **given))["reviewQueue"]["nodes"]
    return found


async def cards(ask: Asker, viewer: Viewer, **given: Any) -> list[dict[str, Any]]:
    """Return the viewer's cards."""
    found: list[dict[str, Any]] = (await ask.data(CARDS, viewer, **given))["reviewCards"]["nodes"]
    return found


async def run_job(ask: Asker, kind: str, arguments: Any = None) -> dict[str, Any]:
    """Run a job of a kind; return its result."""
    arguments = NoArguments() if arguments is None else arguments
    async with ask.postgres.open_work(Meter()) as work:
        job = await start(work, an_act(now=ask.clock()), KINDS[kind], arguments=arguments)
        await begun(work, job.id)
        (of_run,) = await work.jobs.by_ids([job.id], viewer_id=None, sees_all=True)
    assert of_run is not None
    await HANDLERS[kind].run(JobContext(of_run, ask.ports), arguments)
    async with ask.postgres.open_reads(Meter()) as reads:
        (done,) = await reads.jobs.by_ids([of_run.id], viewer_id=None, sees_all=True)
    assert done is not None
    assert done.state.value == "SUCCEEDED", done
    return done.result or {}


async def take_answers(ask: Asker) -> int:
    """Take the answers of graded attempts into reviews; return how many were read."""
    taken: int = (await run_job(ask, "take_answers_into_reviews"))["answers"]
    return taken


async def with_wrong_answers(ask: Asker, wrong: int = 2, **values: Any) -> QuizTaker:
    """Return a learner who has answered the last questions of a quiz wrong, and has cards of them."""
    taker = await a_quiz_taker(ask, **values)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id, wrong=wrong)
    await taker.submit(attempt_id)
    await take_answers(ask)
    return taker


async def with_new_cards(ask: Asker, count: int = 3, **values: Any) -> QuizTaker:
    """Return a learner who has been asked the questions of a quiz, and has made new cards of the first ones."""
    taker = await a_quiz_taker(ask, *(EVERY_KIND if not values.pop("plain", True) else ()), **values)
    attempt_id = await taker.start_attempt()
    await taker.submit(attempt_id)
    for question in taker.questions[:count]:
        payload = await mutate(ask, ADD, taker.viewer, targetId=question.id)
        assert payload["userErrors"] == [], payload
    return taker


def ids_of(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return the ids of the questions of cards."""
    return [card["question"]["id"] for card in found]


async def reviews_of_size(ask: Asker, viewer: Viewer, size: int) -> None:
    """Have `size` cards that are due, of the questions with most options, each with `size` predictions, or ten."""
    async with ask.postgres.open_work(Meter()) as work:
        asked = {
            fact.question_id
            for fact in (await work.answer_feed.read(AnswerSource.ATTEMPTS, after=None, limit=10_000)).facts
        }
        questions = [each for each in await work.questions.by_ids(sorted(asked)) if each is not None]
        questions.sort(key=lambda question: (-len(question.options), question.id))
        subjects = await work.review_cards.subjects([each.id for each in questions], user_id=viewer.user_id)
        made = [
            replace(
                new_card(
                    ReviewCardId(mint("reviewcard")), user_id=viewer.user_id, subject=subject, now=ask.clock()
                ),
                state=CardState.LEARNING,
                last_reviewed_at=ask.clock(),
            )
            for subject in subjects[:size]
            if subject is not None
        ]
        assert len(made) == size
        some = [Outcome(predicted=n / 10 + 0.05, recalled=True) for n in range(min(size, 10))]
        await work.review_cards.add(made)
        await work.review_cards.save(made, [some for _ in made])


async def everything_reviewed(ask: Asker) -> None:
    """Look at cards in every state, at the forecast, the calibration, and settings that were fitted."""
    taker = await a_quiz_taker(ask, *EVERY_KIND, time_limit=None)
    attempt_id = await taker.start_attempt()
    for number, question in enumerate(taker.questions, start=1):
        ask.clock.forward(seconds=10)
        payload = await taker.answer(attempt_id, number, wrong_answer(question, taker.keys[number - 1]))
        assert payload["userErrors"] == [], payload
    await taker.submit(attempt_id)
    await take_answers(ask)
    for question in taker.questions:
        await mutate(ask, ADD, taker.viewer, targetId=question.id)
    ask.clock.forward(minutes=2)
    first, second, third, *_ = await cards(ask, taker.viewer)
    await review(ask, taker.viewer, first["id"], "EASY")
    await mutate(ask, SUSPEND, taker.viewer, cardId=second["id"])
    await mutate(ask, BURY, taker.viewer, cardId=third["id"])
    ask.clock.forward(days=9)
    await review(ask, taker.viewer, first["id"], "GOOD")
    ask.clock.forward(days=30)
    await review(ask, taker.viewer, first["id"], "AGAIN")
    await mutate(ask, SAVE, taker.viewer, newADay=3)
    fitted = ReviewSettings(
        user_id=taker.viewer.user_id,
        retention=0.9,
        new_a_day=3,
        parameters=ask.ports.schedulers.fit([[(3, 0)]]),
        fitted_at=ask.clock(),
        fitted_reviews=400,
    )
    async with ask.postgres.open_work(Meter()) as work:
        await work.review_settings.save(fitted)
    await cards(ask, taker.viewer)
    for text in (FORECAST, CALIBRATION, SETTINGS, EDGES):
        await ask.data(text, taker.viewer)


async def of_card_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Return the cards in each state."""
    taker = await with_new_cards(ask, 4)
    new, learning, known, relearning = [card["id"] for card in await queue(ask, taker.viewer)]
    await review(ask, taker.viewer, learning, "AGAIN")
    await review(ask, taker.viewer, known, "EASY")
    await review(ask, taker.viewer, relearning, "EASY")
    await review(ask, taker.viewer, relearning, "AGAIN")
    made = {"NEW": new, "LEARNING": learning, "REVIEW": known, "RELEARNING": relearning}
    found = [await cards(ask, taker.viewer, state=value) for value in values]
    assert [[card["id"] for card in some] for some in found] == [[made[value]] for value in values]
    return found


async def of_rating(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Return when a card is due after each rating."""
    taker = await with_new_cards(ask, 4)
    wanted = [card["id"] for card in await queue(ask, taker.viewer)]
    return [
        (await review(ask, taker.viewer, card_id, value))["dueAt"]
        for card_id, value in zip(wanted, values, strict=True)
    ]


async def of_offline_rating(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Return when a card is due after each rating that was given offline."""
    taker = await with_new_cards(ask, 4)
    wanted = [card["id"] for card in await queue(ask, taker.viewer)]
    acts = [
        {"review": {"cardId": card_id, "rating": value}}
        for card_id, value in zip(wanted, values, strict=True)
    ]
    await sync_acts(ask, taker.viewer, *acts)
    due = {card["id"]: card["dueAt"] for card in await cards(ask, taker.viewer)}
    return [due[card_id] for card_id in wanted]


async def a_card(ask: Asker, viewer: Viewer, question_id: QuestionId) -> str:
    """Store a new card of the viewer's; return its id."""
    async with ask.postgres.open_work(Meter()) as work:
        (subject,) = await work.review_cards.subjects([question_id], user_id=viewer.user_id)
        assert subject is not None
        card_id = ReviewCardId(mint("reviewcard"))
        card = new_card(card_id, user_id=viewer.user_id, subject=subject, now=ask.clock())
        await work.review_cards.add([card])
    return card_id
