"""Segments: the types, the list, counting, and the mutations."""

from datetime import datetime
from typing import Any

import strawberry

from domain.accounts.users import Role
from domain.campaigns.operators import VersionOutdatedError
from domain.campaigns.segments import (
    MOST_CONDITIONS,
    MOST_COUNTED,
    MOST_DAYS,
    MOST_GROUPS,
    SegmentInUseError,
)
from domain.errors import ForbiddenError, IdempotencyKeyReusedError
from domain.gamification.current_streak import StreakState
from domain.ids import ExamDomainId, ExamTypeId, SegmentId
from graph.campaigns.email_templates import KEY, RULE, VERSION
from graph.content.exam_types import ExamDomain, ExamType
from graph.costs import weighed
from graph.errors import declare_error
from graph.fields import arg, attribute, given, loaded_by, resolved_by
from graph.gamification import streaks as _streaks  # noqa: F401 - it declares StreakState
from graph.jobs.jobs import OPERATOR_READS
from graph.mutations import mutated_by
from graph.node import Node
from graph.paging import Connection
from resolvers.campaigns import segments as segment_resolvers
from resolvers.content import loaders as content_loaders

_NAME = "Its name for operators: 1 to 120 characters."
_GROUPS = f"Whoever fits one of these groups, 1 to {MOST_GROUPS}."
_ROLE = "Users with this role."
_ACTIVE = f"Users who did something that counts for a streak within so many days, 1 to {MOST_DAYS}."
_INACTIVE = f"Users who did nothing of that kind within so many days, 1 to {MOST_DAYS}."
_STREAK = "Users whose streak is in this state."
_MARKETING = "Users who consent to marketing, or who do not."
_COUNT_WEIGHT = 50

declare_error(SegmentInUseError, "A campaign that has not ended uses the segment.")


@strawberry.type(description="A condition: the one field that is set.", directives=[*OPERATOR_READS])
class SegmentCondition:
    """One condition."""

    role: Role | None = attribute(_ROLE)
    active_within_days: int | None = attribute(_ACTIVE)
    inactive_for_days: int | None = attribute(_INACTIVE)
    exam_type: ExamType | None = loaded_by(
        content_loaders.exam_types_by_id,
        key="exam_type_id",
        description="Users with a graded quiz of this exam type.",
    )
    streak: StreakState | None = attribute(_STREAK)
    weak_domain: ExamDomain | None = loaded_by(
        content_loaders.exam_domains_by_id,
        key="weak_domain_id",
        description="Users for whom this exam domain is a weak area.",
    )
    marketing: bool | None = attribute(_MARKETING)


@strawberry.type(description="Conditions that all hold.", directives=[*OPERATOR_READS])
class SegmentGroup:
    """One group."""

    conditions: list[SegmentCondition] = attribute("The conditions.", at_most=MOST_CONDITIONS, usual=3)


@strawberry.type(
    description=f"How many users a segment has; they are counted up to {MOST_COUNTED}.",
    directives=[*OPERATOR_READS],
)
class SegmentSize:
    """Two counts."""

    matching: int = attribute("How many users fit.")
    reachable: int = attribute(
        "How many of them may get a campaign now: they consent to marketing, have a verified address, and are neither "
        "suspended nor leaving."
    )


@strawberry.type(description="Who a campaign is for.", directives=[*OPERATOR_READS])
class Segment(Node):
    """One segment."""

    id: SegmentId = attribute("The segment's id, `segment_...`.")
    name: str = attribute("Its name for operators.")
    version: int = attribute("Grows with every change; send it with the next change.")
    groups: list[SegmentGroup] = attribute(
        "Whoever fits one of these groups is in the segment.", at_most=MOST_GROUPS, usual=2
    )
    created_at: datetime = attribute("When it was created.")
    updated_at: datetime = attribute("When it was last changed.")


@strawberry.input(description="A condition, in exactly one field.", one_of=True)
class SegmentConditionInput:
    """One condition."""

    role: Role | None = given(_ROLE)
    active_within_days: int | None = given(_ACTIVE)
    inactive_for_days: int | None = given(_INACTIVE)
    exam_type_id: ExamTypeId | None = given("Users with a graded quiz of this exam type.")
    streak: StreakState | None = given(_STREAK)
    weak_domain_id: ExamDomainId | None = given("Users for whom this exam domain is a weak area.")
    marketing: bool | None = given(_MARKETING)


@strawberry.input(description="Conditions that all hold.")
class SegmentGroupInput:
    """One group."""

    conditions: list[SegmentConditionInput] = given(f"The conditions, 1 to {MOST_CONDITIONS}.", required=True)


@strawberry.input(description="What to count, by exactly one of its fields.", one_of=True)
class SegmentSizeBy:
    """A one-of lookup."""

    id: SegmentId | None = given("A stored segment.")
    groups: list[SegmentGroupInput] | None = given(_GROUPS)


@strawberry.type
class SegmentQueries:
    """Root fields about segments."""

    segments: Connection[Segment] | None = resolved_by(
        segment_resolvers.segments,
        description="All segments, newest first. The caller's role is checked in the database.",
        rule=OPERATOR_READS,
    )
    segment_size: SegmentSize | None = weighed(
        resolved_by(
            segment_resolvers.segment_size,
            description="How many users are in a segment now, or would be in one that is not stored.",
            rule=OPERATOR_READS,
            args={"by": arg(SegmentSizeBy, "A segment, or groups.")},
        ),
        _COUNT_WEIGHT,
    )


@strawberry.input(description="The new segment.")
class CreateSegmentInput:
    """What a segment needs."""

    name: str = given(_NAME, required=True)
    groups: list[SegmentGroupInput] = given(_GROUPS, required=True)
    idempotency_key: str = given(KEY, required=True)


@strawberry.input(description="The changes; a field that is left out stays unchanged.")
class UpdateSegmentInput:
    """A partial update."""

    id: SegmentId = given("The segment.", required=True)
    version: int = given(VERSION, required=True)
    name: str | None = given(_NAME)
    groups: list[SegmentGroupInput] | None = given(_GROUPS)


@strawberry.input(description="The segment to delete.")
class DeleteSegmentInput:
    """A segment."""

    id: SegmentId = given("The segment.", required=True)


_GIVES: dict[str, Any] = {"segment": (Segment, "The segment.")}


@strawberry.type
class SegmentMutations:
    """Mutations of segments; the caller's role is checked in the database."""

    create_segment = mutated_by(
        segment_resolvers.create_segment,
        input=CreateSegmentInput,
        gives=_GIVES,
        refuses=(ForbiddenError, IdempotencyKeyReusedError),
        rule=RULE,
        description="Creates a segment.",
    )
    update_segment = mutated_by(
        segment_resolvers.update_segment,
        input=UpdateSegmentInput,
        gives=_GIVES,
        refuses=(ForbiddenError, VersionOutdatedError),
        rule=RULE,
        description="Changes a segment; campaigns that were started keep its earlier groups.",
    )
    delete_segment = mutated_by(
        segment_resolvers.delete_segment,
        input=DeleteSegmentInput,
        gives=_GIVES,
        refuses=(ForbiddenError, SegmentInUseError),
        rule=RULE,
        description="Deletes a segment that no campaign will use.",
    )
