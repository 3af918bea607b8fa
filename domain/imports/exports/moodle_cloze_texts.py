"""Moodle's cloze texts: writes the blanks of a prompt into it, as in `{1:SHORTANSWER:=Paris}`."""

import re
from collections.abc import Iterator

from domain.content.answers import BlankKind
from domain.content.question_kinds.cloze import marker, takes
from domain.content.question_kinds.key_drafts import FULL, KeyDraft
from domain.imports.exports.moodle_numbers import EXACT, middle_of
from domain.imports.question_drafts import QuestionDraft

_SPECIAL = re.compile(r"[~#}\\\"/]")
_TYPES = {
    BlankKind.TEXT: "SHORTANSWER",
    BlankKind.NUMBER: "NUMERICAL",
    BlankKind.OPTION: "MULTICHOICE",
}


def cloze_text(question: QuestionDraft) -> str:
    """Return a prompt with what fills its blanks."""
    written: list[str] = []
    rest = question.prompt
    for number, blank in enumerate(question.key.blanks, start=1):
        before, _, rest = rest.partition(marker(number))
        answers = "~".join(_answers(blank))
        written.append(f"{before}{{1:{_TYPES[takes(blank)]}:{answers}}}")
    return "".join([*written, rest])


def _answers(blank: KeyDraft) -> Iterator[str]:
    for option in blank.options:
        yield _answer(option.text, FULL if option.correct else 0, option.feedback)
    for text in blank.texts:
        yield _answer(text.text.replace("*", "\\*"), text.weight, blank.feedback.get(text.text, ""))
    for number in sorted(blank.numbers, key=lambda accepted: -accepted.weight):
        middle = middle_of(number.low, number.high) or number.low
        margin = EXACT.subtract(number.high, middle)
        said = blank.feedback.get(f"{number.low}..{number.high}", "")
        yield _answer(f"{middle}:{margin}", number.weight, said)
    if "*" in blank.feedback and "*" not in {text.text for text in blank.texts}:
        yield _answer("*", 0, blank.feedback["*"])


def _answer(words: str, weight: int, feedback: str) -> str:
    written = f"%{weight}%{_escaped(words)}"
    if not feedback:
        return written
    space = " " if written.endswith("&") else ""  # else it would begin an entity
    return f"{written}{space}#{_escaped(feedback)}"


def _escaped(words: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", words)
