"""Two gateways on one database and one Redis: a quiz finished on one moves the board that is open on the other."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.e2e.learner import Learner, Spectator
from tests.serving import served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
QUIZ = "python-core-names-and-values"
SOONER_THAN_THE_TICK_S = 4.0


async def test_a_quiz_finished_on_one_process_moves_the_board_on_the_other(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    with served(tmp_path, **servers) as here, served(tmp_path, **servers) as there:
        spectator = Spectator(there.url)
        await spectator.watch()
        learner = await Learner(here.url, "ada_lovelace").register()
        attempt = await learner.start(QUIZ)
        await learner.answer(attempt, most=2)
        await asyncio.sleep(1.1)  # the pause between two messages to a subscriber is over

        submitted = await learner.submit(attempt["id"], "a key")
        began = time.monotonic()
        await spectator.hear_until("ada_lovelace", submitted["attempt"]["xpAwarded"])

        assert time.monotonic() - began < SOONER_THAN_THE_TICK_S
        nobody = Learner(there.url, "nobody")
        board = await nobody.board()
        assert spectator.board() == board["entries"]
        await spectator.leave()
        for one in (learner, nobody):
            await one.close()
