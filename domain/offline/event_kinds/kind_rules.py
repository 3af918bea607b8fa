"""Kind rules: what a kind of event has to say about itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from domain.acts import Act
from domain.entities import entity
from domain.errors import DomainError
from domain.offline.events import EventOutcome, OfflineEvent
from domain.offline.work import OfflineWork
from domain.spaced_review.memory import Schedulers

Apply = Callable[
    [OfflineWork, Act, Sequence[OfflineEvent], Schedulers], Awaitable[Mapping[str, EventOutcome]]
]
"""Judges events of one learner, whose row is locked, and applies them; the outcome of each is under its id.

It refuses before it writes: a refused event changes nothing, and never harms the others. The state that it leaves
does not depend on how events are split into calls, nor on their order, but for what the decisions about offline events
name. The schedulers compute when cards come back.
"""


@entity
class EventRules:
    """A kind of event: the field that clients send it in, what it does, and its own refusals."""

    name: str
    apply: Apply
    refuses: tuple[type[DomainError], ...]
