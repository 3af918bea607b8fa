"""Staged drafts: questions and quizzes of a file as plain values, which wait in a table until all of it was read."""

from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.content.answer_keys import AcceptedNumber, AcceptedText
from domain.content.question_kinds.key_drafts import KeyDraft, OptionDraft, PromptDraft
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.content.quizzes import Feedback
from domain.imports.question_drafts import DomainDraft, ExamTypeDraft, FileQuiz, QuestionDraft


def of_question(draft: QuestionDraft) -> dict[str, Any]:
    """Return a question as plain values."""
    return {
        "name": draft.name,
        "domain": draft.domain,
        "kind": draft.kind.value,
        "difficulty": draft.difficulty.value,
        "prompt": draft.prompt,
        "promptFormat": draft.prompt_format.value,
        "explanation": draft.explanation,
    } | _of_key(draft.key)


def _of_key(key: KeyDraft) -> dict[str, Any]:
    return {
        "options": [[o.text, o.correct, o.feedback] for o in key.options],
        "allOrNothing": key.all_or_nothing,
        "truth": key.truth,
        "texts": [[t.text, t.weight] for t in key.texts],
        "numbers": [[str(n.low), str(n.high), n.weight] for n in key.numbers],
        "feedback": key.feedback,
        "ordered": key.ordered,
        "prompts": [[p.text, p.option] for p in key.prompts],
        "blanks": [_of_key(blank) for blank in key.blanks],
    }


def question(line: int, content: dict[str, Any]) -> QuestionDraft:
    """Return a question from its plain values."""
    return QuestionDraft(
        line=line,
        path=(),
        name=content["name"],
        domain=content["domain"],
        kind=QuestionKind(content["kind"]),
        difficulty=Difficulty(content["difficulty"]),
        prompt=content["prompt"],
        explanation=content["explanation"],
        key=_key(content),
        prompt_format=PromptFormat(content.get("promptFormat", PromptFormat.PLAIN.value)),
    )


def _key(content: dict[str, Any]) -> KeyDraft:
    return KeyDraft(
        options=[OptionDraft(text=o[0], correct=o[1], feedback=o[2]) for o in content["options"]],
        all_or_nothing=content["allOrNothing"],
        truth=content["truth"],
        texts=[AcceptedText(text=t[0], weight=t[1]) for t in content["texts"]],
        numbers=[
            AcceptedNumber(low=Decimal(n[0]), high=Decimal(n[1]), weight=n[2]) for n in content["numbers"]
        ],
        feedback=content["feedback"],
        ordered=content.get("ordered", False),  # rows of an older process lack this and what follows
        prompts=[PromptDraft(text=p[0], option=p[1]) for p in content.get("prompts", [])],
        blanks=[_key(blank) for blank in content.get("blanks", [])],
    )


def of_quiz(draft: FileQuiz) -> dict[str, Any]:
    """Return a quiz as plain values."""
    limit = None if draft.time_limit is None else draft.time_limit.total_seconds()
    return asdict(draft) | {
        "time_limit": limit,
        "feedback": draft.feedback.value,
        "closes_at": None if draft.closes_at is None else draft.closes_at.isoformat(),
    }


def quiz(content: dict[str, Any]) -> FileQuiz:
    """Return a quiz from its plain values."""
    limit, closes_at = content["time_limit"], content["closes_at"]
    return FileQuiz(
        **content
        | {
            "time_limit": None if limit is None else timedelta(seconds=limit),
            "feedback": Feedback(content["feedback"]),
            "closes_at": None if closes_at is None else datetime.fromisoformat(closes_at),
        }
    )


def of_exam_type(draft: ExamTypeDraft) -> dict[str, Any]:
    """Return an exam type as plain values."""
    return asdict(draft)


def exam_type(content: dict[str, Any]) -> ExamTypeDraft:
    """Return an exam type from its plain values."""
    return ExamTypeDraft(**content | {"domains": [DomainDraft(**domain) for domain in content["domains"]]})
