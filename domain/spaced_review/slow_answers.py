"""Slow answers: from which time on a right answer to a question counts as HARD, by the statistics of the question."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from domain.ids import QuestionId
from domain.quality import response_times
from domain.quality.item_projection import ItemProjection

LEAST_MEASURED = 20
"""How many first answers with a time a question needs before one of them counts as slow."""
_PERCENT = 75


async def slow_times(items: ItemProjection, ids: Sequence[QuestionId]) -> Mapping[QuestionId, timedelta]:
    """Return the time that three quarters of the first answers took at most, of questions with enough of them."""
    found = await items.response_times(ids)
    slow = {
        id_: response_times.percentile(times, _PERCENT)
        for id_, times in zip(ids, found, strict=True)
        if times is not None and sum(times.values()) >= LEAST_MEASURED
    }
    return {id_: time for id_, time in slow.items() if time is not None}
