"""Lets the leaderboard move while clients watch it: learners hand in a quiz, one about every second.

Each learner takes some quizzes, so that the top of the board moves however many stand on it, and comes from an address of
their own, as learners do: registrations from one address are limited by the hour.
"""

import asyncio
import contextlib
import itertools
import sys
import uuid

import httpx

from tests.e2e.learner import Learner

QUIZZES = (
    "python-core-names-and-values",
    "python-core-control-flow",
    "python-core-sequences",
    "python-core-dicts-and-sets",
)
EVERY_S = 1.0
"""A quiz takes a learner three to four seconds, so that about as many learn at once."""
ADDRESSES = 250


async def take_quizzes(url: str, address: str) -> None:
    """Answer one question of each quiz right, which is worth some XP; a busy server that refuses it gets the next learner."""
    learner = Learner(url, f"pacer_{uuid.uuid4().hex[:12]}", address=address)
    try:
        await learner.register()
        for quiz in QUIZZES:
            attempt = await learner.start(quiz)
            await learner.answer(attempt, most=3)
            await learner.submit(attempt["id"], uuid.uuid4().hex)
    except (AssertionError, httpx.HTTPError) as refused:
        sys.stderr.write(f"{refused!r}\n")
    await learner.close()


async def main() -> None:
    """Go on until interrupted."""
    async with asyncio.TaskGroup() as learners:
        for number in itertools.count():
            learners.create_task(take_quizzes(sys.argv[1], f"127.0.0.{number % ADDRESSES + 2}"))
            await asyncio.sleep(EVERY_S * len(QUIZZES))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
