"""Shapes of requests: their documents, their variables, and the size of their answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.sizes import Sizes

Q0 = "query Q0 { __typename }"
Q1 = "query Q1($id: ID!) { user(by: {id: $id}) { id handle displayName avatarUrl bio joinedAt level xpTotal } }"
Q2 = """query Q2 { leaderboard { total entries(first: 50) { rank xp user { id handle displayName level } } } }"""
Q3 = """query Q3 {
  viewer { goals(first: 20) { nodes {
    id title state
    owner { id handle displayName }
    roadmap { id title currentVersion { nodes { id title kind weight optional } } }
  } } }
}"""
_WIDE = "currentVersion { nodes { id lineageId title description kind weight optional minutes } }"
Q4 = f"""query Q4($one: ID!, $other: ID!) {{
  one: roadmap(by: {{id: $one}}) {{ {_WIDE} }}
  other: roadmap(by: {{id: $other}}) {{ {_WIDE} }}
}}"""
Q5 = """query Q5 {
  viewer { analytics { performance(period: D90) {
    days { date quizzesTaken averageScore totalQuestions correctAnswers }
  } } }
}"""
M1 = """mutation M1($attemptId: ID!, $key: String!) {
  submitQuizAttempt(input: {attemptId: $attemptId, idempotencyKey: $key}) {
    attempt { id state score passed }
    userErrors { __typename }
  }
}"""
PREPARED_FROM = 1 << 40
"""The number of the first prepared attempt, above those of the data set."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: the caller's number and the variables."""

    user: int
    variables: dict[str, Any]

    @property
    def user_id(self) -> str:
        """The caller's id."""
        return identifier("user", self.user)


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of request; `request(n)` is its n-th one."""

    name: str
    title: str
    document: str
    values: int
    """The number of leaf values in an answer."""
    request: Callable[[int], Request]


def identifier(prefix: str, number: int) -> str:
    """Return the id of a row of the data set."""
    return f"{prefix}_{number:026X}"


def shapes(sizes: Sizes) -> list[Shape]:
    """Return the shapes over a data set of these sizes; regular learners take turns as callers."""

    def regular(n: int) -> int:
        return n % sizes.regulars + 1

    def any_user(n: int) -> Request:
        return Request(regular(n), {"id": identifier("user", n * 7919 % sizes.users + 1)})

    def two_wide_roadmaps(n: int) -> Request:
        wide = [sizes.roadmaps + (2 * n + k) % sizes.wide_roadmaps + 1 for k in (0, 1)]
        return Request(
            regular(n),
            {name: identifier("roadmap", w) for name, w in zip(("one", "other"), wide, strict=True)},
        )

    def attempt(n: int) -> Request:
        attempt_id = identifier("attempt", PREPARED_FROM + n)
        return Request(n % sizes.users + 1, {"attemptId": attempt_id, "key": f"bench-{n}"})

    def without_variables(n: int) -> Request:
        return Request(regular(n), {})

    return [
        Shape("Q0", "the smallest request: __typename with a token", Q0, 1, without_variables),
        Shape("Q1", "one learner by key, with level and XP", Q1, 8, any_user),
        Shape("Q2", "leaderboard top 50 with users", Q2, 301, without_variables),
        Shape("Q3", "20 goals, their roadmaps with 10 nodes each, owners", Q3, 1_160, without_variables),
        Shape("Q4", "1 000 nodes of two roadmaps x 8 fields", Q4, 8_000, two_wide_roadmaps),
        Shape("Q5", "a learner's 90 days", Q5, 450, without_variables),
        Shape("M1", "submit an attempt", M1, 4, attempt),
    ]
