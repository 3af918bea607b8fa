"""Leaderboards: who has the most XP, where the viewer stands, and how both change."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain import leaderboards as boards
from domain.ids import UserId
from domain.leaderboards import LARGEST_TOP, MOST_AROUND, LeaderboardScope, LeaderboardWindow
from graph.caching import CacheControlScope, cached, kept
from graph.costs import weighed
from graph.declarations import Foresight
from graph.described import declare_enum
from graph.directives import public
from graph.fields import arg, attribute, loaded_by, resolved_by, streamed_by
from graph.paging import Connection
from graph.scalars import BigInt, LeaderboardVersion
from graph.users import User
from resolvers import leaderboards, loaders

declare_enum(
    LeaderboardScope,
    "Among whom a learner is ranked.",
    GLOBAL="Among all learners.",
)
declare_enum(
    LeaderboardWindow,
    "Which XP counts, by when it was earned.",
    ALL_TIME="All XP.",
    WEEKLY="The XP of the current ISO week, which begins on Monday 00:00 UTC for everyone.",
)

_TOP = arg(int, f"How many entries to show from the first: 0 to {LARGEST_TOP}.", name="first")
_PLACE = {
    "scope": "Among whom.",
    "period": arg(LeaderboardWindow, "Which XP counts.", name="window"),
}


@strawberry.type(description="A learner's place on a board.", directives=[public(), kept(5)])
class LeaderboardEntry:
    """Whose place, and with how much."""

    rank: BigInt = attribute(
        "The competition rank (1, 2, 2, 4): 1 + the number of learners with strictly more XP. Exact for everyone."
    )
    user: User | None = loaded_by(loaders.users_by_id, key="user_id", description="Whose place it is.")
    xp: BigInt = attribute("The XP that counts on this board.")
    delta: BigInt = attribute("The XP that the latest change brought; negative for a correction.")
    reached_at: datetime = attribute("When the latest counted XP was earned; who was earlier stands first.")
    is_viewer: bool = attribute("Whether this is the caller.", personal=True)


@strawberry.type(
    description="Learners in order of XP, then of when they reached it, then of user id. Learners who opted out "
    "are on it for nobody but themselves.",
    directives=[public(), kept(5)],
)
class Leaderboard:
    """A board as the caller sees it; its attributes are all of one version."""

    scope: LeaderboardScope = attribute("Among whom it ranks.")
    window: LeaderboardWindow = attribute("Which XP counts.")
    version: LeaderboardVersion = attribute("The state of the board that `entries` and `viewerEntry` show.")
    as_of: datetime = attribute("When the board was read.")
    total: BigInt = attribute("How many learners are on the board.")
    viewer_entry: LeaderboardEntry | None = attribute(
        "The caller's own place, however far down; null for the anonymous and for those without XP here.",
        personal=True,
    )
    entries: list[LeaderboardEntry] | None = resolved_by(
        leaderboards.entries,
        description="The first entries, of the same state as `version`.",
        at_most=LARGEST_TOP,
        args={"top": _TOP},
    )
    around: list[LeaderboardEntry] | None = cached(
        resolved_by(
            leaderboards.around,
            description="The caller's entry with those next to it; empty without an entry.",
            at_most=2 * MOST_AROUND + 1,
            args={"n": f"How many entries on either side: 0 to {MOST_AROUND}."},
        ),
        5,
        CacheControlScope.PRIVATE,
    )
    ranking: Connection[LeaderboardEntry] | None = weighed(
        resolved_by(leaderboards.ranking, description="The whole board, page by page."), 5
    )


@strawberry.type(
    description="All that a subscriber shows: the first message, and the one after its state was lost.",
    directives=[public()],
)
class LeaderboardSnapshot:
    """A whole state."""

    version: LeaderboardVersion = attribute("The state that this is.")
    as_of: datetime = attribute("When it was read.")
    entries: list[LeaderboardEntry] = attribute("The first entries.", at_most=LARGEST_TOP)
    viewer_entry: LeaderboardEntry | None = attribute("The caller's own place, or null.", personal=True)


@strawberry.type(
    description="What changed. Drop the entries of the users in `left`, put `moved` in the place of the entries of "
    "the same users, add `entered`, sort by rank, reachedAt and user id: that is the state `version`.",
    directives=[public()],
)
class LeaderboardDelta:
    """A change of state."""

    version: LeaderboardVersion = attribute("The state that the change leads to.")
    since: LeaderboardVersion = attribute("The state that the change applies to: that of the message before.")
    moved: list[LeaderboardEntry] = attribute(
        "Entries whose rank, xp, delta or reachedAt changed.", at_most=LARGEST_TOP
    )
    entered: list[LeaderboardEntry] = attribute("Entries that are new here.", at_most=LARGEST_TOP)
    left: list[UserId] = attribute(
        "The ids of the users whose entries are gone from here.", at_most=LARGEST_TOP
    )
    viewer_entry: LeaderboardEntry | None = attribute(
        "The caller's own place, changed or not, or null.", personal=True
    )


def _is_type_of(kind: type[Any], entity: type[Any]) -> None:
    kind.__strawberry_definition__.is_type_of = lambda value, _info: isinstance(value, entity)


_is_type_of(LeaderboardSnapshot, boards.LeaderboardSnapshot)
_is_type_of(LeaderboardDelta, boards.LeaderboardDelta)

LeaderboardUpdate = Annotated[
    LeaderboardSnapshot | LeaderboardDelta,
    strawberry.union("LeaderboardUpdate", description="A message of `leaderboardChanged`."),
]


@strawberry.type
class LeaderboardQueries:
    """The root field of leaderboards."""

    leaderboard: Leaderboard | None = resolved_by(
        leaderboards.leaderboard,
        description="A leaderboard as it is now.",
        rule=public(),
        args=_PLACE,
        foresees={
            "top": Foresight(field="entries", argument="top"),
            "own": Foresight(field="viewerEntry"),
            "resumable": Foresight(field="version"),
        },
    )


@strawberry.type
class LeaderboardSubscriptions:
    """The live boards."""

    leaderboard_changed: LeaderboardUpdate | None = streamed_by(
        leaderboards.leaderboard_changed,
        shared=leaderboards.listen_to_leaderboard,
        description="A snapshot, then what changed, at most one message a second. When the window ends, a snapshot of "
        "the next one follows.",
        rule=public(),
        args=_PLACE
        | {
            "top": _TOP,
            "after": arg(
                LeaderboardVersion | None,
                "The version that the client still holds: the stream goes on from there with a delta, or begins with "
                "a snapshot where that state is not known any more.",
            ),
        },
    )
