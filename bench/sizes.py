"""How much is measured: the full bench and the quick one, which is a tenth of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows the data set has, and how long each shape is measured."""

    name: str
    users: int
    roadmaps: int
    wide_roadmaps: int
    questions: int
    attempts: int
    xp_entries: int
    goals: int
    rounds: int
    warm_up_s: float
    round_s: float
    submits: int
    """How many attempts are submitted in a round of M1, and as many in its warm-up."""

    @property
    def regulars(self) -> int:
        """How many learners use the house every day; the requests come from them."""
        return self.users // 20

    @property
    def quizzes(self) -> int:
        """How many quizzes of five questions there are."""
        return self.questions // QUIZ_QUESTIONS

    @property
    def nodes(self) -> int:
        """How many nodes all roadmaps have."""
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
    warm_up_s=1.0,
    round_s=0.5,
    submits=500,
)
