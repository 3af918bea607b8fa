"""Questions as language models write them: the shape of the answer, judged by the rules for authors."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from domain.ai.requests import OutputShape
from domain.authoring.questions import question_faults
from domain.authoring.questions.question_creation import QuestionWords
from domain.authoring.questions.wordings import checked_explanation, checked_prompt
from domain.content.answer_keys import AcceptedText
from domain.content.decimals import read_number
from domain.content.question_kinds import numeric
from domain.content.question_kinds.key_drafts import FULL, KeyDraft, OptionDraft, PromptDraft
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.errors import InvalidInputError
from domain.generation.json_values import choice, items, member, text
from domain.generation.roadmap_outputs import refusals_of

_MOST_FINDINGS = 20
_TEXT = {"type": "string"}
_OPTIONS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"text": _TEXT, "correct": {"type": "boolean"}},
        "required": ["text", "correct"],
    },
}
_ACCEPTED = {"type": "array", "items": _TEXT}


def questions_shape(
    *,
    exam_type: str,
    domains: Sequence[str],
    count: int,
    kinds: Sequence[QuestionKind],
    difficulty: Difficulty,
) -> OutputShape[list[QuestionWords]]:
    """Return the shape of `count` questions of these kinds and this difficulty, each in one of the domains."""

    def read(value: Any) -> list[QuestionWords]:
        return [
            _question(each, f"questions[{place}]", exam_type, domains, difficulty)
            for place, each in enumerate(items(value, "questions"))
        ]

    def check(written: list[QuestionWords]) -> list[str]:
        found = [] if len(written) == count else [f"There must be {count} questions, not {len(written)}."]
        found += [
            f"questions[{place}]: {fault}"
            for place, words in enumerate(written)
            for fault in _faults(words, kinds)
        ]
        if len({words.prompt for words in written}) < len(written):
            found.append("Two questions have the same prompt.")
        missing = {kind.value for kind in kinds} - {words.kind.value for words in written}
        if missing and len(kinds) <= count:
            found.append(f"There is no question of the kinds {', '.join(sorted(missing))}.")
        return found[:_MOST_FINDINGS]

    return OutputShape(read=read, schema=_schema(domains, count, kinds), check=check)


def _schema(domains: Sequence[str], count: int, kinds: Sequence[QuestionKind]) -> dict[str, Any]:
    question = {
        "type": "object",
        "properties": {
            "kind": {"enum": [kind.value for kind in kinds]},
            "domain": {"enum": list(domains)},
            "prompt": {"type": "string", "description": "of a CLOZE with [[1]], [[2]] ... for its blanks"},
            "explanation": _TEXT,
            "options": _OPTIONS | {"description": "of SINGLE_CHOICE and MULTIPLE_CHOICE"},
            "truth": {"type": "boolean", "description": "of TRUE_FALSE"},
            "accepted": _ACCEPTED | {"description": "the right texts of SHORT_TEXT"},
            "number": {"type": "string", "description": "the right number of NUMERIC, in decimal"},
            "tolerance": {"type": "string", "description": "how far an answer to NUMERIC may be off"},
            "pairs": {
                "type": "array",
                "description": "of MATCHING",
                "items": {"type": "object", "properties": {"prompt": _TEXT, "answer": _TEXT}},
            },
            "order": _ACCEPTED | {"description": "of ORDERING, the first one first"},
            "blanks": {
                "type": "array",
                "description": "of CLOZE, in order; each has either accepted texts or options",
                "items": {"type": "object", "properties": {"accepted": _ACCEPTED, "options": _OPTIONS}},
            },
        },
        "required": ["kind", "domain", "prompt", "explanation"],
    }
    return {
        "type": "object",
        "properties": {
            "questions": {"type": "array", "minItems": count, "maxItems": count, "items": question}
        },
        "required": ["questions"],
    }


def _question(
    value: Any, at: str, exam_type: str, domains: Sequence[str], difficulty: Difficulty
) -> QuestionWords:
    kind = choice(value, "kind", QuestionKind, at=at)
    domain = text(value, "domain", at=at, optional=True) or domains[0]
    if domain not in domains:
        raise ValueError(f"{at}.domain must be one of {', '.join(domains)}")
    return QuestionWords(
        exam_type=exam_type,
        domain=domain,
        kind=kind,
        difficulty=difficulty,
        prompt=text(value, "prompt", at=at),
        prompt_format=PromptFormat.PLAIN,
        explanation=text(value, "explanation", at=at),
        key=_key(value, at, kind),
        images=[],
    )


def _key(value: Any, at: str, kind: QuestionKind) -> KeyDraft:
    return _KEYS[kind](value, at)


def _truth(value: Any, at: str) -> KeyDraft:
    return KeyDraft(truth=member(value, "truth", bool, at=at))


def _short_text(value: Any, at: str) -> KeyDraft:
    return KeyDraft(texts=_texts(value, at))


def _number(value: Any, at: str) -> KeyDraft:
    tolerance = _decimal(value, "tolerance", at, optional=True)
    return KeyDraft(numbers=[numeric.around(_decimal(value, "number", at), tolerance, FULL)])


def _order(value: Any, at: str) -> KeyDraft:
    words = [str(each) for each in items(value, "order", at=at)]
    return KeyDraft(options=[OptionDraft(text=each, correct=False) for each in words], ordered=True)


def _cloze(value: Any, at: str) -> KeyDraft:
    return KeyDraft(blanks=[_blank(each, f"{at}.blanks") for each in items(value, "blanks", at=at)])


def _choice(value: Any, at: str) -> KeyDraft:
    return KeyDraft(options=_options(value, at))


def _pairs(value: Any, at: str) -> KeyDraft:
    pairs = items(value, "pairs", at=at)
    answers = list(dict.fromkeys(text(pair, "answer", at=f"{at}.pairs") for pair in pairs))
    return KeyDraft(
        options=[OptionDraft(text=answer, correct=False) for answer in answers],
        prompts=[
            PromptDraft(
                text=text(pair, "prompt", at=f"{at}.pairs"),
                option=answers.index(text(pair, "answer", at=f"{at}.pairs")),
            )
            for pair in pairs
        ],
    )


_KEYS: Mapping[QuestionKind, Callable[[Any, str], KeyDraft]] = {
    QuestionKind.SINGLE_CHOICE: _choice,
    QuestionKind.MULTIPLE_CHOICE: _choice,
    QuestionKind.TRUE_FALSE: _truth,
    QuestionKind.SHORT_TEXT: _short_text,
    QuestionKind.NUMERIC: _number,
    QuestionKind.MATCHING: _pairs,
    QuestionKind.ORDERING: _order,
    QuestionKind.CLOZE: _cloze,
}


def _blank(value: Any, at: str) -> KeyDraft:
    options = _options(value, at, optional=True)
    return KeyDraft(options=options) if options else KeyDraft(texts=_texts(value, at))


def _options(value: Any, at: str, *, optional: bool = False) -> list[OptionDraft]:
    return [
        OptionDraft(text=text(each, "text", at=f"{at}.options"), correct=member(each, "correct", bool, at=at))
        for each in items(value, "options", at=at, optional=optional)
    ]


def _texts(value: Any, at: str) -> list[AcceptedText]:
    return [AcceptedText(text=str(each).strip(), weight=FULL) for each in items(value, "accepted", at=at)]


def _decimal(value: Any, name: str, at: str, *, optional: bool = False) -> Decimal:
    said = text(value, name, at=at, optional=optional)
    try:
        return read_number(said or "0", field=name)
    except InvalidInputError:
        raise ValueError(f"{at}.{name} must be a number in decimal") from None


def _faults(words: QuestionWords, kinds: Sequence[QuestionKind]) -> list[str]:
    found = refusals_of(
        [lambda: checked_prompt(words.prompt), lambda: checked_explanation(words.explanation)]
    )
    if words.kind not in kinds:
        found.append(f"Its kind must be one of {', '.join(kind.value for kind in kinds)}.")
    found += question_faults.of_key(words.kind, words.key)
    found += question_faults.of_prompt(words.kind, words.prompt, words.key)
    return found
