"""Exports through the schema in tests: what each format gives, and a scene in which a file has text and losses."""

import json
from collections.abc import Sequence
from typing import Any

from domain.accounts.users import Role, Viewer
from tests.builders import mint, question_files
from tests.builders.question_files import a_question
from tests.builders.roadmaps import a_file, a_node
from tests.support.accounts import accepted
from tests.support.clients.roadmaps import IMPORT_QUESTIONS, QUIZ, import_file
from tests.support.schema_client import Asker

FILE = "file { name mediaType text base64 losses { item reason } }"


async def a_quiz(ask: Asker, author: Viewer, *, size: int = 1, slug: str = "tides") -> str:
    """Import a quiz of hard questions of the author's; return its id."""
    questions = [a_question(f"q{n}", prompt=f"Number {n}?", difficulty="HARD") for n in range(size)]
    quizzes = [{"slug": slug, "title": "Tides", "questions": [f"q{n}" for n in range(size)]}]
    file = json.dumps(question_files.a_file(questions=questions, quizzes=quizzes))
    await ask.data(IMPORT_QUESTIONS, author, input={"file": file, "idempotencyKey": mint("key")})
    quiz_id: str = (await ask.data(QUIZ, slug=slug))["quiz"]["id"]
    return quiz_id


async def of_export_format(ask: Asker, values: Sequence[str]) -> list[Any]:
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    quiz_id = await a_quiz(ask, author)
    return [
        (await accepted(ask, author, "exportQuiz", FILE, quizId=quiz_id, format=value))["file"]
        for value in values
    ]


async def everything_exported(ask: Asker) -> None:
    """Export a quiz with a loss, and a roadmap."""
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    quiz_id = await a_quiz(ask, author, slug="exported")
    await accepted(ask, author, "exportQuiz", FILE, quizId=quiz_id, format="GIFT")
    roadmap = (await import_file(ask, author, a_file(a_node("knots"), slug="exported"), mint("key")))[
        "roadmap"
    ]
    await accepted(ask, author, "exportRoadmap", FILE, roadmapId=roadmap["id"])
