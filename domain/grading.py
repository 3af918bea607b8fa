"""Grading: what an answer earns, as an exact fraction from 0 to 1."""

import unicodedata
from collections.abc import Iterable
from fractions import Fraction

from domain.answers import Answer
from domain.attempt_sheets import Marking
from domain.questions import AnswerKey, Question, QuestionKind

NOTHING, ALL = Fraction(0), Fraction(1)


def grade(question: Question | Marking, key: AnswerKey | Marking, answer: Answer) -> Fraction:
    """Return what the answer earns, 0 to 1; an answer without the field of the question's kind earns 0.

    Single choice and true/false earn 0 or 1. A multiple choice earns max(0, (hits - wrong) / keys), or all or
    nothing. Texts are compared in normal form; of the accepted ones that match the best counts.
    """
    match question.kind:
        case QuestionKind.SINGLE_CHOICE:
            chosen = set(answer.options or ())
            return ALL if len(chosen) == 1 and chosen <= key.correct_options else NOTHING
        case QuestionKind.MULTIPLE_CHOICE:
            return _multiple(question, key, answer)
        case QuestionKind.TRUE_FALSE:
            return ALL if answer.truth is not None and answer.truth is key.truth else NOTHING
        case QuestionKind.SHORT_TEXT:
            return _text(key, answer)
        case QuestionKind.NUMERIC:
            return _number(key, answer)


def normal_text(text: str) -> str:
    """Return the text as answers are compared: NFKC, case folded, trimmed, inner white space as one space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _multiple(question: Question | Marking, key: AnswerKey | Marking, answer: Answer) -> Fraction:
    chosen, right = set(answer.options or ()), key.correct_options
    if not right:
        return NOTHING
    if question.all_or_nothing:
        return ALL if chosen == right else NOTHING
    hits = len(chosen & right)
    return max(NOTHING, Fraction(hits - len(chosen - right), len(right)))


def _text(key: AnswerKey | Marking, answer: Answer) -> Fraction:
    if answer.text is None:
        return NOTHING
    given = normal_text(answer.text)
    return _best(accepted.weight for accepted in key.texts if normal_text(accepted.text) == given)


def _number(key: AnswerKey | Marking, answer: Answer) -> Fraction:
    number = answer.number
    if number is None or not number.is_finite():
        return NOTHING
    return _best(accepted.weight for accepted in key.numbers if accepted.low <= number <= accepted.high)


def _best(weights: Iterable[int]) -> Fraction:
    return Fraction(max(weights, default=0), 100)
