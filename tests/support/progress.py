"""Daily targets and checks of progress in tests."""

from typing import Any

from domain.accounts.users import Viewer
from domain.acts import by_platform
from domain.gamification import xp
from domain.gamification.xp import Award
from domain.ids import UserId
from domain.learning import goal_completion
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.builders.xp import an_award
from tests.support.schema_client import Asker

TARGET = """
fragment T on DailyTarget {
  kind target nextTarget done percentage reached reachedAt date endsAt streak longestStreak
  history { nodes { date target reachedAt } }
}
"""
SET = TARGET + (
    "mutation ($input: SetDailyTargetInput!) { setDailyTarget(input: $input) "
    "{ dailyTarget { ...T } viewer { dailyTargets { kind } } userErrors { __typename ... on UserError { field message } } } }"
)
REMOVE = TARGET + (
    "mutation ($input: RemoveDailyTargetInput!) { removeDailyTarget(input: $input) "
    "{ dailyTarget { ...T } userErrors { __typename ... on UserError { field message } } } }"
)
TARGETS = TARGET + "{ viewer { dailyTargets { ...T } } }"


async def set_target(ask: Asker, viewer: Viewer, kind: str, target: int) -> dict[str, Any]:
    data = await ask.data(SET, viewer, input={"kind": kind, "target": target})
    payload: dict[str, Any] = data["setDailyTarget"]
    return payload


async def targets_of(ask: Asker, viewer: Viewer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ask.data(TARGETS, viewer))["viewer"]["dailyTargets"]
    return found


async def earn(ask: Asker, viewer: Viewer, amount: int, **values: Any) -> None:
    """Earn XP now, as from a quiz."""
    given: Award = an_award(
        viewer.user_id,
        **{
            "amount": amount,
            "source_id": mint("attempt"),
            "occurred_at": ask.clock(),
            "local_date": ask.clock().date(),
        }
        | values,
    )
    async with ask.postgres.open_work(Meter()) as work:
        await xp.award(work.xp, [given], mint=mint, emit=work.emit)


async def check_progress(ask: Asker) -> list[UserId]:
    """Take all checks that wait, as the loop of a process does, and return whose they were."""
    taken = []
    while True:
        async with ask.postgres.open_reads(Meter()) as reads:
            waiting = await reads.progress_checks.waiting(now=ask.clock(), limit=100)
        if not waiting:
            return taken
        for user_id in waiting:
            async with ask.postgres.open_work(Meter()) as work:
                act = by_platform(now=ask.clock(), mint=mint)
                if await goal_completion.check(work, act, user_id):
                    taken.append(user_id)
