"""Assistants: the port to language models, with what an answer cost."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeAlias, TypeVar

from domain.ai.models import Model
from domain.ai.quotas import AiQuotas
from domain.ai.requests import AiRequest, OutputShape
from domain.entities import entity
from domain.ids import AiCallId

T = TypeVar("T")
Before: TypeAlias = Callable[[], Awaitable[None]]
"""Runs each time before a provider is asked, the second time as well; it raises where the request may not be sent."""
Heard: TypeAlias = Callable[[int], Awaitable[None]]
"""Follows an answer while it is written: it gets the number of characters so far."""


@entity
class CallUsage:
    """What a request used: the stored call, the model that answered, tokens, and `cost` in millionths of a dollar."""

    call_id: AiCallId
    model: str
    prompt_version: int
    tokens_in: int
    tokens_out: int
    cost: int


@entity
class Written(Generic[T]):
    """An answer of a language model, and what it used, as in `CallUsage`."""

    value: T
    call_id: AiCallId
    model: str
    prompt_version: int
    tokens_in: int
    tokens_out: int
    cost: int


class Assistant(Protocol):
    """Asks language models.

    It works in short units of work of its own, so it is never called while one is open. Each request is refused by
    UnknownModelError, PromptTooLongError or AiQuotaReachedError before a model is asked, and by AiUnavailableError when
    no provider answers.
    """

    @property
    def models(self) -> Sequence[Model]:
        """The models that may be chosen, in the order in which they are tried."""

    @property
    def quotas(self) -> AiQuotas:
        """The quotas of callers."""

    async def write(
        self,
        request: AiRequest,
        shape: OutputShape[T],
        *,
        before: Before | None = None,
        heard: Heard | None = None,
    ) -> Written[T]:
        """Return a value of the shape; a wrong answer is asked for once more, then AiOutputRefusedError is raised."""

    async def text(self, request: AiRequest, *, before: Before | None = None) -> Written[str]:
        """Return an answer in Markdown; raises AiOutputRefusedError for an empty one."""

    def stream(self, request: AiRequest) -> AsyncGenerator[str | CallUsage, None]:
        """Yield the pieces of an answer in Markdown as they come, and the usage last; `aclose` ends the request."""
