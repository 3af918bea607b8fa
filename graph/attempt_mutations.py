"""Taking a quiz: start, answer, submit or give up."""

from typing import Any

import strawberry

from domain.attempt_refusals import (
    AttemptAlreadySubmittedError,
    AttemptClosedError,
    QuizClosedError,
    SlotLockedError,
)
from domain.attempts import AttemptMode
from domain.errors import IdempotencyKeyReusedError
from domain.ids import AttemptId, OptionId, QuizId
from graph.attempts import AttemptSlot, QuizAttempt
from graph.directives import writes_learning
from graph.errors import UserError, declare_error
from graph.fields import attribute, given
from graph.mutations import mutated_by
from resolvers import attempts


@strawberry.type
class _AttemptError(UserError):
    attempt: QuizAttempt = attribute("The attempt as it was finished.")


declare_error(
    AttemptAlreadySubmittedError,
    "The attempt was finished before, under another idempotency key; `attempt` is its result.",
    base=_AttemptError,
)
declare_error(AttemptClosedError, "The attempt is over or its deadline has passed; it takes no answers.")
declare_error(SlotLockedError, "The quiz tells what was right after each answer, so an answer is final.")
declare_error(QuizClosedError, "The quiz takes no attempts any more.")

_KEY = "Made by the client for this request, 1 to 200 characters; the same key gives the same payload for 24 hours."


@strawberry.input(description="The quiz to take.")
class StartQuizAttemptInput:
    """A quiz and a mode."""

    quiz_id: QuizId = given("The quiz.", required=True)
    idempotency_key: str = given(_KEY, required=True)
    mode: AttemptMode = given("How to take it.", default=AttemptMode.PRACTICE)


@strawberry.input(description="An answer: exactly the field that the question's kind takes.", one_of=True)
class AnswerInput:
    """A one-of answer."""

    options: list[OptionId] | None = given(
        "The chosen options: one, or for a multiple choice all that are right."
    )
    truth: bool | None = given("Whether the statement is true.")
    text: str | None = given("A few words, at most 500 characters.")
    number: str | None = given("A number in decimal, like `-1.5` or `6.02e23`.")


@strawberry.input(description="An answer to one slot.")
class AnswerQuestionInput:
    """An answer and its place."""

    attempt_id: AttemptId = given("The attempt.", required=True)
    slot: int = given("The number of the slot, from 1.", required=True)
    answer: AnswerInput = given("The answer.", required=True)
    client_seq: int = given(
        "A number that the client raises with each answer it sends; of the answers to one slot the one with the "
        "highest number stands, in whatever order they arrive.",
        required=True,
    )


@strawberry.input(description="The attempt to finish.")
class SubmitQuizAttemptInput:
    """An attempt."""

    attempt_id: AttemptId = given("The attempt.", required=True)
    idempotency_key: str = given(_KEY, required=True)


@strawberry.input(description="The attempt to give up.")
class AbandonQuizAttemptInput:
    """An attempt."""

    attempt_id: AttemptId = given("The attempt.", required=True)


_GIVES: dict[str, tuple[Any, str]] = {"attempt": (QuizAttempt, "The attempt.")}


@strawberry.type
class AttemptMutations:
    """Mutations about attempts."""

    start_quiz_attempt = mutated_by(
        attempts.start_quiz_attempt,
        input=StartQuizAttemptInput,
        gives=_GIVES,
        refuses=(QuizClosedError, IdempotencyKeyReusedError),
        rule=writes_learning(),
        description="Begins an attempt at a quiz with its questions frozen, or returns the one that is open.",
        weight=20,
    )
    answer_question = mutated_by(
        attempts.answer_question,
        input=AnswerQuestionInput,
        gives={"slot": (AttemptSlot, "The slot with the answer that stands.")},
        refuses=(AttemptClosedError, SlotLockedError),
        rule=writes_learning(),
        description="Saves an answer; it may be changed until the attempt ends, unless the quiz gives feedback "
        "after each answer. Refused from five seconds after the deadline on.",
    )
    submit_quiz_attempt = mutated_by(
        attempts.submit_quiz_attempt,
        input=SubmitQuizAttemptInput,
        gives=_GIVES,
        refuses=(AttemptAlreadySubmittedError, IdempotencyKeyReusedError),
        rule=writes_learning(),
        description="Finishes an attempt: grades it, awards XP, extends the streak and completes nodes of roadmaps.",
        weight=20,
    )
    abandon_quiz_attempt = mutated_by(
        attempts.abandon_quiz_attempt,
        input=AbandonQuizAttemptInput,
        gives=_GIVES,
        refuses=(AttemptAlreadySubmittedError,),
        rule=writes_learning(),
        description="Gives an attempt up: it earns nothing and reveals nothing.",
    )
