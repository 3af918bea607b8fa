"""Scores of QTI items: what each answer earns, from the declaration of the response and its processing."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from domain.content.answer_keys import AcceptedNumber
from domain.content.decimals import read_number
from domain.content.question_kinds.key_drafts import FULL
from domain.content.question_kinds.numeric import around
from domain.entities import entity
from domain.errors import InvalidInputError
from domain.imports.formats.found_questions import UnreadableError, left_out
from domain.imports.formats.qti.markup import attribute, child, children, name_of, text_of
from domain.imports.formats.weighted_answers import check_number, percent, whole
from domain.imports.guards.xml_documents import AnyElement

MATCH, MAP, RANGES = "match_correct", "map_response", "ranges"
_CHAIN = {"responseCondition", "responseIf", "responseElseIf", "responseElse", "setOutcomeValue", "baseValue"}
_VALUES = {"variable", "correct", "isNull", "multiple", "match", "mapResponse"}
_RANGES = {"and", "gte", "lte", "equal"}
_PROGRAM = "Items that are scored by a program of their own are"


@entity
class Response:
    """The declaration of a response: the right values, and what each value earns where that is mapped."""

    identifier: str
    is_single: bool
    base_type: str
    correct: list[str]
    mapped: dict[str, Fraction]
    others: Fraction
    most: Fraction | None
    is_case_sensitive: bool


def response(item: AnyElement, identifier: str) -> Response:
    """Return the declaration of a response; raises UnreadableError."""
    for declared in children(item, "responseDeclaration"):
        if attribute(declared, "identifier") == identifier:
            return _declared(declared)
    raise UnreadableError(f"The response {identifier[:40]} is not declared.")


def _declared(element: AnyElement) -> Response:
    mapping, correct = child(element, "mapping"), child(element, "correctResponse")
    entries = [] if mapping is None else list(children(mapping, "mapEntry"))
    check_number(entries)
    values = [] if correct is None else list(children(correct, "value"))
    check_number(values)
    upper = "" if mapping is None else attribute(mapping, "upperBound")
    return Response(
        identifier=attribute(element, "identifier"),
        is_single=attribute(element, "cardinality", "single") == "single",
        base_type=attribute(element, "baseType", "string"),
        correct=[text_of(value) for value in values],
        mapped={attribute(each, "mapKey"): percent(attribute(each, "mappedValue", "0")) for each in entries},
        others=Fraction(0) if mapping is None else percent(attribute(mapping, "defaultValue", "0")),
        most=percent(upper) if upper else None,
        is_case_sensitive=any(attribute(each, "caseSensitive", "true") == "true" for each in entries),
    )


def way(item: AnyElement, declared: Response) -> str:
    """Tell how an item is scored: by match, by map, or by ranges of numbers; raises UnreadableError."""
    processing = child(item, "responseProcessing")
    if processing is None or (not len(processing) and not attribute(processing, "template")):
        return MATCH if declared.correct else MAP
    template = attribute(processing, "template").rsplit("/", 1)[-1].removesuffix(".xml")
    if template in {MATCH, MAP}:
        return template
    names = [name_of(each) for each in processing.iter()][1:]
    if not template and set(names) <= _CHAIN | _VALUES:
        if names.count("mapResponse") == 1 and "match" not in names:
            return MAP
        if names.count("match") == 1 and names.count("correct") == 1 and "mapResponse" not in names:
            return MATCH
    if not template and _RANGES & set(names) and set(names) <= _CHAIN | _RANGES | {"variable", "correct"}:
        return RANGES
    raise left_out(_PROGRAM)


def weights(declared: Response, values: list[str], *, by: str) -> list[Fraction]:
    """Return what each of these values earns, in percent; raises UnreadableError."""
    if by == MATCH:
        if not declared.correct:
            raise left_out("Items without a right answer are")
        unknown = [value for value in declared.correct if value not in values]
        if unknown:
            raise UnreadableError(f"The right answer {unknown[0][:40]} is not among the answers.")
        share = Fraction(FULL) if declared.is_single else Fraction(FULL, len(set(declared.correct)))
        return [share if value in declared.correct else Fraction(0) for value in values]
    earned = [declared.mapped.get(value, declared.others) for value in values]
    right = [points for points in earned if points > 0]
    if not right:
        raise left_out("Items without a right answer are")
    total = max(right) if declared.is_single else sum(right)
    if declared.most is not None and declared.most < total:
        raise UnreadableError(
            "Not all right answers together earn the full mark; that cannot be graded here."
        )
    return [points * FULL / total for points in earned]


def ranges(item: AnyElement, declared: Response) -> Iterator[AcceptedNumber]:
    """Yield the ranges of numbers that the conditions of an item accept, with what each earns."""
    processing = child(item, "responseProcessing")
    found: list[tuple[Decimal, Decimal, Fraction]] = []
    for branch in () if processing is None else processing.iter():
        if name_of(branch) not in {"responseIf", "responseElseIf"}:
            continue
        condition, *then = list(branch)
        points = _points(then)
        if points is not None:
            found.append((*_bounds(condition, declared), points))
    highest = max((points for _, _, points in found), default=Fraction(0))
    if highest <= 0:
        raise left_out(_PROGRAM)
    for low, high, points in found:
        yield AcceptedNumber(low=low, high=high, weight=whole(points * FULL / highest))


def _points(then: list[AnyElement]) -> Fraction | None:
    """Return what a branch gives for the score; None where it sets something else."""
    scores = [each for each in then if attribute(each, "identifier") == "SCORE"]
    if not scores:
        return None
    value = child(scores[0], "baseValue")
    if value is None:
        raise left_out(_PROGRAM)
    return percent(text_of(value))


def _bounds(condition: AnyElement, declared: Response) -> tuple[Decimal, Decimal]:
    if name_of(condition) == "equal":
        return _around(condition, declared)
    sides = {name_of(each): _value(each, declared) for each in condition}
    if name_of(condition) != "and" or sides.keys() != {"gte", "lte"}:
        raise left_out(_PROGRAM)
    return sides["gte"], sides["lte"]


def _around(condition: AnyElement, declared: Response) -> tuple[Decimal, Decimal]:
    value, mode = _value(condition, declared), attribute(condition, "toleranceMode", "exact")
    inclusive = {attribute(condition, name, "true") for name in ("includeLowerBound", "includeUpperBound")}
    if mode not in {"exact", "absolute"} or inclusive != {"true"}:
        raise left_out("Relative and open tolerances are")
    margins = [_number(each) for each in attribute(condition, "tolerance", "0").split()] or [Decimal(0)]
    low = around(value, margins[0], FULL).low
    return low, around(value, margins[-1], FULL).high


def _value(comparison: AnyElement, declared: Response) -> Decimal:
    """Return the number with which a response is compared, the response being named first."""
    parts = list(comparison)
    if [name_of(part) for part in parts[:1]] != ["variable"] or len(parts) != 2:  # noqa: PLR2004 - two sides
        raise left_out(_PROGRAM)
    if name_of(parts[1]) == "correct":
        if len(declared.correct) != 1:
            raise UnreadableError(
                "There must be one right number; a numeric item with none or several is not read."
            )
        return _number(declared.correct[0])
    return _number(text_of(parts[1]))


def _number(written: str) -> Decimal:
    try:
        return read_number(written, field="number")
    except InvalidInputError:
        raise UnreadableError("A number must be like 3.14.") from None
