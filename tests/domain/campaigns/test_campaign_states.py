"""Campaign states: every pair of states is either allowed or refused."""

import itertools

import pytest

from domain.campaigns.campaign_states import (
    ENDED,
    CampaignState,
    CampaignStateConflictError,
    moved,
)

ALLOWED = {
    ("DRAFT", "SCHEDULED"),
    ("DRAFT", "SENDING"),
    ("DRAFT", "CANCELLED"),
    ("SCHEDULED", "DRAFT"),
    ("SCHEDULED", "SCHEDULED"),
    ("SCHEDULED", "SENDING"),
    ("SCHEDULED", "CANCELLED"),
    ("SENDING", "PAUSED"),
    ("SENDING", "SENT"),
    ("SENDING", "CANCELLED"),
    ("PAUSED", "SENDING"),
    ("PAUSED", "CANCELLED"),
}
PAIRS = list(itertools.product([state.value for state in CampaignState], repeat=2))


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_transition_is_allowed_or_refused_with_those_that_are(before: str, after: str) -> None:
    if (before, after) in ALLOWED:
        assert moved(CampaignState(before), CampaignState(after)) is CampaignState(after)
        return
    with pytest.raises(CampaignStateConflictError) as refused:
        moved(CampaignState(before), CampaignState(after))

    assert {state.value for state in refused.value.allowed} == {to for was, to in ALLOWED if was == before}
    assert before in refused.value.message


def test_what_nothing_follows_has_ended() -> None:
    assert {state.value for state in ENDED} == {"SENT", "CANCELLED"}
