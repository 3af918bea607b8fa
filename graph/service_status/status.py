"""Service status: which parts of the platform work."""

from datetime import datetime

import strawberry

from domain.service_status.parts import PartState, ServicePart
from graph.directives import public
from graph.enums import declare_enum
from graph.fields import attribute, resolved_by, streamed_by
from resolvers.service_status import status

declare_enum(
    ServicePart,
    "A part of the platform that can fail while others work.",
    DATABASE="Reading and saving.",
    LIVE_UPDATES="How soon changes of others appear.",
    JOBS="Work in the background.",
    MAIL="Sending mails.",
    EXTERNAL_SIGN_IN="Signing in with an identity provider.",
    WEBHOOKS="Telling other systems of events.",
    AI="Answers of language models, such as generated drafts, chats and explanations.",
)
declare_enum(
    PartState,
    "Whether a part of the platform works.",
    OPERATIONAL="It works.",
    DEGRADED="It works partly, or is being tried again.",
    DOWN="It does not work.",
)


@strawberry.type(description="Whether a part of the platform works.", directives=[public()])
class PartStatus:
    """One part."""

    part: ServicePart = attribute("The part.")
    state: PartState = attribute("Whether it works.")
    since: datetime | None = attribute("Since when it does not work well; null while it works.")
    message: str | None = attribute(
        "What does not work and what to do, for people; null while everything of it works."
    )


@strawberry.type(description="Which parts of the platform work.", directives=[public()])
class ServiceStatus:
    """The whole and its parts."""

    state: PartState = attribute("The state of the worst part.")
    parts: list[PartStatus] = attribute("Every part.", at_most=len(ServicePart))


@strawberry.type
class StatusQueries:
    """The root field of service status."""

    service_status: ServiceStatus | None = resolved_by(
        status.service_status,
        description="Which parts of the platform work, as any of its processes sees it; answered from memory.",
        rule=public(),
    )


@strawberry.type
class StatusSubscriptions:
    """The subscription of service status."""

    service_status_changed: ServiceStatus | None = streamed_by(
        status.service_status_changed,
        description="Which parts of the platform work: now, and at each change.",
        rule=public(),
    )
