"""Canaries in the keys of two hundred questions: none is shown to anyone while an attempt asks it, by any path."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.content.answers import Answer
from tests.builders.roadmaps import a_file, a_quiz_node
from tests.support.accounts import mutate
from tests.support.attempts import SLOTS, QuizTaker, a_twin_of, sent
from tests.support.bookmarks import save_bookmark, save_note
from tests.support.canaries import (
    Canaries,
    a_preview,
    personal_data,
    searched,
    shown,
    tables_with_canaries,
    told,
    two_hundred_questions,
)
from tests.support.clients.offline import SYNC
from tests.support.clients.quality import author_of, report, run_jobs
from tests.support.clients.quizzes import GENERATE, change
from tests.support.clients.roadmaps import enrol, publish_file
from tests.support.goals import CREATE
from tests.support.reviews import ADD, REVIEW, queue, review, take_answers
from tests.support.reviews import mutate as review_mutation
from tests.support.schema_client import Asker, viewer_of
from tests.support.study import Studier, a_guess, studier_of

AT_END, AFTER_EACH, SCORE_ONLY, TAKEN, STUDIED = range(5)
"""The places of the quizzes."""
TIMER = """subscription ($id: ID!) { attemptTimer(attemptId: $id) { state
  attempt { id state score slots { explanation key { acceptedTexts { text } } optionFeedback { text } } } } }"""
PROGRESS = """subscription { viewerProgress { attempts { nodes { slots { explanation } } }
  studySessions { nodes { slots { nodes { explanation key { acceptedTexts { text } } } } } } } }"""


@dataclass
class Scene:
    """A learner with attempts that ask all two hundred questions, and the ids of what is around them."""

    canaries: Canaries
    ids: dict[str, str]
    asking: list[QuizTaker] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    guesses: list[Answer] = field(default_factory=list)
    card_id: str = ""
    drawn: str = ""
    """An attempt at a drawn quiz, which asks some of the questions that were studied."""

    @property
    def ask(self) -> Asker:
        return self.canaries.ask

    @property
    def viewer(self) -> Viewer:
        return self.canaries.viewer

    async def submit(self) -> list[Any]:
        return [
            await taker.submit(id_, f"submit {id_}")
            for taker, id_ in zip(self.asking, self.attempts, strict=True)
        ]

    async def slots(self) -> list[Any]:
        """Return all slots of all attempts, with everything that they show."""
        ids = [self.ids["attempt"], *self.attempts, *([self.drawn] if self.drawn else [])]
        return [await self.ask(SLOTS, self.viewer, id=id_) for id_ in ids]


async def practised(canaries: Canaries, scene: Scene) -> None:
    """Take one quiz and study another one, with cards, bookmarks, notes, reports and a regrade around them."""
    ask, viewer, taker = canaries.ask, canaries.viewer, canaries.quizzes[TAKEN]
    attempt_id = await taker.start_attempt("taken")
    await taker.answer(attempt_id, 3, Answer(truth=False))
    await taker.submit(attempt_id, "taken")
    await take_answers(ask)
    for question in taker.questions[:8]:
        payload = await review_mutation(ask, ADD, viewer, targetId=question.id)
        assert payload["userErrors"] == [], payload
        scene.card_id = payload["card"]["id"]
        await save_bookmark(ask, viewer, question.id, tags=["hard"])
        await save_note(ask, viewer, question.id, "Look again.")
    await review(ask, viewer, scene.card_id, clientId="before")
    await report(ask, viewer, taker.questions[0].id, "INCORRECT", "It is wrong.")
    given = {"id": taker.questions[2].id, "version": 1, "key": {"truth": False}}
    newest = await mutate(ask, author_of(taker), "updateQuestion", "content { question { id } }", **given)
    newest_id = newest["content"]["question"]["id"]
    studier = await studier_of(canaries.quizzes[STUDIED])
    session_id = await studier.started()
    for number in range(1, 11):
        scene.guesses.append(await studied(studier, session_id, number))
    scene.asking = [*canaries.quizzes[:TAKEN], await a_twin_of(taker), await a_twin_of(studier.taker)]
    scene.attempts = [await each.start_attempt(f"open {n}") for n, each in enumerate(scene.asking)]
    regrade = await mutate(ask, author_of(taker), "regradeQuestion", "job { id }", questionId=newest_id)
    assert regrade["userErrors"] == [], regrade
    await run_jobs(ask, "regrade_question")
    scene.ids |= {"attempt": attempt_id, "session": session_id}


async def studied(studier: Studier, session_id: str, number: int) -> Answer:
    """Guess at the next question of a session; return the guess."""
    shown_now = (await studier.next(session_id))["slot"]["question"]
    question = next(each for each in studier.taker.questions if each.id == shown_now["id"])
    guess = a_guess(question)
    payload = await studier.answer(session_id, number, guess)
    assert payload["userErrors"] == [], payload
    assert shown(payload)
    return guess


async def refused_and_offline(scene: Scene) -> list[Any]:
    """Answer in every wrong way, alone and offline, and ask for what is withheld."""
    ask, viewer, taker = scene.ask, scene.viewer, scene.asking[AT_END]
    open_id = scene.attempts[AT_END]
    payloads: list[Any] = []
    events = []
    for number in range(1, 9):
        for seq, given in enumerate((Answer(text="guess"), Answer(truth=False), Answer(number=Decimal(7)))):
            payloads.append(await taker.answer(open_id, number, given, seq + 1))
            content = {"attemptId": open_id, "slot": number + 8, "answer": sent(given), "clientSeq": seq + 1}
            at = ask.clock().isoformat()
            events.append({"id": f"e{number}-{seq}", "occurredAt": at, "act": {"answer": content}})
    payloads.append(await taker.answer(open_id, 4, Answer(text="x" * 100_000)))
    payloads.append(await taker.answer(open_id, 400, Answer(truth=True)))
    payloads.append(await taker.flag(open_id, 1))
    payloads.append(await ask.data(SYNC, viewer, input={"deviceId": "phone", "events": events}))
    for client_id in ("before", "held"):
        rated = {"cardId": scene.card_id, "clientId": client_id, "rating": "GOOD"}
        payloads.append(await review_mutation(ask, REVIEW, viewer, **rated))
    studier = await studier_of(scene.canaries.quizzes[STUDIED])
    for number, guess in enumerate(scene.guesses, start=1):
        payloads.append(await studier.answer(scene.ids["session"], number, guess))
    payloads.append(await taker.start(f"open {AT_END}"))
    payloads.append(await taker.submit(scene.ids["attempt"], "taken"))
    payloads.append(await report(ask, viewer, scene.asking[TAKEN].questions[1].id, "TYPO", "A slip."))
    payloads.append(await save_bookmark(ask, viewer, taker.questions[0].id))
    for place in (AT_END, TAKEN, STUDIED):
        studier = await studier_of(scene.canaries.quizzes[place])
        payloads.append(await studier.start(f"again {place}"))
        payloads.append(
            await change(ask, viewer, GENERATE, examType=studier.code, idempotencyKey=f"drawn {place}")
        )
    drawn_id = payloads[-1]["quiz"]["id"]
    start = """mutation ($input: StartQuizAttemptInput!) { startQuizAttempt(input: $input) {
      attempt { id slots { explanation key { acceptedTexts { text } } optionFeedback { text } } } } }"""
    payloads.append(await change(ask, viewer, start, quizId=drawn_id, idempotencyKey="drawn"))
    scene.drawn = payloads[-1]["attempt"]["id"]
    payloads.append(await ask("{ attempt(id: 7.5) { nothing } }", viewer))
    _, rival = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    for caller in (viewer, rival):
        asked = "mutation ($id: ID!) { exportQuiz(input: {quizId: $id, format: JSON}) { file { text } } }"
        payloads.append(await ask(asked, caller, id=taker.quiz.id))
        edited = {"id": taker.questions[2].id, "version": 1, "key": {"truth": False}}
        text = """mutation ($input: UpdateQuestionInput!) { updateQuestion(input: $input) {
          userErrors { ... on UserError { code field message } } } }"""
        payloads.append(await ask(text, caller, input=edited))
    return payloads


async def around_the_score_only(scene: Scene) -> list[Any]:
    """Try to see keys of the quiz that shows the score only by a card, in study mode, and in a drawn quiz."""
    taker = scene.canaries.quizzes[SCORE_ONLY]
    studier = await studier_of(taker)
    drawn = {"examType": studier.code, "idempotencyKey": "score only"}
    return [
        await taker.read(scene.attempts[SCORE_ONLY]),
        await review_mutation(scene.ask, ADD, scene.viewer, targetId=taker.questions[0].id),
        await studier.start("score only"),
        await studier.start("of the quiz", quizId=taker.quiz.id),
        await change(scene.ask, scene.viewer, GENERATE, **drawn),
    ]


async def started(ask: Asker) -> Scene:
    """Make the scene, with a roadmap and a goal of the learner's that the quizzes are part of."""
    canaries = await two_hundred_questions(ask)
    scene = Scene(canaries, {"learner": canaries.viewer.user_id, "quiz": canaries.quizzes[AT_END].quiz.id})
    writer = viewer_of(canaries.author_id, *Role)
    slug = canaries.quizzes[AT_END].quiz.slug
    scene.ids["roadmap"] = await publish_file(ask, writer, a_file(a_quiz_node("exam", quiz=slug)))
    await enrol(ask, canaries.viewer, scene.ids["roadmap"])
    goal = {
        "title": "Road",
        "kind": "ROADMAP",
        "roadmapId": scene.ids["roadmap"],
        "idempotencyKey": "road",
    }
    payload = (await ask.data(CREATE, canaries.viewer, input=goal))["createGoal"]
    scene.ids["goal"] = payload["goal"]["id"]
    await practised(canaries, scene)
    return scene


async def first_of(streams: Iterable[Any]) -> list[Any]:
    return [await anext(stream) for stream in streams]


@pytest.mark.slow
async def test_no_canary_is_shown_to_anyone_until_the_attempts_close(ask: Asker) -> None:
    scene = await started(ask)
    writer, draft_id = await a_preview(ask, "other-exam")
    ids = scene.ids | {"draft": draft_id}
    everyone_else: list[Viewer | None] = [viewer_of(writer.user_id, *Role), (await ask.learner())[1], None]
    streams = [await ask.stream(TIMER, scene.viewer, id=id_) for id_ in scene.attempts]
    streams.append(await ask.stream(PROGRESS, scene.viewer))

    during = {
        "subscriptions": await first_of(streams),
        "mutations": await refused_and_offline(scene),
        "slots": await scene.slots(),
        "walk": await told(ask, scene.viewer, ids, depth=3, every=7),
        "other attempts": [
            await told(ask, scene.viewer, ids | {"attempt": id_}, depth=2, roots="attempt(")
            for id_ in scene.attempts
        ],
        "search": [await searched(ask, viewer) for viewer in (scene.viewer, *everyone_else)],
        "export": await personal_data(ask, scene.viewer),
        "others": [await told(ask, viewer, ids, depth=1) for viewer in everyone_else],
    }
    tables = await tables_with_canaries(ask)
    await scene.submit()
    while_drawn = await scene.slots()
    await scene.asking[STUDIED].submit(scene.drawn, "drawn")
    after = await scene.slots()
    score_only = await around_the_score_only(scene)
    told_later = shown(await told(ask, scene.viewer, ids, depth=3, every=7))
    later_to_others = [await told(ask, viewer, ids, depth=1) for viewer in everyone_else]
    for stream in streams:
        await stream.aclose()

    assert {name: shown(found) for name, found in during.items()} == {name: set() for name in during}
    assert not any(during["search"])
    assert '"prompt": "What about number' in json.dumps(during["walk"])
    assert tables == {"question_keys"}
    assert shown(while_drawn) == scene.canaries.questions_of(AT_END, AFTER_EACH, TAKEN)
    assert shown(score_only) == set()
    closed = scene.canaries.questions_of(AT_END, AFTER_EACH, TAKEN, STUDIED)
    assert shown(after) == closed
    assert told_later & scene.canaries.questions_of(TAKEN)
    assert told_later & scene.canaries.questions_of(STUDIED)
    assert shown(later_to_others) == set()


@pytest.mark.slow
async def test_no_canary_of_a_quiz_with_attempts_left_is_shown_by_study_mode(ask: Asker) -> None:
    canaries = await two_hundred_questions(ask)
    studied_quiz = canaries.quizzes[STUDIED]
    limited = await a_twin_of(studied_quiz, 20, attempts_allowed=1)
    studier = await studier_of(studied_quiz)
    payloads: list[Any] = [await studier.start("named", quizId=limited.quiz.id)]
    session_id = await studier.started()

    for number in range(1, 31):
        await studied(studier, session_id, number)
    await take_answers(ask)
    payloads += [await studier.slots(session_id), await queue(ask, canaries.viewer, first=40)]

    first = min(canaries.questions_of(STUDIED))
    assert len(shown(payloads)) >= 20
    assert shown(payloads) <= {number for number in canaries.questions_of(STUDIED) if number >= first + 20}
