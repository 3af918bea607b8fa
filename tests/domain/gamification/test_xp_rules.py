"""XP rules: the figures that descriptions and explanations quote."""

from dataclasses import replace
from fractions import Fraction

import pytest

from domain.assessment.quiz_awards import xp_of_answer
from domain.content.questions import Difficulty
from domain.gamification.xp_rules import CURRENT
from domain.gamification.xp_rules import VERSION_1 as RULES


@pytest.mark.parametrize(("difficulty", "amount"), [("EASY", 10), ("MEDIUM", 12), ("HARD", 15)])
def test_a_right_answer_earns_by_its_difficulty(difficulty: str, amount: int) -> None:
    assert RULES.correct_answer(difficulty) == amount


@pytest.mark.parametrize("difficulty", list(Difficulty))
def test_the_quoted_xp_of_an_answer_is_what_is_awarded(difficulty: Difficulty) -> None:
    assert CURRENT.correct_answer(difficulty.value) == xp_of_answer(difficulty, Fraction(1))


def test_the_factors_of_the_difficulties_are_quoted_as_a_list() -> None:
    assert RULES.difficulty_factors == "easy 1.0, medium 1.25, hard 1.5"


def test_the_milestones_are_quoted_as_a_list() -> None:
    assert RULES.milestone_days == "7, 30, 100 or 365"
    assert replace(RULES, streak_milestones={7: 50, 30: 200}).milestone_days == "7 or 30"
