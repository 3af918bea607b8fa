"""Types, root field and mutation of an author's content."""

from datetime import datetime

import strawberry

from domain.authoring.authored_content import ContentState, ContentType
from domain.authoring.question_updates import QuestionConflictError
from domain.content import decimals
from domain.content.answer_keys import AcceptedNumber, AcceptedText
from domain.content.question_kinds.accepted_answers import MOST_ACCEPTED
from domain.content.question_kinds.choices import MOST_OPTIONS
from domain.content.question_kinds.key_drafts import FULL, KeyDraft, OptionDraft
from domain.content.questions import Difficulty
from domain.ids import QuestionId
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
_TEXT = "At most 10 000 characters."
_WEIGHT = "What it earns, in percent: 0 to 100."


@strawberry.input(description="An option of a choice.")
class QuestionOptionInput:
    """An option."""

    text: str = given("The text of the option.", required=True)
    correct: bool = given("Whether it is right.", required=True)
    feedback: str = given(f"What is said to those who choose it. {_TEXT}", default="")


@strawberry.input(description="A short text that earns credit.")
class AcceptedTextInput:
    """A text."""

    text: str = given("The text.", required=True)
    weight: int = given(_WEIGHT, default=FULL)


@strawberry.input(description="Numbers that earn credit.")
class AcceptedRangeInput:
    """A range."""

    low: str = given("The lowest number, in decimal.", required=True)
    high: str = given("The highest number, in decimal; the same for a single one.", required=True)
    weight: int = given(_WEIGHT, default=FULL)


@strawberry.input(description="What is said to those who give an answer.")
class AnswerFeedbackInput:
    """Feedback to an answer."""

    answer: str = given(
        "`true` or `false`, an accepted text, an accepted range as `low..high`, or `*` for every other answer.",
        required=True,
    )
    text: str = given(_TEXT, required=True)


@strawberry.input(
    description="What is right about a question, in place of all that was; each kind has its part."
)
class QuestionKeyInput:
    """A key."""

    options: list[QuestionOptionInput] | None = given(f"The options of a choice, at most {MOST_OPTIONS}.")
    all_or_nothing: bool = given(
        "For a multiple choice: whether only the exact choice earns credit.", default=False
    )
    truth: bool | None = given("Whether a statement is true.")
    texts: list[AcceptedTextInput] | None = given(f"The accepted short texts, at most {MOST_ACCEPTED}.")
    numbers: list[AcceptedRangeInput] | None = given(f"The accepted numbers, at most {MOST_ACCEPTED}.")
    feedback: list[AnswerFeedbackInput] | None = given("Feedback to answers that are not options.")

    def read(self) -> KeyDraft:
        """Return the key; raises InvalidInputError for what is no number."""
        return KeyDraft(
            options=[
                OptionDraft(text=each.text, correct=each.correct, feedback=each.feedback)
                for each in self.options or []
            ],
            all_or_nothing=self.all_or_nothing,
            truth=self.truth if isinstance(self.truth, bool) else None,
            texts=[AcceptedText(text=each.text, weight=each.weight) for each in self.texts or []],
            numbers=[
                AcceptedNumber(
                    low=decimals.read_number(each.low, field="key"),
                    high=decimals.read_number(each.high, field="key"),
                    weight=each.weight,
                )
                for each in self.numbers or []
            ],
            feedback={each.answer: each.text for each in self.feedback or []},
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
    explanation: str | None = given(f"Why the answer is right. {_TEXT}")
    difficulty: Difficulty | None = given("How hard it is.")
    domain: str | None = given("The code of a domain of its exam type.")
    key: QuestionKeyInput | None = given("What is right. The kind of the question stays.")


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
