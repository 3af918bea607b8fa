"""The table of question kinds, one line a kind, which every layer reads."""

from enum import Enum
from typing import Self

from domain.content.question_kinds import (
    cloze,
    matching,
    multiple_choice,
    numeric,
    ordering,
    short_text,
    single_choice,
    true_false,
)
from domain.content.question_kinds.kind_rules import KindRules


class QuestionKind(Enum):
    """How a question is answered; `value` is the name that is stored."""

    rules: KindRules

    SINGLE_CHOICE = single_choice.RULES
    MULTIPLE_CHOICE = multiple_choice.RULES
    TRUE_FALSE = true_false.RULES
    SHORT_TEXT = short_text.RULES
    NUMERIC = numeric.RULES
    MATCHING = matching.RULES
    ORDERING = ordering.RULES
    CLOZE = cloze.RULES

    def __new__(cls, rules: KindRules) -> Self:
        """Make a member whose value is the name of its rules."""
        member = object.__new__(cls)
        member._value_ = rules.name
        member.rules = rules
        return member


ANSWER_FIELDS = {kind.rules.answer_field.name: kind.rules.answer_field for kind in QuestionKind}
"""The fields that answers to questions of all kinds are given in, by name."""
