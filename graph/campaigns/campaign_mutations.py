"""Mutations of campaigns."""

from datetime import datetime
from typing import Any

import strawberry

from domain.accounts.scopes import Scope
from domain.campaigns.campaign_changes import LONGEST_NAME, MOST_PER_SECOND, CampaignNotDraftError
from domain.campaigns.campaign_states import CampaignStateConflictError
from domain.campaigns.operators import VersionOutdatedError
from domain.campaigns.quiet_hours import DEFAULT_FROM, DEFAULT_UNTIL
from domain.errors import ForbiddenError, IdempotencyKeyReusedError
from domain.ids import CampaignId, EmailTemplateId, SegmentId
from graph.campaigns.campaigns import Campaign
from graph.campaigns.email_templates import KEY, RULE, VERSION
from graph.directives import requires_scopes
from graph.fields import given
from graph.mutations import mutated_by
from graph.scalars import JsonObject
from resolvers.campaigns import campaigns

_SENDS = (RULE, requires_scopes(Scope.SEND_MAIL))
_NAME = f"Its name for operators: 1 to {LONGEST_NAME} characters."
_VALUES = "A value for each variable of the template: a text, or a list of texts."
_PER_SECOND = f"How many mails go out in a second, 1 to {MOST_PER_SECOND}; null for the provider's limit."
_QUIET_FROM = "From which hour of the reader's clock on no mail goes out, 0 to 23."
_QUIET_UNTIL = "Until which hour; the same hour as `quietFrom` for no quiet hours."
_ID = "The campaign, `campaign_...`."


@strawberry.input(description="The new campaign.")
class CreateCampaignInput:
    """What a campaign needs."""

    name: str = given(_NAME, required=True)
    template_id: EmailTemplateId = given("Its template.", required=True)
    segment_id: SegmentId = given("Its segment.", required=True)
    values: JsonObject | None = given(_VALUES)
    per_second: int | None = given(_PER_SECOND)
    quiet_from: int = given(_QUIET_FROM, default=DEFAULT_FROM)
    quiet_until: int = given(_QUIET_UNTIL, default=DEFAULT_UNTIL)
    idempotency_key: str = given(KEY, required=True)


@strawberry.input(description="The changes of a draft; a field that is left out stays unchanged.")
class UpdateCampaignInput:
    """A partial update."""

    id: CampaignId = given(_ID, required=True)
    version: int = given(VERSION, required=True)
    name: str | None = given(_NAME)
    template_id: EmailTemplateId | None = given("Its template.")
    segment_id: SegmentId | None = given("Its segment.")
    values: JsonObject | None = given(_VALUES)
    per_second: int | None = given(_PER_SECOND)
    quiet_from: int | None = given(_QUIET_FROM)
    quiet_until: int | None = given(_QUIET_UNTIL)


@strawberry.input(description="A campaign, and when it begins.")
class ScheduleCampaignInput:
    """A campaign and a time."""

    id: CampaignId = given(_ID, required=True)
    version: int = given(VERSION, required=True)
    at: datetime = given("When it begins: within the next 365 days.", required=True)


@strawberry.input(description="A scheduled campaign to make a draft again.")
class UnscheduleCampaignInput:
    """A campaign."""

    id: CampaignId = given(_ID, required=True)
    version: int = given(VERSION, required=True)


@strawberry.input(description="A campaign to send.")
class SendCampaignInput:
    """A campaign."""

    id: CampaignId = given(_ID, required=True)
    version: int = given(VERSION, required=True)


@strawberry.input(description="A campaign to pause.")
class PauseCampaignInput:
    """A campaign."""

    id: CampaignId = given(_ID, required=True)


@strawberry.input(description="A campaign to resume.")
class ResumeCampaignInput:
    """A campaign."""

    id: CampaignId = given(_ID, required=True)


@strawberry.input(description="A campaign to cancel.")
class CancelCampaignInput:
    """A campaign."""

    id: CampaignId = given(_ID, required=True)


@strawberry.input(description="A campaign to try out.")
class SendTestCampaignInput:
    """A campaign."""

    id: CampaignId = given(_ID, required=True)
    idempotency_key: str = given("A new key for each new test; the same key sends one mail.", required=True)


_GIVES: dict[str, Any] = {"campaign": (Campaign, "The campaign.")}


@strawberry.type
class CampaignMutations:
    """Mutations of campaigns; the caller's role is checked in the database."""

    create_campaign = mutated_by(
        campaigns.create_campaign,
        input=CreateCampaignInput,
        gives=_GIVES,
        refuses=(ForbiddenError, IdempotencyKeyReusedError),
        rule=RULE,
        description="Creates a campaign as a draft.",
    )
    update_campaign = mutated_by(
        campaigns.update_campaign,
        input=UpdateCampaignInput,
        gives=_GIVES,
        refuses=(ForbiddenError, VersionOutdatedError, CampaignNotDraftError),
        rule=RULE,
        description="Changes a draft; `unscheduleCampaign` makes a scheduled campaign one again.",
    )
    schedule_campaign = mutated_by(
        campaigns.schedule_campaign,
        input=ScheduleCampaignInput,
        gives=_GIVES,
        refuses=(ForbiddenError, VersionOutdatedError, CampaignStateConflictError),
        rule=_SENDS,
        description="Sets when a draft begins to be sent, or another time for one that has a time.",
    )
    unschedule_campaign = mutated_by(
        campaigns.unschedule_campaign,
        input=UnscheduleCampaignInput,
        gives=_GIVES,
        refuses=(ForbiddenError, VersionOutdatedError, CampaignStateConflictError),
        rule=RULE,
        description="Makes a scheduled campaign a draft again, which can be changed; it does not begin at its time.",
    )
    send_campaign = mutated_by(
        campaigns.send_campaign,
        input=SendCampaignInput,
        gives=_GIVES,
        refuses=(ForbiddenError, VersionOutdatedError, CampaignStateConflictError),
        rule=_SENDS,
        description="Begins to send a campaign, to those who consent to marketing alone.",
    )
    pause_campaign = mutated_by(
        campaigns.pause_campaign,
        input=PauseCampaignInput,
        gives=_GIVES,
        refuses=(ForbiddenError, CampaignStateConflictError),
        rule=RULE,
        description="Takes back the mails that no worker has begun to send, and posts no more until it is resumed.",
    )
    resume_campaign = mutated_by(
        campaigns.resume_campaign,
        input=ResumeCampaignInput,
        gives=_GIVES,
        refuses=(ForbiddenError, CampaignStateConflictError),
        rule=RULE,
        description="Goes on with a paused campaign.",
    )
    cancel_campaign = mutated_by(
        campaigns.cancel_campaign,
        input=CancelCampaignInput,
        gives=_GIVES,
        refuses=(ForbiddenError, CampaignStateConflictError),
        rule=RULE,
        description="Ends a campaign; no mail of it goes out that the mail server has not taken yet.",
    )
    send_test_campaign = mutated_by(
        campaigns.send_test_campaign,
        input=SendTestCampaignInput,
        gives=_GIVES,
        refuses=(ForbiddenError, IdempotencyKeyReusedError),
        rule=_SENDS,
        description="Sends the mail of a campaign to the caller alone.",
    )
