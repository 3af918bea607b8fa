"""Users with data on every path of the schema, for tests of privacy."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from domain.accounts.users import Role, User, Viewer
from domain.acts import by_platform
from domain.assessment.time_allowances import TimeAllowance
from domain.gamification import leaderboard_projection, xp
from domain.gamification.xp import Award, XpReason, XpStatus
from domain.privacy import erasure, exports
from domain.privacy.erasure import ErasureArguments
from domain.unit_of_work import Meter
from resolvers.context import Ports
from tests.builders import mint
from tests.builders.acts import an_act
from tests.builders.jobs import start
from tests.builders.xp import an_award
from tests.graph.world_files import a_question_file, a_roadmap_file
from tests.support.accounts import ADMINS, accepted
from tests.support.schema_client import Asker
from tests.support.webhooks import stored_endpoint

AVATAR_URL, BIO = "https://example.org/ada.png", "Learns."
_IMPORTS = {
    "importRoadmap": (a_roadmap_file(0, 1), "roadmap { id }"),
    "importQuestions": (a_question_file(0, 1), "__typename"),
}


async def an_author(ask: Asker) -> tuple[User, Viewer]:
    """Store Ada with a complete profile, content and a place on the leaderboards."""
    ada, viewer = await ask.learner(handle="ada", roles=[*ADMINS, Role.AUTHOR])
    await accepted(ask, viewer, "updateProfile", bio=BIO, avatarUrl=AVATAR_URL)
    for field, (file, selection) in _IMPORTS.items():
        imported = await accepted(ask, viewer, field, selection, file=file, idempotencyKey=mint("key"))
        if "roadmap" in imported:
            await accepted(ask, viewer, "publishRoadmap", roadmapId=imported["roadmap"]["id"])
    await on_boards(ask, ada)
    withheld = an_award(ada.id, source_id=mint("attempt"), status=XpStatus.PENDING, occurred_at=ask.clock())
    async with ask.postgres.open_work(Meter()) as work:
        await xp.award(work.xp, [withheld], mint=mint, emit=work.emit)
        await start(work, an_act(now=ask.clock()), user_id=ada.id)
    await accepted(ask, viewer, "updateEmailPreferences", weeklyDigest=True)
    await accepted(ask, viewer, "pauseQueue", queue="maintenance", reason="A test.")
    await accepted(ask, viewer, "setFeatureFlag", key="registration", enabled=True)
    await stored_endpoint(ask, owner_id=ada.id)
    await more_time(ask, [ada], by=ada)
    return ada, viewer


async def more_time(ask: Asker, users: Sequence[User], *, by: User) -> None:
    """Give users more time for quizzes."""
    async with ask.postgres.open_work(Meter()) as work:
        for user in users:
            await work.time_allowances.store(
                TimeAllowance(user_id=user.id, multiplier=1.5, set_by_id=by.id, set_at=ask.clock())
            )


async def on_boards(ask: Asker, user: User, amount: int = 50) -> None:
    """Award XP to a user, and project it onto the leaderboards."""
    award = Award(
        user_id=user.id,
        reason=XpReason.ADJUSTMENT,
        source_type="test",
        source_id=mint("test"),
        amount=amount,
        occurred_at=ask.clock(),
        local_date=date(2026, 3, 2),
        explanation="A gift of the test.",
    )
    async with ask.postgres.open_work(Meter()) as work:
        await xp.award(work.xp, [award], mint=mint, emit=work.emit)
    async with ask.postgres.open_work(Meter()) as work:
        await leaderboard_projection.project(work.boards_projection, now=ask.clock(), emit=work.emit)


async def export_of(ask: Asker, user: User) -> dict[str, Any]:
    """Return a user's export document."""
    async with ask.postgres.open_reads(Meter()) as reads:
        sections = await reads.exports.sections(user.id)
    document: dict[str, Any] = json.loads(exports.composed(sections, user_id=user.id, now=ask.clock()))
    return document


async def anonymise(ports: Ports) -> bool:
    """Erase one account whose grace period is over, in the steps of its workflow; tells whether there was one."""
    act = by_platform(now=ports.now(), mint=ports.mint)
    async with ports.open_work(Meter()) as work:
        user_id = await work.deletions.due(now=act.now, failed_before=act.now)
        if user_id is None:
            return False
        arguments = ErasureArguments(user_id=user_id)
        outcome = await erasure.erase(work, act, arguments, randomness=ports.randomness)
        await erasure.verify(work, act, arguments)
    return outcome == erasure.ERASED
