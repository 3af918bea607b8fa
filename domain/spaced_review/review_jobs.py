"""Review jobs: the kinds of work that spaced review does beside requests."""

from datetime import timedelta

from domain.accounts.users import Role
from domain.entities import entity
from domain.ids import UserId
from domain.jobs.job_kinds import JobKind, NoArguments, RetryPolicy

QUEUE = "reviews"


@entity
class RescheduleArguments:
    """Whose cards."""

    user_id: UserId


TAKE_ANSWERS = JobKind(
    name="take_answers_into_reviews",
    description="Makes review cards of wrong answers in study mode and in attempts, and rates the cards that exist.",
    queue=QUEUE,
    arguments=NoArguments,
    at_once=1,
    retries=RetryPolicy(attempts=1),
    starter=Role.OPERATOR,
    result={"answers": int},
)
RESCHEDULE_REVIEWS = JobKind(
    name="reschedule_reviews",
    description="Computes the dates of a learner's review cards again.",
    queue=QUEUE,
    arguments=RescheduleArguments,
    user="user_id",
    result={"cards": int},
)
REFIT_REVIEWS = JobKind(
    name="refit_reviews",
    description="Fits the parameters of spaced review to the learners who have reviewed enough since the last time.",
    queue=QUEUE,
    arguments=NoArguments,
    at_once=1,
    retries=RetryPolicy(attempts=3, timeout=timedelta(hours=1)),
    starter=Role.OPERATOR,
    result={"learners": int, "cards": int},
)
