"""Time allowances: the list for moderators, and the mutation that sets one."""

from datetime import datetime

import strawberry

from domain.accounts.users import Role
from domain.assessment.time_allowance_changes import LONGEST_REASON
from domain.assessment.time_allowances import LEAST, MOST
from domain.errors import ForbiddenError
from domain.ids import UserId
from graph.accounts.users import User
from graph.directives import auth
from graph.fields import attribute, given, loaded_by, resolved_by
from graph.mutations import mutated_by
from graph.paging import Connection
from resolvers.accounts import loaders
from resolvers.assessment import time_allowances

_MODERATOR = auth(Role.MODERATOR)


@strawberry.type(
    description="A learner who has more time for quizzes, as moderators see it.", directives=[_MODERATOR]
)
class TimeAllowance:
    """How much more time a learner has."""

    user: User | None = loaded_by(loaders.users_by_id, key="user_id", description="The learner.")
    multiplier: float = attribute(
        "The number by which the time limit of each quiz is multiplied; 1 is no more time than others have."
    )
    set_by: User | None = loaded_by(
        loaders.users_by_id, key="set_by_id", description="The moderator who set it."
    )
    set_at: datetime = attribute("When it was set.")


@strawberry.input(description="A learner, and how much more time they have.")
class SetTimeMultiplierInput:
    """A learner, a multiplier and a reason."""

    user_id: UserId = given("The learner.", required=True)
    multiplier: float = given(
        f"The number by which the time limit of each quiz is multiplied: {LEAST} to {MOST}, with at most two decimals.",
        required=True,
    )
    reason: str = given(
        f"Why, for the audit log and the learner: 1 to {LONGEST_REASON} characters.", required=True
    )


@strawberry.type
class TimeAllowanceQueries:
    """Root fields about time allowances."""

    time_allowances: Connection[TimeAllowance] | None = resolved_by(
        time_allowances.time_allowances,
        description="The learners who have more time for quizzes, the newest accounts first. The caller's role is "
        "checked in the database.",
        rule=_MODERATOR,
        args={"user_id": "Only the allowance of this learner; by default all."},
    )


@strawberry.type
class TimeAllowanceMutations:
    """Mutations for moderators; the caller's role is checked in the database."""

    set_time_multiplier = mutated_by(
        time_allowances.set_time_multiplier,
        input=SetTimeMultiplierInput,
        gives={"allowance": (TimeAllowance, "How much more time the learner has now.")},
        refuses=(ForbiddenError,),
        rule=_MODERATOR,
        description="Sets how much more time a learner has for quizzes. It applies to attempts that start afterwards; "
        "the deadline of an open attempt stays.",
    )
