"""Lists that no query reaches, those of payloads, refusals and streams: each is made as long as asked for, and counted."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from graphql import get_named_type, is_leaf_type

from domain.accounts.users import Viewer
from domain.gamification import leaderboard_projection, xp
from domain.gamification.xp import Award, XpReason
from domain.ids import UserId
from domain.unit_of_work import Meter
from domain.work import Work
from graph.schema import executable
from resolvers.live.board_feed import BoardFeed
from tests.builders import mint, question_files, roadmaps
from tests.builders.question_files import a_question
from tests.support.clients.offline import sync_nodes
from tests.support.clients.roadmaps import enrol, import_file, import_quizzes, publish_file, set_node
from tests.support.list_fields import ListPaths, everything_below
from tests.support.schema_client import Asker

SCHEMA = executable()
Cost = tuple[int, int]
"""The statements that a list cost, and its length."""
STREAM = """subscription ($first: Int!) { leaderboardChanged(first: $first) {
  ... on LeaderboardSnapshot { entries %s }
  ... on LeaderboardDelta { entered %s moved %s left }
} }"""


@dataclass
class Counter:
    """Counts the statements of every reader, those of the live boards included."""

    meters: list[Meter]

    @property
    def statements(self) -> int:
        """The statements so far."""
        return sum({id(meter): meter.statements for meter in self.meters}.values())

    def on(self, open_reads: Callable[[Meter], AbstractAsyncContextManager[Work]]) -> Any:
        """Return what opens readers that are counted."""

        @asynccontextmanager
        async def opened(meter: Meter) -> AsyncIterator[Work]:
            self.meters.append(meter)
            async with open_reads(meter) as reads:
                yield reads

        return opened


def below(coordinate: str) -> str:
    """Select everything below a list."""
    type_name, name = coordinate.split(".")
    named = get_named_type(SCHEMA.type_map[type_name].fields[name].type)  # type: ignore[attr-defined]
    return "" if is_leaf_type(named) else everything_below(named, ListPaths({}))


async def costs_of_reports(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Import questions of which `size` cannot be read, then as many with a part that is dropped."""
    costs = {}
    for coordinate, fault in (("ImportReport.refused", {"answer": "yes"}), ("ImportReport.losses", {"x": 1})):
        name = coordinate.partition(".")[2]
        questions = [a_question(f"q{n}", prompt=f"Number {n}?", **fault) for n in range(size)]
        quizzes = [{"slug": "reported", "title": "Reported", "questions": ["q0"]}]
        file = json.dumps(
            question_files.a_file(
                examType=question_files.a_file()["examType"] | {"code": "exam-0"},
                questions=questions,
                quizzes=quizzes,
            )
        )
        document = (
            "mutation ($input: ImportQuestionsInput!) { importQuestions(input: $input) "
            f"{{ report {{ {name} {below(coordinate)} }} }} }}"
        )
        given = {"file": file, "idempotencyKey": mint("key"), "dryRun": True}
        report = (await ask.data(document, viewer, input=given))["importQuestions"]["report"]
        costs[coordinate] = (ask.statements, len(report[name]))
    return costs


async def costs_of_exports(ask: Asker, viewer: Viewer) -> dict[str, Cost]:
    """Export the quiz of the world, whose questions are hard: GIFT has no difficulty."""
    found = await ask.data('{ quiz(by: {slug: "quiz-0"}) { id } }', viewer)
    document = (
        "mutation ($input: ExportQuizInput!) { exportQuiz(input: $input) "
        f"{{ file {{ losses {below('ExportedFile.losses')} }} }} }}"
    )
    given = {"quizId": found["quiz"]["id"], "format": "GIFT"}
    file = (await ask.data(document, viewer, input=given))["exportQuiz"]["file"]
    return {"ExportedFile.losses": (ask.statements, len(file["losses"]))}


async def costs_of_refusals(ask: Asker, viewer: Viewer, size: int, roadmap_id: str) -> dict[str, Cost]:
    """Set a node that `size` others lock, then publish a draft of `size` nodes whose quiz has closed meanwhile."""
    missing, flaws = "NodeLocked.missing", "UnsoundRoadmap.flaws"
    document = """mutation ($input: SetNodeStateInput!) { setNodeState(input: $input) {
      userErrors { ... on NodeLocked { missing %s } } } }""" % below(missing)
    payload = await set_node(ask, viewer, roadmap_id, f"Node {size}", "DONE", document=document)
    costs = {missing: (ask.statements, len(payload["userErrors"][0]["missing"]))}

    closing = ask.clock().replace(microsecond=0).isoformat()
    ask.clock.forward(minutes=-1)
    await import_quizzes(ask, viewer, "closing", exam_type="exam-0", closesAt=closing)
    nodes = [roadmaps.a_quiz_node(f"exam-{n}", quiz="closing") for n in range(size)]
    draft = await import_file(ask, viewer, roadmaps.a_file(*nodes, slug="flawed"), key=mint("key"))
    ask.clock.forward(minutes=1)
    document = """mutation ($id: ID!) { publishRoadmap(input: {roadmapId: $id}) {
      userErrors { ... on UnsoundRoadmap { flaws %s } } } }""" % below(flaws)
    refused = (await ask.data(document, viewer, id=draft["roadmap"]["id"]))["publishRoadmap"]["userErrors"]
    return costs | {flaws: (ask.statements, len(refused[0]["flaws"]))}


async def costs_of_node_changes(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Complete a node that `size` others need, then take that back."""
    leaves = [roadmaps.a_node(f"leaf-{n}", "hub") for n in range(size)]
    file = roadmaps.a_file(roadmaps.a_node("hub"), *leaves, slug="changing")
    roadmap_id = await publish_file(ask, viewer, file, key=mint("key"))
    await enrol(ask, viewer, roadmap_id, key=mint("key"))
    costs: dict[str, Cost] = {}
    for state, name in (("DONE", "completed"), ("DONE", "unlocked"), ("AVAILABLE", "locked")):
        if name == "unlocked":
            await set_node(ask, viewer, roadmap_id, "Hub", "AVAILABLE")
        document = """mutation ($input: SetNodeStateInput!) { setNodeState(input: $input) {
          nodeChanges { %s %s } userErrors { ... on UserError { message } } } }""" % (
            name,
            below(f"NodeChanges.{name}"),
        )
        payload = await set_node(ask, viewer, roadmap_id, "Hub", state, document=document)
        assert payload["userErrors"] == []
        costs[f"NodeChanges.{name}"] = (ask.statements, len(payload["nodeChanges"][name]))
    return costs


async def costs_of_syncs(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Synchronise `size` checks of nodes of an enrolment that is not there."""
    events = await sync_nodes(ask, viewer, *((mint("enrolment"), mint("node"), "DONE") for _ in range(size)))
    return {"SyncBatchPayload.events": (ask.statements, len(events))}


async def costs_of_streams(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Subscribe to the first `size` places of the board; all of them move, then all of them are taken by others."""
    counter = Counter([])
    ask.ports.open_reads = counter.on(ask.ports.open_reads)
    ask.ports.boards = BoardFeed(interval_s=0, tick_s=600)
    entries = below("LeaderboardSnapshot.entries")
    costs: dict[str, Cost] = {}

    stream = await ask.stream(STREAM % (entries, entries, entries), viewer, first=size)
    shown = (await anext(stream))["data"]["leaderboardChanged"]["entries"]
    costs["LeaderboardSnapshot.entries"] = (counter.statements, len(shown))
    movers = [entry["user"]["id"] for entry in shown]
    others = [(await ask.learner())[0].id for _ in range(size)]
    for users, amount, lists in ((movers, 1, ["moved"]), (others, 1_000_000, ["entered", "left"])):
        before = counter.statements
        await _give_xp(ask, users, amount)
        delta = (await anext(stream))["data"]["leaderboardChanged"]
        cost = counter.statements - before
        costs |= {f"LeaderboardDelta.{name}": (cost, len(delta[name])) for name in lists}
    await stream.aclose()
    return costs


async def _give_xp(ask: Asker, user_ids: list[UserId], amount: int) -> None:
    """Award XP to each user, and bring all of it to the boards at once."""
    awards = [
        Award(
            user_id=user_id,
            reason=XpReason.ADJUSTMENT,
            source_type="test",
            source_id=mint("gift"),
            amount=amount,
            occurred_at=ask.clock(),
            local_date=date(2026, 3, 2),
            explanation="A gift of the test.",
        )
        for user_id in user_ids
    ]
    async with ask.postgres.open_work(Meter()) as work:
        await xp.award(work.xp, awards, mint=mint, emit=lambda _: None)
    async with ask.postgres.open_work(Meter()) as work:
        await leaderboard_projection.project(work.boards_projection, now=ask.clock(), emit=work.emit)
