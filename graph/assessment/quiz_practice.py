"""Previews of quizzes for their authors, and quizzes that are drawn for one learner."""

import strawberry

from domain.assessment.quizzes.quiz_generation import MOST_DOMAINS, USUAL_COUNT, NothingToDrawError
from domain.content.questions import Difficulty
from domain.content.quizzes import MOST_QUESTIONS
from domain.errors import IdempotencyKeyReusedError
from graph.content.questions import Question
from graph.content.quizzes import Quiz
from graph.directives import imports_content, writes_learning
from graph.errors import declare_error
from graph.fields import attribute, given, resolved_by
from graph.mutations import mutated_by
from resolvers.assessment import quiz_practice

declare_error(NothingToDrawError, "No published question of others fits; widen the choice.")


@strawberry.type(description="The place of one question in a preview.", directives=[*imports_content()])
class PreviewSlot:
    """A slot without an answer."""

    number: int = attribute("The slot's number, from 1.")
    question: Question = attribute("The question, with the options in the order of this preview.")


@strawberry.type(description="What an attempt at a draft would ask.", directives=[*imports_content()])
class QuizPreview:
    """A preview."""

    seed: int = attribute("The seed of the order and of what pools draw.")
    slots: list[PreviewSlot] = attribute(
        "The questions in the order of an attempt.", at_most=MOST_QUESTIONS, usual=50
    )


@strawberry.input(description="What to draw a quiz from.")
class GenerateQuizFromInput:
    """A choice of published questions."""

    exam_type: str = given("The code of the exam type.", required=True)
    domains: list[str] | None = given(
        f"Codes of domains of the exam type, at most {MOST_DOMAINS}; all by default."
    )
    count: int = given(
        f"How many questions: 1 to {MOST_QUESTIONS}. If there are fewer, all are drawn.", default=USUAL_COUNT
    )
    difficulty: Difficulty | None = given("Only questions of this difficulty; all by default.")
    idempotency_key: str = given("A key that the client makes; the same key draws one quiz.", required=True)


@strawberry.type
class QuizPreviewQueries:
    """The root field of previews."""

    quiz_preview: QuizPreview | None = resolved_by(
        quiz_practice.quiz_preview,
        description="A draft of the caller's own as an attempt would show it, or null. Nothing is stored.",
        rule=imports_content(),
        args={
            "draft_id": "The draft's id.",
            "seed": "The same seed shows the same order and the same drawn questions.",
        },
    )


@strawberry.type
class QuizGenerationMutations:
    """The mutation that draws a quiz."""

    generate_quiz_from = mutated_by(
        quiz_practice.generate_quiz_from,
        input=GenerateQuizFromInput,
        gives={"quiz": (Quiz, "The quiz; no other user sees it.")},
        refuses=(NothingToDrawError, IdempotencyKeyReusedError),
        rule=writes_learning(),
        description="Draws a quiz from published questions of others for the caller alone. It is taken like any other "
        "quiz, and found by its id. It has no questions of quizzes that show the score only.",
        weight=20,
    )
