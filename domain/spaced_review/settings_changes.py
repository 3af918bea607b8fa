"""Changing review settings."""

from dataclasses import replace

from domain.acts import Act
from domain.edits import UNCHANGED, Edit, checked, settled
from domain.jobs import job_starts
from domain.jobs.job_starts import JobRequest
from domain.refusals import all_at_once
from domain.spaced_review import review_jobs, review_settings
from domain.spaced_review.review_jobs import RescheduleArguments
from domain.spaced_review.review_settings import ReviewSettings
from domain.spaced_review.work import SpacedReviewWork


async def change(
    work: SpacedReviewWork,
    act: Act,
    *,
    retention: Edit[float | None] = UNCHANGED,
    new_a_day: Edit[int | None] = UNCHANGED,
) -> ReviewSettings:
    """Change what was sent; another retention moves the dates of all cards, in a job. Raises InvalidInputErrors."""
    with all_at_once() as each:
        with each:
            new_retention = checked(retention, review_settings.checked_retention, field="retention")
        with each:
            new_limit = checked(new_a_day, review_settings.checked_limit, field="newADay")
    await work.xp.lock(act.user_id)
    before = await review_settings.of_user(work.review_settings, act.user_id)
    after = replace(
        before,
        retention=settled(new_retention, before.retention),
        new_a_day=settled(new_limit, before.new_a_day),
    )
    if after != before:
        await work.review_settings.save(after)
    if after.retention != before.retention:
        await job_starts.start(
            work,
            act,
            review_jobs.RESCHEDULE_REVIEWS,
            JobRequest(arguments=RescheduleArguments(user_id=act.user_id), user_id=act.user_id),
        )
    return after
