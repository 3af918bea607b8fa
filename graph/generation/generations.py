"""Generations in the schema: what a user had a language model write, and what others think of it."""

from datetime import datetime

import strawberry

from domain.generation.generations import GenerationKind, GenerationState, LearnerLevel
from domain.ids import ExplanationId, GenerationId
from graph.assessment.attempts import QuizAttempt
from graph.authoring.quiz_drafts import QuizDraft
from graph.content.quizzes import Quiz
from graph.content.roadmaps import RoadmapVersion
from graph.directives import reads_learning
from graph.enums import declare_enum
from graph.fields import attribute, loaded_by
from graph.jobs.jobs import Job
from graph.node import Node
from graph.paging import Connection
from resolvers.assessment import loaders as assessment_loaders
from resolvers.authoring import quiz_drafts
from resolvers.content import loaders as content_loaders
from resolvers.generation import loaders
from resolvers.jobs import loaders as job_loaders

_RULE = [*reads_learning()]
_MOST_INPUTS = 12
declare_enum(
    GenerationKind,
    "What was generated.",
    ROADMAP="The draft of a roadmap.",
    QUIZ="The draft of a quiz, with its questions.",
    EXPLANATION="An explanation of an answer.",
    ROADMAP_NODE="A node of a draft, once more.",
    QUIZ_QUESTION="A question of a draft, once more.",
)
declare_enum(
    GenerationState,
    "How far a generation is.",
    WORKING="Its job waits or runs.",
    READY="It has ended in a draft or an explanation.",
    FAILED="Its job has failed; `error` says why. Ask again, with a new key.",
    CANCELLED="Its job was cancelled.",
)
declare_enum(
    LearnerLevel,
    "What a learner knows of a topic before.",
    BEGINNER="Nothing yet.",
    INTERMEDIATE="The basic terms.",
    ADVANCED="Enough to work with it.",
)


@strawberry.type(
    description="An explanation of the answer in one slot of a closed attempt. Only its learner can read it.",
    directives=_RULE,
)
class Explanation(Node):
    """An explanation."""

    id: ExplanationId = attribute("The explanation's id, `explanation_...`.")
    attempt: QuizAttempt | None = loaded_by(
        assessment_loaders.attempts_by_id, key="attempt_id", description="The attempt."
    )
    number: int = attribute("The number of the slot.")
    text: str | None = loaded_by(
        loaders.texts_by_explanation,
        key="id",
        description="The explanation, in Markdown. Null while an open attempt of the caller asks the question.",
    )
    created_at: datetime = attribute("When it was written.")


@strawberry.type(description="A value that a generation was asked with.", directives=_RULE)
class GenerationInput:
    """A name with its value."""

    name: str = attribute("The name of the input.")
    value: str = attribute("The value; those of a list are separated by commas.")


@strawberry.type(description="How many users think that generated content is helpful.", directives=_RULE)
class GeneratedFeedback:
    """Counts."""

    helpful: int = attribute("How many users think that it is helpful.")
    unhelpful: int = attribute("How many users think that it is not.")


@strawberry.type(description="What one user thinks of generated content, without the user.", directives=_RULE)
class FeedbackReason:
    """A reason."""

    target: strawberry.ID = attribute("The id of the content.")
    is_helpful: bool = attribute("Whether the user thinks that it is helpful.")
    reason: str = attribute("Why.")
    rated_at: datetime = attribute("When they said so last.")


@strawberry.type(
    description="What a user had a language model write. Only that user can read it; it stays when its job is gone.",
    directives=_RULE,
)
class Generation(Node):
    """A generation."""

    id: GenerationId = attribute("The generation's id, `generation_...`; ids order by time.")
    kind: GenerationKind = attribute("What was generated.")
    state: GenerationState = attribute("How far it is.")
    subject: str = attribute("What it is about, in one line.")
    inputs: list[GenerationInput] = attribute(
        "What it was asked with, by name.", at_most=_MOST_INPUTS, usual=5
    )
    error: str | None = attribute("Why it failed, in a sentence; null if it did not.")
    job: Job | None = loaded_by(
        job_loaders.jobs_by_id, key="job_id", description="Its job; null some days after it has ended."
    )
    roadmap_version: RoadmapVersion | None = loaded_by(
        content_loaders.roadmap_versions_by_id,
        key="version_id",
        description="The draft of a roadmap that it ended in, also once it is published; null for other kinds.",
    )
    quiz_draft: QuizDraft | None = loaded_by(
        quiz_drafts.quiz_drafts_by_id,
        key="draft_id",
        description="The draft of a quiz that it ended in; null once it is a `quiz` or discarded, and for others.",
    )
    quiz: Quiz | None = loaded_by(
        content_loaders.quizzes_by_id,
        key="quiz_id",
        description="The quiz that its draft was published as; null before, and for other kinds.",
    )
    explanation: Explanation | None = loaded_by(
        loaders.explanations_by_id, key="explanation_id", description="The explanation; null for other kinds."
    )
    model: str | None = attribute("The model that wrote it; null until it is ready.")
    prompt: str | None = attribute("The name of the prompt; null until it is ready.")
    prompt_version: int | None = attribute("The version of the prompt; null until it is ready.")
    created_at: datetime = attribute("When it was asked for.")
    finished_at: datetime | None = attribute("When it was ready; null before.")
    feedback: GeneratedFeedback | None = loaded_by(
        loaders.feedback_by_generation,
        key="id",
        description="How many users think that its content is helpful: its questions, its draft or its explanation.",
    )
    feedback_reasons: Connection[FeedbackReason] = loaded_by(
        loaders.reasons_by_generation,
        key="id",
        description="The reasons that they gave, newest first.",
        args={
            "is_helpful": "Only reasons of those who think so, or only of those who do not; by default all."
        },
    )
