"""Values of files: each value that an imported file may name is stored and read back."""

import json
from enum import Enum
from typing import Any

import pytest

from domain.accounts.users import Role
from domain.content.prerequisites import PrerequisiteMode
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.content.quizzes import Feedback
from domain.content.roadmap_nodes import Completion, EvidenceRule, NodeKind
from domain.content.roadmaps import Visibility
from tests.builders import mint
from tests.builders.question_files import (
    a_choice,
    a_cloze,
    a_file,
    a_matching,
    a_question,
    an_accepting,
    an_ordering,
)
from tests.builders.roadmaps import a_file as a_roadmap_file
from tests.builders.roadmaps import a_node, a_quiz_node
from tests.support.accounts import accepted
from tests.support.clients.roadmaps import import_quizzes
from tests.support.schema_client import Asker

AUTHOR = [Role.LEARNER, Role.AUTHOR]
VERSION = "version { nodes { kind completion evidenceRule difficulty prerequisites { mode } } } roadmap { visibility }"
OPTIONS = [{"text": "Salty", "correct": True}, {"text": "Sweet", "correct": False}]


def names(enum: type[Enum]) -> set[str]:
    return {member.name for member in enum}


async def test_every_value_of_a_roadmap_file_is_read_back(ask: Asker) -> None:
    _, author = await ask.learner(roles=AUTHOR)
    await import_quizzes(ask, author, "tides")
    nodes = [
        a_node(f"k{kind.name.lower()}", kind=kind.name) for kind in NodeKind if kind is not NodeKind.QUIZ
    ]
    nodes += [a_node(f"d{each.name.lower()}", difficulty=each.name) for each in Difficulty]
    nodes += [
        a_node(f"e{rule.name.lower().replace('_', '-')}", completion="EVIDENCE", evidence=rule.name)
        for rule in EvidenceRule
    ]
    for mode in PrerequisiteMode:
        group = {"mode": mode.name, "nodes": ["deasy", "dhard"]}
        k = {"k": 1} if mode is PrerequisiteMode.K_OF_N else {}
        nodes.append(a_node(f"m{mode.name.lower().replace('_', '-')}") | {"prerequisites": [group | k]})
    file = a_roadmap_file(*nodes, a_quiz_node("exam", quiz="tides"))

    payload = await accepted(ask, author, "importRoadmap", VERSION, file=file, idempotencyKey="key")

    stored = payload["version"]["nodes"]
    assert {node["kind"] for node in stored} == names(NodeKind)
    assert {node["completion"] for node in stored} == names(Completion)
    assert {node["evidenceRule"] for node in stored} - {None} == names(EvidenceRule)
    assert {node["difficulty"] for node in stored} - {None} == names(Difficulty)
    assert {group["mode"] for node in stored for group in node["prerequisites"]} == names(PrerequisiteMode)


@pytest.mark.parametrize("visibility", sorted(names(Visibility)))
async def test_every_visibility_of_a_roadmap_file_is_read_back(ask: Asker, visibility: str) -> None:
    _, author = await ask.learner(roles=AUTHOR)
    file = a_roadmap_file(a_node("knots"), visibility=visibility)

    payload = await accepted(ask, author, "importRoadmap", VERSION, file=file, idempotencyKey="key")

    assert payload["roadmap"]["visibility"] == visibility


async def test_every_value_of_a_question_file_is_read_back(ask: Asker) -> None:
    _, author = await ask.learner(roles=AUTHOR)
    made = {
        "TRUE_FALSE": a_question("truth"),
        "SINGLE_CHOICE": a_choice(*OPTIONS),
        "MULTIPLE_CHOICE": a_choice(*OPTIONS, kind="MULTIPLE_CHOICE"),
        "SHORT_TEXT": an_accepting("SHORT_TEXT", {"text": "salty"}),
        "NUMERIC": an_accepting("NUMERIC", {"value": "3.5"}),
        "MATCHING": a_matching(salt="salty", sugar="sweet"),
        "ORDERING": an_ordering("ice", "water", "steam"),
        "CLOZE": a_cloze({"accepted": [{"text": "salty"}]}, {"options": OPTIONS}),
    }
    questions = [question | {"key": kind.lower()} for kind, question in made.items()]
    questions += [
        a_question(each.name.lower(), difficulty=each.name, prompt=f"{each.name}?") for each in Difficulty
    ]
    keys = [question["key"] for question in questions]
    quizzes = [
        {
            "slug": f"q{each.name.lower().replace('_', '-')}",
            "title": "Water",
            "questions": keys,
            "feedback": each.name,
        }
        for each in Feedback
    ]
    file = json.dumps(a_file(questions=questions, quizzes=quizzes))
    await accepted(ask, author, "importQuestions", file=file, idempotencyKey="key")

    found = await ask.data("{ quizzes { nodes { id feedback } } }", author)

    stored = found["quizzes"]["nodes"]
    assert {quiz["feedback"] for quiz in stored} == names(Feedback)
    asked = await _asked(ask, stored[0]["id"])
    assert {question["kind"] for question in asked} == made.keys() == names(QuestionKind)
    assert {question["difficulty"] for question in asked} == names(Difficulty)


async def _asked(ask: Asker, quiz_id: str) -> list[dict[str, Any]]:
    _, viewer = await ask.learner()
    selection = "attempt { slots { question { kind difficulty } } }"
    given = {"quizId": quiz_id, "idempotencyKey": mint("key")}
    payload = await accepted(ask, viewer, "startQuizAttempt", selection, **given)
    return [slot["question"] for slot in payload["attempt"]["slots"]]
