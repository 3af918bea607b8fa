"""Cloze: a prompt with blanks, each of which is graded like a question of its own; the mean counts."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from domain import text
from domain.content.answer_keys import PartKey
from domain.content.answers import AnswerField, Blank, BlankKind, FilledBlank
from domain.content.credit import ALL, NOTHING
from domain.content.decimals import read_number
from domain.content.question_kinds import choices, numeric, short_text
from domain.content.question_kinds.accepted_answers import MOST_ACCEPTED
from domain.content.question_kinds.file_items import FileItem, lose_unread
from domain.content.question_kinds.key_drafts import KeyDraft
from domain.content.question_kinds.key_faults import KeyFault, inside, text_faults
from domain.content.question_kinds.kind_rules import AskedQuestion, GradedKey, GradedQuestion, KindRules
from domain.content.question_kinds.short_text import LONGEST_TEXT
from domain.errors import InvalidInputError
from domain.ids import OptionId
from domain.refusals import all_at_once

MOST_BLANKS = 20
MOST_FEEDBACK = MOST_ACCEPTED + 1
"""How many answers to the blanks of one question may have feedback."""
_KIND_NAMES = {
    BlankKind.TEXT: "SHORT_TEXT",
    BlankKind.NUMBER: "NUMERIC",
    BlankKind.OPTION: "SINGLE_CHOICE",
}
_MARKER = re.compile(r"\[\[([0-9]{1,4})\]\]")


def _text_or_none(value: Any) -> Any:
    return value if isinstance(value, str) else None  # a field that was left out holds a placeholder


def _read(sent: list[Any]) -> list[FilledBlank]:
    return [
        FilledBlank(number=each.number, text=_text_or_none(each.text), option=_text_or_none(each.option))
        for each in sent
    ]


def _store(blanks: list[FilledBlank]) -> list[list[Any]]:
    return [[blank.number, blank.text, blank.option] for blank in blanks]


def _load(stored: list[list[Any]]) -> list[FilledBlank]:
    return [FilledBlank(number=number, text=words, option=option) for number, words, option in stored]


BLANKS = AnswerField(
    name="blanks",
    wire=list[FilledBlank],
    sent="What fills the blanks; one that is left out earns nothing.",
    seen="What fills the blanks; those that were left out are missing.",
    at_most=MOST_BLANKS,
    read=_read,
    store=_store,
    load=_load,
)


def marker(number: int) -> str:
    """Return what stands in a prompt for a blank."""
    return f"[[{number}]]"


def takes(blank: KeyDraft | PartKey) -> BlankKind:
    """Return what fills a blank, given what is right about it."""
    if blank.numbers:
        return BlankKind.NUMBER
    return BlankKind.TEXT if blank.texts else BlankKind.OPTION


def kind_name(blank: KeyDraft) -> str:
    """Return the name of the kind of a question that asks for a blank alone."""
    return _KIND_NAMES[takes(blank)]


def _check(question: AskedQuestion, blanks: list[FilledBlank]) -> list[FilledBlank]:
    """Return the blanks by number when they fit; raises InvalidInputErrors, all at once."""
    known = {blank.number: blank for blank in question.blanks}
    given = [blank.number for blank in blanks]
    checked: list[FilledBlank] = []
    with all_at_once() as each:
        with each:
            if not 1 <= len(blanks) <= MOST_BLANKS:
                raise InvalidInputError(f"blanks must fill 1 to {MOST_BLANKS} blanks.", field="blanks")
        with each:
            if len(set(given)) < len(given):
                raise InvalidInputError("blanks must not fill a blank twice.", field="blanks")
        with each:
            if not set(given) <= known.keys():
                raise InvalidInputError("blanks must be blanks of this question.", field="blanks")
        for filled in blanks[:MOST_BLANKS]:
            with each:
                if filled.number in known:
                    checked.append(_checked(known[filled.number], filled))
    return sorted(checked, key=lambda filled: filled.number)


def _checked(blank: Blank, filled: FilledBlank) -> FilledBlank:
    if blank.takes is BlankKind.OPTION:
        if filled.text is not None or filled.option is None:
            raise InvalidInputError(f"Blank {blank.number} takes an option, and no text.", field="blanks")
        if filled.option not in {option.id for option in blank.options}:
            raise InvalidInputError(f"Blank {blank.number} has no such option.", field="blanks")
        return filled
    if filled.option is not None or filled.text is None:
        raise InvalidInputError(f"Blank {blank.number} takes a text, and no option.", field="blanks")
    words = text.line(filled.text, field="blanks", longest=LONGEST_TEXT)
    if blank.takes is BlankKind.NUMBER:
        try:
            read_number(words, field="blanks")
        except InvalidInputError:
            raise InvalidInputError(
                f"Blank {blank.number} takes a decimal number like -3.14.", field="blanks"
            ) from None
    return FilledBlank(number=blank.number, text=words)


def _grade(question: GradedQuestion, key: GradedKey, blanks: list[FilledBlank]) -> Fraction:
    """Return the mean of what the blanks earn; those that were left out earn nothing."""
    if not key.parts:
        return NOTHING
    filled = {blank.number: blank for blank in blanks}
    earned = (
        _earned(question, part, filled[number])
        for number, part in enumerate(key.parts, start=1)
        if number in filled
    )
    return sum(earned, NOTHING) / len(key.parts)


def _earned(question: GradedQuestion, part: PartKey, filled: FilledBlank) -> Fraction:
    if part.option is not None:
        return ALL if filled.option == part.option else NOTHING
    if filled.text is None:
        return NOTHING
    if not part.numbers:
        return short_text.grade(question, part, filled.text)
    try:
        return numeric.grade(question, part, read_number(filled.text, field="blanks"))
    except InvalidInputError:
        return NOTHING


def _read_item(item: FileItem) -> KeyDraft:
    key = KeyDraft()
    for blank in item.items("blanks", MOST_BLANKS, lambda _value, place: f"{item.name}, blank {place + 1}"):
        kind = BlankKind.OPTION if blank.raw("options") is not None else BlankKind.TEXT
        wanted = blank.choice("takes", BlankKind, default=kind)
        if wanted is BlankKind.OPTION:
            key.blanks.append(KeyDraft(options=choices.read_options(blank)))
        else:
            rules = numeric.RULES if wanted is BlankKind.NUMBER else short_text.RULES
            key.blanks.append(rules.read_item(blank))
        lose_unread(blank)
    return key


def _faults(key: KeyDraft) -> Iterator[str]:
    if not 1 <= len(key.blanks) <= MOST_BLANKS:
        yield KeyFault(
            f"A cloze needs 1 to {MOST_BLANKS} blanks, and this one has {len(key.blanks)}.", "blanks"
        )
    for number, blank in enumerate(key.blanks, start=1):
        yield from inside(f"blanks[{number - 1}]", _faults_of(blank), about=f"Blank {number}: ")
    said = sum(
        len(blank.feedback) + sum(bool(option.feedback) for option in blank.options) for blank in key.blanks
    )
    if said > MOST_FEEDBACK:
        yield f"At most {MOST_FEEDBACK} answers to blanks may have feedback, and {said} have it."


def _faults_of(blank: KeyDraft) -> Iterator[str]:
    yield from text_faults("Feedback {}", blank.feedback.values(), at="feedback[{}].text")
    if sum(bool(part) for part in (blank.options, blank.texts, blank.numbers)) > 1:
        yield "It takes one of options, texts and numbers."
    elif blank.texts:
        yield from short_text.RULES.faults(blank)
    elif blank.numbers:
        yield from numeric.RULES.faults(blank)
    else:
        yield from choices.option_faults(blank)
        if sum(option.correct for option in blank.options) > 1:
            yield KeyFault("It has one right option.", "options")


def prompt_faults(prompt: str, key: KeyDraft) -> Iterator[str]:
    """Yield what is wrong with the markers of the blanks in a prompt, as sentences."""
    wanted = [str(number) for number in range(1, len(key.blanks) + 1)]
    if _MARKER.findall(prompt) != wanted:
        yield "The prompt must have [[1]], [[2]] and so on for its blanks, each once and in this order."


def _demo_answer(question: AskedQuestion, item: Mapping[str, Any]) -> Any:
    return [_demo_blank(blank, each) for blank, each in zip(question.blanks, item["blanks"], strict=True)]


def _demo_blank(blank: Blank, item: Mapping[str, Any]) -> FilledBlank:
    if "options" in item:
        right = {option["text"].strip() for option in item["options"] if option["correct"]}
        option = next(option.id for option in blank.options if option.text in right)
        return FilledBlank(number=blank.number, option=OptionId(option))
    accepted = item["accepted"][0]
    words = next(accepted[field] for field in ("text", "value", "low") if field in accepted)
    return FilledBlank(number=blank.number, text=str(words))


RULES = KindRules(
    name="CLOZE",
    hint="By filling the blanks in its prompt.",
    description="A prompt with blanks, which `[[1]]`, `[[2]]` and so on stand for. Each blank earns an equal share.",
    shows=("blanks",),
    answer_field=BLANKS,
    check=_check,
    grade=_grade,
    read_item=_read_item,
    faults=_faults,
    prompt_faults=prompt_faults,
    demo_answer=_demo_answer,
)
