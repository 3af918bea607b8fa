"""Mutations of study mode: start, next question, answer, end."""

import strawberry

from domain.content.questions import Difficulty
from domain.errors import IdempotencyKeyReusedError
from domain.ids import QuizId, StudySessionId
from domain.study.study_answers import STREAK_ANSWERS
from domain.study.study_errors import (
    NothingToStudyError,
    QuestionWithheldError,
    StudySessionEndedError,
    StudySlotEndedError,
)
from graph.assessment.answers import AnswerInput
from graph.changed_viewer import changed_viewer
from graph.directives import writes_learning
from graph.errors import declare_error
from graph.fields import given
from graph.mutations import Gives, mutated_by
from graph.study.study_sessions import StudySession, StudySlot
from resolvers.study import study_sessions

declare_error(NothingToStudyError, "No question of a quiz that can be taken matches what is to be studied.")
declare_error(
    QuestionWithheldError,
    "An open attempt of the caller asks the question; study mode does not show or answer it.",
)
declare_error(
    StudySessionEndedError, "The study session is over; it shows no questions and takes no answers."
)
declare_error(StudySlotEndedError, "The question was answered or skipped before.")


@strawberry.input(description="What to study.")
class StartStudySessionInput:
    """An exam type, and what of it."""

    exam_type: str = given("The code of the exam type.", required=True)
    domains: list[str] | None = given(
        "Only questions of the domains with these codes, at most 40; by default of all."
    )
    difficulty: Difficulty | None = given("Only questions of this difficulty; by default of any.")
    quiz_id: QuizId | None = given("Only questions of this quiz; by default of all quizzes of the exam type.")
    idempotency_key: str = given(
        "A key that the client makes for this request, 1 to 200 characters; for 24 hours the same key returns the "
        "same session.",
        required=True,
    )


@strawberry.input(description="The study session that goes on.")
class NextStudyQuestionInput:
    """A session."""

    session_id: StudySessionId = given("The session.", required=True)


@strawberry.input(description="An answer to the open question of a study session.")
class AnswerStudyQuestionInput:
    """An answer and its place."""

    session_id: StudySessionId = given("The session.", required=True)
    slot: int = given("The number of the slot, from 1.", required=True)
    answer: AnswerInput | None = given("The answer; left out or null, the question is skipped.")
    client_id: str = given(
        "An id that the client makes for this answer, 1 to 200 characters. The same id again returns the same slot "
        "and changes nothing.",
        required=True,
    )


@strawberry.input(description="The study session to end.")
class EndStudySessionInput:
    """A session."""

    session_id: StudySessionId = given("The session.", required=True)


_SESSION = (StudySession, "The session as it is now.")
_GIVES: Gives = {"session": _SESSION}


@strawberry.type
class StudyMutations:
    """Mutations of study mode."""

    start_study_session = mutated_by(
        study_sessions.start_study_session,
        input=StartStudySessionInput,
        gives=_GIVES,
        also=changed_viewer(),
        refuses=(NothingToStudyError, QuestionWithheldError, IdempotencyKeyReusedError),
        rule=writes_learning(),
        description="Starts a study session and shows its first question, `current`. A learner has one session open: "
        "the one before ends. Questions come in an order that the session keeps, none again before all were shown.",
        weight=20,
    )
    next_study_question = mutated_by(
        study_sessions.next_study_question,
        input=NextStudyQuestionInput,
        gives={"session": _SESSION, "slot": (StudySlot, "The slot to show.")},
        refuses=(NothingToStudyError, QuestionWithheldError, StudySessionEndedError),
        rule=writes_learning(),
        description="Shows the next question of a study session, whose time begins. While one is open, returns it. "
        "An open one that an open attempt asks meanwhile is skipped.",
    )
    answer_study_question = mutated_by(
        study_sessions.answer_study_question,
        input=AnswerStudyQuestionInput,
        gives={
            "session": _SESSION,
            "slot": (StudySlot, "The slot, with the right answer and the explanation."),
        },
        also=changed_viewer(),
        refuses=(
            QuestionWithheldError,
            StudySessionEndedError,
            StudySlotEndedError,
            IdempotencyKeyReusedError,
        ),
        rule=writes_learning(),
        description="Answers the open question of a study session and explains it at once, or skips it. An answer is "
        f"final, earns no XP, and counts in no score. {STREAK_ANSWERS} answers on one local date count for the streak.",
    )
    end_study_session = mutated_by(
        study_sessions.end_study_session,
        input=EndStudySessionInput,
        gives=_GIVES,
        also=changed_viewer(),
        rule=writes_learning(),
        description="Ends a study session; an open question stays unanswered. One that is over stays as it is.",
    )
