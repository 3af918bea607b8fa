"""QTI arrangements: writes items that match, put in order, or fill gaps in their text."""

from collections.abc import Callable, Iterator

from domain.content.question_kinds.cloze import marker
from domain.content.question_kinds.key_drafts import FULL, KeyDraft
from domain.content.question_kinds.table import QuestionKind
from domain.imports.exports.xml_texts import attribute, text
from domain.imports.formats.qti.markup import OUR_GAP
from domain.imports.question_drafts import QuestionDraft

Block = Callable[[str], str]
"""Writes a text as a block."""
ARRANGED = {QuestionKind.MATCHING, QuestionKind.ORDERING, QuestionKind.CLOZE}


def not_held(question: QuestionDraft) -> str | None:
    """Return why QTI cannot hold an arrangement as it is here, or None."""
    numbers = [number for blank in question.key.blanks for number in blank.numbers]
    if any(number.low != number.high for number in numbers):
        return "Left out: a gap of QTI has no ranges of numbers."
    inline = [option.text for blank in question.key.blanks for option in blank.options]
    if any(" ".join(words.split()) != words for words in inline):
        return "Left out: an option in a gap of QTI has one line, and no spaces that matter."
    return None


def losses_of(question: QuestionDraft) -> Iterator[str]:
    """Yield what QTI cannot hold of an arrangement, as sentences."""
    key = question.key
    said = [option.feedback for each in (key, *key.blanks) for option in each.options]
    if any(said) or any(blank.feedback for blank in key.blanks):
        yield "Feedback for single answers is not kept."
    if question.kind is QuestionKind.ORDERING:
        yield "QTI grades an ordering as a whole: all or nothing."


def declarations(question: QuestionDraft) -> Iterator[str]:
    """Yield the declarations of the responses."""
    key = question.key
    if question.kind is QuestionKind.ORDERING:
        yield _declared("RESPONSE", "ordered", "identifier", _names(len(key.options)), {})
    elif question.kind is QuestionKind.MATCHING:
        right = [f"prompt-{n} option-{p.option + 1}" for n, p in enumerate(key.prompts, start=1)]
        yield _declared("RESPONSE", "multiple", "directedPair", right, dict.fromkeys(right, FULL))
    for number, blank in enumerate(key.blanks, start=1):
        base, earned = _earned(blank)
        right = [value for value, weight in earned.items() if weight == FULL][:1]
        yield _declared(f"{OUR_GAP}{number}", "single", base, right, earned)


def body(question: QuestionDraft, block: Block) -> Iterator[str]:
    """Yield the prompt and what is answered."""
    key = question.key
    if key.blanks:
        yield _text_with_gaps(question)
        return
    yield f"{block(question.prompt)}\n"
    if question.kind is QuestionKind.ORDERING:
        yield '<qti-order-interaction response-identifier="RESPONSE" shuffle="true">\n'
        yield from _choices("qti-simple-choice", "option", [o.text for o in key.options], "", block)
        yield "</qti-order-interaction>\n"
        return
    most = len(key.prompts)
    yield f'<qti-match-interaction response-identifier="RESPONSE" shuffle="true" max-associations="{most}">\n'
    for name, words, limit in (
        ("prompt", [prompt.text for prompt in key.prompts], 1),
        ("option", [option.text for option in key.options], 0),
    ):
        yield "<qti-simple-match-set>\n"
        yield from _choices("qti-simple-associable-choice", name, words, f' match-max="{limit}"', block)
        yield "</qti-simple-match-set>\n"
    yield "</qti-match-interaction>\n"


def processing(question: QuestionDraft) -> str:
    """Return how the gaps of a text are scored: the mean of what they earn."""
    mapped = "".join(
        f'<qti-map-response identifier="{OUR_GAP}{number}"/>'
        for number in range(1, len(question.key.blanks) + 1)
    )
    count = f'<qti-base-value base-type="float">{len(question.key.blanks)}</qti-base-value>'
    mean = f"<qti-divide><qti-sum>{mapped}</qti-sum>{count}</qti-divide>"
    return f'<qti-set-outcome-value identifier="SCORE">{mean}</qti-set-outcome-value>\n'


def _names(count: int) -> list[str]:
    return [f"option-{number}" for number in range(1, count + 1)]


def _earned(blank: KeyDraft) -> tuple[str, dict[str, int]]:
    """Return the type of the values of a gap, and what each earns in percent."""
    if blank.options:
        earned = zip(_names(len(blank.options)), blank.options, strict=True)
        return "identifier", {name: FULL if option.correct else 0 for name, option in earned}
    if blank.numbers:
        best: dict[str, int] = {}
        for number in blank.numbers:
            best[str(number.low)] = max(number.weight, best.get(str(number.low), 0))
        return "float", best
    return "string", {accepted.text: accepted.weight for accepted in blank.texts}


def _declared(identifier: str, cardinality: str, base: str, right: list[str], earned: dict[str, int]) -> str:
    values = "".join(f"<qti-value>{text(value)}</qti-value>" for value in right)
    entries = "".join(
        f'<qti-map-entry map-key={attribute(value)} mapped-value="{weight / FULL:.2f}" case-sensitive="false"/>\n'
        for value, weight in earned.items()
    )
    mapping = f'<qti-mapping lower-bound="0" default-value="0">\n{entries}</qti-mapping>\n' if entries else ""
    return (
        f'<qti-response-declaration identifier="{identifier}" cardinality="{cardinality}" base-type="{base}">\n'
        f"<qti-correct-response>{values}</qti-correct-response>\n{mapping}</qti-response-declaration>\n"
    )


def _choices(element: str, name: str, words: list[str], more: str, block: Block) -> Iterator[str]:
    for number, each in enumerate(words, start=1):
        yield f'<{element} identifier="{name}-{number}"{more}>{block(each)}</{element}>\n'


def _text_with_gaps(question: QuestionDraft) -> str:
    written: list[str] = []
    rest = question.prompt
    for number, blank in enumerate(question.key.blanks, start=1):
        before, _, rest = rest.partition(marker(number))
        written.append(text(before) + _gap(f"{OUR_GAP}{number}", blank))
    return f"<pre>{''.join(written)}{text(rest)}</pre>\n"


def _gap(identifier: str, blank: KeyDraft) -> str:
    if not blank.options:
        return f'<qti-text-entry-interaction response-identifier="{identifier}"/>'
    choices = "".join(
        f'<qti-inline-choice identifier="{name}">{text(option.text)}</qti-inline-choice>'
        for name, option in zip(_names(len(blank.options)), blank.options, strict=True)
    )
    return (
        f'<qti-inline-choice-interaction response-identifier="{identifier}" shuffle="true">{choices}'
        f"</qti-inline-choice-interaction>"
    )
