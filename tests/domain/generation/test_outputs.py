"""Answers of language models: what is wrong with one is told in a sentence, and nothing is guessed."""

from typing import Any

import pytest

from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.generation.question_outputs import questions_shape
from domain.generation.roadmap_outputs import node_shape, roadmap_shape

NODE: dict[str, Any] = {"key": "a", "title": "A", "description": "", "kind": "CONCEPT"}
NODES = [NODE, NODE | {"key": "b", "needs": ["a"]}, NODE | {"key": "c", "needs": ["b"]}]
ROADMAP: dict[str, Any] = {"title": "T", "description": "D", "nodes": NODES}
QUESTION: dict[str, Any] = {
    "kind": "TRUE_FALSE",
    "domain": "1.1",
    "prompt": "Yes?",
    "explanation": "",
    "truth": True,
}
CHOICE = QUESTION | {
    "kind": "SINGLE_CHOICE",
    "options": [{"text": "a", "correct": True}, {"text": "b", "correct": False}],
}


def judged(shape: Any, answer: Any) -> list[str]:
    """Return what is wrong with an answer, as the port to language models judges it."""
    try:
        value = shape.read(answer)
    except ValueError as error:
        return [str(error)]
    return list(shape.check(value))


def questions(*, count: int = 1, kinds: tuple[QuestionKind, ...] = tuple(QuestionKind)) -> Any:
    return questions_shape(
        exam_type="e", domains=["1.1", "1.2"], count=count, kinds=kinds, difficulty=Difficulty.HARD
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"title": None}, "title must be a text"),
        ({"title": "two\nlines"}, "title"),
        ({"title": "x" * 121}, "title must"),
        ({"description": 7}, "description must be a text"),
        ({"nodes": "none"}, "nodes must be a list"),
        ({"nodes": []}, "nodes must hold 3 to 40"),
        ({"nodes": [*NODES, 5]}, "nodes[3] must be an object"),
        ({"nodes": [*NODES, NODE]}, "a key of its own"),
        ({"nodes": [*NODES, NODE | {"key": "Not A Key"}]}, "nodes[3].key"),
        ({"nodes": [*NODES, NODE | {"key": "d", "kind": "QUIZ"}]}, "QUIZ"),
        ({"nodes": [*NODES, NODE | {"key": "d", "kind": "WALK"}]}, "nodes[3].kind must be one of"),
        (
            {"nodes": [*NODES, NODE | {"key": "d", "minutes": True}]},
            "nodes[3].minutes must be a whole number",
        ),
        ({"nodes": [*NODES, NODE | {"key": "d", "minutes": 0}]}, "nodes[3].minutes"),
        ({"nodes": [*NODES, NODE | {"key": "d", "needs": ["z"]}]}, "z"),
        ({"nodes": [NODE | {"needs": ["c"]}, *NODES[1:]]}, "need each other"),
        ({"nodes": [*NODES, NODE | {"key": "d", "description": "x" * 4_001}]}, "nodes[3].description"),
    ],
)
def test_roadmaps(changes: dict[str, Any], said: str | None) -> None:
    found = judged(roadmap_shape(), ROADMAP | changes)

    assert found == [] if said is None else any(said in finding for finding in found), found


@pytest.mark.parametrize("answer", [None, [], "text", 5, {}, {"nodes": {}}, {"questions": {}}])
def test_anything_else_is_refused(answer: Any) -> None:
    for shape in (roadmap_shape(), questions(), node_shape("a")):
        assert judged(shape, answer)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (QUESTION, None),
        (CHOICE, None),
        (QUESTION | {"truth": "yes"}, "questions[0].truth must be true or false"),
        (QUESTION | {"domain": "9.9"}, "questions[0].domain must be one of 1.1, 1.2"),
        (QUESTION | {"domain": None}, None),
        (QUESTION | {"prompt": ""}, "prompt"),
        (QUESTION | {"prompt": "x" * 10_001}, "prompt"),
        (QUESTION | {"explanation": "x" * 10_001}, "explanation"),
        (CHOICE | {"options": [{"text": "a", "correct": True}]}, "2 to 20 options"),
        (CHOICE | {"options": [{"text": "a", "correct": True}] * 2}, "one right option"),
        (CHOICE | {"options": [{"text": "a", "correct": "yes"}]}, "true or false"),
        (
            QUESTION | {"kind": "NUMERIC", "number": "about five"},
            "questions[0].number must be a number in decimal",
        ),
        (QUESTION | {"kind": "NUMERIC", "number": "NaN"}, "questions[0].number must be a number in decimal"),
        (QUESTION | {"kind": "NUMERIC", "number": "1e99999999"}, "questions[0].number"),
        (QUESTION | {"kind": "NUMERIC", "number": "2", "tolerance": "-1"}, "questions[0]"),
        (QUESTION | {"kind": "SHORT_TEXT", "accepted": []}, "questions[0]"),
        (QUESTION | {"kind": "CLOZE", "prompt": "No marker.", "blanks": [{"accepted": ["a"]}]}, "[[1]]"),
        (QUESTION | {"kind": "ORDERING", "order": ["one"]}, "2 to"),
        (QUESTION | {"kind": "MATCHING", "pairs": [{"prompt": "p", "answer": "a"}]}, "2 to"),
        (QUESTION | {"kind": "ESSAY"}, "questions[0].kind must be one of"),
    ],
)
def test_questions(question: dict[str, Any], said: str | None) -> None:
    found = judged(
        questions(kinds=(QuestionKind(question["kind"]),)) if said is None else questions(),
        {"questions": [question]},
    )

    assert found == [] if said is None else any(said in finding for finding in found), found


def test_number_kinds_and_differences_of_questions() -> None:
    both = (QuestionKind.TRUE_FALSE, QuestionKind.SINGLE_CHOICE)

    assert "There must be 2 questions, not 1." in judged(
        questions(count=2, kinds=both), {"questions": [QUESTION]}
    )
    assert "Two questions have the same prompt." in judged(
        questions(count=2, kinds=both), {"questions": [QUESTION, CHOICE]}
    )
    twice = {"questions": [QUESTION, QUESTION | {"prompt": "No?"}]}
    assert "There is no question of the kinds SINGLE_CHOICE." in judged(questions(count=2, kinds=both), twice)
    assert judged(questions(kinds=(QuestionKind.CLOZE,)), {"questions": [QUESTION]})


def test_a_node_keeps_its_key_and_gets_no_prerequisites() -> None:
    node = node_shape("kept").read({"node": NODE | {"key": "other", "needs": ["a"]}})

    assert (node.key, node.needs) == ("kept", ())
