"""Nothing done is lost: publishing, migrating, checking, unchecking, leaving and coming back, in any order.

A state machine plays an author and two learners, of whom one is the author, on real Postgres. After each step it looks
at the rows: what a learner finished and did not take back is finished, and no step of the roadmap is paid twice.
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
from tests.support.clients.migrations import enrolment_of, migrate, unenrol
from tests.support.clients.roadmaps import PUBLISH, SET_NODE_STATE, enrol
from tests.support.schema_client import Asker, asker_on

KEYS = st.sampled_from(["a", "b", "c", "d"])
LEARNERS = st.sampled_from(["learner", "author"])
DONE = """SELECT l.key, p.state FROM node_progress p JOIN enrolments e ON e.id = p.enrolment_id
    JOIN node_lineages l ON l.id = p.lineage_id WHERE e.user_id = $1 AND e.roadmap_id = $2"""
PAID = """SELECT l.key, x.amount FROM xp_entries x JOIN node_lineages l ON l.id = x.source_id
    WHERE x.user_id = $1 AND l.roadmap_id = $2 AND x.reason = 'NODE_COMPLETED'"""


class Machine(RuleBasedStateMachine):
    """An author, a learner, and what each has finished by the rules."""

    runner: asyncio.Runner
    ask: Asker

    def __init__(self) -> None:
        super().__init__()
        self.viewers: dict[str, Viewer] = {}
        self.roadmap_id = ""
        self.done: dict[str, set[str]] = {"learner": set(), "author": set()}
        self.ever: dict[str, set[str]] = {"learner": set(), "author": set()}

    @initialize()
    def publish_the_first_version(self) -> None:
        self.runner.run(self._begin())

    async def _begin(self) -> None:
        _, self.viewers["author"] = await self.ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
        _, self.viewers["learner"] = await self.ask.learner()
        made = await create_roadmap(
            self.ask, self.viewers["author"], slug=mint("lost").lower().replace("_", "-")
        )
        self.roadmap_id = made["roadmap"]["id"]
        await edit_draft(self.ask, self.viewers["author"], made["version"], add("a"), add("b", "a"))
        await self.ask.data(PUBLISH, self.viewers["author"], id=self.roadmap_id)
        for viewer in self.viewers.values():
            await enrol(self.ask, viewer, self.roadmap_id)

    @rule(
        removed=st.sets(KEYS, max_size=2),
        added=st.sets(KEYS, max_size=3),
        edge=st.tuples(KEYS, KEYS),
        undoes=st.booleans(),
    )
    def publish(self, removed: set[str], added: set[str], edge: tuple[str, str], undoes: bool) -> None:
        """Edit the next draft, take that back or not, and publish it where it is sound."""
        self.runner.run(self._publish(sorted(removed), sorted(added), edge, undoes))

    async def _publish(
        self, removed: list[str], added: list[str], edge: tuple[str, str], undoes: bool
    ) -> None:
        author = self.viewers["author"]
        draft = await start_draft(self.ask, author, self.roadmap_id)
        operations: list[dict[str, Any]] = [{"removeNode": {"key": key}} for key in removed]
        operations += [add(key) for key in added]
        operations.append({"setPrerequisites": {"key": edge[1], "groups": [{"nodes": [edge[0]]}]}})
        for operation in operations:
            payload = await edit_draft(self.ask, author, draft, operation)
            draft = payload["version"] or draft
            if payload["undo"] and undoes:
                draft = (await edit_draft(self.ask, author, draft, *payload["undo"]))["version"]
        await self.ask.data(PUBLISH, author, id=self.roadmap_id)

    @rule(who=LEARNERS, key=KEYS, state=st.sampled_from(["DONE", "DONE", "AVAILABLE", "SKIPPED"]))
    def set_state(self, who: str, key: str, state: str) -> None:
        """Finish, take back or skip a node of the pinned version."""
        self.runner.run(self._set_state(who, key, state))

    async def _set_state(self, who: str, key: str, state: str) -> None:
        enrolment = await enrolment_of(self.ask, self.viewers[who], self.roadmap_id)
        nodes = enrolment["pinnedVersion"]["nodes"] if enrolment else []
        node = next((node for node in nodes if node["key"] == key), None)
        if node is None:
            return
        given = {"enrolmentId": enrolment["id"], "nodeId": node["id"], "state": state}
        payload = (await self.ask.data(SET_NODE_STATE, self.viewers[who], input=given))["setNodeState"]
        if payload["userErrors"]:
            return
        if state == "DONE":
            self.done[who].add(key)
            self.ever[who].add(key)
        else:
            self.done[who].discard(key)

    @rule(who=LEARNERS)
    def migrate(self, who: str) -> None:
        """Follow the preview, if there is one."""
        self.runner.run(self._migrate(who))

    async def _migrate(self, who: str) -> None:
        enrolment = await enrolment_of(self.ask, self.viewers[who], self.roadmap_id)
        if enrolment and enrolment["migrationPreview"]:
            version = enrolment["migrationPreview"]["version"]["id"]
            assert (await migrate(self.ask, self.viewers[who], enrolment["id"], version))["userErrors"] == []

    @rule(who=LEARNERS)
    def leave_or_come_back(self, who: str) -> None:
        """Leave the roadmap, or enrol again."""
        self.runner.run(self._leave_or_come_back(who))

    async def _leave_or_come_back(self, who: str) -> None:
        enrolment = await enrolment_of(self.ask, self.viewers[who], self.roadmap_id)
        if enrolment:
            await unenrol(self.ask, self.viewers[who], enrolment["id"])
        else:
            payload = await enrol(self.ask, self.viewers[who], self.roadmap_id, key=mint("key"))
            assert payload["userErrors"] == []

    @invariant()
    def what_is_done_is_done_and_paid_once(self) -> None:
        """Compare the rows with the model."""
        if self.roadmap_id:
            self.runner.run(self._compare())

    async def _compare(self) -> None:
        for who, viewer in self.viewers.items():
            async with self.ask.postgres.open_reads(Meter()) as reads:
                raw = reads.connection.raw
                states = await raw.fetch(DONE, viewer.user_id, self.roadmap_id)
                paid = await raw.fetch(PAID, viewer.user_id, self.roadmap_id)
            assert {row["key"] for row in states if row["state"] == "DONE"} == self.done[who]
            assert sorted(row["key"] for row in paid) == sorted(self.ever[who])
            assert all(row["amount"] == 0 for row in paid if who == "author")
            enrolment = await enrolment_of(self.ask, viewer, self.roadmap_id)
            if enrolment:
                shown = enrolment["pinnedVersion"]["nodes"]
                done = {node["key"] for node in shown if node["viewerState"] == "DONE"}
                assert done == self.done[who] & {node["key"] for node in shown}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_sequence_loses_a_finished_node_or_pays_one_twice(shared_url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        database = runner.run(stack.enter_async_context(connect(shared_url)))
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
