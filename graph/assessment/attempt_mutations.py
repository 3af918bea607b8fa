"""Mutations of quiz attempts: start, answer, flag, submit, abandon."""

from datetime import datetime
from typing import Any

import strawberry

from domain.assessment.attempt_errors import (
    AttemptAlreadySubmittedError,
    AttemptClosedError,
    AttemptsUsedUpError,
    AttemptTooSoonError,
    QuizClosedError,
    QuizNotOpenError,
    SlotLockedError,
)
from domain.assessment.attempts import AttemptMode
from domain.errors import IdempotencyKeyReusedError
from domain.ids import AttemptId, QuizId
from graph.assessment.answers import AnswerInput
from graph.assessment.attempts import AttemptSlot, QuizAttempt
from graph.changed_viewer import changed_viewer
from graph.directives import reads_learning, writes_learning
from graph.errors import UserError, declare_error
from graph.fields import attribute, given, resolved_by
from graph.learning.enrolments import NodeChanges
from graph.mutations import mutated_by
from resolvers.assessment import attempts


@strawberry.type
class _AttemptAlreadySubmittedBase(UserError):  # noqa: N818 - a type of the schema
    attempt: QuizAttempt = attribute("The attempt as it was finished.")


declare_error(
    AttemptAlreadySubmittedError,
    "The attempt was already finished under another idempotency key; `attempt` is its result.",
    base=_AttemptAlreadySubmittedBase,
)
declare_error(AttemptClosedError, "The attempt is closed or its deadline has passed; it accepts no answers.")
declare_error(SlotLockedError, "The quiz shows the right answer after each answer, so an answer is final.")
declare_error(QuizClosedError, "The quiz is closed or withdrawn, and accepts no new attempts.")


@strawberry.type
class _QuizUnavailableBase(UserError):  # noqa: N818 - a type of the schema
    available_at: datetime | None = attribute(
        "From when on the caller may begin an attempt at the quiz; null for never."
    )


declare_error(QuizNotOpenError, "The quiz opens at `availableAt`.", base=_QuizUnavailableBase)
declare_error(
    AttemptTooSoonError,
    "The quiz wants a pause after the end of the last attempt, which is over at `availableAt`.",
    base=_QuizUnavailableBase,
)
declare_error(
    AttemptsUsedUpError,
    "The caller has begun as many attempts as the quiz allows, abandoned ones included.",
    base=_QuizUnavailableBase,
)

_KEY = (
    "A key that the client makes for this request, 1 to 200 characters; for 24 hours the same key returns the same "
    "payload."
)


@strawberry.input(description="The quiz to take.")
class StartQuizAttemptInput:
    """A quiz and a mode."""

    quiz_id: QuizId = given("The quiz.", required=True)
    idempotency_key: str = given(_KEY, required=True)
    mode: AttemptMode = given("How to take it.", default=AttemptMode.PRACTICE)


@strawberry.input(description="An answer to one slot of an attempt.")
class AnswerQuestionInput:
    """An answer and its place."""

    attempt_id: AttemptId = given("The attempt.", required=True)
    slot: int = given("The number of the slot, from 1.", required=True)
    answer: AnswerInput = given("The answer.", required=True)
    client_seq: int = given(
        "A number that the client increases with each answer it sends. Of the answers to one slot the one with the "
        "highest number is kept, in whatever order they arrive.",
        required=True,
    )


@strawberry.input(description="A slot to flag, or to take the flag from.")
class FlagSlotInput:
    """A place and its flag."""

    attempt_id: AttemptId = given("The attempt.", required=True)
    slot: int = given("The number of the slot, from 1.", required=True)
    flagged: bool = given("Whether the learner wants to look at the question again.", required=True)


@strawberry.input(description="The attempt to finish.")
class SubmitQuizAttemptInput:
    """An attempt."""

    attempt_id: AttemptId = given("The attempt.", required=True)
    idempotency_key: str = given(_KEY, required=True)


@strawberry.input(description="The attempt to abandon.")
class AbandonQuizAttemptInput:
    """An attempt."""

    attempt_id: AttemptId = given("The attempt.", required=True)


_GIVES: dict[str, tuple[Any, str]] = {"attempt": (QuizAttempt, "The attempt.")}


def _node_changes() -> dict[str, tuple[Any, Any]]:
    """Return the field for the nodes that a passed quiz has completed."""
    field = resolved_by(
        attempts.node_changes,
        description="The nodes whose state is another one since the quiz was passed; null if the mutation was refused.",
        rule=reads_learning(),
    )
    return {"node_changes": (NodeChanges, field)}


@strawberry.type
class AttemptMutations:
    """Mutations about attempts."""

    start_quiz_attempt = mutated_by(
        attempts.start_quiz_attempt,
        input=StartQuizAttemptInput,
        gives=_GIVES,
        also=changed_viewer(),
        refuses=(
            QuizClosedError,
            QuizNotOpenError,
            AttemptTooSoonError,
            AttemptsUsedUpError,
            IdempotencyKeyReusedError,
        ),
        rule=writes_learning(),
        description="Starts an attempt at a quiz with its questions frozen, or returns the open one.",
        weight=20,
    )
    answer_question = mutated_by(
        attempts.answer_question,
        input=AnswerQuestionInput,
        gives={"slot": (AttemptSlot, "The slot with the answer that is kept.")},
        refuses=(AttemptClosedError, SlotLockedError),
        rule=writes_learning(),
        description="Saves an answer. It may be changed until the attempt ends, unless the quiz gives feedback "
        "after each answer. Refused from five seconds after the deadline on.",
    )
    flag_slot = mutated_by(
        attempts.flag_slot,
        input=FlagSlotInput,
        gives={"slot": (AttemptSlot, "The slot with its flag.")},
        refuses=(AttemptClosedError,),
        rule=writes_learning(),
        description="Flags a slot of an open attempt for review, or takes the flag back; answer and grade are the same "
        "with it. Refused from five seconds after the deadline on.",
    )
    submit_quiz_attempt = mutated_by(
        attempts.submit_quiz_attempt,
        input=SubmitQuizAttemptInput,
        gives=_GIVES,
        also=changed_viewer() | _node_changes(),
        refuses=(AttemptAlreadySubmittedError, IdempotencyKeyReusedError),
        rule=writes_learning(),
        description="Finishes an attempt: grades it, awards XP, extends the streak and completes roadmap nodes. "
        "While another open attempt asks one of its questions, the attempt stays SUBMITTED and its result waits.",
        weight=20,
    )
    abandon_quiz_attempt = mutated_by(
        attempts.abandon_quiz_attempt,
        input=AbandonQuizAttemptInput,
        gives=_GIVES,
        also=changed_viewer(),
        refuses=(AttemptAlreadySubmittedError,),
        rule=writes_learning(),
        description="Abandons an attempt: it earns nothing and shows no right answers. Results that waited for its end "
        "appear.",
    )
