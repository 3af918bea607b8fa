"""Types of study mode: the session and its slots."""

from datetime import datetime, timedelta

import strawberry

from domain.content.exam_types import MOST_DOMAINS
from domain.content.question_kinds.accepted_answers import MOST_ACCEPTED
from domain.content.questions import Difficulty
from domain.ids import StudySessionId
from graph.assessment.answer_reveal import OptionFeedback, RevealedKey
from graph.assessment.answers import SlotAnswer
from graph.content.exam_types import ExamDomain, ExamType
from graph.content.questions import Question
from graph.content.quizzes import Quiz
from graph.directives import reads_learning
from graph.fields import attribute, loaded_by, resolved_by
from graph.node import Node
from graph.paging import Connection
from graph.study.study_reveal import revealed
from resolvers.assessment import loaders as assessment_loaders
from resolvers.content import loaders as content_loaders
from resolvers.study import loaders, study_sessions


@strawberry.type(description="A question that a study session showed.", directives=[*reads_learning()])
class StudySlot:
    """A slot; its secrets are null until it is answered."""

    number: int = attribute("The slot's number, from 1; pass it to `answerStudyQuestion`.")
    question: Question | None = loaded_by(
        assessment_loaders.questions_asked,
        key="asked",
        description="The question, with its options in the order of this session. Null while an open attempt asks it.",
    )
    withheld: bool = attribute(
        "Whether an open attempt of the caller asks this question: it is neither shown nor explained here until that "
        "attempt is over, and cannot be answered."
    )
    shown_at: datetime = attribute("When it was shown.")
    ended_at: datetime | None = attribute("When it was answered or skipped; null while it is open.")
    is_skipped: bool = attribute("Whether it was skipped.")
    time_spent: timedelta | None = attribute(
        "The time from showing it to its end, at most five minutes, by the server's clock; null while it is open."
    )
    answer: SlotAnswer | None = attribute("The caller's answer, or null.")
    credit: float | None = revealed("credit", "The credit of the answer, 0 to 1.")
    key: RevealedKey | None = revealed("key", "The right answer.")
    explanation: str | None = revealed("explanation", "The author's explanation.")
    option_feedback: list[OptionFeedback] | None = revealed(
        "option_feedback", "The author's feedback to single answers.", at_most=MOST_ACCEPTED + 1
    )


@strawberry.type(
    description="A learner's run through questions that are explained at once, without a grade, XP or a time limit. "
    "Only the learner can read it.",
    directives=[*reads_learning()],
)
class StudySession(Node):
    """A session; only its learner can reach it."""

    id: StudySessionId = attribute("The session's id, `study_...`.")
    exam_type: ExamType | None = loaded_by(
        content_loaders.exam_types_by_id, key="exam_type_id", description="The exam type that is studied."
    )
    domains: list[ExamDomain] | None = loaded_by(
        loaders.domains_by_choice,
        key="studied",
        description="The domains that were chosen; empty if all are studied.",
        at_most=MOST_DOMAINS,
        usual=3,
    )
    difficulty: Difficulty | None = attribute("The difficulty that was chosen; null if any is studied.")
    quiz: Quiz | None = loaded_by(
        content_loaders.quizzes_by_id,
        key="quiz_id",
        description="The quiz whose questions are studied; null if those of all quizzes are.",
    )
    started_at: datetime = attribute("When it was started.")
    last_active_at: datetime = attribute("When a question was last shown, answered or skipped.")
    ended_at: datetime | None = attribute(
        "When it ended; null while it is open. A session without an act for two hours is over since its last act."
    )
    questions_viewed: int = attribute("How many questions it has shown.")
    questions_answered: int = attribute("How many of them were answered, not skipped.")
    right_answers: int | None = loaded_by(
        loaders.right_answers_by_session,
        key="id",
        description="How many answers earned full credit. Null while an open attempt asks a question that was answered "
        "here.",
    )
    time_spent: timedelta = attribute("The time between its acts; a pause counts as at most five minutes.")
    current: StudySlot | None = loaded_by(
        loaders.current_slots_by_session,
        key="id",
        description="The question that is open: show it, on any device; or null.",
    )
    slots: Connection[StudySlot] | None = loaded_by(
        loaders.slots_by_session,
        key="id",
        description="The questions that were shown, the latest first.",
        args={"is_answered": "Only those that were answered, or only those that were not; by default all."},
    )


@strawberry.type
class StudyQueries:
    """Root fields of study mode."""

    study_session: StudySession | None = resolved_by(
        study_sessions.study_session,
        description="One of the caller's study sessions, or null.",
        rule=reads_learning(),
        args={"id": "The session's id."},
    )
