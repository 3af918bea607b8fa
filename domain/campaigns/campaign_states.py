"""Campaign states: where a campaign is in its life, and which state may follow."""

from enum import Enum

from domain.errors import DomainError


class CampaignState(Enum):
    """Where a campaign is in its life."""

    DRAFT = "DRAFT"
    SCHEDULED = "SCHEDULED"
    SENDING = "SENDING"
    PAUSED = "PAUSED"
    SENT = "SENT"
    CANCELLED = "CANCELLED"


ALLOWED: dict[CampaignState, tuple[CampaignState, ...]] = {
    CampaignState.DRAFT: (CampaignState.SCHEDULED, CampaignState.SENDING, CampaignState.CANCELLED),
    CampaignState.SCHEDULED: (
        CampaignState.SCHEDULED,
        CampaignState.DRAFT,
        CampaignState.SENDING,
        CampaignState.CANCELLED,
    ),
    CampaignState.SENDING: (CampaignState.PAUSED, CampaignState.SENT, CampaignState.CANCELLED),
    CampaignState.PAUSED: (CampaignState.SENDING, CampaignState.CANCELLED),
    CampaignState.SENT: (),
    CampaignState.CANCELLED: (),
}
"""The states that may follow each; SCHEDULED follows itself at another time."""
ENDED = frozenset(state for state, following in ALLOWED.items() if not following)
"""The states of a campaign that has ended."""


class RecipientState(Enum):
    """What has become of one recipient of a campaign."""

    PENDING = "PENDING"
    POSTED = "POSTED"
    SENT = "SENT"
    FAILED = "FAILED"
    SUPPRESSED = "SUPPRESSED"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"


class CampaignStateConflictError(DomainError):
    """The campaign cannot get from its state to the wanted one; `allowed` are those that may follow."""

    code = "CAMPAIGN_STATE_CONFLICT"

    def __init__(self, state: CampaignState, wanted: CampaignState) -> None:
        self.state = state
        self.allowed = list(ALLOWED[state])
        choices = ", ".join(each.value for each in self.allowed) or "nothing else"
        super().__init__(
            f"A campaign that is {state.value} cannot become {wanted.value}; it can become {choices}.",
            field="id",
        )


def moved(state: CampaignState, to: CampaignState) -> CampaignState:
    """Return the state that follows; raises CampaignStateConflictError."""
    if to not in ALLOWED[state]:
        raise CampaignStateConflictError(state, to)
    return to
