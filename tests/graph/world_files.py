"""Files of the world: roadmaps and questions with as many items as asked for, or as an item may have."""

import json
from typing import Any

from domain.content.question_kinds.choices import MOST_OPTIONS
from domain.content.roadmap_nodes import MOST_RESOURCES


def a_roadmap_file(number: int, nodes: int, *, edition: int = 0) -> str:
    """A path of nodes whose last one needs all others, with as many groups and resources as a node may have."""

    def node(at: int) -> dict[str, Any]:
        is_last = at == nodes - 1
        needed = [f"n{other}" for other in range(at)] if is_last else [f"n{at - 1}"] if at else []
        groups = [needed[:100], *([key] for key in needed[1:20])] if is_last else [needed]
        return {
            "key": f"n{at}",
            "title": f"Node {at}",
            "description": "Something to learn.",
            "kind": "CONCEPT",
            "weight": 1,
            "optional": False,
            "difficulty": "EASY",
            "minutes": 10,
            "resources": [
                {"title": f"Docs {n}", "url": f"https://docs.python.org/3/{n}"}
                for n in range(min(max(1, at), MOST_RESOURCES))
            ],
            "prerequisites": [{"mode": "ALL", "nodes": group} for group in groups if group],
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

    kinds = questions_of_other_kinds(min(max(2, size), MOST_OPTIONS)) if number == 0 else []
    asked = kinds + [question(at) for at in range(questions)]
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
            "questions": asked,
            "quizzes": [
                {
                    "slug": f"quiz-{number}",
                    "title": f"Quiz {number}",
                    "description": "A quiz of a test.",
                    "timeLimitMinutes": 600,
                    "passMark": 70,
                    "feedback": "AT_END",
                    "questions": [each["key"] for each in asked],
                }
            ],
        }
    )


def questions_of_other_kinds(length: int) -> list[dict[str, Any]]:
    """Return a question of each other kind, with as many options, remarks or accepted answers as asked for."""
    usual = {"domain": "1.1", "difficulty": "EASY", "explanation": "It is so."}
    options = [
        {"text": f"Option {n}", "correct": n + 1 < length, "feedback": f"Remark {n}"} for n in range(length)
    ]
    single = [option | {"correct": n == 0} for n, option in enumerate(options)]
    texts = [{"text": f"answer {n}"} for n in range(length - 1)]
    numbers = [{"low": str(10 * n), "high": str(10 * n + 1)} for n in range(length - 1)]
    return [
        usual | {"key": "single", "kind": "SINGLE_CHOICE", "prompt": "Which one?", "options": single},
        usual | {"key": "multiple", "kind": "MULTIPLE_CHOICE", "prompt": "Which?", "options": options},
        usual | {"key": "text", "kind": "SHORT_TEXT", "prompt": "Say it.", "accepted": texts},
        usual | {"key": "number", "kind": "NUMERIC", "prompt": "How many?", "accepted": numbers},
        *questions_of_parts(length, usual),
    ]


def questions_of_parts(length: int, usual: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a matching, an ordering and a cloze with as many prompts, options and blanks as asked for."""
    options = [{"text": f"Option {n}"} for n in range(length)]
    prompts = [{"text": f"Prompt {n}", "match": f"Option {n}"} for n in range(length)]
    chosen = {"options": [option | {"correct": n == 0} for n, option in enumerate(options)]}
    texts = {"accepted": [{"text": f"answer {n}"} for n in range(length - 1)]}
    numbers = {
        "takes": "NUMBER",
        "accepted": [{"low": str(10 * n), "high": str(10 * n + 1)} for n in range(length - 1)],
    }
    blanks = [chosen, texts, numbers, *[texts] * length][: length - 1]
    prompt = " ".join(f"[[{number}]]" for number in range(1, len(blanks) + 1))
    return [
        usual
        | {"key": "pairs", "kind": "MATCHING", "prompt": "Match.", "options": options, "prompts": prompts},
        usual | {"key": "order", "kind": "ORDERING", "prompt": "Sort.", "options": options},
        usual | {"key": "blanks", "kind": "CLOZE", "prompt": prompt, "blanks": blanks},
    ]
