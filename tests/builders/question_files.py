"""Builders of question files in our own format: fine as they are; a test sets what matters to it."""

from typing import Any


def a_file(**changes: Any) -> dict[str, Any]:
    return {
        "format": "questpath-questions/1",
        "examType": {
            "code": "exam",
            "name": "Exam",
            "domains": [{"code": "1.1", "name": "First", "weight": 60}],
        },
        "questions": [a_question("wet"), a_question("dry", prompt="Dry?")],
        "quizzes": [{"slug": "water", "title": "Water", "questions": ["dry", "wet"]}],
    } | changes


def a_question(key: str, **changes: Any) -> dict[str, Any]:
    asked = {"key": key, "kind": "TRUE_FALSE", "domain": "1.1", "prompt": "Wet?", "answer": True} | changes
    return {name: value for name, value in asked.items() if value is not None}


def a_choice(*options: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return a_question("choice", kind="SINGLE_CHOICE", answer=None, options=list(options)) | changes


def an_accepting(kind: str, *accepted: dict[str, Any]) -> dict[str, Any]:
    return a_question("accepting", kind=kind, answer=None, accepted=list(accepted))


def a_matching(*more: str, **pairs: str) -> dict[str, Any]:
    """A matching of prompts with their options; `more` belong to no prompt."""
    options = [{"text": text} for text in dict.fromkeys([*pairs.values(), *more])]
    prompts = [{"text": text, "match": match} for text, match in pairs.items()]
    return a_question("matching", kind="MATCHING", answer=None, options=options, prompts=prompts)


def an_ordering(*texts: str) -> dict[str, Any]:
    return a_question("ordering", kind="ORDERING", answer=None, options=[{"text": text} for text in texts])


def a_cloze(*blanks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    prompt = " and ".join(f"[[{number}]]" for number in range(1, len(blanks) + 1))
    return a_question("cloze", kind="CLOZE", answer=None, prompt=prompt, blanks=list(blanks)) | changes
