"""A world of a given size, made through the schema: n of everything that a list can hold."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain import audit, boards_projection, xp
from domain.audit import NOWHERE, AuditAction
from domain.field_usage import FieldCount
from domain.users import Role, Viewer
from domain.work import Meter
from domain.xp import Award, XpReason
from tests.asking import Asker
from tests.builders import mint
from tests.builders.accounts import an_api_key
from tests.builders.sessions import a_session

IMPORT_ROADMAP = """mutation ($input: ImportRoadmapInput!) {
  importRoadmap(input: $input) { roadmap { id } report { accepted refused { reason } } userErrors { ... on UserError { message } } }
}"""
PUBLISH = """mutation ($input: PublishRoadmapInput!) {
  publishRoadmap(input: $input) { userErrors { ... on UserError { message } } }
}"""
IMPORT_QUESTIONS = """mutation ($input: ImportQuestionsInput!) {
  importQuestions(input: $input) { report { accepted refused { reason } } userErrors { ... on UserError { message } } }
}"""
ANSWER = """mutation ($input: AnswerQuestionInput!) {
  answerQuestion(input: $input) { userErrors { ... on UserError { message } } }
}"""


@dataclass
class World:
    """Who looks at it, and the arguments that lead to its large objects."""

    viewer: Viewer
    arguments: dict[str, str]


async def world_of(ask: Asker, size: int) -> World:
    """Make `size` of everything; the viewer is a learner, an author and an admin, and owns what can be owned."""
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR, Role.ADMIN])
    await _acts_in_the_log(ask, viewer, size)
    await _signed_in_on_devices(ask, viewer, size)
    await _learners_on_the_board(ask, viewer, size)
    for edition in range(1, size):
        await _published(ask, viewer, a_roadmap_file(0, 1, edition=edition))
    for number in range(size):
        await _import(ask, viewer, IMPORT_QUESTIONS, "importQuestions", a_question_file(number, size))
        roadmap_id = await _published(ask, viewer, a_roadmap_file(number, size if number == 0 else 1))
        await _do(ask, viewer, "enrol", "EnrolInput", roadmapId=roadmap_id)
    goals = [
        await _do(ask, viewer, "createGoal", "CreateGoalInput", "goal { id }", title=f"Goal {number}")
        for number in range(size)
    ]
    attempt_id = ""
    for number in reversed(range(size)):
        attempt_id = await _take_quiz(ask, viewer, f"quiz-{number}", size if number == 0 else 1)
    large = "roadmap-0"
    return World(
        viewer,
        {
            "Query.roadmap": f'(by: {{slug: "{large}"}})',
            "Query.quiz": '(by: {slug: "quiz-0"})',
            "Query.attempt": f'(id: "{attempt_id}")',
            "Query.goal": f'(id: "{goals[0]["goal"]["id"]}")',
            "Query.user": f'(by: {{id: "{viewer.user_id}"}})',
            "Query.node": f'(id: "{viewer.user_id}")',
            "Query.nodes": f"(ids: {json.dumps([goal['goal']['id'] for goal in goals])})",
            "Streak.calendar": '(from: "2026-03-01", to: "2026-03-%02d")' % {1: 1, 10: 10}.get(size, 31),
            "Analytics.performance": "(period: D90)",
            "Leaderboard.around": "(n: 25)",
        },
    )


async def _published(ask: Asker, viewer: Viewer, file: str) -> str:
    roadmap = await _import(ask, viewer, IMPORT_ROADMAP, "importRoadmap", file)
    roadmap_id: str = roadmap["roadmap"]["id"]
    published = await ask.data(PUBLISH, viewer, input={"roadmapId": roadmap_id})
    assert published["publishRoadmap"]["userErrors"] == []
    return roadmap_id


def a_roadmap_file(number: int, nodes: int, *, edition: int = 0) -> str:
    def node(at: int) -> dict[str, Any]:
        needed = [f"n{other}" for other in range(at)] if at == nodes - 1 else [f"n{at - 1}"] if at else []
        return {
            "key": f"n{at}",
            "title": f"Node {at}",
            "description": "Something to learn.",
            "kind": "CONCEPT",
            "weight": 1,
            "optional": False,
            "difficulty": "EASY",
            "minutes": 10,
            "resources": [{"title": "Docs", "url": "https://docs.python.org/3/"}],
            "prerequisites": [{"mode": "ALL", "nodes": needed[:100]}] if needed else [],
            "completion": "CHECKBOX",
        }

    return json.dumps(
        {
            "format": "questpath-roadmap/1",
            "slug": f"roadmap-{number}",
            "title": f"Roadmap {number}",
            "description": f"Edition {edition} of a roadmap of a test.",
            "visibility": "PUBLIC",
            "nodes": [node(at) for at in range(nodes)],
        }
    )


def a_question_file(number: int, size: int) -> str:
    questions = size if number == 0 else 1
    domains = max(1, min(questions, 40))

    def question(at: int) -> dict[str, Any]:
        return {
            "key": f"q{at}",
            "kind": "TRUE_FALSE",
            "domain": f"1.{at % domains + 1}",
            "difficulty": "EASY",
            "prompt": f"Is {at} of file {number} true?",
            "answer": True,
            "explanation": "It is so.",
        }

    weights = [100 // domains + (1 if at < 100 % domains else 0) for at in range(domains)]
    return json.dumps(
        {
            "format": "questpath-questions/1",
            "examType": {
                "code": f"exam-{number}",
                "name": f"Exam {number}",
                "description": "An exam of a test.",
                "domains": [
                    {"code": f"1.{at + 1}", "name": f"Domain {at}", "weight": weight}
                    for at, weight in enumerate(weights)
                ],
            },
            "questions": [question(at) for at in range(questions)],
            "quizzes": [
                {
                    "slug": f"quiz-{number}",
                    "title": f"Quiz {number}",
                    "description": "A quiz of a test.",
                    "timeLimitMinutes": 600,
                    "passMark": 70,
                    "feedback": "AT_END",
                    "questions": [f"q{at}" for at in range(questions)],
                }
            ],
        }
    )


async def _acts_in_the_log(ask: Asker, viewer: Viewer, size: int) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        await work.api_keys.add(an_api_key(viewer.user_id), key_hash="hash")
        apps = [
            FieldCount(
                coordinate=coordinate,
                client_name=app,
                client_version="",
                deprecated=False,
                requests=1,
            )
            for n in range(size)
            for coordinate, app in (("User.handle", f"app-{n}"), (f"User.words{n}", "app"))
        ]
        await work.field_usages.add(apps, now=ask.clock())
        for _ in range(size):
            await audit.record(
                work.audit,
                mint=mint,
                now=ask.clock(),
                actor_id=viewer.user_id,
                action=AuditAction.PRIVACY_CHANGED,
                target=viewer.user_id,
                origin=NOWHERE,
                difference={"bio": "NOBODY"},
            )


async def _signed_in_on_devices(ask: Asker, viewer: Viewer, size: int) -> None:
    async with ask.postgres.open_work(Meter()) as work:
        for _ in range(size):
            await work.sessions.add(a_session(viewer.user_id), token_hash=mint("hash"))


async def _learners_on_the_board(ask: Asker, viewer: Viewer, size: int) -> None:
    for number, user_id in enumerate([viewer.user_id, *[(await ask.learner())[0].id for _ in range(size)]]):
        award = Award(
            user_id=user_id,
            reason=XpReason.ADJUSTMENT,
            source_type="test",
            source_id=user_id,
            amount=10 + number,
            occurred_at=ask.clock(),
            local_date=date(2026, 3, 2),
            explanation="A gift of the test.",
        )
        async with ask.postgres.open_work(Meter()) as work:
            await xp.award(work.xp, [award], mint=mint, emit=work.emit)
    async with ask.postgres.open_work(Meter()) as work:
        await boards_projection.project(work.boards_projection, now=ask.clock(), emit=work.emit)


async def _take_quiz(ask: Asker, viewer: Viewer, slug: str, questions: int) -> str:
    """Answer everything wrongly, so that every domain is weak, and return the attempt's id."""
    quiz = await ask.data("query ($s: String!) { quiz(by: {slug: $s}) { id } }", viewer, s=slug)
    attempt = await _do(
        ask, viewer, "startQuizAttempt", "StartQuizAttemptInput", "attempt { id }", quizId=quiz["quiz"]["id"]
    )
    attempt_id: str = attempt["attempt"]["id"]
    for slot in range(1, questions + 1):
        ask.clock.forward(seconds=5)
        sent = {"attemptId": attempt_id, "slot": slot, "answer": {"truth": False}, "clientSeq": 1}
        data = await ask.data(ANSWER, viewer, input=sent)
        assert data["answerQuestion"]["userErrors"] == []
    await _do(ask, viewer, "submitQuizAttempt", "SubmitQuizAttemptInput", attemptId=attempt_id)
    return attempt_id


async def _import(ask: Asker, viewer: Viewer, text: str, name: str, file: str) -> dict[str, Any]:
    payload: dict[str, Any] = (
        await ask.data(text, viewer, input={"file": file, "idempotencyKey": mint("key")})
    )[name]
    assert payload["userErrors"] == [], payload
    assert payload["report"]["refused"] == [], payload
    return payload


async def _do(
    ask: Asker, viewer: Viewer, name: str, input_type: str, selection: str = "__typename", **values: Any
) -> dict[str, Any]:
    text = (
        f"mutation ($input: {input_type}!) {{ {name}(input: $input) "
        f"{{ {selection} userErrors {{ ... on UserError {{ message }} }} }} }}"
    )
    payload: dict[str, Any] = (await ask.data(text, viewer, input=values | {"idempotencyKey": mint("key")}))[
        name
    ]
    assert payload["userErrors"] == [], payload
    return payload
