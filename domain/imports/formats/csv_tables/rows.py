"""Rows of CSV files: a question and its key."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from domain.content.answer_keys import AcceptedNumber
from domain.content.decimals import read_number
from domain.content.question_kinds.gift_pairs import paired
from domain.content.question_kinds.key_drafts import FULL, KeyDraft, OptionDraft
from domain.content.question_kinds.multiple_choice import GradingMode
from domain.content.question_kinds.numeric import around
from domain.content.question_kinds.single_choice import ANY_RIGHT
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.errors import InvalidInputError
from domain.imports.formats import weighted_answers
from domain.imports.formats.csv_tables.answer_cells import Counting, options_in, places
from domain.imports.formats.csv_tables.headers import Headers
from domain.imports.formats.found_questions import UnreadableError, left_out
from domain.imports.formats.weighted_answers import EVERY_OTHER, WeightedAnswer
from domain.imports.question_drafts import QuestionDraft
from domain.imports.readers import QuestionItem

_TRUTHS = {"true": True, "false": False, "t": True, "f": False, "yes": True, "no": False}
_CHOICES = {QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE}
_ARRANGED = {QuestionKind.MATCHING, QuestionKind.ORDERING}
_KINDS = {"".join(kind.value.split("_")): kind for kind in QuestionKind} | {
    "SC": QuestionKind.SINGLE_CHOICE,
    "MC": QuestionKind.MULTIPLE_CHOICE,
    "TF": QuestionKind.TRUE_FALSE,
    "NUMBER": QuestionKind.NUMERIC,
    "NUMERICAL": QuestionKind.NUMERIC,
    "SHORTANSWER": QuestionKind.SHORT_TEXT,
}


class RowReading:
    """Reads one row."""

    def __init__(self, headers: Headers, row: Sequence[str], counting: Counting) -> None:
        self._headers = headers
        self._row = row
        self._counting = counting
        self.name = headers.cell(row, "name") or headers.cell(row, "prompt")[:80]
        self.right_cells = [value for _, value in headers.cells(row, "right")]

    def options_or_none(self) -> list[str]:
        """Return the options; none where they cannot be read."""
        try:
            return [text for text, _, _ in self._options()]
        except UnreadableError:
            return []

    def item(self, draft: QuestionDraft, losses: list[str]) -> QuestionItem:
        """Return the question; raises UnreadableError."""
        if len(self._row) > len(self._headers.names) and any(self._row[len(self._headers.names) :]):
            raise UnreadableError(
                "The row has more cells than there are columns; put texts with delimiters into quotes."
            )
        options = self._options()
        kind = self._kind([text for text, _, _ in options])
        key = self._key(kind, options)
        if self._headers.cells(self._row, "prompt")[1:]:
            losses.append("Of several columns for the question only the first is kept.")
        return QuestionItem(
            draft=replace(
                draft,
                kind=kind,
                difficulty=self._difficulty(losses),
                prompt=self._headers.cell(self._row, "prompt"),
                explanation=self._headers.cell(self._row, "explanation"),
                key=key,
            )
        )

    def _options(self) -> list[tuple[str, str, str]]:
        """Return the texts of the options, with feedback and weight."""
        cell = self._headers.cell(self._row, "options")
        if cell:
            return [(text, "", "") for text in options_in(cell)]
        found = []
        for number, place in sorted(self._headers.options.items()):
            text = self._at(place)
            if text:
                found.append(
                    (
                        text,
                        self._numbered(self._headers.feedback, number),
                        self._numbered(self._headers.weights, number),
                    )
                )
            elif any(self._at(later) for n, later in self._headers.options.items() if n > number):
                raise UnreadableError(
                    f"Option {number + 1} is empty, and one after it is not; move the others up."
                )
        return found

    def _arranged(self, kind: QuestionKind, options: list[tuple[str, str, str]]) -> KeyDraft:
        """Read a matching, whose rows have the prompt of each option in `match1` and so on, or an ordering."""
        if kind is QuestionKind.ORDERING:
            right = [OptionDraft(text=text, correct=False, feedback=said) for text, said, _ in options]
            return KeyDraft(options=right, ordered=True)
        if not self._headers.options:
            raise UnreadableError(
                "A matching needs a column for each option, and one like match1 for its prompt."
            )
        prompts = [self._numbered(self._headers.matches, number) for number in sorted(self._headers.options)]
        if any(prompts[len(options) :]):
            raise UnreadableError(
                "A prompt of a matching has no option; write the option of match1 in option1."
            )
        key = paired([(prompt, text) for prompt, (text, _, _) in zip(prompts, options, strict=False)])
        said = {text: feedback for text, feedback, _ in options if feedback}
        return replace(
            key, options=[replace(option, feedback=said.get(option.text, "")) for option in key.options]
        )

    def _numbered(self, columns: dict[int, int], number: int) -> str:
        return self._at(columns[number]) if number in columns else ""

    def _at(self, place: int) -> str:
        return self._row[place].strip() if place < len(self._row) else ""

    def _kind(self, options: list[str]) -> QuestionKind:
        """Return the kind that the row names, or the only one that its cells allow."""
        named = self._headers.cell(self._row, "kind")
        if named:
            kind = _KINDS.get("".join(c for c in named.upper() if c.isalnum()))
            if kind is None:
                raise UnreadableError(
                    f"The kind {named[:40]} is none of {', '.join(k.value for k in QuestionKind)}."
                )
            return kind
        if len(options) > 1:
            return (
                QuestionKind.MULTIPLE_CHOICE if len(self._right(options)) > 1 else QuestionKind.SINGLE_CHOICE
            )
        if options:
            raise UnreadableError("A choice needs 2 options or more; name the kind of any other question.")
        cell = next(iter(self.right_cells), "")
        if cell.lower() in {"true", "false"}:
            return QuestionKind.TRUE_FALSE
        if not cell:
            raise UnreadableError("It does not say what is right; write it in the column correct.")
        try:
            read_number(cell, field="answer")
        except InvalidInputError:
            return QuestionKind.SHORT_TEXT
        raise UnreadableError(
            "A number may be a text or a value; add a column kind with SHORT_TEXT or NUMERIC."
        )

    def _key(self, kind: QuestionKind, options: list[tuple[str, str, str]]) -> KeyDraft:
        if kind is QuestionKind.CLOZE:
            raise left_out("Questions with blanks are")
        if kind in _ARRANGED:
            return self._arranged(kind, options)
        if kind in _CHOICES:
            right = self._right([text for text, _, _ in options])
            grading = self._headers.cell(self._row, "grading").upper()
            if kind is QuestionKind.SINGLE_CHOICE and len(right) > 1 and grading != ANY_RIGHT:
                raise UnreadableError(
                    f"A single choice has one right option; write {ANY_RIGHT} as its grading where each right one is "
                    "the answer."
                )
            if grading and grading not in {*GradingMode.__members__, ANY_RIGHT}:
                raise UnreadableError(f"The grading must be PARTIAL, ALL_OR_NOTHING or {ANY_RIGHT}.")
            return KeyDraft(
                options=[
                    OptionDraft(text=text, correct=place in right, feedback=feedback)
                    for place, (text, feedback, _) in enumerate(options)
                ],
                all_or_nothing=kind is QuestionKind.MULTIPLE_CHOICE and grading == "ALL_OR_NOTHING",
            )
        if kind is QuestionKind.TRUE_FALSE:
            return self._statement(options)
        answers = [
            WeightedAnswer(text=text, weight=weighted_answers.percent(weight or str(FULL)), feedback=feedback)
            for text, feedback, weight in options
        ] or [WeightedAnswer(text=cell, weight=Fraction(FULL)) for cell in self.right_cells]
        return (
            _numbers(answers, self._headers.cell(self._row, "tolerance"))
            if kind is QuestionKind.NUMERIC
            else _texts(answers)
        )

    def _right(self, options: list[str]) -> frozenset[int]:
        """Return the right options; several columns must agree."""
        found = {
            name: places(cell, options, self._counting)
            for name, cell in self._headers.cells(self._row, "right")
        }
        if not found:
            raise UnreadableError(
                "It does not say which option is right; write its letter or its text in the column correct."
            )
        if len(set(found.values())) > 1:
            raise UnreadableError(
                f"The columns {' and '.join(found)} name different right answers; keep one of them."
            )
        return next(iter(found.values()))

    def _statement(self, options: list[tuple[str, str, str]]) -> KeyDraft:
        truths = {_TRUTHS.get(cell.lower()) for cell in self.right_cells}
        if len(truths) != 1 or None in truths:
            raise UnreadableError("The right answer of a statement must be TRUE or FALSE.")
        feedback = {text.lower(): said for text, said, _ in options if said}
        if feedback.keys() - {"true", "false"}:
            raise UnreadableError("The options of a statement must be TRUE and FALSE.")
        return KeyDraft(truth=truths.pop(), feedback=feedback)

    def _difficulty(self, losses: list[str]) -> Difficulty:
        named = self._headers.cell(self._row, "difficulty")
        if named and named.upper() not in Difficulty.__members__:
            losses.append("A difficulty other than EASY, MEDIUM and HARD is not kept.")
        return Difficulty.__members__.get(named.upper(), Difficulty.MEDIUM)


def _texts(answers: list[WeightedAnswer]) -> KeyDraft:
    return weighted_answers.short_text(answers, wildcards=False)


def _numbers(answers: list[WeightedAnswer], tolerance: str) -> KeyDraft:
    key = KeyDraft()
    for answer in answers:
        if answer.text == EVERY_OTHER and answer.weight == 0:
            key.feedback[EVERY_OTHER] = answer.feedback
            continue
        weighted_answers.add_number(key, _range(answer, tolerance), answer.feedback)
    return key


def _range(answer: WeightedAnswer, tolerance: str) -> AcceptedNumber:
    """Return a range like `3..4`, or a number with the tolerance of the row."""
    low, dots, high = answer.text.partition("..")
    weight = weighted_answers.whole(answer.weight)
    try:
        if dots:
            return AcceptedNumber(
                low=read_number(low, field="it"), high=read_number(high, field="it"), weight=weight
            )
        margin = read_number(tolerance or "0", field="it")
        if margin < 0:
            raise UnreadableError("A tolerance must not be negative.")
        return around(read_number(low, field="it"), margin, weight)
    except InvalidInputError:
        raise UnreadableError("A number must be like 3.14 or 3..4.") from None
