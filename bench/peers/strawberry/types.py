"""Schema of the stock Strawberry server: types over ORM rows, relations through dataloaders."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import strawberry

from bench.peers.strawberry import answers
from bench.peers.strawberry.rows import Board

Info = strawberry.Info[Any, Any]


@strawberry.enum
class Period(enum.Enum):
    D7 = 7
    D30 = 30
    D90 = 90


@strawberry.type
class User:
    id: strawberry.ID
    handle: str
    display_name: str
    avatar_url: str | None
    bio: str
    joined_at: dt.datetime
    level: int
    xp_total: int


@strawberry.type
class LeaderboardEntry:
    rank: int
    xp: int
    user_id: strawberry.Private[str]

    @strawberry.field
    async def user(self, info: Info) -> User | None:
        found: User | None = await info.context.users.load(self.user_id)
        return found


@strawberry.type
class Leaderboard:
    total: int

    @strawberry.field
    async def entries(self, info: Info, first: int = 10) -> list[LeaderboardEntry]:
        found = await answers.top(info.context, first)
        return [LeaderboardEntry(rank=rank, xp=row.xp, user_id=row.user_id) for rank, row in found]


@strawberry.type
class RoadmapNode:
    id: strawberry.ID
    lineage_id: strawberry.ID
    title: str
    description: str
    kind: str
    weight: int
    optional: bool
    minutes: int | None


@strawberry.type
class RoadmapVersion:
    id: strawberry.ID

    @strawberry.field
    async def nodes(self, info: Info) -> list[RoadmapNode]:
        found: list[RoadmapNode] = await info.context.nodes.load(self.id)
        return found


@strawberry.type
class Roadmap:
    id: strawberry.ID
    title: str
    current_version_id: strawberry.Private[str]

    @strawberry.field
    async def current_version(self, info: Info) -> RoadmapVersion | None:
        found: RoadmapVersion | None = await info.context.versions.load(self.current_version_id)
        return found


@strawberry.type
class Goal:
    id: strawberry.ID
    title: str
    state: str
    owner_id: strawberry.Private[str]
    roadmap_id: strawberry.Private[str]

    @strawberry.field
    async def owner(self, info: Info) -> User | None:
        found: User | None = await info.context.users.load(self.owner_id)
        return found

    @strawberry.field
    async def roadmap(self, info: Info) -> Roadmap | None:
        found: Roadmap | None = await info.context.roadmaps.load(self.roadmap_id)
        return found


@strawberry.type
class GoalConnection:
    nodes: list[Goal]


@strawberry.type
class PerformanceDay:
    date: dt.date
    quizzes_taken: int
    average_score: float | None
    total_questions: int
    correct_answers: int


@strawberry.type
class Performance:
    days: list[PerformanceDay]


@strawberry.type
class Analytics:
    @strawberry.field
    async def performance(self, info: Info, period: Period) -> Performance:
        found: Any = await answers.days(info.context, period.value)
        return Performance(days=found)


@strawberry.type
class Viewer:
    @strawberry.field
    async def goals(self, info: Info, first: int = 20) -> GoalConnection:
        found: Any = await answers.goals(info.context, first)
        return GoalConnection(nodes=found)

    @strawberry.field
    def analytics(self) -> Analytics:
        return Analytics()


@strawberry.input(one_of=True)
class By:
    id: strawberry.Maybe[strawberry.ID]


@strawberry.type
class Query:
    @strawberry.field
    async def user(self, info: Info, by: By) -> User | None:
        found: User | None = await info.context.users.load(by.id.value if by.id else "")
        return found

    @strawberry.field
    async def roadmap(self, info: Info, by: By) -> Roadmap | None:
        found: Roadmap | None = await info.context.roadmaps.load(by.id.value if by.id else "")
        return found

    @strawberry.field
    async def leaderboard(self, info: Info) -> Leaderboard | None:
        async with info.context.sessions() as session:
            board = await session.get(Board, "GLOBAL:ALL_TIME")
        return None if board is None else Leaderboard(total=board.learners)

    @strawberry.field
    def viewer(self) -> Viewer:
        return Viewer()


@strawberry.type
class QuizAttempt:
    id: strawberry.ID
    state: str
    score: float | None
    passed: bool | None


@strawberry.type
class Refusal:
    code: str


@strawberry.type
class SubmitQuizAttemptPayload:
    attempt: QuizAttempt | None
    user_errors: list[Refusal]


@strawberry.input
class SubmitQuizAttemptInput:
    attempt_id: strawberry.ID
    idempotency_key: str


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def submit_quiz_attempt(
        self, info: Info, input: SubmitQuizAttemptInput
    ) -> SubmitQuizAttemptPayload:
        graded: Any = await answers.submit(info.context, input.attempt_id)
        return SubmitQuizAttemptPayload(attempt=graded, user_errors=[])
