"""Quizzes, and importing their questions."""

from datetime import datetime, timedelta

import strawberry

from domain.errors import IdempotencyKeyReusedError
from domain.ids import QuizId
from domain.quizzes import Feedback, SlugTakenError
from graph.caching import cached, kept
from graph.declarations import Finder
from graph.described import declare_enum
from graph.directives import imports_content, public
from graph.errors import declare_error
from graph.exam_types import ExamType
from graph.fields import arg, attribute, given, loaded_by, resolved_by
from graph.imports import ImportReport
from graph.mutations import mutated_by
from graph.nodes import Node
from graph.paging import Connection
from graph.users import User
from resolvers import loaders, question_imports, quizzes

declare_error(SlugTakenError, "Another author's quiz has this slug; choose another title or slug.")
declare_enum(
    Feedback,
    "When a learner is told what was right.",
    AFTER_EACH="After each answer, which then cannot be changed.",
    AT_END="Once the attempt is closed.",
)


@strawberry.type(
    description="A published quiz. Its questions are seen in an attempt, and nowhere else.",
    directives=[public(), kept(300)],
)
class Quiz(Node):
    """A quiz without its questions."""

    id: QuizId = attribute("The quiz's id, `quiz_...`.")
    slug: str = attribute("The unique short name in addresses; it stays when the content changes.")
    title: str = attribute("The title to show.")
    description: str = attribute("What the quiz is about.")
    exam_type: ExamType | None = loaded_by(
        loaders.exam_types_by_id, key="exam_type_id", description="The exam type that it prepares for."
    )
    author: User | None = loaded_by(
        loaders.users_by_id, key="author_id", is_certain=True, description="Who published it."
    )
    time_limit: timedelta | None = attribute("How long an attempt may last, or null for no limit.")
    pass_mark: int = attribute("The score in percent from which the quiz is passed.")
    feedback: Feedback = attribute("When a learner is told what was right.")
    question_count: int = attribute("How many questions an attempt begun now has.")
    closes_at: datetime | None = attribute("When attempts end at the latest, or null.")


@strawberry.input(description="Finds one quiz, by exactly one of its fields.", one_of=True)
class QuizBy:
    """A one-of lookup."""

    id: QuizId | None = given("The quiz's id.")
    slug: str | None = given("The quiz's slug.")


@strawberry.input(description="A file of questions.")
class ImportQuestionsInput:
    """A file and what it does not say itself."""

    file: str = given(
        "The text of the file: `questpath-questions/1` (JSON) or Moodle's GIFT; at most 2 000 000 characters.",
        required=True,
    )
    idempotency_key: str = given(
        "Made by the client for this request, 1 to 200 characters; the same key gives the same report for 24 "
        "hours. A dry run does not use it up.",
        required=True,
    )
    exam_type_code: str | None = given(
        "For GIFT only: the code of the exam type, which is made where there is none; `general` unless told."
    )
    title: str | None = given("For GIFT only: the title of the quiz that the questions become.")
    dry_run: bool = given("Whether only to report what importing would do.", default=False)


@strawberry.type
class QuizQueries:
    """Root fields about quizzes."""

    quiz: Quiz | None = resolved_by(
        quizzes.quiz_by,
        description="One quiz, or null.",
        rule=public(),
        finds=Finder(batch=loaders.quizzes_by_id, argument="by.id"),
        args={"by": arg(QuizBy, "By what to find the quiz.")},
    )
    quizzes: Connection[Quiz] | None = cached(
        resolved_by(
            quizzes.quizzes_page,
            description="Published quizzes, newest first.",
            rule=public(),
            args={"exam_type": "Only quizzes of the exam type with this code."},
        ),
        60,
    )


@strawberry.type
class QuizMutations:
    """Mutations about quizzes."""

    import_questions = mutated_by(
        question_imports.import_questions,
        input=ImportQuestionsInput,
        gives={"report": (ImportReport, "What the file holds and what became of it.")},
        refuses=(SlugTakenError, IdempotencyKeyReusedError),
        rule=imports_content(),
        description="Imports a file of questions and publishes its quizzes: all of it, or nothing where an item "
        "is refused. A quiz of the caller that has the slug already gets the new content and keeps its id; "
        "attempts that are open keep the questions they began with.",
        weight=100,
    )
