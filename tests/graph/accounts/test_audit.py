"""The audit log through the schema."""

from typing import Any

import pytest

from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.accounts import accepted, an_admin
from tests.support.schema_client import Asker

LOG = """query ($actorId: ID, $action: AuditAction, $target: String, $since: DateTime, $until: DateTime,
    $first: Int, $after: Cursor) {
  auditLog(actorId: $actorId, action: $action, target: $target, since: $since, until: $until,
      first: $first, after: $after) {
    nodes { action target actor { id } happenedAt } pageInfo { hasNextPage endCursor }
  }
}"""
OWN = "{ viewer { auditLog { nodes { action target address } } } }"


async def acts(ask: Asker, viewer: Any, **asked: Any) -> list[str]:
    nodes = (await ask.data(LOG, viewer, **asked))["auditLog"]["nodes"]
    return [node["action"] for node in nodes]


async def test_an_admin_reads_the_whole_log_by_any_filter(ask: Asker) -> None:
    boss, admin = await an_admin(ask)
    ada, viewer = await ask.learner()
    await accepted(ask, admin, "setRoles", userId=ada.id, roles=["AUTHOR"])
    await accepted(ask, viewer, "updatePrivacy", bio="NOBODY")
    await accepted(ask, admin, "suspendUser", userId=ada.id, reason="Spam.")

    assert await acts(ask, admin) == ["USER_SUSPENDED", "PRIVACY_CHANGED", "ROLES_SET"]
    assert await acts(ask, admin, actorId=boss.id) == ["USER_SUSPENDED", "ROLES_SET"]
    assert await acts(ask, admin, action="ROLES_SET") == ["ROLES_SET"]
    assert await acts(ask, admin, target=ada.id, actorId=ada.id) == ["PRIVACY_CHANGED"]
    assert await acts(ask, admin, target=boss.id) == []
    assert await acts(ask, admin, until="2026-01-01T00:00:00Z") == []
    assert len(await acts(ask, admin, since="2026-01-01T00:00:00Z")) == 3


async def test_the_log_is_read_page_by_page(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    _, viewer = await ask.learner()
    for bio in ("NOBODY", "EVERYONE", "NOBODY"):
        await accepted(ask, viewer, "updatePrivacy", bio=bio)

    first = (await ask.data(LOG, admin, first=2))["auditLog"]
    rest = (await ask.data(LOG, admin, first=2, after=first["pageInfo"]["endCursor"]))["auditLog"]

    assert (len(first["nodes"]), len(rest["nodes"])) == (2, 1)
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


@pytest.mark.parametrize(
    "asked",
    [
        {"target": ""},
        {"target": "x" * 101},
        {"since": "2026-03-02T09:00:00Z", "until": "2026-03-02T09:00:00Z"},
        {"actorId": "goal_01K742SG00EC1V4CSM6MV3EE1S"},
    ],
)
async def test_a_filter_that_cannot_match_is_bad_input(ask: Asker, asked: dict[str, Any]) -> None:
    _, admin = await an_admin(ask)

    (error,) = (await ask(LOG, admin, **asked))["errors"]

    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_other_users_read_only_their_own_entries(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    ada, viewer = await ask.learner()
    _, other = await ask.learner()
    ask.request_info.address = "2001:db8:1:2::3"
    await accepted(ask, admin, "setRoles", userId=ada.id, roles=["AUTHOR"])
    await accepted(ask, viewer, "updatePrivacy", bio="NOBODY")

    (error,) = (await ask(LOG, viewer))["errors"]
    own = (await ask.data(OWN, viewer))["viewer"]["auditLog"]["nodes"]

    assert error["extensions"]["code"] == "FORBIDDEN"
    assert own == [
        {"action": "PRIVACY_CHANGED", "target": ada.id, "address": "2001:db8:1::/48"},
        {"action": "ROLES_SET", "target": ada.id, "address": None},
    ]
    assert (await ask.data(OWN, other))["viewer"]["auditLog"]["nodes"] == []


async def test_a_refused_act_leaves_no_entry(ask: Asker) -> None:
    boss, admin = await an_admin(ask)

    response = await ask(
        """mutation ($id: ID!) { setRoles(input: {userId: $id, roles: []}) { userErrors { __typename } } }""",
        admin,
        id=boss.id,
    )

    assert response["data"]["setRoles"]["userErrors"] == [{"__typename": "LastAdmin"}]
    assert await acts(ask, admin) == []


async def test_an_entry_without_a_known_actor_names_none(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    from_nowhere = mint("audit")
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(
            "INSERT INTO audit_entries (id, action, target, happened_at) VALUES ($1, 'SIGNED_IN', '', now())",
            from_nowhere,
        )

    (entry,) = (await ask.data(LOG, admin))["auditLog"]["nodes"]

    assert (entry["actor"], entry["target"]) == (None, "")
