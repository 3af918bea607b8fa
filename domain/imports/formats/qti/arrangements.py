"""Arrangements of QTI: the keys of items that match, put in order, or fill several gaps."""

from collections.abc import Callable, Sequence

from domain.content.question_kinds.cloze import MOST_BLANKS
from domain.content.question_kinds.key_drafts import KeyDraft, OptionDraft, PromptDraft
from domain.imports.formats import weighted_answers
from domain.imports.formats.found_questions import UnreadableError, left_out
from domain.imports.formats.qti import scores
from domain.imports.formats.qti.markup import attribute, child, children, name_of
from domain.imports.formats.qti.scores import MATCH, RANGES, Response
from domain.imports.formats.weighted_answers import WeightedAnswer
from domain.imports.guards.xml_documents import AnyElement

Read = Callable[[AnyElement], str]
NUMBERS = {"integer", "float"}
_SUMS = {
    "setOutcomeValue", "sum", "divide", "product", "baseValue", "mapResponse", "responseCondition", "responseIf",
    "match", "variable", "correct",
}  # fmt: skip
"""What the processing of several gaps may consist of: each gap earns its points, and they are added up."""
_PROGRAM = "Items that are scored by a program of their own are"


def pairs(
    item: AnyElement, interaction: AnyElement, declared: Response, read: Read, losses: list[str]
) -> KeyDraft:
    """Return the key of an item that matches: the set of prompts is that of which each has one right partner."""
    sets = [
        list(children(each, "simpleAssociableChoice")) for each in children(interaction, "simpleMatchSet")
    ]
    if len(sets) != 2:  # noqa: PLR2004 - prompts and options
        raise UnreadableError("A matching needs two sets of choices.")
    for each in sets:
        weighted_answers.check_number(each)
    right = [value.split() for value in _right(item, declared, losses, "pair")]
    if any(len(pair) != 2 for pair in right):  # noqa: PLR2004 - a pair
        raise UnreadableError("A right answer of a matching must name two choices.")
    by_first = dict(right)
    if len(by_first) < len(right):
        raise left_out("Matching where a prompt has several right options is")
    prompts, options = sets
    places = {attribute(each, "identifier"): place for place, each in enumerate(options)}
    found = [by_first.get(attribute(each, "identifier"), "") for each in prompts]
    if any(option not in places for option in found):
        raise UnreadableError("A prompt has no right option; name one in its correct response.")
    return KeyDraft(
        options=_options(options, read),
        prompts=[
            PromptDraft(text=read(each), option=places[option])
            for each, option in zip(prompts, found, strict=True)
        ],
    )


def order(
    item: AnyElement, interaction: AnyElement, declared: Response, read: Read, losses: list[str]
) -> KeyDraft:
    """Return the key of an item that puts its choices in order."""
    choices = {attribute(each, "identifier"): each for each in children(interaction, "simpleChoice")}
    weighted_answers.check_number(choices)
    right = _right(item, declared, losses, "neighbour")
    if sorted(right) != sorted(choices):
        raise UnreadableError("The right order must name each choice once.")
    return KeyDraft(options=_options([choices[name] for name in right], read), ordered=True)


def gaps(item: AnyElement, interactions: Sequence[AnyElement], read: Read, losses: list[str]) -> KeyDraft:
    """Return the key of an item with several gaps in its text."""
    processing = child(item, "responseProcessing")
    if (
        processing is not None
        and not {name_of(each) for each in processing.iter()} - {"responseProcessing"} <= _SUMS
    ):
        raise left_out(_PROGRAM)
    if len(interactions) > MOST_BLANKS:
        raise UnreadableError(f"A text may have at most {MOST_BLANKS} gaps.")
    return KeyDraft(blanks=[_gap(item, each, read, losses) for each in interactions])


def _gap(item: AnyElement, interaction: AnyElement, read: Read, losses: list[str]) -> KeyDraft:
    declared = scores.response(item, attribute(interaction, "responseIdentifier"))
    by = scores.MAP if declared.mapped else MATCH
    if name_of(interaction) == "inlineChoiceInteraction":
        choices = list(children(interaction, "inlineChoice"))
        weighted_answers.check_number(choices)
        names = [attribute(each, "identifier") for each in choices]
        earned = scores.weights(declared, names, by=by)
        answers = [
            WeightedAnswer(text=read(each), weight=weight)
            for each, weight in zip(choices, earned, strict=True)
        ]
        return weighted_answers.single_choice(answers, losses)
    values = list(dict.fromkeys(declared.mapped or declared.correct))
    answers = [
        WeightedAnswer(text=value, weight=weight)
        for value, weight in zip(values, scores.weights(declared, values, by=by), strict=True)
        if weight >= 0
    ]
    if declared.base_type in NUMBERS:
        return weighted_answers.numbers([(answer, "0") for answer in answers])
    if by == MATCH or declared.is_case_sensitive:
        losses.append("Upper and lower case are not told apart here.")
    return weighted_answers.short_text(weighted_answers.best_of_equals(answers), wildcards=False)


def _right(item: AnyElement, declared: Response, losses: list[str], share: str) -> list[str]:
    """Return the right values; what each of them earns here is a share of its own."""
    by = scores.way(item, declared)
    if by == RANGES:
        raise left_out(_PROGRAM)
    if by == MATCH:
        losses.append(f"The grading of all or nothing is not kept; each right {share} earns its share.")
        return declared.correct
    points = {value: earned for value, earned in declared.mapped.items() if earned > 0}
    if len(set(points.values())) > 1 or any(earned < 0 for earned in declared.mapped.values()):
        losses.append(f"Points and penalties are not kept; each right {share} earns its share.")
    return list(points) if points else declared.correct


def _options(choices: Sequence[AnyElement], read: Read) -> list[OptionDraft]:
    return [OptionDraft(text=read(each), correct=False) for each in choices]
