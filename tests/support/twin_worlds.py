"""Twin worlds: copies of one database with an attempt that is open and its twin, for two guesses at the same question."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from domain.accounts.users import Role, Viewer
from domain.acts import by_platform
from domain.content.answers import Answer
from domain.content.questions import Difficulty
from domain.content.quizzes import Feedback
from domain.gamification import leaderboard_projection
from domain.signals import Signal
from domain.spaced_review import answer_intake
from domain.spaced_review.answer_facts import AnswerSource
from domain.unit_of_work import Meter
from persistence.database import connect
from persistence.schema import metadata
from tests.builders import mint
from tests.builders.attempts import a_question, right_answer, store_quiz
from tests.builders.roadmaps import a_file, a_quiz_node
from tests.support.attempts import QuizTaker, a_quiz_taker, a_twin_of
from tests.support.clients.roadmaps import enrol, publish_file
from tests.support.fixtures import DatabaseAdmin
from tests.support.goals import CREATE
from tests.support.schema_client import Asker, Clock, asker_on, viewer_of
from tests.support.schema_walk import Walk
from tests.support.study import studier_of

NO_DRAFT = mint("quizdraft")
NO_THREAD = mint("thread")
"""The id of a draft of a quiz that is in no world."""
NO_CHAT = mint("chat")
"""The id of a chat that is in no world."""
NO_ENDPOINT = mint("webhook")
"""The id of a webhook endpoint that is in no world; both worlds are asked for the same one."""


@dataclass
class Start:
    """A learner with an attempt that is open and its twin, both with the same questions, or versions of them.

    `viewers` look at them: the learner, the author with every role there is, and nobody.
    """

    taker: QuizTaker
    twin: QuizTaker
    open_id: str
    twin_id: str
    roadmap_id: str
    goal_id: str
    study_id: str
    viewers: list[Viewer | None]
    clock: Clock


@dataclass
class World:
    """One of the worlds: a learner who takes the twin in a database of its own, and the signals that were sent."""

    start: Start
    ask: Asker
    signals: list[Signal] = field(default_factory=list)

    @property
    def twin(self) -> QuizTaker:
        return replace(self.start.twin, ask=self.ask)

    @property
    def taker(self) -> QuizTaker:
        return replace(self.start.taker, ask=self.ask)

    async def guess(self, *, right: bool) -> list[Any]:
        """Answer the twin, submit it, and try what may be tried with it; return all payloads."""
        payloads = []
        for number, key in enumerate(self.twin.keys, start=1):
            answer = right_answer(key) if right else Answer(truth=not key.truth)
            self.ask.clock.forward(seconds=10)
            payloads.append(await self.twin.answer(self.start.twin_id, number, answer))
        keys = ("submit", "submit", "another")
        payloads += [await self.twin.submit(self.start.twin_id, key) for key in keys]
        payloads.append(await self.twin.abandon(self.start.twin_id))
        payloads.append(await self.twin.slots(self.start.twin_id))
        return payloads

    async def told(self) -> dict[str, Any]:
        """Return everything that is told to anybody, by who asks and the document, and everything that is stored."""
        async with self.ask.postgres.open_work(Meter()) as work:
            await leaderboard_projection.project(work.boards_projection, now=self.ask.clock(), emit=work.emit)
            act = by_platform(now=self.ask.clock(), mint=mint)
            for source in AnswerSource:
                await answer_intake.take_some(
                    work, act, self.ask.ports.schedulers, source=source, after=None, limit=100
                )
        found: dict[str, Any] = {"signals": [(s.topic, s.body) for s in self.signals]}
        ask = self.ask.without_limits()
        for number, viewer in enumerate(self.start.viewers):
            for document, variables in self.walk().documents(viewer):
                found[f"{number} {document}"] = await ask(document, viewer, **variables)
        async with self.ask.postgres.open_reads(Meter()) as reads:
            user_id = self.taker.viewer.user_id
            found["export"] = {
                name: json.loads(rows) for name, rows in (await reads.exports.sections(user_id)).items()
            }
        return found | {f"table {name}": rows async for name, rows in self.tables()}

    def walk(self) -> Walk:
        """Return the walk that asks about the learner and the twin."""
        learner, attempt_id = self.taker.viewer.user_id, self.start.twin_id
        return Walk(
            2,
            {
                "Query.attempt": f'(id: "{attempt_id}")',
                "Query.node": f'(id: "{attempt_id}")',
                "Query.nodes": f'(ids: ["{attempt_id}", "{self.start.open_id}", "{learner}"])',
                "Query.quiz": f'(by: {{id: "{self.twin.quiz.id}"}})',
                "Query.user": f'(by: {{id: "{learner}"}})',
                "Query.roadmap": f'(by: {{id: "{self.start.roadmap_id}"}})',
                "Query.goal": f'(id: "{self.start.goal_id}")',
                "Query.studySession": f'(id: "{self.start.study_id}")',
                "Query.topicChain": '(publicId: "none")',
                "Query.certificate": '(code: "none")',
                "Query.chat": f'(id: "{NO_CHAT}")',
                "Query.thread": f'(id: "{NO_THREAD}")',
                "Query.search": '(query: "what about number")',
                "Query.segmentSize": "(by: {groups: [{conditions: [{role: LEARNER}]}]})",
                "Query.webhookEndpoint": f'(id: "{NO_ENDPOINT}")',
                "Query.quizPreview": f'(draftId: "{NO_DRAFT}")',
                "Analytics.performance": "(period: D7)",
                "Analytics.explore": "(period: D7)",
                "Streak.calendar": '(from: "2026-03-01", to: "2026-03-04")',
            },
        )

    async def tables(self) -> AsyncIterator[tuple[str, Any]]:
        """Yield all rows of each table."""
        async with self.ask.postgres.open_reads(Meter()) as reads:
            for name in sorted(metadata.tables):
                sql = f"SELECT to_jsonb(t) AS row FROM {name} t ORDER BY ctid"  # noqa: S608 - our own tables
                yield name, [row["row"] for row in await reads.connection.raw.fetch(sql)]


async def started(ask: Asker, feedback: Feedback, *, corrected: bool) -> Start:
    """Make the learner, the quizzes, and whatever a result could show in: a node of a roadmap and goals."""
    learner = await a_quiz_taker(ask)
    author, _ = await ask.learner(roles=list(Role))
    made = [a_question(difficulty=Difficulty.HARD) for _ in range(10)]
    async with ask.postgres.open_work(Meter()) as work:
        quiz = await store_quiz(work, author.id, made, time_limit=timedelta(hours=1))
    taker = QuizTaker(ask, learner.viewer, quiz, [q for q, _ in made], [key for _, key in made])
    studier = await studier_of(taker)
    study_id = await studier.started(quizId=taker.quiz.id)
    await studier.study(study_id, 3)
    twin = await a_twin_of(taker, corrected=corrected, feedback=feedback)
    writer = viewer_of(author.id, *Role)
    roadmap_id = await publish_file(ask, writer, a_file(a_quiz_node("exam", quiz=twin.quiz.slug)))
    await enrol(ask, taker.viewer, roadmap_id)
    goals = [
        {"title": "XP", "kind": "XP_TARGET", "targetXp": 500, "idempotencyKey": "xp"},
        {"title": "Road", "kind": "ROADMAP", "roadmapId": roadmap_id, "idempotencyKey": "road"},
    ]
    ids = [(await ask.data(CREATE, taker.viewer, input=goal))["createGoal"]["goal"]["id"] for goal in goals]
    viewers = [taker.viewer, writer, None]
    open_id = await taker.start_attempt("open")
    twin_id = await twin.start_attempt("twin")
    return Start(taker, twin, open_id, twin_id, roadmap_id, ids[1], study_id, viewers, ask.clock)


@asynccontextmanager
async def two_worlds(
    admin: DatabaseAdmin, url: str, feedback: Feedback, *, corrected: bool
) -> AsyncIterator[list[World]]:
    """Open two copies of a database in which a learner has started both attempts."""
    async with connect(url) as database, asker_on(database) as ask:
        start = await started(ask, feedback, corrected=corrected)
    server, _, name = url.rpartition("/")
    copies = [f"{name}_{guess}" for guess in ("right", "wrong")]
    admin.execute(*(f"CREATE DATABASE {copy} TEMPLATE {name} STRATEGY FILE_COPY" for copy in copies)).result()
    try:
        async with AsyncExitStack() as stack:
            worlds = []
            for copy in copies:
                database = await stack.enter_async_context(connect(f"{server}/{copy}"))
                ask = await stack.enter_async_context(asker_on(database))
                ask.clock.moment = start.clock()
                worlds.append(World(start, ask))
                _record_signals(worlds[-1])
            yield worlds
    finally:
        admin.execute(*(f"DROP DATABASE {copy} WITH (FORCE)" for copy in copies)).result()


def _record_signals(world: World) -> None:
    deliver = world.ask.ports.signals.deliver  # type: ignore[attr-defined]

    def recorded(signals: list[Signal]) -> None:
        world.signals += signals
        deliver(signals)

    world.ask.ports.signals.deliver = recorded  # type: ignore[attr-defined]
