"""Mutations that create, edit and publish quizzes."""

from datetime import datetime

import strawberry

from domain.authoring.quizzes.creation import LONGEST_DESCRIPTION, LONGEST_TITLE
from domain.authoring.quizzes.edits import GivenPool
from domain.authoring.quizzes.faults import MOST_FAULTS
from domain.authoring.quizzes.publication import UnsoundQuizError
from domain.authoring.stores.quiz_drafts import MOST_POOLS, QuizDraftConflictError
from domain.content.questions import Difficulty
from domain.content.quizzes import MOST_QUESTIONS, Feedback, SlugTakenError
from domain.errors import ForbiddenError, IdempotencyKeyReusedError
from domain.ids import QuestionId, QuizDraftId, QuizId
from graph.authoring.quiz_drafts import QuizDraft, QuizFault
from graph.content.quizzes import Quiz
from graph.directives import imports_content
from graph.errors import UserError, declare_error
from graph.fields import attribute, given, loaded_by
from graph.mutations import mutated_by
from resolvers.authoring import quiz_drafts


@strawberry.type
class QuizDraftConflictBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the draft as it is now to a refusal."""

    draft: QuizDraft | None = loaded_by(
        quiz_drafts.quiz_drafts_by_id, key="current_id", description="The draft as it is now."
    )


@strawberry.type
class UnsoundQuizBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the faults to a refusal."""

    faults: list[QuizFault] = attribute("Every fault.", at_most=MOST_FAULTS)


declare_error(
    QuizDraftConflictError,
    "The draft was edited since the client read it; `draft` is as it is now.",
    base=QuizDraftConflictBase,
)
declare_error(UnsoundQuizError, "The draft has faults; `faults` lists them.", base=UnsoundQuizBase)
_SLUG = "Its unique short name in addresses: 1 to 80 of a-z, 0-9 and inner hyphens."
_TITLE = f"The title: one line of 1 to {LONGEST_TITLE} characters."
_DESCRIPTION = f"What it is about, at most {LONGEST_DESCRIPTION} characters."
_DRAFT = "A draft of the caller's own."
_VERSION = "The version of the draft that this is meant for."


@strawberry.input(description="A quiz to create.")
class CreateQuizInput:
    """A quiz that asks nothing yet."""

    slug: str = given(_SLUG, required=True)
    title: str = given(_TITLE, required=True)
    exam_type: str = given("The code of the exam type that it prepares for.", required=True)
    description: str = given(_DESCRIPTION, default="")
    idempotency_key: str = given(
        "A key that the client makes; the same key creates one draft.", required=True
    )


@strawberry.input(description="The quiz of which to begin a draft.")
class StartQuizDraftInput:
    """A quiz."""

    quiz_id: QuizId = given("A quiz of the caller's own.", required=True)


@strawberry.input(description="Questions of which each attempt draws some.")
class QuestionPoolInput:
    """A pool."""

    domain: str | None = given("The code of a domain of the exam type; all by default.")
    difficulty: Difficulty | None = given("A difficulty; all by default.")
    count: int = given("How many questions it draws.", required=True)

    def read(self) -> GivenPool:
        """Return the pool."""
        return GivenPool(
            domain=self.domain if isinstance(self.domain, str) else None,
            difficulty=self.difficulty if isinstance(self.difficulty, Difficulty) else None,
            count=self.count,
        )


@strawberry.input(description="The changes of a draft; a field that is left out stays unchanged.")
class EditQuizDraftInput:
    """A partial update."""

    draft_id: QuizDraftId = given(_DRAFT, required=True)
    version: int = given(_VERSION, required=True)
    slug: str | None = given(f"{_SLUG} It stays once the quiz is published.")
    title: str | None = given(_TITLE)
    description: str | None = given(_DESCRIPTION)
    time_limit_minutes: int | None = given("How long an attempt may take: 1 to 1 440 minutes, or null.")
    pass_mark: int | None = given("The score in percent from which the quiz is passed.")
    feedback: Feedback | None = given("When a learner sees the right answers, if at all.")
    opens_at: datetime | None = given("From when on attempts can start, or null.")
    closes_at: datetime | None = given("When attempts end at the latest, or null.")
    attempts_allowed: int | None = given("How many attempts a learner may begin: 1 to 100, or null.")
    cool_down_minutes: int | None = given(
        "How long a learner waits after an attempt: 1 to 43 200 minutes, or null."
    )
    shuffle_questions: bool | None = given("Whether each attempt asks the questions in another order.")
    shuffle_options: bool | None = given("Whether each attempt shows the options in another order.")
    question_ids: list[QuestionId] | None = given(
        f"The questions that every attempt asks, in order, in place of those there were; at most {MOST_QUESTIONS}."
    )
    pools: list[QuestionPoolInput] | None = given(
        f"The pools, in order, in place of those there were; at most {MOST_POOLS}."
    )


@strawberry.input(description="The draft to discard.")
class DiscardQuizDraftInput:
    """A draft."""

    draft_id: QuizDraftId = given(_DRAFT, required=True)
    version: int = given(_VERSION, required=True)


@strawberry.input(description="The draft to publish.")
class PublishQuizInput:
    """A draft."""

    draft_id: QuizDraftId = given(_DRAFT, required=True)
    version: int = given(_VERSION, required=True)


@strawberry.type
class QuizDraftMutations:
    """Mutations about quizzes that are being written."""

    create_quiz = mutated_by(
        quiz_drafts.create_quiz,
        input=CreateQuizInput,
        gives={"draft": (QuizDraft, "The draft; it asks nothing yet.")},
        refuses=(SlugTakenError, IdempotencyKeyReusedError),
        rule=imports_content(),
        description="Creates a quiz of the caller's own as a draft, for `editQuizDraft` and `publishQuiz`.",
    )
    start_quiz_draft = mutated_by(
        quiz_drafts.start_quiz_draft,
        input=StartQuizDraftInput,
        gives={"draft": (QuizDraft, "The draft.")},
        refuses=(ForbiddenError, SlugTakenError),
        rule=imports_content(),
        description="Begins a draft that is a copy of a published quiz of the caller's own. A quiz that has a draft "
        "keeps it.",
    )
    edit_quiz_draft = mutated_by(
        quiz_drafts.edit_quiz_draft,
        input=EditQuizDraftInput,
        gives={"draft": (QuizDraft, "The draft after the edit; `validation` says what it lacks.")},
        refuses=(QuizDraftConflictError, SlugTakenError),
        rule=imports_content(),
        description="Changes settings, questions and pools of a draft of the caller's own, all of it or nothing. A "
        "draft may have faults; publishing it may not.",
    )
    discard_quiz_draft = mutated_by(
        quiz_drafts.discard_quiz_draft,
        input=DiscardQuizDraftInput,
        gives={"draft": (QuizDraft, "The draft as it was.")},
        refuses=(QuizDraftConflictError,),
        rule=imports_content(),
        description="Deletes a draft of the caller's own. A published quiz stays as it is.",
    )
    publish_quiz = mutated_by(
        quiz_drafts.publish_quiz,
        input=PublishQuizInput,
        gives={"quiz": (Quiz, "The published quiz.")},
        refuses=(UnsoundQuizError, QuizDraftConflictError, SlugTakenError),
        rule=imports_content(),
        description="Publishes a draft of the caller's own, which is then gone. Attempts that have begun keep what "
        "they ask. An archived quiz stays archived until `restoreQuiz`.",
        weight=20,
    )
