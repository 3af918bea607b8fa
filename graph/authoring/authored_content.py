"""Types, root field and mutation of an author's content."""

from datetime import datetime

import strawberry

from domain.authoring.authored_content import ContentState, ContentType
from domain.authoring.question_updates import QuestionConflictError
from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.questions import Difficulty
from domain.ids import QuestionId
from domain.media.media import MOST_OF_A_QUESTION
from graph.authoring.question_keys import QuestionImageInput, QuestionKeyInput
from graph.authoring.quiz_drafts import QuizDraft
from graph.content.questions import Question
from graph.content.quizzes import Quiz
from graph.content.roadmaps import Roadmap
from graph.directives import imports_content
from graph.enums import declare_enum
from graph.errors import UserError, declare_error
from graph.fields import attribute, given, loaded_by, resolved_by
from graph.mutations import mutated_by
from graph.paging import Connection
from resolvers.authoring import authored_content, quiz_drafts
from resolvers.content import loaders as content_loaders

declare_enum(
    ContentType,
    "A kind of content that an author has.",
    ROADMAP="A roadmap.",
    QUIZ="A quiz.",
    QUESTION="A question, in its newest version.",
)
declare_enum(
    ContentState,
    "Whether learners meet content.",
    DRAFT="A roadmap or a quiz that was never published.",
    PUBLISHED="A roadmap with a published version, a quiz that is not withdrawn, or a question that such a quiz "
    "asks or draws.",
    ARCHIVED="An archived roadmap, a withdrawn quiz, or a question that no other quiz asks or draws.",
)


@strawberry.type(
    description="A roadmap, a quiz or a question of the caller's.", directives=[*imports_content()]
)
class AuthoredContent:
    """One item of an author's list."""

    type: ContentType = attribute("What it is.")
    state: ContentState = attribute("Whether learners meet it.")
    title: str = attribute("The title; of a question, the first 200 characters of its prompt.")
    version: int | None = attribute("The number of a question's version, for `updateQuestion`; else null.")
    changed_at: datetime = attribute(
        "When it was changed last: a version was begun or published, a quiz imported, published, withdrawn or edited "
        "as a draft, a question updated."
    )
    roadmap: Roadmap | None = loaded_by(
        content_loaders.roadmaps_by_id, key="roadmap_id", description="The roadmap; null for other types."
    )
    quiz: Quiz | None = loaded_by(
        content_loaders.quizzes_by_id, key="quiz_id", description="The published quiz; null for other types."
    )
    quiz_draft: QuizDraft | None = loaded_by(
        quiz_drafts.quiz_drafts_of_content,
        key="drafted_id",
        description="The draft of a quiz, also of a published one, if there is one; null for other types.",
    )
    question: Question | None = loaded_by(
        authored_content.own_questions_by_id,
        key="question_id",
        description="The question without its key; null for other types.",
    )


@strawberry.type
class QuestionConflictBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the newest version to a refusal."""

    question: Question | None = loaded_by(
        authored_content.own_questions_by_id,
        key="current_id",
        description="The newest version of the question, if it is the caller's own.",
    )


declare_error(
    QuestionConflictError,
    "The question was changed since the client read it; `question` is its newest version.",
    base=QuestionConflictBase,
)


@strawberry.input(description="The changes of a question; a field that is left out stays unchanged.")
class UpdateQuestionInput:
    """A partial update."""

    id: QuestionId = given("The question, in any of its versions.", required=True)
    version: int = given(
        "The number of the version that the change was made for; one that is not the newest is refused.",
        required=True,
    )
    prompt: str | None = given("The question, 1 to 10 000 characters.")
    prompt_format: PromptFormat | None = given("How the prompt is written.")
    explanation: str | None = given("Why the answer is right. At most 10 000 characters.")
    difficulty: Difficulty | None = given("How hard it is.")
    domain: str | None = given("The code of a domain of its exam type.")
    key: QuestionKeyInput | None = given("What is right. The kind of the question stays.")
    images: list[QuestionImageInput] | None = given(
        f"The images beside the prompt, in their order, in place of those that were; together with those of options at "
        f"most {MOST_OF_A_QUESTION}."
    )


@strawberry.type
class AuthoredContentQueries:
    """The root field of an author's content."""

    my_content: Connection[AuthoredContent] | None = resolved_by(
        authored_content.my_content,
        description="The caller's roadmaps, quizzes and questions, changed last first.",
        rule=imports_content(),
        args={
            "type": "Only content of this type; by default all.",
            "state": "Only content in this state; by default all.",
        },
    )


@strawberry.type
class AuthoredContentMutations:
    """Mutations of an author's content."""

    update_question = mutated_by(
        authored_content.update_question,
        input=UpdateQuestionInput,
        gives={"content": (AuthoredContent, "The question in its newest version.")},
        refuses=(QuestionConflictError,),
        rule=imports_content(),
        description="Changes a question of the caller's own as a new version, under a new id. Quizzes ask the new one "
        "from then on; attempts that asked the old one keep it, and count both as one question. A change of nothing "
        "makes no version.",
    )
