"""The mutation that adds a question to an author's bank."""

import strawberry

from domain.content.question_kinds.prompt_formats import PromptFormat
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.errors import IdempotencyKeyReusedError
from domain.media.media import MOST_OF_A_QUESTION
from graph.authoring.authored_content import AuthoredContent
from graph.authoring.question_keys import QuestionImageInput, QuestionKeyInput
from graph.directives import imports_content
from graph.fields import given
from graph.mutations import mutated_by
from resolvers.authoring import quiz_drafts


@strawberry.input(description="A question to create.")
class CreateQuestionInput:
    """A question with its key."""

    exam_type: str = given("The code of the exam type.", required=True)
    domain: str = given("The code of a domain of the exam type.", required=True)
    kind: QuestionKind = given("How it is answered, which stays.", required=True)
    difficulty: Difficulty = given("How hard it is.", default=Difficulty.MEDIUM)
    prompt: str = given("The question, 1 to 10 000 characters.", required=True)
    prompt_format: PromptFormat = given("How the prompt is written.", default=PromptFormat.PLAIN)
    explanation: str = given("Why the answer is right. At most 10 000 characters.", default="")
    key: QuestionKeyInput = given("What is right.", required=True)
    images: list[QuestionImageInput] | None = given(
        f"The images beside the prompt, in their order; together with those of options at most {MOST_OF_A_QUESTION}."
    )
    idempotency_key: str = given(
        "A key that the client makes; the same key creates one question.", required=True
    )


@strawberry.type
class QuestionCreationMutations:
    """The mutation that creates questions."""

    create_question = mutated_by(
        quiz_drafts.create_question,
        input=CreateQuestionInput,
        gives={"content": (AuthoredContent, "The question.")},
        refuses=(IdempotencyKeyReusedError,),
        rule=imports_content(),
        description="Adds a question to the caller's bank, for `editQuizDraft` and for pools to draw. One document may "
        "create several, each under an alias and with a key of its own; each is stored or refused by itself.",
    )
