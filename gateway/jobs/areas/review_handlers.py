"""Review handlers: what a worker runs for the jobs of spaced review."""

import asyncio
from typing import Any

from domain.ids import ReviewCardId, UserId
from domain.jobs.job_kinds import NoArguments
from domain.spaced_review import answer_intake, parameter_fits, review_jobs
from domain.spaced_review.answer_facts import AnswerSource
from domain.spaced_review.review_jobs import RescheduleArguments
from gateway.jobs.handlers import Handlers, InSteps, JobContext

_ENTRIES = 200
_CARDS = 500


async def take_answers(context: JobContext, _arguments: NoArguments) -> dict[str, Any]:
    """Take the answers of each source, some in each transaction."""
    return {"answers": sum([await _take_all(context, source) for source in AnswerSource])}


async def _take_all(context: JobContext, source: AnswerSource) -> int:
    taken = 0
    after: str | None = None
    while True:
        async with context.open_work() as work:
            batch = await answer_intake.take_some(
                work, context.act(), context.ports.schedulers, source=source, after=after, limit=_ENTRIES
            )
        taken += len(batch.facts)
        if batch.is_last:
            return taken
        after = batch.until


async def reschedule_reviews(context: JobContext, arguments: RescheduleArguments) -> dict[str, Any]:
    """Compute the cards of one learner again, some in each transaction."""
    return {"cards": await _reschedule(context, arguments.user_id)}


async def refit_reviews(context: JobContext, _arguments: NoArguments) -> dict[str, Any]:
    """Fit parameters to the learners that are due, one after the other."""
    learners = cards = 0
    after: UserId | None = None
    while True:
        async with context.open_work() as work:
            user_id = await parameter_fits.next_due(work, now=context.ports.now(), after=after)
            histories = (
                [] if user_id is None else await parameter_fits.histories_of(work, user_id, batch=_CARDS)
            )
        if user_id is None:
            return {"learners": learners, "cards": cards}
        parameters = await asyncio.to_thread(context.ports.schedulers.fit, histories)
        async with context.open_work() as work:
            reviews = parameter_fits.reviews_in(histories)
            await parameter_fits.keep(work, context.act(), user_id, parameters=parameters, reviews=reviews)
        cards += await _reschedule(context, user_id)
        learners, after = learners + 1, user_id


async def _reschedule(context: JobContext, user_id: UserId) -> int:
    cards = 0
    after: ReviewCardId | None = None
    while True:
        async with context.open_work() as work:
            some = await parameter_fits.reschedule(
                work, context.ports.schedulers, user_id, after=after, limit=_CARDS
            )
        cards += len(some)
        if len(some) < _CARDS:
            return cards
        after = some[-1]


HANDLERS: Handlers = {
    review_jobs.TAKE_ANSWERS.name: InSteps(take_answers),
    review_jobs.RESCHEDULE_REVIEWS.name: InSteps(reschedule_reviews),
    review_jobs.REFIT_REVIEWS.name: InSteps(refit_reviews),
}
"""The handler of each kind, by its name."""
