"""Types of quiz drafts: the draft, its pools and its faults."""

from datetime import datetime, timedelta

import strawberry

from domain.authoring.quizzes.faults import MOST_FAULTS, QuizFaultKind
from domain.authoring.stores.quiz_drafts import MOST_POOLS
from domain.content.questions import Difficulty
from domain.content.quizzes import MOST_QUESTIONS, Feedback
from domain.ids import QuestionId, QuizDraftId
from graph.content.exam_types import ExamDomain, ExamType
from graph.content.questions import Question
from graph.content.quizzes import Quiz
from graph.directives import imports_content
from graph.enums import declare_enum
from graph.fields import attribute, loaded_by
from graph.node import Node
from resolvers.authoring import quiz_drafts
from resolvers.content import loaders as content_loaders

declare_enum(
    QuizFaultKind,
    "What keeps a quiz from being published.",
    EMPTY="It has neither questions nor pools.",
    TOO_MANY_QUESTIONS=f"It asks more than {MOST_QUESTIONS} questions, drawn ones included.",
    REPEATED_QUESTION="It names a question twice.",
    FOREIGN_QUESTION="It names a question that is none of the author's.",
    OUTDATED_QUESTION="It names a question that has a newer version.",
    OTHER_EXAM_TYPE="It names a question for another exam type.",
    POOL_OUT_OF_RANGE="A pool draws no question, or too many.",
    POOL_TOO_LARGE="The author has fewer questions for a pool than it draws.",
    PASS_MARK_OUT_OF_RANGE="The pass mark is no percentage.",
    TIME_LIMIT_OUT_OF_RANGE="The time limit is too short or too long.",
    ATTEMPTS_OUT_OF_RANGE="It allows no attempt, or too many.",
    COOL_DOWN_OUT_OF_RANGE="The pause between attempts is too short or too long.",
    CLOSES_BEFORE_OPENS="It closes before it opens.",
    ALREADY_CLOSED="It would be closed already.",
    SLUG_TAKEN="Another quiz has its slug.",
)


@strawberry.type(
    description="Questions of which an attempt draws some when it starts.", directives=[*imports_content()]
)
class QuestionPool:
    """A pool."""

    domain: ExamDomain | None = loaded_by(
        content_loaders.exam_domains_by_id,
        key="domain_id",
        description="The domain of its questions; null for all.",
    )
    difficulty: Difficulty | None = attribute("The difficulty of its questions; null for all.")
    count: int = attribute("How many questions it draws.")


@strawberry.type(description="One fault of a draft.", directives=[*imports_content()])
class QuizFault:
    """Why a draft cannot be published."""

    kind: QuizFaultKind = attribute("The kind of fault.")
    message: str = attribute("A sentence that says what to do.")
    place: int | None = attribute("The number of the question or the pool at fault, from 1; else null.")


@strawberry.type(
    description="A quiz while its author writes it. No other user sees it.", directives=[*imports_content()]
)
class QuizDraft(Node):
    """A draft."""

    id: QuizDraftId = attribute("The draft's id, `quizdraft_...`.")
    quiz: Quiz | None = loaded_by(
        content_loaders.quizzes_by_id,
        key="quiz_id",
        description="The published quiz that it will replace, or null.",
    )
    slug: str = attribute("The unique short name that the quiz has in addresses.")
    title: str = attribute("The title.")
    description: str = attribute("What the quiz is about.")
    exam_type: ExamType | None = loaded_by(
        content_loaders.exam_types_by_id,
        key="exam_type_id",
        description="The exam type that it prepares for.",
    )
    time_limit: timedelta | None = attribute("How long an attempt may take, or null for no limit.")
    pass_mark: int = attribute("The score in percent from which the quiz is passed.")
    feedback: Feedback = attribute("When a learner sees the right answers, if at all.")
    opens_at: datetime | None = attribute("From when on attempts can start, or null for no such moment.")
    closes_at: datetime | None = attribute("When attempts end at the latest, or null.")
    attempts_allowed: int | None = attribute("How many attempts a learner may begin, or null for any number.")
    cool_down: timedelta | None = attribute(
        "How long a learner waits from the end of an attempt to the next one, or null."
    )
    shuffle_questions: bool = attribute("Whether each attempt asks the questions in another order.")
    shuffle_options: bool = attribute("Whether each attempt shows the options in another order.")
    question_ids: list[QuestionId] = attribute(
        "The questions that every attempt asks, in order, as they were given.", at_most=MOST_QUESTIONS
    )
    questions: list[Question] | None = loaded_by(
        quiz_drafts.own_questions_by_ids,
        key="asked",
        description="Those of them that are the author's, in order and without their keys.",
        at_most=MOST_QUESTIONS,
        usual=50,
    )
    pools: list[QuestionPool] = attribute(
        "What each attempt draws in addition, in order.", at_most=MOST_POOLS
    )
    question_count: int = attribute("How many questions an attempt has.")
    version: int = attribute("The number of the draft's edits, for the next edit and for `publishQuiz`.")
    changed_at: datetime = attribute("When it was edited last.")
    validation: list[QuizFault] | None = loaded_by(
        quiz_drafts.faults_by_draft,
        key="id",
        description="All that keeps it from being published, as it is now; empty if it can be.",
        at_most=MOST_FAULTS,
    )
