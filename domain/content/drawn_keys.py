"""Drawn keys: a key as an author writes it, with ids for its options that tell nothing, and the way back."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from domain import ids
from domain.content.answer_keys import AnswerKey, PartKey
from domain.content.answers import Blank, MatchingPrompt, Option
from domain.content.question_kinds import cloze
from domain.content.question_kinds.key_drafts import ImageDraft, KeyDraft, OptionDraft, PromptDraft
from domain.content.questions import Question
from domain.entities import entity
from domain.ids import Mint, OptionId

Drawn = list[tuple[OptionId, OptionDraft]]


@entity
class DrawnKey:
    """What a question shows of a key, and what its `AnswerKey` keeps of it; the names are those of the two."""

    options: list[Option]
    prompts: list[MatchingPrompt]
    blanks: list[Blank]
    correct_options: frozenset[OptionId]
    parts: list[PartKey]
    option_feedback: dict[str, str]
    images: dict[OptionId, ImageDraft]


def drawn(key: KeyDraft, mint: Mint) -> DrawnKey:
    """Return a key with new ids for its options."""
    options = _with_ids(key.options, mint)
    blanks = [(blank, _with_ids(blank.options, mint)) for blank in key.blanks]
    said = dict(key.feedback)
    for number, (blank, _) in enumerate(blanks, start=1):
        said |= {_of_blank(number, answer): words for answer, words in blank.feedback.items()}
    for chosen in (options, *(each for _, each in blanks)):
        said |= {option_id: option.feedback for option_id, option in chosen if option.feedback}
    return DrawnKey(
        options=_shown(options),
        prompts=[MatchingPrompt(number=n, text=p.text) for n, p in enumerate(key.prompts, start=1)],
        blanks=[
            Blank(number=number, takes=cloze.takes(blank), options=_shown(chosen))
            for number, (blank, chosen) in enumerate(blanks, start=1)
        ],
        correct_options=frozenset(option_id for option_id, option in options if option.correct),
        parts=_parts(key, options, [chosen for _, chosen in blanks]),
        option_feedback=said,
        images={
            option_id: option.image
            for chosen in (options, *(each for _, each in blanks))
            for option_id, option in chosen
            if option.image is not None
        },
    )


def as_draft(
    question: Question, key: AnswerKey, images: Mapping[OptionId, ImageDraft] = MappingProxyType({})
) -> KeyDraft:
    """Return the key of a stored question as its author would write it, given the images of its options."""
    said = dict(key.option_feedback)
    is_ordered = bool(key.parts) and not question.prompts and not question.blanks
    options = list(question.options)
    places = {part.option: place for place, part in enumerate(key.parts)}
    if is_ordered:
        options.sort(key=lambda option: places.get(option.id, len(places)))
    place_of = {option.id: place for place, option in enumerate(options)}
    blanks = [
        _blank_draft(blank, part, said, images)
        for blank, part in zip(question.blanks, key.parts, strict=False)
    ]
    return KeyDraft(
        options=_drafts(options, key.correct_options, said, images),
        all_or_nothing=question.all_or_nothing,
        truth=key.truth,
        texts=key.texts,
        numbers=key.numbers,
        ordered=is_ordered,
        prompts=[
            PromptDraft(text=prompt.text, option=place_of[part.option])
            for prompt, part in zip(question.prompts, key.parts, strict=False)
            if part.option is not None
        ],
        blanks=blanks,
        feedback=said,
    )


def _with_ids(options: Iterable[OptionDraft], mint: Mint) -> Drawn:
    """Return the options with ids, in the order of the author.

    Authors often write the right option first. An id made from the time would tell their order, even where the
    milliseconds are the same and its random bits are known.
    """
    return [(OptionId(ids.without_time(mint("option"))), option) for option in options]


def _shown(options: Drawn) -> list[Option]:
    """Return the options by id, which is a random order."""
    return sorted((Option(id=id_, text=option.text) for id_, option in options), key=lambda o: o.id)


def _parts(key: KeyDraft, options: Drawn, of_blanks: Sequence[Drawn]) -> list[PartKey]:
    if key.ordered:
        return [PartKey(option=option_id) for option_id, _ in options]
    if key.prompts:
        return [PartKey(option=options[prompt.option][0]) for prompt in key.prompts]
    return [
        PartKey(
            option=next((option_id for option_id, option in chosen if option.correct), None),
            texts=blank.texts,
            numbers=blank.numbers,
        )
        for blank, chosen in zip(key.blanks, of_blanks, strict=True)
    ]


def _blank_draft(
    blank: Blank, part: PartKey, said: dict[str, str], images: Mapping[OptionId, ImageDraft]
) -> KeyDraft:
    """Return what is right about a blank; its feedback is taken out of `said`."""
    right = frozenset() if part.option is None else frozenset({part.option})
    start = _of_blank(blank.number, "")
    mine = [answer for answer in said if answer.startswith(start)]
    return KeyDraft(
        options=_drafts(blank.options, right, said, images),
        texts=part.texts,
        numbers=part.numbers,
        feedback={answer.removeprefix(start): said.pop(answer) for answer in mine},
    )


def _drafts(
    options: Iterable[Option],
    right: frozenset[OptionId],
    said: dict[str, str],
    images: Mapping[OptionId, ImageDraft],
) -> list[OptionDraft]:
    """Return options with their images, and with their feedback, which is taken out of `said`."""
    return [
        OptionDraft(
            text=option.text,
            correct=option.id in right,
            feedback=said.pop(option.id, ""),
            image=images.get(option.id),
        )
        for option in options
    ]


def _of_blank(number: int, answer: str) -> str:
    return f"{number}:{answer}"
