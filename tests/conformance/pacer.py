"""Lets the leaderboard move while clients watch it: new learners hand in a quiz, one about every second."""

import asyncio
import contextlib
import sys
import uuid

from tests.e2e.learner import Learner

QUIZ = "python-core-names-and-values"
EVERY_S = 1.0


async def hand_in(url: str) -> None:
    """Answer one question right, which is worth some XP."""
    learner = await Learner(url, f"pacer_{uuid.uuid4().hex[:12]}").register()
    attempt = await learner.start(QUIZ)
    await learner.answer(attempt, most=3)
    await learner.submit(attempt["id"], uuid.uuid4().hex)
    await learner.close()


async def main() -> None:
    """Go on until interrupted."""
    async with asyncio.TaskGroup() as learners:
        while True:
            learners.create_task(hand_in(sys.argv[1]))
            await asyncio.sleep(EVERY_S)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
