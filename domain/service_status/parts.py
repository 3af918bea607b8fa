"""Parts of the service, and whether each works."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum

from domain.entities import entity


class ServicePart(Enum):
    """A part of the platform that can fail while others work."""

    DATABASE = "DATABASE"
    LIVE_UPDATES = "LIVE_UPDATES"
    JOBS = "JOBS"
    MAIL = "MAIL"
    EXTERNAL_SIGN_IN = "EXTERNAL_SIGN_IN"
    WEBHOOKS = "WEBHOOKS"
    AI = "AI"


class PartState(Enum):
    """Whether a part works; the order is from good to bad."""

    OPERATIONAL = "OPERATIONAL"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


_BADNESS = {state: place for place, state in enumerate(PartState)}


@entity
class Cause:
    """Why a part does not work. `sentence` says to users what that means for them and what to do."""

    name: str
    part: ServicePart
    sentence: str


Causes = Mapping[str, Cause]
"""All causes by their names."""


@entity
class Trouble:
    """A cause that is there now, how bad it is, and since when."""

    cause: str
    state: PartState
    since: datetime


@entity
class PartStatus:
    """Whether a part works. `since` and `message` are None while it does."""

    part: ServicePart
    state: PartState
    since: datetime | None
    message: str | None


@entity
class ServiceStatus:
    """The state of the worst part, and those of all parts."""

    state: PartState
    parts: list[PartStatus]


def status_of(troubles: Iterable[Trouble], causes: Causes) -> ServiceStatus:
    """Return the status that troubles, seen by any processes, give; a cause of another version is left out."""
    known = [trouble for trouble in troubles if trouble.cause in causes]
    parts = [
        _part_of(part, [trouble for trouble in known if causes[trouble.cause].part is part], causes)
        for part in ServicePart
    ]
    return ServiceStatus(state=worst(part.state for part in parts), parts=parts)


def worst(states: Iterable[PartState]) -> PartState:
    """Return the worst of some states."""
    return max(states, key=_BADNESS.__getitem__, default=PartState.OPERATIONAL)


def _part_of(part: ServicePart, troubles: list[Trouble], causes: Causes) -> PartStatus:
    state = worst(trouble.state for trouble in troubles)
    worst_ones = [trouble for trouble in troubles if trouble.state is state]
    sentences = sorted({causes[trouble.cause].sentence for trouble in worst_ones})
    return PartStatus(
        part=part,
        state=state,
        since=min((trouble.since for trouble in worst_ones), default=None),
        message=" ".join(sentences) or None,
    )
