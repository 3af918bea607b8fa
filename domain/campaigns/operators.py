"""Operators: who may run campaigns, and the refusal of a change that was made for an earlier version."""

from domain.accounts import roles
from domain.accounts.users import Role
from domain.acts import Act
from domain.campaigns.campaigns import Campaign
from domain.campaigns.work import CampaignsWork
from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.ids import CampaignId

STARTER = Role.OPERATOR
"""Who runs campaigns."""


class VersionOutdatedError(DomainError):
    """The object changed since the client read it."""

    code = "VERSION_OUTDATED"


async def require(work: CampaignsWork, act: Act) -> None:
    """Raise ForbiddenError unless the actor is an operator now, or the platform itself."""
    if act.actor_id is not None:
        await roles.require(work.roles, user_id=act.actor_id, role=STARTER, now=act.now)


def check_version(current: int, version: int | None) -> None:
    """Raise VersionOutdatedError unless the change was made for this version; None stands for any."""
    if version not in {None, current}:
        raise VersionOutdatedError(
            f"It is at version {current}; look at it and repeat the change with that version.",
            field="version",
        )


async def locked(work: CampaignsWork, campaign_id: CampaignId, *, version: int | None = None) -> Campaign:
    """Return a campaign, locked, to change this version of it; raises NotFoundError or VersionOutdatedError."""
    campaign = await work.campaigns.lock(campaign_id)
    if campaign is None:
        raise NotFoundError("There is no such campaign; `campaigns` lists those that there are.", field="id")
    check_version(campaign.version, version)
    return campaign


def removed(kind: str) -> InvalidInputError:
    """Return the refusal of a key whose object was deleted since."""
    return InvalidInputError(f"The {kind} of this key was deleted; make a new key.", field="idempotencyKey")
