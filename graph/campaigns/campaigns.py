"""Campaigns: the types, the list, and the subscription."""

from datetime import datetime

import strawberry

from domain.campaigns.campaign_changes import CampaignNotDraftError
from domain.campaigns.campaign_states import CampaignState, CampaignStateConflictError, RecipientState
from domain.ids import CampaignId
from graph.campaigns.email_templates import EmailTemplate
from graph.campaigns.segments import Segment
from graph.enums import declare_enum
from graph.errors import UserError, declare_error
from graph.fields import arg, attribute, loaded_by, resolved_by, streamed_by
from graph.jobs.jobs import OPERATOR_READS
from graph.node import Node
from graph.paging import Connection
from graph.scalars import BigInt, JsonObject
from resolvers.campaigns import campaigns, loaders

declare_enum(
    CampaignState,
    "Where a campaign is in its life.",
    DRAFT="It can be changed.",
    SCHEDULED="It begins at `scheduledAt`.",
    SENDING="Its recipients are being found, or its mails go out.",
    PAUSED="No mail of it goes out until it is resumed.",
    SENT="All recipients are done with.",
    CANCELLED="It was cancelled; no mail of it goes out.",
)
declare_enum(
    RecipientState,
    "What has become of a recipient.",
    PENDING="Waits until `nextRunAt`, for their turn or for the end of their quiet hours.",
    POSTED="The mail is on its way to the mail server.",
    SENT="The mail server has taken the mail.",
    FAILED="The mail server refused the mail, or it waits for an operator who retries its job.",
    SUPPRESSED="The address gets no more mails: it bounced, its reader complained, or an operator said so.",
    SKIPPED="The reader withdrew their consent, was suspended or left before the mail went out.",
    CANCELLED="The campaign was cancelled before the mail went out.",
)
_STATES = len(CampaignState)


@strawberry.type
class CampaignStateConflictBase(UserError):  # noqa: N818 - a type of the schema
    """Adds the states to a refusal."""

    state: CampaignState = attribute("The state that the campaign is in.")
    allowed: list[CampaignState] = attribute("The states that may follow.", at_most=_STATES)


declare_error(
    CampaignStateConflictError,
    "The campaign is in a state from which this is not possible; `allowed` lists the states that may follow.",
    base=CampaignStateConflictBase,
)
declare_error(CampaignNotDraftError, "The campaign is no draft any more, and is not changed.")


@strawberry.type(
    description="A recipient of a campaign: a number that names no user, and what became of the mail. Addresses are "
    "shown nowhere.",
    directives=[*OPERATOR_READS],
)
class CampaignRecipient:
    """One recipient."""

    number: BigInt = attribute("Its number, which says nothing about the user.")
    state: RecipientState = attribute("What has become of it.")
    next_run_at: datetime | None = attribute("When the mail may be posted; null unless it is PENDING.")
    reason: str | None = attribute("Why there is no mail, or why it failed.")
    sent_at: datetime | None = attribute("When the mail server took the mail.")
    delivered: bool = attribute("Whether the provider reported the delivery.")
    bounced: bool = attribute("Whether the mail came back.")
    complained: bool = attribute("Whether the reader called it spam.")
    clicked: bool = attribute("Whether a reader who lets clicks be counted followed a link.")
    unsubscribed: bool = attribute("Whether the reader withdrew their consent by its link.")


@strawberry.type(description="How many recipients are in each state.", directives=[*OPERATOR_READS])
class CampaignProgress:
    """Counts."""

    percent: int = attribute("How many of the recipients are done with, from 0 to 100.")
    recipients: int = attribute("How many there are; it grows while they are being found.")
    pending: int = attribute("How many wait.")
    posted: int = attribute("How many mails are on their way.")
    sent: int = attribute("How many mails the mail server has taken.")
    failed: int = attribute("How many it refused, or wait for an operator.")
    suppressed: int = attribute("How many addresses get no more mails.")
    skipped: int = attribute("How many may not get the campaign any more.")
    cancelled: int = attribute("How many were cancelled.")
    next_run_at: datetime | None = attribute("When the first one that waits may get the mail.")


@strawberry.type(
    description="What came of a campaign. Whether a mail was opened is not known.",
    directives=[*OPERATOR_READS],
)
class CampaignReport:
    """Counts."""

    sent: int = attribute("How many mails the mail server has taken.")
    delivered: int = attribute("How many the provider reported as delivered.")
    bounced: int = attribute("How many came back.")
    suppressed: int = attribute("How many were not sent, because their addresses get no more mails.")
    complained: int = attribute("How many readers called it spam.")
    clicked: int = attribute("How many readers followed a link, of those who let clicks be counted.")
    unsubscribed: int = attribute("How many readers withdrew their consent by its link.")
    xp_sessions: int = attribute("How many quizzes earned its readers XP within 7 days after the mail.")


@strawberry.type(
    description="Mails by one template to the users of one segment who consent to marketing.",
    directives=[*OPERATOR_READS],
)
class Campaign(Node):
    """One campaign."""

    id: CampaignId = attribute("The campaign's id, `campaign_...`.")
    name: str = attribute("Its name for operators.")
    state: CampaignState = attribute("Where it is in its life.")
    version: int = attribute("Grows with every change; send it with the next change.")
    template: EmailTemplate | None = loaded_by(
        loaders.email_templates_by_id,
        key="template_id",
        description="Its template in the newest version; null if it was deleted since.",
    )
    template_version: int | None = attribute(
        "The version that is sent: the one that was newest when it was scheduled or begun; null for a draft."
    )
    segment: Segment | None = loaded_by(
        loaders.segments_by_id,
        key="segment_id",
        description="Its segment; null if it was deleted since.",
    )
    values: JsonObject = attribute("The values of the template's variables.")
    per_second: int | None = attribute(
        "How many mails of it go out in a second; null for the provider's limit."
    )
    quiet_from: int = attribute("From which hour of the reader's clock on no mail goes out.")
    quiet_until: int = attribute("Until which hour.")
    scheduled_at: datetime | None = attribute("When it begins, or was to begin.")
    created_at: datetime = attribute("When it was created.")
    started_at: datetime | None = attribute("When it began.")
    finished_at: datetime | None = attribute("When it ended.")
    trouble: str | None = loaded_by(
        loaders.trouble_by_campaign,
        key="id",
        description="Why it does not go on by itself: the error of its job, which failed for good or was discarded. "
        "Retry that job, schedule the campaign again, or pause and resume it. Null while all is well.",
    )
    progress: CampaignProgress | None = loaded_by(
        loaders.progress_by_campaign, key="id", description="How far it is."
    )
    report: CampaignReport | None = loaded_by(
        loaders.report_by_campaign, key="id", description="What came of it."
    )
    recipients: Connection[CampaignRecipient] | None = loaded_by(
        loaders.recipients_by_campaign,
        key="id",
        description="Its recipients, by number.",
        args={"state": "Only recipients in this state."},
    )


@strawberry.type
class CampaignQueries:
    """Root fields about campaigns."""

    campaigns: Connection[Campaign] | None = resolved_by(
        campaigns.campaigns,
        description="All campaigns, newest first. The caller's role is checked in the database.",
        rule=OPERATOR_READS,
        args={"state": "Only campaigns in this state."},
    )


@strawberry.type
class CampaignSubscriptions:
    """The subscription of campaigns."""

    campaign_progress: Campaign | None = streamed_by(
        campaigns.campaign_progress,
        description="The campaign now and whenever it, its progress or its trouble changes, until it has ended.",
        rule=OPERATOR_READS,
        args={"id": arg(CampaignId, "The campaign.")},
    )
