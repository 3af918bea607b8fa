"""JSON files: writes a quiz or a roadmap in our own formats."""

import json
from typing import Any

from domain.content.answer_keys import AcceptedNumber
from domain.content.prerequisites import Needs
from domain.content.question_kinds.accepted_answers import EVERY_OTHER
from domain.content.question_kinds.cloze import kind_name, takes
from domain.content.question_kinds.key_drafts import FULL, KeyDraft
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.single_choice import ANY_RIGHT
from domain.content.question_kinds.table import QuestionKind
from domain.content.roadmap_nodes import RoadmapNode
from domain.content.roadmaps import Roadmap, RoadmapVersion
from domain.imports import question_files, roadmap_files
from domain.imports.exports.exported_files import ExportLosses, named_once
from domain.imports.question_drafts import ExamTypeDraft, FileQuiz, QuestionDraft, QuestionFile

_CHOICES = {QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE}


def write(file: QuestionFile, losses: ExportLosses) -> bytes:  # noqa: ARG001 - Write's signature
    """Return an exam type, questions and their quiz as `questpath-questions/1`."""
    questions = named_once(file.questions)
    keys = list(questions)
    return _written(
        {
            "format": question_files.FORMAT,
            "examType": _exam_type(file.exam_type),
            "questions": [_question(key, question) for key, question in questions.items()],
            "quizzes": [_quiz(quiz, keys) for quiz in file.quizzes],
        }
    )


def write_roadmap(
    roadmap: Roadmap, version: RoadmapVersion, nodes: list[tuple[str, RoadmapNode, list[Needs]]]
) -> bytes:
    """Return a version, with its nodes by key and what each needs, as `questpath-roadmap/1`."""
    return _written(
        {
            "format": roadmap_files.FORMAT,
            "slug": roadmap.slug,
            "title": version.title,
            "description": version.description,
            "visibility": version.visibility.value,
            "nodes": [_node(key, node, needs) for key, node, needs in nodes],
        }
    )


def _written(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _exam_type(draft: ExamTypeDraft) -> dict[str, Any]:
    return {
        "code": draft.code,
        "name": draft.name,
        "description": draft.description,
        "domains": [{"code": each.code, "name": each.name, "weight": each.weight} for each in draft.domains],
    }


def _question(key: str, question: QuestionDraft) -> dict[str, Any]:
    return (
        {
            "key": key,
            "kind": question.kind.value,
            "domain": question.domain,
            "difficulty": question.difficulty.value,
            "prompt": question.prompt,
            "explanation": question.explanation,
        }
        | _format(question)
        | _key(question.kind, question.key)
    )


def _format(question: QuestionDraft) -> dict[str, Any]:
    is_plain = question.prompt_format is PromptFormat.PLAIN
    return {} if is_plain else {"promptFormat": question.prompt_format.value}


def _key(kind: QuestionKind, key: KeyDraft) -> dict[str, Any]:
    if kind is QuestionKind.CLOZE:
        return {
            "blanks": [_key(_kind_of(blank), blank) | {"takes": takes(blank).value} for blank in key.blanks]
        }
    if key.ordered or key.prompts:
        options: list[dict[str, Any]] = [
            {"text": option.text} | ({"feedback": option.feedback} if option.feedback else {})
            for option in key.options
        ]
        prompts = [{"text": each.text, "match": key.options[each.option].text} for each in key.prompts]
        return {"options": options} | ({"prompts": prompts} if prompts else {})
    if kind in _CHOICES:
        return _choice(kind, key)
    said = key.feedback
    if kind is QuestionKind.TRUE_FALSE:
        return (
            {"answer": key.truth}
            | _said("feedbackTrue", said, "true")
            | _said("feedbackFalse", said, "false")
        )
    if kind is QuestionKind.SHORT_TEXT:
        accepted = [
            {"text": each.text} | _weight(each.weight) | _said("feedback", said, each.text)
            for each in key.texts
        ]
        is_other = all(each.text != EVERY_OTHER for each in key.texts)
        return {"accepted": accepted} | (_said("feedbackOther", said, EVERY_OTHER) if is_other else {})
    accepted = [
        _number(each) | _weight(each.weight) | _said("feedback", said, f"{each.low}..{each.high}")
        for each in key.numbers
    ]
    return {"accepted": accepted} | _said("feedbackOther", said, EVERY_OTHER)


def _choice(kind: QuestionKind, key: KeyDraft) -> dict[str, Any]:
    options = [
        {"text": option.text, "correct": option.correct}
        | ({"feedback": option.feedback} if option.feedback else {})
        for option in key.options
    ]
    if kind is QuestionKind.MULTIPLE_CHOICE:
        return {"options": options, "grading": "ALL_OR_NOTHING" if key.all_or_nothing else "PARTIAL"}
    is_several = sum(option.correct for option in key.options) > 1
    return {"options": options} | ({"grading": ANY_RIGHT} if is_several else {})


def _kind_of(blank: KeyDraft) -> QuestionKind:
    """Return the kind of the question that would ask for a blank alone."""
    return QuestionKind[kind_name(blank)]


def _said(field: str, feedback: dict[str, str], answer: str) -> dict[str, Any]:
    return {field: feedback[answer]} if feedback.get(answer) else {}


def _number(accepted: AcceptedNumber) -> dict[str, Any]:
    return {"low": str(accepted.low), "high": str(accepted.high)}


def _weight(weight: int) -> dict[str, Any]:
    return {} if weight == FULL else {"weight": weight}


def _quiz(quiz: FileQuiz, keys: list[str]) -> dict[str, Any]:
    written = {
        "slug": quiz.slug,
        "title": quiz.title,
        "description": quiz.description,
        "passMark": quiz.pass_mark,
        "feedback": quiz.feedback.value,
        "questions": [keys[place] for place in quiz.questions],
    }
    if quiz.time_limit is not None:
        written["timeLimitMinutes"] = round(quiz.time_limit.total_seconds() / 60)
    if quiz.closes_at is not None:
        written["closesAt"] = quiz.closes_at.isoformat()
    return written


def _node(key: str, node: RoadmapNode, needs: list[Needs]) -> dict[str, Any]:
    written: dict[str, Any] = {
        "key": key,
        "title": node.title,
        "description": node.description,
        "kind": node.kind.value,
        "weight": node.weight,
        "optional": node.optional,
        "completion": node.completion.value,
        "resources": [{"title": each.title, "url": each.url} for each in node.resources],
        "prerequisites": [
            {"mode": each.mode.value, "nodes": list(each.of)} | ({} if each.k is None else {"k": each.k})
            for each in needs
        ],
    }
    if node.difficulty is not None:
        written["difficulty"] = node.difficulty.value
    if node.minutes is not None:
        written["minutes"] = node.minutes
    if node.quiz_slug is not None:
        written["quiz"] = node.quiz_slug
    if node.evidence_rule is not None:
        written["evidence"] = node.evidence_rule.value
    return written
