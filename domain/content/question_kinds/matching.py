"""Matching: each prompt gets an option, and each right pair earns its share."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from domain.content.answers import AnswerField, Pair
from domain.content.credit import NOTHING
from domain.content.question_kinds import arranged_options, gift_pairs
from domain.content.question_kinds.choices import LONGEST_OPTION, seen
from domain.content.question_kinds.file_items import FileItem, lose_unread, prose
from domain.content.question_kinds.key_drafts import KeyDraft, PromptDraft
from domain.content.question_kinds.key_faults import KeyFault, repeated, text_faults
from domain.content.question_kinds.kind_rules import (
    AskedQuestion,
    GiftRules,
    GradedKey,
    GradedQuestion,
    KindRules,
)
from domain.errors import InvalidInputError
from domain.ids import OptionId
from domain.refusals import all_at_once

MOST_PROMPTS = 20
_MOST_NAMED = 5
"""How many numbers a refusal names."""


def _read(sent: list[Any]) -> list[Pair]:
    return [Pair(prompt=each.prompt, option=each.option) for each in sent]


def _store(pairs: list[Pair]) -> list[list[Any]]:
    return [[pair.prompt, pair.option] for pair in pairs]


def _load(stored: list[list[Any]]) -> list[Pair]:
    return [Pair(prompt=prompt, option=OptionId(option)) for prompt, option in stored]


PAIRS = AnswerField(
    name="pairs",
    wire=list[Pair],
    sent="An option for every prompt of the question.",
    seen="The option of each prompt.",
    at_most=MOST_PROMPTS,
    read=_read,
    store=_store,
    load=_load,
)


def numbers_in_words(numbers: list[int]) -> str:
    """Return the first of some numbers for a sentence: `1, 2 and 3`."""
    shown = [str(number) for number in numbers[:_MOST_NAMED]]
    more = ["more"] if len(numbers) > _MOST_NAMED else []
    *first, last = [*shown, *more]
    return f"{', '.join(first)} and {last}" if first else last


def _check(question: AskedQuestion, pairs: list[Pair]) -> list[Pair]:
    """Return the pairs by prompt when each prompt has one; raises InvalidInputErrors, all at once."""
    known = [prompt.number for prompt in question.prompts]
    given = [pair.prompt for pair in pairs]
    with all_at_once() as each:
        with each:
            if len(set(given)) < len(given):
                raise InvalidInputError("pairs must not name a prompt twice.", field="pairs")
        with each:
            if not set(given) <= set(known):
                raise InvalidInputError("pairs must name prompts of this question.", field="pairs")
        with each:
            if missing := sorted(set(known) - set(given)):
                raise InvalidInputError(
                    f"pairs must have an option for every prompt; missing: {numbers_in_words(missing)}.",
                    field="pairs",
                )
        with each:
            if not {pair.option for pair in pairs} <= {option.id for option in question.options}:
                raise InvalidInputError("pairs must name options of this question.", field="pairs")
    return sorted(pairs, key=lambda pair: pair.prompt)


def _grade(_question: GradedQuestion, key: GradedKey, pairs: list[Pair]) -> Fraction:
    """Return the right pairs, of all there are."""
    if not key.parts:
        return NOTHING
    right = dict(enumerate((part.option for part in key.parts), start=1))
    hits = {pair.prompt for pair in pairs if right.get(pair.prompt) == pair.option}
    return Fraction(len(hits), len(right))


def _read_item(item: FileItem) -> KeyDraft:
    """Read the options, and the prompts, each of which names the text of its option."""
    key = KeyDraft(options=arranged_options.read_options(item))
    places = {option.text: place for place, option in enumerate(key.options)}
    for prompt in item.items(
        "prompts", MOST_PROMPTS, lambda _value, place: f"{item.name}, prompt {place + 1}"
    ):
        text, match = prompt.text("text", prose), prompt.text("match", prose)
        if match and match not in places:
            prompt.refuse("match must be the text of one of the options", "match")
        key.prompts.append(PromptDraft(text=text, option=places.get(match, 0)))
        lose_unread(prompt)
    return key


def _faults(key: KeyDraft) -> Iterator[str]:
    texts = [prompt.text for prompt in key.prompts]
    yield from arranged_options.faults(key.options)
    yield from text_faults("Prompt {}", texts, at="prompts[{}].text", longest=LONGEST_OPTION, shortest=1)
    if not 2 <= len(texts) <= MOST_PROMPTS:  # noqa: PLR2004 - one prompt would be a choice
        yield KeyFault(
            f"A matching needs 2 to {MOST_PROMPTS} prompts, and this one has {len(texts)}.", "prompts"
        )
    sentence = "Two prompts are the same once extra spaces are ignored."
    yield from repeated(texts, sentence, at="prompts[{}].text", seen=seen)
    for place, prompt in enumerate(key.prompts):
        if not 0 <= prompt.option < len(key.options):
            yield KeyFault("A prompt has no option among those of the question.", f"prompts[{place}].match")


def _demo_answer(question: AskedQuestion, item: Mapping[str, Any]) -> Any:
    by_text = {option.text: option.id for option in question.options}
    return [
        Pair(prompt=number, option=by_text[prompt["match"].strip()])
        for number, prompt in enumerate(item["prompts"], start=1)
    ]


RULES = KindRules(
    name="MATCHING",
    hint="By giving an option to every prompt.",
    description="A question that is answered by giving an option to each of its prompts. An option may belong to "
    "several prompts, or to none. Each right pair earns an equal share.",
    shows=("prompts", "options"),
    answer_field=PAIRS,
    check=_check,
    grade=_grade,
    read_item=_read_item,
    faults=_faults,
    gift=GiftRules(recognises=gift_pairs.recognises, read=gift_pairs.read, loss=gift_pairs.loss),
    demo_answer=_demo_answer,
)
