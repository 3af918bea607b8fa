"""The subscription of an attempt's timer."""

from datetime import datetime, timedelta

import strawberry

from domain.assessment.attempts import AttemptState
from domain.ids import AttemptId
from graph.assessment.attempts import QuizAttempt
from graph.directives import reads_learning
from graph.fields import arg, attribute, streamed_by
from resolvers.assessment import attempt_timers


@strawberry.type(description="What is left of an attempt's time.", directives=[*reads_learning()])
class AttemptTimer:
    """The time left of an attempt."""

    attempt: QuizAttempt = attribute("The attempt.")
    state: AttemptState = attribute("The state of the attempt.")
    deadline: datetime | None = attribute("When it ends at the latest, or null.")
    remaining: timedelta | None = attribute(
        "The time left by the server's clock, at least zero; null without a deadline or when closed."
    )
    server_time: datetime = attribute("The server's clock at this message.")


@strawberry.type
class AttemptSubscriptions:
    """The subscription of attempts."""

    attempt_timer: AttemptTimer | None = streamed_by(
        attempt_timers.attempt_timer,
        description="The time left of one of the caller's attempts: now, when it changes, at the deadline, and each "
        "half a minute, so that a countdown follows the server's clock. The stream is complete when the attempt has "
        "ended, on whichever device.",
        rule=reads_learning(),
        args={"attempt_id": arg(AttemptId, "The attempt.")},
    )
