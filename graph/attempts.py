"""Attempts: what a learner sees of a quiz that they take, from the start to the review."""

from datetime import date, datetime, timedelta

import strawberry

from domain.attempts import AttemptMode, AttemptState
from domain.ids import AttemptId, OptionId
from domain.imports.question_drafts import MOST_ACCEPTED, MOST_OPTIONS
from domain.quizzes import MOST_QUESTIONS, Feedback
from graph.described import declare_enum
from graph.directives import reads_learning
from graph.fields import attribute, loaded_by, resolved_by
from graph.nodes import Node
from graph.questions import Question
from graph.quizzes import Quiz
from graph.reveals import OptionFeedback, RevealedKey, revealed
from graph.xp import XpEntry
from resolvers import attempts, loaders

_USUAL_QUESTIONS = 50
"""What the cost of a document is reckoned with: with the largest quiz no document could read a whole attempt."""

declare_enum(
    AttemptState,
    "Where an attempt stands; it never leaves a closed state.",
    IN_PROGRESS="It takes answers.",
    SUBMITTED="It was handed in and is being graded.",
    GRADED="It was handed in and graded.",
    EXPIRED="Its deadline passed; it was graded with the answers saved.",
    ABANDONED="It was given up: no grade, no XP, nothing revealed.",
)
declare_enum(
    AttemptMode,
    "How a quiz is taken.",
    PRACTICE="Timed, graded, for XP; explanations when the quiz's `feedback` says.",
)


@strawberry.type(
    description="What was answered; the field of the question's kind is set.",
    directives=[*reads_learning()],
)
class SlotAnswer:
    """An answer, as it was given."""

    options: list[OptionId] | None = attribute("The chosen options.", at_most=MOST_OPTIONS)
    truth: bool | None = attribute("Whether the statement was called true.")
    text: str | None = attribute("The words.")
    number: str | None = attribute("The number in decimal, like `-1.5`.")


@strawberry.type(
    description="The place of one question in an attempt.",
    directives=[*reads_learning()],
)
class AttemptSlot:
    """A slot; what is secret about it is null until the attempt is closed."""

    number: int = attribute("The slot's number, from 1; give it back in `answerQuestion`.")
    question: Question | None = loaded_by(
        loaders.questions_asked,
        key="asked",
        description="What is asked, with the options in this attempt's order.",
    )
    answer: SlotAnswer | None = attribute("What was answered, or null.")
    answered_at: datetime | None = attribute("When the answer was saved, or null.")
    locked: bool = attribute("Whether the answer is final.")
    credit: float | None = revealed("credit", "What the answer earned, 0 to 1.")
    key: RevealedKey | None = revealed("key", "What was right.")
    explanation: str | None = revealed("explanation", "Why it was right.")
    option_feedback: list[OptionFeedback] | None = revealed(
        "option_feedback",
        "What the author says to single answers.",
        at_most=MOST_ACCEPTED + 1,
    )


@strawberry.type(description="A graded attempt in numbers.", directives=[*reads_learning()])
class AttemptReview:
    """How many were right."""

    correct: int = attribute("How many questions earned full credit.")
    partly_correct: int = attribute("How many earned a part of it.")
    wrong: int = attribute("How many answers earned nothing.")
    unanswered: int = attribute("How many questions hold no answer.")
    time_spent: timedelta = attribute("The time from the start to the end.")
    pass_mark: int = attribute("The score in percent that passes.")


@strawberry.type(
    description="One learner's run through one quiz.",
    directives=[*reads_learning()],
)
class QuizAttempt(Node):
    """An attempt; only its learner can reach it."""

    id: AttemptId = attribute("The attempt's id, `attempt_...`.")
    quiz: Quiz | None = loaded_by(loaders.quizzes_by_id, key="quiz_id", description="The quiz.")
    mode: AttemptMode = attribute("How the quiz is taken.")
    state: AttemptState = attribute("Where the attempt stands.")
    feedback: Feedback = attribute("When this attempt tells what was right, as the quiz said at the start.")
    started_at: datetime = attribute("When it began.")
    deadline: datetime | None = attribute("When it ends at the latest, or null.")
    remaining: timedelta | None = resolved_by(
        attempts.remaining,
        description="The time left by the server's clock; null without a deadline or once closed.",
    )
    finished_at: datetime | None = attribute("When it ended; the deadline for an expired one.")
    local_date: date | None = attribute("The learner's day on which it ended, once graded.")
    slots: list[AttemptSlot] | None = loaded_by(
        loaders.slots_by_attempt,
        key="id",
        description="The questions in their frozen order, with the answers.",
        at_most=MOST_QUESTIONS,
        usual=_USUAL_QUESTIONS,
    )
    score: float | None = attribute(
        "The score in percent with one decimal, rounded half up; null until graded."
    )
    passed: bool | None = attribute("Whether the exact score reaches the pass mark; null until graded.")
    xp_awarded: int | None = loaded_by(
        loaders.xp_by_attempt, key="id", pick="awarded", description="The XP that it earned and that counts."
    )
    xp_entries: list[XpEntry] | None = loaded_by(
        loaders.xp_by_attempt,
        key="id",
        pick="entries",
        description="The entries of the ledger that it earned, each with its explanation.",
        at_most=3,
    )
    review: AttemptReview | None = loaded_by(
        loaders.reviews_by_attempt, key="id", description="The result in numbers; null until graded."
    )


@strawberry.type
class AttemptQueries:
    """Root fields about attempts."""

    attempt: QuizAttempt | None = resolved_by(
        attempts.attempt,
        description="One of the caller's attempts, or null; an overdue one is graded by reading it.",
        rule=reads_learning(),
        args={"id": "The attempt's id."},
    )
