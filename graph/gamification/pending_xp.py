"""Pending XP: the list for moderators, and the mutations that settle and reverse."""

from datetime import datetime

import strawberry

from domain.accounts.users import Role
from domain.errors import ForbiddenError
from domain.gamification.pending_xp import LONGEST_REASON, XpAlreadyReversedError, XpNotPendingError
from domain.gamification.xp_rules import CURRENT
from domain.ids import XpEntryId
from graph.accounts.users import User
from graph.directives import auth
from graph.errors import declare_error
from graph.fields import attribute, given, loaded_by, resolved_by
from graph.gamification.xp import XpEntry
from graph.mutations import mutated_by
from graph.paging import Connection
from resolvers.accounts import loaders
from resolvers.gamification import pending_xp

_MODERATOR = auth(Role.MODERATOR)
_HOURS = int(CURRENT.settled_after.total_seconds()) // 3600
_REASON = f"Why, for the audit log and the learner: 1 to {LONGEST_REASON} characters."

declare_error(XpNotPendingError, "The entry is not pending: it was settled or reversed before.")
declare_error(XpAlreadyReversedError, "The entry was reversed before, or is a correction itself.")


@strawberry.type(description="Withheld XP, as moderators see it.", directives=[_MODERATOR])
class PendingXp:
    """A withheld entry with its learner."""

    entry: XpEntry = attribute("The entry; its explanation says why it is withheld.")
    user: User | None = loaded_by(loaders.users_by_id, key="user_id", description="The learner.")
    settles_at: datetime = attribute(
        "When it settles by itself, unless more XP of the learner is withheld or reversed until then."
    )


@strawberry.input(description="Withheld XP to settle.")
class SettlePendingXpInput:
    """An entry and a reason."""

    entry_id: XpEntryId = given("The entry, `xp_...`.", required=True)
    reason: str = given(_REASON, required=True)


@strawberry.input(description="XP to take back.")
class ReverseXpInput:
    """An entry and a reason."""

    entry_id: XpEntryId = given("The entry, `xp_...`.", required=True)
    reason: str = given(_REASON, required=True)


@strawberry.type
class PendingXpQueries:
    """Root fields about withheld XP."""

    pending_xp: Connection[PendingXp] | None = resolved_by(
        pending_xp.pending_xp,
        description="Withheld XP, oldest first. The caller's role is checked in the database.",
        rule=_MODERATOR,
    )


@strawberry.type
class PendingXpMutations:
    """Mutations for moderators; the caller's role is checked in the database."""

    settle_pending_xp = mutated_by(
        pending_xp.settle_pending_xp,
        input=SettlePendingXpInput,
        gives={"entry": (XpEntry, "The entry, which counts now.")},
        refuses=(ForbiddenError, XpNotPendingError),
        rule=_MODERATOR,
        description="Lets withheld XP count. Without it the XP settles by itself "
        f"after {_HOURS} hours without a further finding.",
    )
    reverse_xp = mutated_by(
        pending_xp.reverse_xp,
        input=ReverseXpInput,
        gives={
            "entry": (XpEntry, "The withheld entry that never counts, or the correction of one that counted.")
        },
        refuses=(ForbiddenError, XpAlreadyReversedError),
        rule=_MODERATOR,
        description="Takes XP back: withheld XP never counts, and counted XP gets a negative entry.",
    )
