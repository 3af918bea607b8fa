"""Nothing done is lost: publishing, forking, pulling, migrating, checking, unchecking, leaving and coming back.

A state machine plays the author of a roadmap, the author of its fork, and a learner, each of whom learns on both, on
real Postgres and in any order. After each step it looks at the rows: what a learner finished and did not take back is
finished, and no step is paid twice, nor paid to its own author.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain.accounts.users import Role, Viewer
from domain.unit_of_work import Meter
from persistence.database import connect
from tests.builders import mint
from tests.support.clients.drafts import add, create_roadmap, edit_draft, start_draft
from tests.support.clients.forks import fork, pull_choosing
from tests.support.clients.migrations import enrolment_of, migrate, unenrol
from tests.support.clients.roadmaps import PUBLISH, SET_NODE_STATE, enrol
from tests.support.schema_client import Asker, asker_on

KEYS = st.sampled_from(["a", "b", "c", "d"])
PEOPLE = ["learner", "author", "forker"]
LEARNERS = st.sampled_from(PEOPLE)
PLACES = st.sampled_from(["origin", "fork"])
AUTHORS = {"origin": "author", "fork": "forker"}
DONE = """SELECT p.lineage_id AS lineage FROM node_progress p JOIN enrolments e ON e.id = p.enrolment_id
    WHERE e.user_id = $1 AND e.roadmap_id = $2 AND p.state = 'DONE'"""
PAID = """SELECT l.roadmap_id AS began_in, l.id AS lineage, x.amount FROM xp_entries x
    JOIN node_lineages l ON l.id = x.source_id WHERE x.user_id = $1 AND x.reason = 'NODE_COMPLETED'"""


class Machine(RuleBasedStateMachine):
    """Two authors, a learner, and what each has finished by the rules: lineages, for each roadmap."""

    runner: asyncio.Runner
    ask: Asker

    def __init__(self) -> None:
        super().__init__()
        self.viewers: dict[str, Viewer] = {}
        self.roadmaps: dict[str, str] = {}
        self.done: dict[tuple[str, str], set[str]] = {}
        self.ever: dict[tuple[str, str], set[str]] = {}

    @initialize()
    def publish_the_first_versions(self) -> None:
        self.runner.run(self._begin())

    async def _begin(self) -> None:
        for who in PEOPLE:
            roles = [Role.LEARNER] if who == "learner" else [Role.LEARNER, Role.AUTHOR]
            _, self.viewers[who] = await self.ask.learner(roles=roles)
        author = self.viewers["author"]
        made = await create_roadmap(self.ask, author, slug=mint("lost").lower().replace("_", "-"))
        await edit_draft(self.ask, author, made["version"], add("a"), add("b", "a"))
        await self.ask.data(PUBLISH, author, id=made["roadmap"]["id"])
        forked = await fork(self.ask, self.viewers["forker"], made["roadmap"]["id"])
        await self.ask.data(PUBLISH, self.viewers["forker"], id=forked["roadmap"]["id"])
        self.roadmaps = {"origin": made["roadmap"]["id"], "fork": forked["roadmap"]["id"]}
        for place, roadmap_id in self.roadmaps.items():
            for who, viewer in self.viewers.items():
                self.done[who, place], self.ever[who, place] = set(), set()
                await enrol(self.ask, viewer, roadmap_id, key=mint("key"))

    @rule(
        place=PLACES,
        removed=st.sets(KEYS, max_size=2),
        added=st.sets(KEYS, max_size=3),
        edge=st.tuples(KEYS, KEYS),
        undoes=st.booleans(),
    )
    def publish(
        self, place: str, removed: set[str], added: set[str], edge: tuple[str, str], undoes: bool
    ) -> None:
        """Edit the next draft, take that back or not, and publish it where it is sound."""
        operations: list[dict[str, Any]] = [{"removeNode": {"key": key}} for key in sorted(removed)]
        operations += [add(key) for key in sorted(added)]
        operations.append({"setPrerequisites": {"key": edge[1], "groups": [{"nodes": [edge[0]]}]}})
        self.runner.run(self._publish(place, operations, undoes))

    async def _publish(self, place: str, operations: list[dict[str, Any]], undoes: bool) -> None:
        author = self.viewers[AUTHORS[place]]
        draft = await start_draft(self.ask, author, self.roadmaps[place])
        for operation in operations:
            payload = await edit_draft(self.ask, author, draft, operation)
            draft = payload["version"] or draft
            if payload["undo"] and undoes:
                draft = (await edit_draft(self.ask, author, draft, *payload["undo"]))["version"]
        await self.ask.data(PUBLISH, author, id=self.roadmaps[place])

    @rule(choice=st.sampled_from(["KEEP_MINE", "TAKE_THEIRS"]), undoes=st.booleans())
    def pull(self, choice: str, undoes: bool) -> None:
        """Pull what the origin has published, take that back or not, and publish the fork where it is sound."""
        self.runner.run(self._pull(choice, undoes))

    async def _pull(self, choice: str, undoes: bool) -> None:
        forker = self.viewers["forker"]
        payload = await pull_choosing(self.ask, forker, self.roadmaps["fork"], choice)
        if payload is None:
            return
        assert payload["userErrors"] == []
        if undoes:
            undone = await edit_draft(self.ask, forker, payload["version"], *payload["undo"])
            assert undone["userErrors"] == []
        await self.ask.data(PUBLISH, forker, id=self.roadmaps["fork"])

    @rule(
        who=LEARNERS,
        place=PLACES,
        key=KEYS,
        state=st.sampled_from(["DONE", "DONE", "AVAILABLE", "SKIPPED"]),
    )
    def set_state(self, who: str, place: str, key: str, state: str) -> None:
        """Finish, take back or skip a node of the pinned version."""
        self.runner.run(self._set_state(who, place, key, state))

    async def _set_state(self, who: str, place: str, key: str, state: str) -> None:
        enrolment = await enrolment_of(self.ask, self.viewers[who], self.roadmaps[place])
        nodes = enrolment["pinnedVersion"]["nodes"] if enrolment else []
        node = next((node for node in nodes if node["key"] == key), None)
        if node is None:
            return
        given = {"enrolmentId": enrolment["id"], "nodeId": node["id"], "state": state}
        payload = (await self.ask.data(SET_NODE_STATE, self.viewers[who], input=given))["setNodeState"]
        if payload["userErrors"]:
            return
        if state == "DONE":
            self.done[who, place].add(node["lineageId"])
            self.ever[who, place].add(node["lineageId"])
        else:
            self.done[who, place].discard(node["lineageId"])

    @rule(who=LEARNERS, place=PLACES)
    def migrate(self, who: str, place: str) -> None:
        """Follow the preview, if there is one."""
        self.runner.run(self._migrate(who, place))

    async def _migrate(self, who: str, place: str) -> None:
        enrolment = await enrolment_of(self.ask, self.viewers[who], self.roadmaps[place])
        if enrolment and enrolment["migrationPreview"]:
            version = enrolment["migrationPreview"]["version"]["id"]
            assert (await migrate(self.ask, self.viewers[who], enrolment["id"], version))["userErrors"] == []

    @rule(who=LEARNERS, place=PLACES)
    def leave_or_come_back(self, who: str, place: str) -> None:
        """Leave the roadmap, or enrol again."""
        self.runner.run(self._leave_or_come_back(who, self.roadmaps[place]))

    async def _leave_or_come_back(self, who: str, roadmap_id: str) -> None:
        enrolment = await enrolment_of(self.ask, self.viewers[who], roadmap_id)
        if enrolment:
            await unenrol(self.ask, self.viewers[who], enrolment["id"])
        else:
            payload = await enrol(self.ask, self.viewers[who], roadmap_id, key=mint("key"))
            assert payload["userErrors"] == []

    @invariant()
    def what_is_done_is_done_and_paid_once(self) -> None:
        """Compare the rows with the model."""
        if self.done:
            self.runner.run(self._compare())

    async def _compare(self) -> None:
        for who, viewer in self.viewers.items():
            async with self.ask.postgres.open_reads(Meter()) as reads:
                raw = reads.connection.raw
                paid = await raw.fetch(PAID, viewer.user_id)
                for place, roadmap_id in self.roadmaps.items():
                    states = await raw.fetch(DONE, viewer.user_id, roadmap_id)
                    assert {row["lineage"] for row in states} == self.done[who, place]
            self._compare_xp(who, paid)
            for place in self.roadmaps:
                await self._compare_what_is_shown(who, place)

    def _compare_xp(self, who: str, paid: list[Any]) -> None:
        """No lineage is paid twice; what is the learner's own earns nothing, also in the roadmap of another."""
        lineages = [row["lineage"] for row in paid]
        assert len(set(lineages)) == len(lineages)
        own = {self.roadmaps[place] for place, author in AUTHORS.items() if author == who}
        assert all(row["amount"] == (0 if row["began_in"] in own else 25) for row in paid)
        finished = self.ever[who, "origin"] | self.ever[who, "fork"]
        if (
            who == "forker"
        ):  # a node of the origin earns nothing in one's own fork, and is still paid in the origin
            began = {row["lineage"] for row in paid if row["began_in"] == self.roadmaps["origin"]}
            assert began == self.ever[who, "origin"]
        else:
            assert set(lineages) == finished

    async def _compare_what_is_shown(self, who: str, place: str) -> None:
        enrolment = await enrolment_of(self.ask, self.viewers[who], self.roadmaps[place])
        if enrolment:
            shown = enrolment["pinnedVersion"]["nodes"]
            done = {node["lineageId"] for node in shown if node["viewerState"] == "DONE"}
            assert done == self.done[who, place] & {node["lineageId"] for node in shown}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_sequence_loses_a_finished_node_or_pays_one_twice(database_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        database = runner.run(stack.enter_async_context(connect(database_url)))
        ask = runner.run(stack.enter_async_context(asker_on(database)))
        try:
            run_state_machine_as_test(
                type("BoundMachine", (Machine,), {"runner": runner, "ask": ask}),
                settings=settings(
                    max_examples=15,
                    stateful_step_count=15,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
            assert ask.defects == []
        finally:
            runner.run(stack.aclose())
