"""The rules of XP, as numbers: one version of all amounts, caps and thresholds."""

from datetime import timedelta
from fractions import Fraction

from domain.entities import entity


@entity
class RuleSet:
    """All amounts of one version; an entry names the version that it was reckoned with.

    `percent_of_repeats` is what the first, second, ... attempt at the same quiz on one local date earns;
    every later one earns 0.
    """

    version: int
    per_correct_answer: int
    percent_by_difficulty: dict[str, int]
    quiz_completion: int
    completion_percent: int
    quiz_perfect: int
    perfect_questions: int
    percent_of_repeats: tuple[int, ...]
    same_question_rests: timedelta
    quiz_cap_per_day: int
    fastest_answer: timedelta
    fast_part_of_p5: Fraction
    fast_answers_percent: int
    burst_xp: int
    burst_window: timedelta
    node_completed: int
    goal_completed: int
    daily_target: int
    review: int
    reviews_cap_per_day: int
    streak_milestones: dict[int, int]


VERSION_1 = RuleSet(
    version=1,
    per_correct_answer=10,
    percent_by_difficulty={"EASY": 100, "MEDIUM": 125, "HARD": 150},
    quiz_completion=20,
    completion_percent=70,
    quiz_perfect=50,
    perfect_questions=5,
    percent_of_repeats=(100, 50, 25),
    same_question_rests=timedelta(hours=24),
    quiz_cap_per_day=1_000,
    fastest_answer=timedelta(seconds=1),
    fast_part_of_p5=Fraction(3, 10),
    fast_answers_percent=30,
    burst_xp=600,
    burst_window=timedelta(minutes=10),
    node_completed=25,
    goal_completed=100,
    daily_target=20,
    review=2,
    reviews_cap_per_day=100,
    streak_milestones={7: 50, 30: 200, 100: 500, 365: 1_000},
)

CURRENT = VERSION_1
"""The rules that new entries are reckoned with."""
