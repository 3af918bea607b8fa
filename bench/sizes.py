"""Sizes of the data set and lengths of the rounds: full, quick (a tenth) and smoke (as small as it gets)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rows of the data set, and how long each shape is measured."""

    name: str
    users: int
    roadmaps: int
    wide_roadmaps: int
    questions: int
    attempts: int
    xp_entries: int
    goals: int
    rounds: int
    warm_ups: int
    """The largest number of warm-ups; they end earlier once the CPU per request stops falling."""
    warm_up_s: float
    round_s: float
    submits: int
    """Attempts that are submitted in a round of M1, and in each of its two warm-ups."""

    @property
    def regulars(self) -> int:
        """The learners who are active every day; the requests come from them."""
        return self.users // 20

    @property
    def quizzes(self) -> int:
        """The quizzes, of five questions each."""
        return self.questions // QUIZ_QUESTIONS

    @property
    def nodes(self) -> int:
        """The nodes of all roadmaps."""
        return self.roadmaps * NODES + self.wide_roadmaps * WIDE_NODES


QUIZ_QUESTIONS = 5
NODES = 10
WIDE_NODES = 500

FULL = Sizes(
    name="full",
    users=10_000,
    roadmaps=20_000,
    wide_roadmaps=20,
    questions=40_000,
    attempts=200_000,
    xp_entries=500_000,
    goals=50_000,
    rounds=5,
    warm_ups=8,
    warm_up_s=2.0,
    round_s=2.0,
    submits=1_000,
)
QUICK = Sizes(
    name="quick",
    users=1_000,
    roadmaps=2_000,
    wide_roadmaps=20,
    questions=4_000,
    attempts=20_000,
    xp_entries=50_000,
    goals=5_000,
    rounds=3,
    warm_ups=8,
    warm_up_s=1.0,
    round_s=0.5,
    submits=500,
)
SMOKE = Sizes(
    name="smoke",
    users=200,
    roadmaps=100,
    wide_roadmaps=2,
    questions=400,
    attempts=1_000,
    xp_entries=2_000,
    goals=400,
    rounds=1,
    warm_ups=1,
    warm_up_s=0.1,
    round_s=0.2,
    submits=20,
)
