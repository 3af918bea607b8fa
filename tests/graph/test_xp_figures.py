"""XP figures in descriptions and sentences: they come from the rule set."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from domain.assessment import quiz_awards
from domain.content.questions import Difficulty
from domain.gamification.xp import XpReason
from domain.gamification.xp_rules import CURRENT
from graph.schema import sdl
from tests.builders.attempts import NINE, NO_REPEATS, NOTHING_EARNED, a_grading, an_attempt

ROOT = Path(__file__).parents[2]
WITH_OTHER_RULES = """
from dataclasses import replace
from domain.gamification import xp_rules

xp_rules.CURRENT = replace(
    xp_rules.CURRENT,
    per_correct_answer=20,
    percent_by_difficulty={"EASY": 100, "MEDIUM": 150, "HARD": 300},
    goal_completed=250,
    daily_target=35,
)

from graph.schema import sdl

print(sdl(), end="")
"""


def figures(text: str) -> list[str]:
    """Return the parts of a schema that name an amount of XP."""
    return sorted(re.findall(r"\b(?:awards )?[0-9]+ XP\b", text))


def test_the_schema_names_the_amounts_of_the_rules() -> None:
    assert figures(sdl()) == [
        "10 XP",
        "12 XP",
        "15 XP",
        "2 XP",
        "2 XP",
        "20 XP",
        "awards 100 XP",
        "awards 20 XP",
    ]


@pytest.mark.slow
def test_other_rules_change_the_schema() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITH_OTHER_RULES], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )

    assert figures(done.stdout) == [
        "2 XP",
        "2 XP",
        "20 XP",
        "30 XP",
        "35 XP",
        "60 XP",
        "awards 250 XP",
        "awards 35 XP",
    ]


def test_other_rules_change_the_explanation_of_an_award() -> None:
    rules = replace(CURRENT, percent_by_difficulty={"EASY": 50, "MEDIUM": 125, "HARD": 200})
    attempt = an_attempt(finished_at=NINE, local_date=NINE.date())

    explained = {
        award.reason: award.explanation
        for award in quiz_awards.awards_of(
            attempt,
            a_grading(1, difficulty=Difficulty.HARD),
            repeats=NO_REPEATS,
            earned=NOTHING_EARNED,
            local_date=NINE.date(),
            rules=rules,
        )
    }

    assert "(easy 0.5, medium 1.25, hard 2.0)" in explained[XpReason.QUIZ]
    assert "make 20 XP." in explained[XpReason.QUIZ]
