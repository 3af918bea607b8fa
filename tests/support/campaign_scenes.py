"""Campaign scenes: templates, segments and campaigns after which every field of theirs has something to show."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from domain.accounts.users import Role, Viewer
from domain.campaigns.campaign_states import RecipientState
from domain.unit_of_work import Meter
from tests.builders import streaks
from tests.support.accounts import accepted, mutate
from tests.support.analytics import an_exam
from tests.support.campaigns import a_campaign, a_campaign_in_each_state, a_segment, a_template
from tests.support.jobs import an_operator
from tests.support.list_fields import ListPaths
from tests.support.schema_client import Asker
from tests.support.seen_fields import WatchingAsker, everything

SIZE = "query ($by: SegmentSizeBy!) { segmentSize(by: $by) { matching reachable } }"


async def add_recipients(ask: Asker, campaign_id: str, count: int = 1) -> None:
    """Store so many recipients in each state, of whose mails everything is known."""
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(
            "INSERT INTO campaign_recipients (campaign_id, state, next_run_at, reason, sent_at, delivered, bounced, "
            "complained, clicked, unsubscribed_at, xp_sessions) "
            "SELECT $1, state, $2, 'HELD', $2, true, true, true, true, $2, 2 "
            "FROM unnest($3::text[]) AS state, generate_series(1, $4)",
            campaign_id,
            ask.clock(),
            [state.value for state in RecipientState],
            count,
        )


async def campaigns_of_every_kind(ask: WatchingAsker) -> None:
    """Bring a campaign into each state, with recipients in each, and use every condition of a segment."""
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.OPERATOR])
    none = ListPaths({})
    exam, domains = await an_exam(ask, "Segments+", "1.1")
    conditions: list[dict[str, Any]] = [
        {"role": "LEARNER"},
        {"activeWithinDays": 3},
        {"inactiveForDays": 3},
        {"examTypeId": exam.id},
        {"streak": "BROKEN"},
        {"weakDomainId": domains[0].id},
        {"marketing": True},
    ]
    groups = [{"conditions": conditions}, {"conditions": [{"role": "LEARNER"}]}]
    found = await a_campaign_in_each_state(ask, viewer)
    segment = await a_segment(ask, viewer, groups=groups, idempotencyKey="every")
    await ask.data(SIZE, viewer, by={"id": segment})
    full = await a_campaign(ask, viewer, segmentId=segment, perSecond=3, quietFrom=21, quietUntil=8)
    await accepted(ask, viewer, "sendCampaign", id=full, version=1)
    await add_recipients(ask, full)
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(
            "UPDATE jobs SET state = 'FAILED', error = 'OSError' WHERE kind = 'advance_campaign'"
        )
    await mutate(ask, viewer, "pauseCampaign", id=found["SENT"])
    await accepted(ask, viewer, "updateEmailPreferences", marketing=True)
    await ask.data("{ viewer { emailPreferences { marketing marketingChangedAt } } }", viewer)
    for field, kind in (
        ("emailTemplates", "EmailTemplateConnection"),
        ("segments", "SegmentConnection"),
        ("campaigns", "CampaignConnection"),
    ):
        await ask.data(f"{{ {field} {everything(kind, 4, none)} }}", viewer)


async def of_campaign_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    viewer = await an_operator(ask)
    found = await a_campaign_in_each_state(ask, viewer)
    text = "query ($s: CampaignState) { campaigns(state: $s) { nodes { id } } }"
    shown = [(await ask.data(text, viewer, s=value))["campaigns"]["nodes"] for value in values]
    assert shown == [[{"id": found[value]}] for value in values]
    return shown


async def of_recipient_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    viewer = await an_operator(ask)
    await add_recipients(ask, await a_campaign(ask, viewer))
    text = "query ($s: RecipientState) { campaigns { nodes { recipients(state: $s) { nodes { state } } } } }"
    return [await ask.data(text, viewer, s=value) for value in values]


async def of_segment_role(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Count the users with each role, of whom there are different numbers."""
    viewer = await an_operator(ask)
    for number, role in enumerate(Role):
        for _ in range(2 + number * len(Role)):
            await ask.learner(roles=[role])
    return await _sizes(ask, viewer, "role", values)


async def of_segment_streak(ask: Asker, values: Sequence[str]) -> list[Any]:
    """Count the users in each state of the streak: two learned today, and three yesterday."""
    viewer = await an_operator(ask)
    for days_ago, count in ((0, 2), (1, 3), (9, 5)):
        for _ in range(count):
            user, _ = await ask.learner()
            moment = ask.clock() - timedelta(days=days_ago)
            async with ask.postgres.open_work(Meter()) as work:
                await work.streaks.add(streaks.an_activity(moment, user_id=user.id))
    return await _sizes(ask, viewer, "streak", values)


async def _sizes(ask: Asker, viewer: Viewer, field: str, values: Sequence[str]) -> list[Any]:
    asked = [{"groups": [{"conditions": [{field: value}]}]} for value in values]
    return [await ask.data(SIZE, viewer, by=by) for by in asked]


async def campaigns_of_size(ask: Asker, viewer: Viewer, size: int) -> None:
    """Store so many templates, segments, campaigns and recipients, about an exam type that is there already."""
    async with ask.postgres.open_work(Meter()) as work:
        domain = await work.connection.raw.fetchrow(
            "SELECT id, exam_type_id FROM exam_domains ORDER BY id LIMIT 1"
        )
    assert domain is not None
    names = [f"v{n}" for n in range(min(size, 20))]
    conditions: list[dict[str, Any]] = [
        {"examTypeId": domain["exam_type_id"]},
        {"weakDomainId": domain["id"]},
    ]
    conditions += [{"role": "LEARNER"}] * min(size, 8)
    groups = [{"conditions": conditions}] * min(size, 5)
    for number in range(size):
        template = await a_template(
            ask, viewer, variables=[*names, "offer"][-20:], idempotencyKey=f"t{number}"
        )
        segment = await a_segment(ask, viewer, groups=groups, idempotencyKey=f"s{number}")
        values = dict.fromkeys([*names, "offer"][-20:], "x")
        given = {"templateId": template, "segmentId": segment, "values": values}
        campaign = await a_campaign(ask, viewer, idempotencyKey=f"c{number}", **given)
    await add_recipients(ask, campaign, size)
