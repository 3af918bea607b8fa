"""Leaderboards: ranked learners, the viewer's own entry, and the subscription to changes."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.gamification import leaderboards as gamification_leaderboards
from domain.gamification.leaderboards import LARGEST_TOP, MOST_AROUND, LeaderboardScope, LeaderboardWindow
from domain.ids import UserId
from graph.accounts.users import User
from graph.cache_control import CacheControlScope, cached, kept
from graph.costs import weighed
from graph.declarations import Lookahead
from graph.directives import public
from graph.enums import declare_enum
from graph.fields import arg, attribute, loaded_by, resolved_by, streamed_by
from graph.paging import Connection
from graph.scalars import BigInt, LeaderboardVersion
from resolvers.accounts import loaders
from resolvers.gamification import leaderboards

declare_enum(LeaderboardScope, "Whom a learner is ranked with.", GLOBAL="All learners.")
declare_enum(
    LeaderboardWindow,
    "Which XP counts, by the time when it was earned.",
    ALL_TIME="All XP.",
    WEEKLY="The XP of the current ISO week, which begins on Monday 00:00 UTC in every time zone.",
)

_TOP = arg(int, f"How many entries from the top: 0 to {LARGEST_TOP}.", name="first")
_PLACE = {"scope": "Whom to rank.", "period": arg(LeaderboardWindow, "Which XP counts.", name="window")}


@strawberry.type(description="The entry of one learner on a leaderboard.", directives=[public(), kept(5)])
class LeaderboardEntry:
    """A learner with rank and XP."""

    rank: BigInt = attribute(
        "The exact competition rank (1, 2, 2, 4): 1 + the number of learners with strictly more XP."
    )
    user: User | None = loaded_by(loaders.users_by_id, key="user_id", description="The learner.")
    xp: BigInt = attribute("The XP that counts on this leaderboard.")
    delta: BigInt = attribute("The XP of the latest change; negative for a correction.")
    reached_at: datetime = attribute(
        "When the latest counted XP was earned. Of two learners with equal XP, the earlier one comes first."
    )
    is_viewer: bool = attribute("Whether this is the caller's own entry.", personal=True)


@strawberry.type(
    description="Learners by XP, then by when they reached it, then by user id. A learner who opted out is "
    "visible to themselves only.",
    directives=[public(), kept(5)],
)
class Leaderboard:
    """A board as the caller sees it; all attributes belong to one version."""

    scope: LeaderboardScope = attribute("Who is ranked.")
    window: LeaderboardWindow = attribute("Which XP counts.")
    version: LeaderboardVersion = attribute("The version that `entries` and `viewerEntry` show.")
    as_of: datetime = attribute("When the leaderboard was read.")
    total: BigInt = attribute("How many learners are on the leaderboard.")
    viewer_entry: LeaderboardEntry | None = attribute(
        "The caller's own entry, at any rank; null for an anonymous caller, and without XP on this leaderboard.",
        personal=True,
    )
    entries: list[LeaderboardEntry] | None = resolved_by(
        leaderboards.entries,
        description="The first entries, of the same `version`.",
        at_most=LARGEST_TOP,
        args={"top": _TOP},
    )
    around: list[LeaderboardEntry] | None = cached(
        resolved_by(
            leaderboards.around,
            description="The caller's entry and its neighbours; empty without an entry.",
            at_most=2 * MOST_AROUND + 1,
            args={"n": f"How many entries on either side: 0 to {MOST_AROUND}."},
        ),
        5,
        CacheControlScope.PRIVATE,
    )
    ranking: Connection[LeaderboardEntry] | None = weighed(
        resolved_by(leaderboards.ranking, description="The whole leaderboard, in pages."), 5
    )


@strawberry.type(
    description="A complete view: the first message of a subscription, or one that replaces all messages before it.",
    directives=[public()],
)
class LeaderboardSnapshot:
    """A complete view."""

    version: LeaderboardVersion = attribute("The version of this view.")
    as_of: datetime = attribute("When the leaderboard was read.")
    entries: list[LeaderboardEntry] = attribute("The first entries.", at_most=LARGEST_TOP)
    viewer_entry: LeaderboardEntry | None = attribute("The caller's own entry, or null.", personal=True)


@strawberry.type(
    description="The changes since another version. Drop the entries of the users in `left`, replace the entries of "
    "the same users by `moved`, add `entered`, and sort by rank, reachedAt and user id: the result is `version`.",
    directives=[public()],
)
class LeaderboardDelta:
    """The changes from one version to another."""

    version: LeaderboardVersion = attribute("The version after the changes.")
    since: LeaderboardVersion = attribute(
        "The version to which the changes apply: that of the message before."
    )
    moved: list[LeaderboardEntry] = attribute(
        "Entries whose rank, xp, delta or reachedAt changed.", at_most=LARGEST_TOP
    )
    entered: list[LeaderboardEntry] = attribute("Entries that are new in the view.", at_most=LARGEST_TOP)
    left: list[UserId] = attribute("The ids of the users whose entries left the view.", at_most=LARGEST_TOP)
    viewer_entry: LeaderboardEntry | None = attribute(
        "The caller's own entry, changed or not, or null.", personal=True
    )


def _is_type_of(kind: type[Any], entity: type[Any]) -> None:
    kind.__strawberry_definition__.is_type_of = lambda value, _info: isinstance(value, entity)


_is_type_of(LeaderboardSnapshot, gamification_leaderboards.LeaderboardSnapshot)
_is_type_of(LeaderboardDelta, gamification_leaderboards.LeaderboardDelta)

LeaderboardUpdate = Annotated[
    LeaderboardSnapshot | LeaderboardDelta,
    strawberry.union("LeaderboardUpdate", description="A message of `leaderboardChanged`."),
]


@strawberry.type
class LeaderboardQueries:
    """The root field of leaderboards."""

    leaderboard: Leaderboard | None = resolved_by(
        leaderboards.leaderboard,
        description="The current leaderboard.",
        rule=public(),
        args=_PLACE,
        lookahead={
            "top": Lookahead(field="entries", argument="top"),
            "own": Lookahead(field="viewerEntry"),
            "resumable": Lookahead(field="version"),
        },
    )


@strawberry.type
class LeaderboardSubscriptions:
    """The subscription of leaderboards."""

    leaderboard_changed: LeaderboardUpdate | None = streamed_by(
        leaderboards.leaderboard_changed,
        description="A snapshot, then changes, at most one message per second. When the window ends, a snapshot of the "
        "next one follows.",
        rule=public(),
        args=_PLACE
        | {
            "top": _TOP,
            "after": arg(
                LeaderboardVersion | None,
                "The version that the client has: the stream starts with a delta from it, or with a snapshot if the "
                "server no longer knows that version.",
            ),
        },
    )
