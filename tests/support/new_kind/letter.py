"""Letter: one letter, whatever its case. A test adds this file to a copy of the project."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from domain.content.answer_keys import AcceptedText
from domain.content.credit import ALL, NOTHING
from domain.content.question_kinds.file_items import FileItem
from domain.content.question_kinds.key_drafts import FULL, KeyDraft
from domain.content.question_kinds.kind_rules import AskedQuestion, GradedKey, GradedQuestion, KindRules
from domain.content.question_kinds.short_text import TEXT
from domain.errors import InvalidInputError


def _letter(written: str) -> str:
    if len(written) != 1 or not written.isalpha():
        raise InvalidInputError("text must be one letter.", field="text")
    return written.upper()


def _check(_question: AskedQuestion, letter: str) -> str:
    return _letter(letter)


def _grade(_question: GradedQuestion, key: GradedKey, letter: str) -> Fraction:
    return ALL if letter == key.texts[0].text else NOTHING


def _read_item(item: FileItem) -> KeyDraft:
    return KeyDraft(texts=[AcceptedText(text=item.text("letter", _letter), weight=FULL)])


def _faults(key: KeyDraft) -> Iterator[str]:
    if len(key.texts) != 1:
        yield "It needs one letter."


def _demo_answer(_question: AskedQuestion, item: Mapping[str, Any]) -> Any:
    return item["letter"]


RULES = KindRules(
    name="LETTER",
    hint="With one letter.",
    description="A question that is answered with a letter.",
    answer_field=TEXT,
    check=_check,
    grade=_grade,
    read_item=_read_item,
    faults=_faults,
    demo_answer=_demo_answer,
)
