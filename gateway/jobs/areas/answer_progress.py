"""Answer progress: how far a job is while a language model writes for it, by the length of what it wrote."""

import asyncio

from domain.ai.assistants import Before, Heard
from gateway.jobs.handlers import JobContext

ASKED, ANSWERED = 10, 80
"""The progress in percent when a model is asked, and when its answer is there."""
_EVERY_S = 1.0
"""Seconds that pass at least between two reports."""
_CHARACTERS_OF_TOKEN = 2
"""An answer counts as written at so many characters for each token that it may have; most are shorter than that."""


def following(context: JobContext, note: str, *, longest: int, check: Before | None = None) -> Heard:
    """Return what reports the progress of an answer of at most `longest` tokens, once a second and never backwards.

    `check` runs as often, and raises where the answer is not wanted any more.
    """
    clock = asyncio.get_running_loop().time
    reported, told_at = ASKED, clock()

    async def heard(characters: int) -> None:
        nonlocal reported, told_at
        if clock() - told_at < _EVERY_S:
            return
        told_at = clock()
        if check is not None:
            await check()
        share = min(1.0, characters / (longest * _CHARACTERS_OF_TOKEN))
        progress = ASKED + int((ANSWERED - ASKED) * share)
        if progress > reported:
            reported = progress
            await context.report(progress, note)

    return heard
