"""Types, root fields and mutations of quizzes."""

from datetime import datetime, timedelta

import strawberry

from domain.content.quizzes import LONGEST_QUERY, Feedback, SlugTakenError
from domain.errors import ForbiddenError
from domain.ids import QuizId
from graph.accounts.users import User
from graph.bookmarkable import Bookmarkable
from graph.cache_control import cached, kept
from graph.content.exam_types import ExamType
from graph.declarations import Finder
from graph.directives import imports_content, public
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.fields import arg, attribute, given, loaded_by, resolved_by
from graph.mutations import mutated_by
from graph.paging import Connection
from resolvers.accounts import loaders as account_loaders
from resolvers.content import loaders, quizzes
from resolvers.quality.loaders import suspended_questions, unreviewed_questions

declare_enum(
    Feedback,
    "When a learner sees the right answers, if at all.",
    AFTER_EACH="After each answer, which can then not be changed.",
    AT_END="When the attempt is closed.",
    SCORE_ONLY="Never: a closed attempt shows its score alone.",
)

declare_error(SlugTakenError, "Something else has this slug; choose another title or slug.")


@strawberry.type(
    description="A published quiz. Its questions are visible in attempts only.",
    directives=[public(), kept(300)],
)
class Quiz(Bookmarkable):
    """A quiz without its questions."""

    id: QuizId = attribute("The quiz's id, `quiz_...`.")
    slug: str = attribute("The unique short name in addresses; it does not change with the content.")
    title: str = attribute("The title.")
    description: str = attribute("What the quiz is about.")
    exam_type: ExamType | None = loaded_by(
        loaders.exam_types_by_id,
        key="exam_type_id",
        description="The exam type that it prepares for.",
    )
    author: User | None = loaded_by(
        account_loaders.users_by_id,
        key="author_id",
        is_certain=True,
        description="The author who published it.",
    )
    time_limit: timedelta | None = attribute("How long an attempt may take, or null for no limit.")
    pass_mark: int = attribute("The score in percent from which the quiz is passed.")
    feedback: Feedback = attribute("When a learner sees the right answers.")
    question_count: int = attribute("How many questions a new attempt has, the suspended ones included.")
    suspended_count: int | None = loaded_by(
        suspended_questions,
        key="id",
        description="How many of them are suspended; new attempts leave these out.",
    )
    unreviewed_count: int | None = loaded_by(
        unreviewed_questions,
        key="id",
        description="How many of them were generated and not reviewed by a human; while there is one, attempts that "
        "start earn no XP.",
    )
    opens_at: datetime | None = attribute("From when on attempts can start, or null for no such moment.")
    closes_at: datetime | None = attribute("When attempts end at the latest, or null.")
    attempts_allowed: int | None = attribute(
        "How many attempts a learner may begin, abandoned ones included, or null for any number."
    )
    cool_down: timedelta | None = attribute(
        "How long a learner waits from the end of an attempt to the next one, or null."
    )
    shuffle_questions: bool = attribute("Whether each attempt asks the questions in another order.")
    shuffle_options: bool = attribute("Whether each attempt shows the options in another order.")
    drawn_count: int = attribute("How many of the questions are drawn at the start of an attempt.")
    withdrawn_at: datetime | None = attribute(
        "When it was withdrawn, since when no attempt can start, or null. Open attempts go on."
    )


@strawberry.input(description="Finds one quiz, by exactly one of its fields.", one_of=True)
class QuizBy:
    """A one-of lookup."""

    id: QuizId | None = given("The quiz's id.")
    slug: str | None = given("The quiz's slug.")


@strawberry.input(description="The quiz to archive.")
class ArchiveQuizInput:
    """A quiz."""

    quiz_id: QuizId = given("The quiz to archive.", required=True)


@strawberry.input(description="The quiz to restore.")
class RestoreQuizInput:
    """A withdrawn quiz."""

    quiz_id: QuizId = given("The quiz to restore.", required=True)


@strawberry.type
class QuizQueries:
    """Root fields about quizzes."""

    quiz: Quiz | None = resolved_by(
        quizzes.quiz_by,
        description="One quiz, or null.",
        rule=public(),
        found_by=Finder(batch=loaders.quizzes_by_id, argument="by.id"),
        args={"by": arg(QuizBy, "The id or the slug of the quiz.")},
    )
    quizzes: Connection[Quiz] | None = cached(
        resolved_by(
            quizzes.quizzes_page,
            description="Published quizzes that are not withdrawn, newest first.",
            rule=public(),
            args={
                "exam_type": "Only quizzes of the exam type with this code; an unknown code is refused.",
                "query": f"Only quizzes with these words in the title, 1 to {LONGEST_QUERY} characters; case does not "
                "matter.",
                "has_time_limit": "Only quizzes with a time limit, or only those without one; by default all.",
                "is_open": "Only quizzes that are open now, or only those that open later or have closed; by default "
                "all.",
            },
        ),
        60,
    )


@strawberry.type
class QuizMutations:
    """Mutations about quizzes."""

    archive_quiz = mutated_by(
        quizzes.archive_quiz,
        input=ArchiveQuizInput,
        gives={"quiz": (Quiz, "The archived quiz.")},
        refuses=(ForbiddenError,),
        rule=imports_content(),
        description="Archives a quiz, which withdraws it: it is no longer listed, and no attempt can start. Open "
        "attempts go on, results stay, and learners may set the nodes that it completes to DONE by hand. Importing or "
        "publishing it again does not restore it.",
    )
    restore_quiz = mutated_by(
        quizzes.restore_quiz,
        input=RestoreQuizInput,
        gives={"quiz": (Quiz, "The restored quiz.")},
        refuses=(ForbiddenError,),
        rule=imports_content(),
        description="Undoes archiveQuiz: attempts can start again. Another quiz does not change.",
    )
