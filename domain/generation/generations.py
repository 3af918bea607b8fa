"""Generations: what users had a language model write, where it is kept, and the store of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from domain.ai.assistants import Written
from domain.entities import entity
from domain.ids import (
    AiCallId,
    AttemptId,
    ExplanationId,
    GenerationId,
    JobId,
    QuestionId,
    QuizDraftId,
    QuizId,
    RoadmapVersionId,
    UserId,
)
from domain.paging import Page, Window


class GenerationKind(Enum):
    """What was generated; the last two are parts of drafts that were generated once more."""

    ROADMAP = "ROADMAP"
    QUIZ = "QUIZ"
    EXPLANATION = "EXPLANATION"
    ROADMAP_NODE = "ROADMAP_NODE"
    QUIZ_QUESTION = "QUIZ_QUESTION"


class GenerationState(Enum):
    """How far a generation is; a failed one works again when an operator retries its job."""

    WORKING = "WORKING"
    READY = "READY"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class LearnerLevel(Enum):
    """What a learner knows of a topic before."""

    BEGINNER = "BEGINNER"
    INTERMEDIATE = "INTERMEDIATE"
    ADVANCED = "ADVANCED"


@entity
class GenerationInput:
    """One value that a generation was asked with."""

    name: str
    value: str


@entity
class Generation:
    """Something that a user had generated. `subject` is what it is about, in one line.

    `error` says why it failed, or is None. `model` and the rest of the call are None until it is ready. `attempt_id`
    and `slot` are those of an explanation; `version_id` and `draft_id` name the draft that it ended in, `quiz_id` the
    quiz that the draft was published as.
    """

    id: GenerationId
    user_id: UserId
    kind: GenerationKind
    state: GenerationState
    subject: str
    asked: Mapping[str, Any]
    job_id: JobId
    error: str | None
    version_id: RoadmapVersionId | None
    draft_id: QuizDraftId | None
    quiz_id: QuizId | None
    explanation_id: ExplanationId | None
    model: str | None
    prompt: str | None
    prompt_version: int | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def inputs(self) -> list[GenerationInput]:
        """Return what it was asked with, by name."""
        return [
            GenerationInput(name=name, value=", ".join(value) if isinstance(value, list) else str(value))
            for name, value in sorted(self.asked.items())
            if value not in (None, "")
        ]


@entity
class NewGeneration:
    """A generation about to be stored."""

    id: GenerationId
    user_id: UserId
    kind: GenerationKind
    subject: str
    asked: Mapping[str, Any]
    job_id: JobId
    created_at: datetime
    version_id: RoadmapVersionId | None = None
    draft_id: QuizDraftId | None = None


@entity
class GenerationFilter:
    """A filter of generations; None leaves a condition out."""

    kind: GenerationKind | None = None
    state: GenerationState | None = None


@entity
class Authorship:
    """The call that wrote something: what is stored beside it."""

    model: str
    prompt: str
    prompt_version: int
    call_id: AiCallId


def authorship(written: Written[Any], prompt: str) -> Authorship:
    """Return the call that wrote an answer to a prompt."""
    return Authorship(
        model=written.model, prompt=prompt, prompt_version=written.prompt_version, call_id=written.call_id
    )


@entity
class Explanation:
    """An explanation of the answer in one slot of a closed attempt, for its learner; the text is loaded apart."""

    id: ExplanationId
    user_id: UserId
    attempt_id: AttemptId
    number: int
    question_id: QuestionId
    generation_id: GenerationId
    created_at: datetime

    @property
    def place(self) -> tuple[AttemptId, int]:
        """The slot."""
        return (self.attempt_id, self.number)


@entity
class GenerationResult:
    """Where a generation ended."""

    version_id: RoadmapVersionId | None = None
    draft_id: QuizDraftId | None = None
    explanation_id: ExplanationId | None = None


class Generations(Protocol):
    """Generations and explanations; every method reaches only those of the user it is given."""

    async def add(self, new: NewGeneration) -> None:
        """Store a generation that begins."""

    async def by_ids(self, ids: Sequence[GenerationId], *, user_id: UserId) -> list[Generation | None]:
        """Return one slot per id, in their order."""

    async def page(self, asked: GenerationFilter, window: Window, *, user_id: UserId) -> Page[Generation]:
        """Return a user's generations, newest first."""

    async def variants(self, draft: str, *, user_id: UserId) -> int:
        """Return how many generations of a user have this draft, by its id."""

    async def of_version(self, version_id: RoadmapVersionId) -> GenerationId | None:
        """Return the generation that made a draft of a roadmap."""

    async def finish(
        self, generation_id: GenerationId, by: Authorship, result: GenerationResult, *, now: datetime
    ) -> None:
        """Store where a generation ended, and the call that wrote it."""

    async def explain(self, explanation: Explanation, text: str) -> ExplanationId:
        """Store an explanation in place of an earlier one of the same slot; return the id that the slot has."""

    async def explanation_of(
        self, attempt_id: AttemptId, number: int, *, user_id: UserId
    ) -> GenerationId | None:
        """Return the generation of a slot's explanation; None if the slot was regraded since it was asked for."""

    async def explanations(
        self, ids: Sequence[ExplanationId], *, user_id: UserId
    ) -> list[Explanation | None]:
        """Return one slot per id, in their order, without the texts."""

    async def texts(self, ids: Sequence[ExplanationId], *, user_id: UserId) -> list[str | None]:
        """Return the text of each explanation; for those who may see what was right."""
