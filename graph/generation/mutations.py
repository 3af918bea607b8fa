"""Mutations that have language models write drafts and explanations, and that rate what they wrote."""

import strawberry

import graph.ai.quotas  # noqa: F401 - declares the refusal
from domain.ai.errors import AiQuotaReachedError
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from domain.errors import IdempotencyKeyReusedError
from domain.generation.content_ratings import LONGEST_REASON
from domain.generation.generation_starts import (
    LONGEST_GOAL,
    LONGEST_SOURCE,
    LONGEST_TOPIC,
    MOST_HOURS,
    MOST_QUESTIONS,
    SHORTEST_SOURCE,
    NotRevealedError,
    QuizSource,
)
from domain.generation.generations import LearnerLevel
from domain.ids import AttemptId, GenerationId, RoadmapNodeId
from graph.directives import imports_content, writes_learning
from graph.errors import declare_error
from graph.fields import given
from graph.generation.generations import Generation
from graph.generation.ratings import ContentRating
from graph.jobs.jobs import Job
from graph.mutations import mutated_by
from resolvers.generation import generations

declare_error(
    NotRevealedError,
    "What was right is not shown to the caller, because the attempt or another one that asks the question is open, or "
    "because it shows the score only.",
)
_STARTED = {
    "generation": (Generation, "What is being written; it names the draft once it is ready."),
    "job": (Job, "Its job, for `jobProgress` and `cancelJob`; null once it was removed."),
}
_KEY = "A key that the client makes; the same key starts one generation."
_WEIGHT = 50


@strawberry.input(description="The roadmap to write.")
class GenerateRoadmapInput:
    """A topic with what is known of the learner."""

    topic: str = given(f"What to learn: one line of 1 to {LONGEST_TOPIC} characters.", required=True)
    level: LearnerLevel = given("What the learner knows of the topic before.", default=LearnerLevel.BEGINNER)
    hours_per_week: int = given(f"How much time there is: 1 to {MOST_HOURS} hours a week.", required=True)
    goal: str = given(f"What the learner wants to reach, at most {LONGEST_GOAL} characters.", default="")
    idempotency_key: str = given(_KEY, required=True)


@strawberry.input(description="What a quiz is made from, in exactly one field.", one_of=True)
class GenerateQuizSource:
    """A source."""

    exam_type: str | None = given("The code of an exam type: its name, and those of its domains.")
    roadmap_node: RoadmapNodeId | None = given("A node of a roadmap that the caller sees.")
    text: str | None = given(f"A text of {SHORTEST_SOURCE} to {LONGEST_SOURCE} characters.")

    def read(self) -> QuizSource:
        """Return the source."""
        return QuizSource(
            exam_type=self.exam_type if isinstance(self.exam_type, str) else None,
            roadmap_node=self.roadmap_node if isinstance(self.roadmap_node, str) else None,
            text=self.text if isinstance(self.text, str) else None,
        )


@strawberry.input(description="The quiz to write.")
class GenerateQuizInput:
    """A source with what to ask."""

    source: GenerateQuizSource = given("What it is made from.", required=True)
    exam_type: str = given("The code of the exam type of a quiz from a node or a text.", default="general")
    count: int = given(f"How many questions: 1 to {MOST_QUESTIONS}.", default=5)
    difficulty: Difficulty = given("How hard they are.", default=Difficulty.MEDIUM)
    kinds: list[QuestionKind] | None = given(
        "The kinds of the questions, each once; each is used where there are enough questions. By default single "
        "choices alone."
    )
    idempotency_key: str = given(_KEY, required=True)


@strawberry.input(description="The answer to explain.")
class ExplainAnswerInput:
    """A slot of an attempt."""

    attempt_id: AttemptId = given("A closed attempt of the caller's.", required=True)
    slot: int = given("The number of the slot.", required=True)
    idempotency_key: str = given(_KEY, required=True)


@strawberry.input(description="The part of a draft to write once more.")
class RegeneratePartInput:
    """A part."""

    generation_id: GenerationId = given("The generation of the draft: a ROADMAP or a QUIZ.", required=True)
    part: str = given("The key of a node, or the id of a question.", required=True)
    version: int = given(
        "The version of the draft of a quiz, or the revision of that of a roadmap. The part is replaced only while the "
        "draft has it; the job fails otherwise.",
        required=True,
    )
    idempotency_key: str = given(_KEY, required=True)


@strawberry.input(description="What the caller thinks of generated content.")
class RateGeneratedContentInput:
    """A rating."""

    target: strawberry.ID = given(
        "The id of a generated question that the caller was asked, of an explanation of theirs, of a version of a "
        "roadmap that was generated, or of a message of a chat of theirs whose answer is DONE.",
        required=True,
    )
    is_helpful: bool = given("Whether it is helpful.", required=True)
    reason: str = given(f"Why, at most {LONGEST_REASON} characters.", default="")


@strawberry.type
class GenerationMutations:
    """Mutations of generation."""

    generate_roadmap = mutated_by(
        generations.generate_roadmap,
        input=GenerateRoadmapInput,
        gives=_STARTED,
        refuses=(AiQuotaReachedError, IdempotencyKeyReusedError),
        rule=imports_content(),
        description="Has a language model write a roadmap, as a private draft of the caller's to edit and publish.",
        weight=_WEIGHT,
    )
    generate_quiz = mutated_by(
        generations.generate_quiz,
        input=GenerateQuizInput,
        gives=_STARTED,
        refuses=(AiQuotaReachedError, IdempotencyKeyReusedError),
        rule=imports_content(),
        description="Has a language model write a quiz, as a draft of the caller's with questions that are marked as "
        "generated. Attempts that ask one of them earn no XP until a human has reviewed it.",
        weight=_WEIGHT,
    )
    explain_answer = mutated_by(
        generations.explain_answer,
        input=ExplainAnswerInput,
        gives=_STARTED,
        refuses=(NotRevealedError, AiQuotaReachedError, IdempotencyKeyReusedError),
        rule=writes_learning(),
        description="Has a language model explain an answer of a closed attempt to the caller. One that is explained "
        "already is returned.",
        weight=_WEIGHT,
    )
    regenerate_part = mutated_by(
        generations.regenerate_part,
        input=RegeneratePartInput,
        gives=_STARTED,
        refuses=(AiQuotaReachedError, IdempotencyKeyReusedError),
        rule=imports_content(),
        description="Has a language model write one node or one question of a generated draft once more. Nothing else "
        "of the draft changes.",
        weight=_WEIGHT,
    )
    rate_generated_content = mutated_by(
        generations.rate_generated_content,
        input=RateGeneratedContentInput,
        gives={"rating": (ContentRating, "The rating, in place of an earlier one.")},
        rule=writes_learning(),
        description="Says whether generated content is helpful, and why. The one who had it generated sees counts and "
        "reasons; of answers in chats operators see counts, and the caller alone sees the reason.",
    )
