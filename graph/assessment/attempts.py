"""Types of quiz attempts: the attempt, its slots and its review."""

from datetime import date, datetime, timedelta

import strawberry

from domain.assessment.attempts import AttemptMode, AttemptState
from domain.content.question_kinds.accepted_answers import MOST_ACCEPTED
from domain.content.quizzes import MOST_QUESTIONS, Feedback
from domain.ids import AttemptId
from graph.assessment.answer_reveal import AnswerShares, OptionFeedback, RevealedKey, others, revealed
from graph.assessment.answers import SlotAnswer
from graph.content.questions import Question
from graph.content.quizzes import Quiz
from graph.directives import reads_learning
from graph.enums import declare_enum
from graph.fields import attribute, loaded_by, resolved_by
from graph.gamification.xp import XpEntry
from graph.node import Node
from resolvers.assessment import attempts, loaders
from resolvers.content import loaders as content_loaders

_USUAL_QUESTIONS = 50
"""The length that the cost is computed with: with that of the largest quiz no document could read an attempt."""

declare_enum(
    AttemptState,
    "The state of an attempt; once graded, expired or abandoned it never changes.",
    IN_PROGRESS="It accepts answers.",
    SUBMITTED="It was submitted; its result is withheld while another open attempt asks one of its questions.",
    GRADED="It was submitted and graded.",
    EXPIRED="Its deadline passed; it was graded with the saved answers.",
    ABANDONED="It was abandoned: no grade, no XP, no right answers shown.",
)
declare_enum(
    AttemptMode,
    "How a quiz is taken.",
    PRACTICE="Timed and graded, for XP; explanations are shown according to the quiz's `feedback`.",
)


@strawberry.type(description="The place of one question in an attempt.", directives=[*reads_learning()])
class AttemptSlot:
    """A slot; its secrets are null until the attempt is closed."""

    number: int = attribute("The slot's number, from 1; pass it to `answerQuestion`.")
    question: Question | None = loaded_by(
        loaders.questions_asked,
        key="asked",
        description="The question, with the options in this attempt's order.",
    )
    answer: SlotAnswer | None = attribute("The saved answer, or null.")
    answered_at: datetime | None = attribute("When the answer was saved, or null.")
    locked: bool = attribute("Whether the answer is final.")
    flagged: bool = attribute("Whether the learner wants to look at the question again; see `flagSlot`.")
    credit: float | None = revealed("credit", "The credit of the answer, 0 to 1.")
    key: RevealedKey | None = revealed("key", "The right answer.")
    explanation: str | None = revealed("explanation", "The author's explanation.")
    option_feedback: list[OptionFeedback] | None = revealed(
        "option_feedback", "The author's feedback to single answers.", at_most=MOST_ACCEPTED + 1
    )
    corrected: bool | None = revealed(
        "corrected",
        "Whether the key was corrected after the attempt and the answer graded again by it: `key`, `explanation` and "
        "`optionFeedback` are the corrected ones then, in the options that were asked.",
    )
    others: AnswerShares | None = others()


@strawberry.type(
    description="The result of a graded attempt: its numbers, and its questions with what was right.",
    directives=[*reads_learning()],
)
class AttemptReview:
    """How many were right."""

    correct: int = attribute("How many questions earned full credit.")
    partly_correct: int = attribute("How many earned partial credit.")
    wrong: int = attribute("How many answers earned no credit.")
    unanswered: int = attribute("How many questions have no answer.")
    time_spent: timedelta = attribute("The time from the start to the end.")
    pass_mark: int = attribute("The score in percent from which the quiz is passed.")
    slots: list[AttemptSlot] | None = loaded_by(
        loaders.slots_by_attempt,
        key="attempt_id",
        description="The questions with the learner's answers, the right ones, explanations, and how others answered.",
        at_most=MOST_QUESTIONS,
        usual=_USUAL_QUESTIONS,
    )


@strawberry.type(
    description="A learner's attempt at a quiz. Only the learner can read it.",
    directives=[*reads_learning()],
)
class QuizAttempt(Node):
    """An attempt; only its learner can reach it."""

    id: AttemptId = attribute("The attempt's id, `attempt_...`.")
    quiz: Quiz | None = loaded_by(content_loaders.quizzes_by_id, key="quiz_id", description="The quiz.")
    mode: AttemptMode = attribute("How the quiz is taken.")
    state: AttemptState = attribute("The state of the attempt.")
    feedback: Feedback = attribute("When this attempt shows the right answers; the quiz's mode at the start.")
    started_at: datetime = attribute("When it was started.")
    deadline: datetime | None = attribute("When it ends at the latest, or null.")
    remaining: timedelta | None = resolved_by(
        attempts.remaining,
        description="The time left by the server's clock; null without a deadline or when closed.",
    )
    finished_at: datetime | None = attribute(
        "When it ended, for an expired attempt its deadline; null while it is open."
    )
    local_date: date | None = attribute("The learner's local date at its end; null until submitted.")
    slots: list[AttemptSlot] | None = loaded_by(
        loaders.slots_by_attempt,
        key="id",
        description="The questions in their frozen order, with the saved answers.",
        at_most=MOST_QUESTIONS,
        usual=_USUAL_QUESTIONS,
    )
    score: float | None = attribute(
        "The score in percent with one decimal, rounded half up; null until graded."
    )
    passed: bool | None = attribute("Whether the exact score reaches the pass mark; null until graded.")
    withheld_by: "QuizAttempt | None" = loaded_by(
        loaders.holders_by_attempt,
        key="id",
        description="The caller's open attempt that asks one of the questions of this SUBMITTED one; the result "
        "appears when it has ended. Null for every other attempt.",
    )
    asks_unreviewed: bool = attribute(
        "Whether it asks a generated question that no human had reviewed when it started; it earns no XP then."
    )
    xp_awarded: int | None = loaded_by(
        loaders.xp_by_attempt,
        key="id",
        pick="awarded",
        description="The settled XP that it earned, with what a corrected key added later.",
    )
    xp_entries: list[XpEntry] | None = loaded_by(
        loaders.xp_by_attempt,
        key="id",
        pick="entries",
        description="Its entries in the XP ledger, each with an explanation; one more for each key that was corrected.",
        at_most=3 + MOST_QUESTIONS,
        usual=3,
    )
    review: AttemptReview | None = loaded_by(
        loaders.reviews_by_attempt,
        key="id",
        description="The result in numbers; null until graded.",
    )


@strawberry.type
class AttemptQueries:
    """Root fields about attempts."""

    attempt: QuizAttempt | None = resolved_by(
        attempts.attempt,
        description="One of the caller's attempts, or null. Reading an overdue attempt grades it.",
        rule=reads_learning(),
        args={"id": "The attempt's id."},
    )
