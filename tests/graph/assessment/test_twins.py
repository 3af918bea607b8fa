"""Twins: while an attempt is open, nothing tells whether a guess at its question was right in another quiz.

Two worlds are copies of one database. In one the learner answers the twin rightly, in the other wrongly. While the
other attempt is open nothing may tell the worlds apart but the answer itself: no row that is stored, no field of the
schema, for nobody, no signal, no export. When it has ended, the same search finds every number that follows. The twin
asks the same questions, or corrected versions of them.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from domain.content.quizzes import Feedback
from tests.support.fixtures import DatabaseAdmin
from tests.support.twin_worlds import two_worlds

ID = re.compile(r"\b[a-z]+_[0-9A-HJKMNP-TV-Z]{26}\b")
HIDDEN = {"answer", "cursor", "startCursor", "endCursor"}
"""The guess itself, and cursors, which repeat keys of the items beside them."""
CREDIT = "attempt.slots.credit"
"""What an attempt that shows the score only never tells."""
NUMBERS = {
    *("attempt.score", "attempt.passed", "attempt.xpAwarded", "attempt.xpEntries"),
    *("attempt.review.correct", CREDIT),
    *(
        "user.xpTotal",
        "user.level",
        "users.nodes.xpTotal",
        "viewer.levelProgress.progress",
        "viewer.xp.nodes",
    ),
    *("viewer.dashboard.nodesCompleted", "viewer.dashboard.recentActivities.summary"),
    *("analytics.performance.days.averageScore", "analytics.performance.summary.bestScore"),
    *("analytics.domainPerformance.accuracy", "analytics.weakAreas"),
    *("leaderboard.entries", "leaderboard.viewerEntry", "leaderboard.total", "leaderboard.version"),
    *("goal.progress", "roadmap.enrolment.progress.percent", "roadmap.currentVersion.nodes.viewerState"),
    *("signals", "export.xp_entries", "table activities.summary", "table attempt_days.correct"),
}
"""Some of the numbers that the search has to find once the open attempt has ended."""


def comparable(told: Any, known: set[str]) -> Any:
    """Return the same with new ids numbered as they appear, since the worlds differ in them, and the guess left out."""
    names = {id_: id_ for id_ in known}
    text = json.dumps(_without(told, HIDDEN.__contains__))
    return json.loads(ID.sub(lambda id_: names.setdefault(id_[0], f"new {len(names)}"), text))


def _without(told: Any, left_out: Callable[[str], bool]) -> Any:
    if isinstance(told, dict):
        return {name: _without(value, left_out) for name, value in told.items() if not left_out(name)}
    return [_without(each, left_out) for each in told] if isinstance(told, list | tuple) else told


def differences(one: Any, other: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the path of every value that differs, without the numbers of list items."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() | other.keys():
            yield from differences(one.get(name), other.get(name), (*path, name))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for first, second in zip(one, other, strict=True):
            yield from differences(first, second, path)
    elif one != other:
        yield ".".join(path)


@pytest.mark.slow
@pytest.mark.parametrize("corrected", [False, True], ids=["same", "corrected"])
@pytest.mark.parametrize("feedback", list(Feedback))
async def test_a_twin_tells_nothing_until_the_open_attempt_ends(
    database_admin: DatabaseAdmin, database_url: str, feedback: Feedback, corrected: bool
) -> None:
    async with two_worlds(database_admin, database_url, feedback, corrected=corrected) as worlds:
        known = set(ID.findall(json.dumps([rows async for _, rows in worlds[0].tables()])))
        payloads = [
            comparable(await world.guess(right=right), known)
            for world, right in zip(worlds, (True, False), strict=True)
        ]
        left_out = worlds[0].walk().left_out()
        during = [comparable(await world.told(), known) for world in worlds]
        for world in worlds:
            await world.taker.abandon(world.start.open_id)
        later = [comparable(await world.told(), known) for world in worlds]

    assert left_out == set()
    assert len(during[0]) > 900
    assert set(differences(*payloads)) == set()
    assert set(differences(*during)) == set()
    found = {path.rpartition("data.")[2] for path in differences(*later)}
    never = {CREDIT} if feedback is Feedback.SCORE_ONLY else set()
    assert found >= NUMBERS - never, sorted(NUMBERS - never - found)
    assert not found & never
