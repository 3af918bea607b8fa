"""True or false: a statement."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from domain.content.answers import AnswerField
from domain.content.credit import ALL, NOTHING
from domain.content.question_kinds.file_items import FileItem, feedback_of
from domain.content.question_kinds.gift_syntax import GiftError, Part, TextReader
from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.key_faults import KeyFault
from domain.content.question_kinds.kind_rules import (
    AskedQuestion,
    GiftRules,
    GradedKey,
    GradedQuestion,
    KindRules,
)

_TRUTH = re.compile(r"(T|F|(?i:TRUE|FALSE))\s*(?=#|$)")

TRUTH = AnswerField(
    name="truth",
    wire=bool,
    sent="Whether the statement is true.",
    seen="Whether the learner called the statement true.",
)


def _check(_question: AskedQuestion, truth: bool) -> bool:
    return truth


def _grade(_question: GradedQuestion, key: GradedKey, truth: bool) -> Fraction:
    return ALL if truth is key.truth else NOTHING


def _read_item(item: FileItem) -> KeyDraft:
    truth = item.raw("answer")
    if not isinstance(truth, bool):
        item.refuse("answer must be true or false", "answer")
        return KeyDraft()
    said = {"true": "feedbackTrue", "false": "feedbackFalse"}
    feedback = {word: feedback_of(item, field) for word, field in said.items()}
    return KeyDraft(truth=truth, feedback={word: text for word, text in feedback.items() if text})


def _faults(key: KeyDraft) -> Iterator[str]:
    if key.truth is None:
        yield KeyFault("It does not say whether true or false is right.", "truth")


def _is_gift(body: Part) -> bool:
    return _TRUTH.match(body.text) is not None


def _read_gift(body: Part, texts: TextReader) -> KeyDraft:
    """Read the feedback for a wrong answer and then the one for a right answer, each after a `#`."""
    truth = body.text[0] in "Tt"
    place = body.text.find("#")
    rest = body.cut(place if place >= 0 else len(body.text))
    comments = rest.cut(1).text.split("#") if rest.text else []
    if len(comments) > 2:  # noqa: PLR2004 - wrong and right
        raise GiftError(rest.line, "True/false takes a feedback for wrong answers and one for right answers.")
    names = ("false", "true") if truth else ("true", "false")
    feedback = {
        name: texts.read(Part(text=comment.strip(), line=rest.line))
        for name, comment in zip(names, comments, strict=False)
    }
    return KeyDraft(truth=truth, feedback={name: text for name, text in feedback.items() if text})


def _demo_answer(_question: AskedQuestion, item: Mapping[str, Any]) -> Any:
    return item["answer"]


RULES = KindRules(
    name="TRUE_FALSE",
    hint="By true or false.",
    description="A statement that is true or false.",
    answer_field=TRUTH,
    check=_check,
    grade=_grade,
    read_item=_read_item,
    faults=_faults,
    gift=GiftRules(recognises=_is_gift, read=_read_gift),
    demo_answer=_demo_answer,
)
