"""Choices: what single and multiple choice have in common."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.content.answers import AnswerField
from domain.content.question_kinds.file_items import FileItem, lose_unread, prose
from domain.content.question_kinds.gift_syntax import GiftAnswer, Part, TextReader
from domain.content.question_kinds.key_drafts import KeyDraft, OptionDraft
from domain.content.question_kinds.key_faults import KeyFault, repeated, text_faults
from domain.content.question_kinds.kind_rules import AskedQuestion
from domain.errors import InvalidInputError
from domain.ids import OptionId

MOST_OPTIONS = 20
LONGEST_OPTION = 2_000
_SPACES = re.compile(r"(?<=\S)[^\S\n]+(?=\S)")
_LINE_END = re.compile(r"[^\S\n]+$", re.MULTILINE)

OPTIONS = AnswerField(
    name="options",
    wire=list[OptionId],
    sent="The chosen options: one, or for a multiple choice one or more.",
    seen="The chosen options.",
    at_most=MOST_OPTIONS,
    read=list,
)


def checked_options(question: AskedQuestion, options: list[OptionId], *, most: int) -> list[OptionId]:
    """Return the options sorted when they are 1 to `most` different ones of the question; raises InvalidInputError."""
    if not 1 <= len(options) <= most:
        number = "one" if most == 1 else f"1 to {most}"
        raise InvalidInputError(f"options must name {number} of the options.", field="options")
    chosen = set(options)
    if len(chosen) < len(options):
        raise InvalidInputError("options must not name an option twice.", field="options")
    if not chosen <= {option.id for option in question.options}:
        raise InvalidInputError("options must be options of this question.", field="options")
    return sorted(chosen)


def read_options(item: FileItem) -> list[OptionDraft]:
    """Read the options of a question in our JSON format."""
    read = []
    for option in item.items(
        "options", MOST_OPTIONS, lambda _value, place: f"{item.name}, option {place + 1}"
    ):
        if not isinstance(option.raw("correct"), bool):
            option.refuse("correct must be true or false", "correct")
        read.append(
            OptionDraft(
                text=option.text("text", prose),
                correct=option.raw("correct") is True,
                feedback=option.text("feedback", prose, default=""),
            )
        )
        lose_unread(option)
    return read


def is_gift_choice(body: Part) -> bool:
    """Tell whether the braces of a GIFT question contain options."""
    return "~" in body.text and not body.text.startswith("#")


def gift_options(answers: list[GiftAnswer], right: list[bool], texts: TextReader) -> list[OptionDraft]:
    """Return the options of a GIFT question, given which of them are right."""
    return [
        OptionDraft(
            text=texts.read(answer.body),
            correct=is_right,
            feedback=texts.read(answer.feedback) if answer.feedback else "",
        )
        for answer, is_right in zip(answers, right, strict=True)
    ]


def seen(words: str) -> str:
    """Return the text as a reader sees it: trimmed, with single spaces; how lines are indented stays."""
    return _SPACES.sub(" ", _LINE_END.sub("", words.strip()))


def option_faults(key: KeyDraft) -> Iterator[str]:
    """Yield what is wrong with the options, as sentences."""
    options = key.options
    yield from texts_of_options(options)
    if not 2 <= len(options) <= MOST_OPTIONS:  # noqa: PLR2004 - a choice needs two
        yield KeyFault(
            f"A choice needs 2 to {MOST_OPTIONS} options, and this one has {len(options)}.", "options"
        )
    yield from same_options(options)
    if not any(o.correct for o in options):
        yield KeyFault("No option is right.", "options")


def texts_of_options(options: Sequence[OptionDraft]) -> Iterator[str]:
    """Yield what is wrong with the texts of options and their feedback, as sentences."""
    texts, feedback = [o.text for o in options], [o.feedback for o in options]
    yield from text_faults("Option {}", texts, at="options[{}].text", longest=LONGEST_OPTION, shortest=1)
    yield from text_faults("The feedback of option {}", feedback, at="options[{}].feedback")


def same_options(options: Sequence[OptionDraft]) -> Iterator[str]:
    """Yield that two options are the same."""
    sentence = "Two options are the same once extra spaces are ignored."
    yield from repeated([o.text for o in options], sentence, at="options[{}].text", seen=seen)


def right_options(question: AskedQuestion, item: Mapping[str, Any]) -> list[OptionId]:
    """Return the options that the question's item of the file calls correct."""
    right = {option["text"].strip() for option in item["options"] if option["correct"]}
    return [option.id for option in question.options if option.text in right]
