"""The main job, end to end: a learner finishes a quiz and every open leaderboard moves."""

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.learner import Learner, Spectator
from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import ROOT, GatewayProcess, ServerProcess, free_port, running_gateway

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SHORT_QUIZ = "python-core-names-and-values"


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder that the unprivileged user of the embedded Postgres can reach."""
    made = Path(f"/tmp/questpath-e2e-{uuid.uuid4().hex[:8]}")  # noqa: S108 - removed below
    made.mkdir(mode=0o755)
    yield made
    subprocess.run(["rm", "-rf", str(made)], check=True)


async def test_a_learner_finishes_a_quiz_and_every_open_leaderboard_moves(folder: Path) -> None:
    with running_gateway(folder, QUESTPATH_DATA=str(folder / "data")) as gateway:
        steady, flaky = Spectator(gateway.url), Spectator(gateway.url)
        await steady.watch()
        await flaky.watch()
        ada = await Learner(gateway.url, "ada_lovelace").register()

        await _enrol_and_plan(ada)
        first_xp = await _finish_a_quiz(ada)
        await steady.receive_until("ada_lovelace", first_xp)
        await flaky.receive_until("ada_lovelace", first_xp)
        await flaky.close()

        grace = await Learner(gateway.url, "grace_hopper").register()
        second_xp = await _finish_a_quiz(grace)
        await steady.receive_until("grace_hopper", second_xp)
        await flaky.watch()
        await flaky.receive_until("grace_hopper", second_xp)

        board = await ada.board()
        shown = [entry | {"isViewer": False} for entry in board["entries"]]
        assert steady.board() == flaky.board() == shown
        assert board["viewerEntry"]["user"]["handle"] == "ada_lovelace"
        assert steady.kinds[0] == "LeaderboardSnapshot"
        assert set(steady.kinds[1:]) == {"LeaderboardDelta"}
        await _everything_shows_in_one_query(ada, first_xp)
        for spectator in (steady, flaky):
            await spectator.close()
        for learner in (ada, grace):
            await learner.close()


async def test_fifty_submits_at_once_are_one_award(folder: Path) -> None:
    with running_gateway(folder, QUESTPATH_DATA=str(folder / "data")) as gateway:
        ada = await Learner(gateway.url, "ada_lovelace").register()
        attempt = await ada.start(SHORT_QUIZ)
        await ada.answer(attempt, most=3)

        same = [ada.submit(attempt["id"], "one key") for _ in range(25)]
        other = [ada.submit(attempt["id"], f"key {number}") for number in range(25)]
        payloads = await asyncio.gather(*same, *other)

        winners = [payload for payload in payloads if not payload["userErrors"]]
        refused = [e["__typename"] for payload in payloads for e in payload["userErrors"]]
        assert set(refused) <= {"AttemptAlreadySubmitted"}
        assert len(winners) in {1, 25}  # all requests with one key get the same response
        assert len({str(winner["attempt"]) for winner in winners}) == 1
        entries = (await ada.ask("{ viewer { xp(first: 50) { nodes { amount } } user { xpTotal } } }"))[
            "viewer"
        ]
        assert sum(entry["amount"] for entry in entries["xp"]["nodes"]) == entries["user"]["xpTotal"]
        assert entries["user"]["xpTotal"] == winners[0]["attempt"]["xpAwarded"]
        await ada.close()


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(folder: Path) -> None:
    data = {"QUESTPATH_DATA": str(folder / "data")}
    acknowledged: dict[str, int] = {}
    gateway = GatewayProcess(free_port(), data, folder).wait_ready()
    learners = [await Learner(gateway.url, f"learner_{number}").register() for number in range(6)]
    attempts = [await learner.start(SHORT_QUIZ) for learner in learners]
    await asyncio.gather(*(lr.answer(at, most=3) for lr, at in zip(learners, attempts, strict=True)))

    async def submit(number: int) -> None:
        payload = await learners[number].submit(attempts[number]["id"], f"key {number}")
        acknowledged[learners[number].handle] = payload["attempt"]["xpAwarded"]

    racing = [asyncio.create_task(submit(number)) for number in range(len(learners))]
    await asyncio.wait(racing, return_when=asyncio.FIRST_COMPLETED)
    gateway.stop(signal.SIGKILL)
    await asyncio.gather(*racing, return_exceptions=True)
    assert acknowledged

    with running_gateway(folder, **data) as again:
        reconciled = await asyncio.to_thread(_reconcile, folder, data)
        assert reconciled.returncode == 0, reconciled.stdout + reconciled.stderr
        assert "0 differ" in reconciled.stdout
        for learner in learners:
            learner.url = again.url
            await learner.login()
            total = (await learner.ask("{ viewer { user { xpTotal } } }"))["viewer"]["user"]["xpTotal"]
            assert total in {0, acknowledged.get(learner.handle, total)}
            assert total == acknowledged.get(learner.handle, total)
            await learner.close()


def test_ctrl_c_ends_everything_and_the_second_start_keeps_the_data(folder: Path) -> None:
    with running_gateway(folder, QUESTPATH_DATA=str(folder / "data")) as gateway:
        assert any("ada@questpath.example" in line for line in _lines_after_ready(gateway))
        postgres = _postgres_of(gateway.process.pid)
        assert postgres

        assert gateway.stop(signal.SIGINT) == 0

    assert not any(Path(f"/proc/{pid}").exists() for pid in postgres)


def _lines_after_ready(gateway: ServerProcess) -> list[str]:
    for _ in range(int(PATIENCE_S / 0.05)):
        if any("Demo accounts" in line for line in gateway.lines) and len(gateway.lines) > 5:
            break
        signal.sigtimedwait([], 0.05)
    return gateway.lines


def _postgres_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _reconcile(folder: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli", "reconcile"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


async def _enrol_and_plan(learner: Learner) -> None:
    """Enrol in an imported roadmap, finish its first node and set a goal on it."""
    roadmap = (
        await learner.ask(
            '{ roadmap(by: {slug: "python-foundations"}) { id currentVersion { nodes { id title viewerState } } } }'
        )
    )["roadmap"]
    enrolled = await learner.ask(
        "mutation ($input: EnrolInput!) { enrol(input: $input) { enrolment { id nextNodes { id title completion } } } }",
        input={"roadmapId": roadmap["id"], "idempotencyKey": "enrol"},
    )
    enrolment = enrolled["enrol"]["enrolment"]
    assert enrolment["nextNodes"]
    goal = await learner.ask(
        "mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { state roadmap { slug } progress } "
        "userErrors { ... on UserError { message } } } }",
        input={
            "title": "Learn Python",
            "kind": "ROADMAP",
            "roadmapId": roadmap["id"],
            "idempotencyKey": "goal",
        },
    )
    assert goal["createGoal"]["userErrors"] == []
    assert goal["createGoal"]["goal"]["roadmap"]["slug"] == "python-foundations"


async def _finish_a_quiz(learner: Learner) -> int:
    """Take the short quiz without a mistake and return the XP."""
    attempt = await learner.start(SHORT_QUIZ)
    assert attempt["state"] == "IN_PROGRESS"
    await learner.answer(attempt)
    submitted = await learner.submit(attempt["id"], uuid.uuid4().hex)
    assert submitted["userErrors"] == []
    assert submitted["attempt"]["score"] == 100.0
    assert {entry["status"] for entry in submitted["attempt"]["xpEntries"]} == {"SETTLED"}
    xp: int = submitted["attempt"]["xpAwarded"]
    assert xp > 0
    return xp


async def _everything_shows_in_one_query(learner: Learner, xp: int) -> None:
    viewer = (
        await learner.ask(
            "{ viewer { user { xpTotal level } streak { current state } levelProgress { level xpTotal } "
            "dashboard { xpTotal totalQuizzes recentActivities { summary } } "
            "analytics { performance(period: D7) { summary { totalQuizzes averageScore } } "
            "domainPerformance { accuracy } weakAreas { recommendation } } "
            "goals { nodes { title progress } } enrolments { nodes { progress { percent } } } } }"
        )
    )["viewer"]
    assert viewer["user"]["xpTotal"] >= xp
    assert viewer["streak"] == {"current": 1, "state": "ACTIVE"}
    assert viewer["dashboard"]["totalQuizzes"] == 1
    assert viewer["analytics"]["performance"]["summary"] == {"totalQuizzes": 1, "averageScore": 100.0}
    assert viewer["goals"]["nodes"][0]["title"] == "Learn Python"
