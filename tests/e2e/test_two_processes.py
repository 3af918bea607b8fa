"""Two gateways on one database and one Redis: a quiz finished on one moves the board on the other."""

import os
from pathlib import Path

import pytest

from tests.e2e.learner import Learner, Spectator
from tests.support.servers.gateway import ROOT, running_gateway

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
QUIZ = "python-core-names-and-values"
NO_TICK = """
from resolvers.live.board_feed import BoardFeed
BoardFeed.__init__.__kwdefaults__["tick_s"] = 3600.0
"""
"""Lets the gateways read a board only when a signal comes, and never because time has passed."""


async def test_a_quiz_finished_on_one_process_moves_the_board_on_the_other(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_TICK)
    servers = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
    }
    with running_gateway(tmp_path, **servers) as first, running_gateway(tmp_path, **servers) as second:
        spectator = Spectator(second.url)
        await spectator.watch()
        learner = await Learner(first.url, "ada_lovelace").register()
        attempt = await learner.start(QUIZ)
        await learner.answer(attempt, most=2)

        submitted = await learner.submit(attempt["id"], "a key")
        await spectator.receive_until("ada_lovelace", submitted["attempt"]["xpAwarded"])

        visitor = Learner(second.url, "visitor")
        board = await visitor.board()
        assert spectator.board() == board["entries"]
        await spectator.close()
        for client in (learner, visitor):
            await client.close()
