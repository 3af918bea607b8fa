"""XP rules: all amounts, caps and thresholds, and the figures that descriptions and explanations quote."""

from datetime import timedelta
from fractions import Fraction

from domain.entities import entity


@entity
class RuleSet:
    """All figures of one version; each ledger entry names the version that it was computed with.

    `nodes_cap_per_day` and `reviews_cap_per_day` are the daily caps of nodes and of reviews, in XP, and
    `paid_goals_per_day` that of goals, in goals.
    `percent_of_repeats` are the percentages that the first, second, ... attempt at the same quiz on one local date
    earns; later attempts earn 0.
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
    settled_after: timedelta
    node_completed: int
    nodes_cap_per_day: int
    goal_completed: int
    paid_goals_per_day: int
    daily_target: int
    review: int
    reviews_cap_per_day: int
    streak_milestones: dict[int, int]

    def correct_answer(self, difficulty: str) -> int:
        """Return the XP of one right answer, rounded down, like 12 for `MEDIUM`."""
        return self.per_correct_answer * self.percent_by_difficulty[difficulty] // 100

    @property
    def difficulty_factors(self) -> str:
        """The factors of the difficulties, like `easy 1.0, medium 1.25, hard 1.5`."""
        return ", ".join(f"{name.lower()} {p / 100}" for name, p in self.percent_by_difficulty.items())

    @property
    def milestone_days(self) -> str:
        """The lengths of streak that earn XP, like `7, 30, 100 or 365`."""
        *days, last = map(str, self.streak_milestones)
        return f"{', '.join(days)} or {last}"


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
    settled_after=timedelta(hours=24),
    node_completed=25,
    nodes_cap_per_day=500,
    goal_completed=100,
    paid_goals_per_day=1,
    daily_target=20,
    review=2,
    reviews_cap_per_day=100,
    streak_milestones={7: 50, 30: 200, 100: 500, 365: 1_000},
)

CURRENT = VERSION_1
"""The rules for new entries."""
