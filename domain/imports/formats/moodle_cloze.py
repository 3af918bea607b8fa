"""Moodle's cloze: the blanks inside of a text, as in `{1:SHORTANSWER:=Paris#Yes~%50%Lutetia}`.

See https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type.
"""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction

from domain.content.question_kinds.cloze import MOST_BLANKS, marker
from domain.content.question_kinds.key_drafts import FULL, KeyDraft
from domain.imports.formats import weighted_answers
from domain.imports.formats.found_questions import UnreadableError, left_out
from domain.imports.formats.weighted_answers import WeightedAnswer

_BLANK = re.compile(r"\{([0-9]*):([A-Z_]+):((?:\\.|[^\\}])*)\}", re.DOTALL)
_ANSWERS = re.compile(r"(?:\\.|[^\\~])+", re.DOTALL)
_FEEDBACK = re.compile(r"(?<![\\&])(?:\\\\)*#")
"""A number sign after an ampersand begins an entity of HTML."""
_WEIGHT = re.compile(r"%(-?[0-9]+(?:\.[0-9]+)?)%")
_ESCAPE = re.compile(r"\\([#~/\"}\\])")
_TEXTS = {"SHORTANSWER", "SA", "MW"}
_CASE_TEXTS = {"SHORTANSWER_C", "SAC", "MWC"}
_NUMBERS = {"NUMERICAL", "NM"}
_CHOICE = re.compile(r"MULTICHOICE(_[VHS]{1,2})?|MC[VHS]{0,2}")
Reader = Callable[[str], str]
"""Reads a text in the format of the question."""


class ClozeText:
    """Reads the blanks of one text; `losses` gets what is not kept."""

    def __init__(self, source: str, read: Reader, losses: list[str]) -> None:
        self._read = read
        self._losses = losses
        self.blanks: list[KeyDraft] = []
        self.source = _BLANK.sub(self._blank, source)
        """The text with `[[1]]` for the first blank, and so on."""

    def _blank(self, found: "re.Match[str]") -> str:
        weight, kind, body = found.groups()
        if weight not in {"", "1"}:
            self._losses.append("The weights of blanks are not kept; each counts the same.")
        self.blanks.append(self._key(kind, body))
        if len(self.blanks) > MOST_BLANKS:
            raise UnreadableError(f"A text may have at most {MOST_BLANKS} blanks.")
        return marker(len(self.blanks))

    def _key(self, kind: str, body: str) -> KeyDraft:
        answers = list(self._answers(body))
        if kind in _NUMBERS:
            parts = [(answer, *answer.text.partition(":")) for answer in answers]
            return weighted_answers.numbers(
                [
                    (WeightedAnswer(text=value, weight=answer.weight, feedback=answer.feedback), tolerance)
                    for answer, value, _, tolerance in parts
                ]
            )
        if kind in _CASE_TEXTS:
            self._losses.append("Upper and lower case are not told apart here.")
        if kind in _TEXTS | _CASE_TEXTS:
            return weighted_answers.short_text(answers)
        if _CHOICE.fullmatch(kind):
            return weighted_answers.single_choice(answers, self._losses)
        raise left_out(f"Blanks of the type {kind[:40]} are")

    def _answers(self, body: str) -> Iterator[WeightedAnswer]:
        """Yield the answers: `=` or `%100%` before one that is right, `%50%` before one that is partly."""
        for written in _ANSWERS.findall(body):
            answer = written.strip()
            weight = Fraction(0)
            if answer.startswith("="):
                weight, answer = Fraction(FULL), answer[1:]
            elif found := _WEIGHT.match(answer):
                weight, answer = weighted_answers.percent(found.group(1)), answer[found.end() :]
            split = _FEEDBACK.search(answer)
            text, said = (answer[: split.end() - 1], answer[split.end() :]) if split else (answer, "")
            yield WeightedAnswer(text=self._text(text), weight=weight, feedback=self._text(said))

    def _text(self, written: str) -> str:
        return self._read(_ESCAPE.sub(r"\1", written))
