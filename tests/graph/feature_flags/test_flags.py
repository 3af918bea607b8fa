"""Feature flags through the schema: what operators set, who finds a flag on, and what is refused where it is off."""

from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.feature_flags.flag_table import CONTENT_IMPORTS, FLAGS, REGISTRATION
from tests.builders import mint
from tests.builders.roadmaps import a_file, a_node
from tests.support.accounts import NEW_USER, REGISTER, accepted, mutate, refusal
from tests.support.jobs import an_operator
from tests.support.schema_client import Asker

OWN = "{ featureFlags { key enabled description } }"
SETTINGS = """query ($on: Boolean) { featureFlagSettings(enabled: $on) {
  key default isPerUser enabled percentage roles userIds changedAt changedBy { id } } }"""


async def own(ask: Asker, viewer: Viewer | None = None) -> dict[str, bool]:
    """Return which flags are on for a caller."""
    return {each["key"]: each["enabled"] for each in (await ask.data(OWN, viewer))["featureFlags"]}


async def settings(ask: Asker, viewer: Viewer, on: bool | None = None) -> dict[str, Any]:
    found = (await ask.data(SETTINGS, viewer, on=on))["featureFlagSettings"]
    return {each["key"]: each for each in found}


async def import_outcome(ask: Asker, viewer: Viewer) -> list[str]:
    payload = await mutate(
        ask, viewer, "importRoadmap", file=a_file(a_node("knots")), idempotencyKey=mint("key")
    )
    return [error["__typename"] for error in payload["userErrors"]]


async def test_flags_have_their_defaults_for_everybody_at_first_and_cost_no_statement(ask: Asker) -> None:
    _, learner = await ask.learner()
    before = ask.statements

    assert await own(ask) == await own(ask, learner) == {key: flag.default for key, flag in FLAGS.items()}
    assert ask.statements == before


async def test_an_operator_switches_a_flag_for_a_role_a_user_and_back(ask: Asker) -> None:
    viewer = await an_operator(ask)
    ada, learner = await ask.learner()
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])

    changed = await accepted(
        ask,
        viewer,
        "setFeatureFlag",
        "setting { key enabled roles userIds changedBy { id } }",
        key="content_imports",
        enabled=True,
        roles=["AUTHOR"],
        userIds=[ada.id],
    )

    assert changed["setting"] == {
        "key": "content_imports",
        "enabled": True,
        "roles": ["AUTHOR"],
        "userIds": [ada.id],
        "changedBy": {"id": viewer.user_id},
    }
    assert [(await own(ask, each))["content_imports"] for each in (learner, author, viewer, None)] == [
        True,
        True,
        False,
        False,
    ]
    assert (await settings(ask, viewer))["content_imports"]["changedAt"] is not None
    await accepted(ask, viewer, "resetFeatureFlag", key="content_imports")
    assert (await own(ask, viewer))["content_imports"]
    assert (await settings(ask, viewer))["content_imports"]["changedAt"] is None


async def test_settings_are_filtered_by_whether_they_are_on(ask: Asker) -> None:
    viewer = await an_operator(ask)
    await accepted(ask, viewer, "setFeatureFlag", key="registration", enabled=False)

    assert set(await settings(ask, viewer, on=False)) == {"registration"}
    assert set(await settings(ask, viewer, on=True)) == FLAGS.keys() - {"registration"}
    assert set(await settings(ask, viewer)) == FLAGS.keys()


async def test_without_registration_nobody_makes_an_account(ask: Asker) -> None:
    viewer = await an_operator(ask)
    await accepted(ask, viewer, "setFeatureFlag", key="registration", enabled=False)

    (error,) = (await ask.data(REGISTER, input=NEW_USER))["register"]["userErrors"]

    assert (error["code"], error["message"]) == ("FEATURE_OFF", REGISTRATION.refusal)
    await accepted(ask, viewer, "setFeatureFlag", key="registration", enabled=True)
    assert (await ask.data(REGISTER, input=NEW_USER))["register"]["userErrors"] == []


async def test_imports_are_on_for_the_authors_that_the_flag_names_only(ask: Asker) -> None:
    viewer = await an_operator(ask)
    ada, named = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    _, other = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    await accepted(
        ask, viewer, "setFeatureFlag", key=CONTENT_IMPORTS.key, enabled=True, userIds=[ada.id], percentage=0
    )

    assert await import_outcome(ask, named) == []
    assert await import_outcome(ask, other) == ["FeatureOff"]
    assert await refusal(ask, other, "importQuestions", file="{}", idempotencyKey="k") == ("FeatureOff", None)


@pytest.mark.parametrize(
    ("given", "is_on"),
    [
        ({}, True),
        ({"percentage": 0}, False),
        ({"percentage": 1}, True),
        ({"percentage": 0, "roles": ["AUTHOR"]}, True),
        ({"enabled": False}, False),
    ],
)
async def test_a_flag_is_listed_as_on_where_it_is_on_for_anybody(
    ask: Asker, given: dict[str, Any], is_on: bool
) -> None:
    viewer = await an_operator(ask)
    given = {"key": CONTENT_IMPORTS.key, "enabled": True} | given

    answer = await accepted(ask, viewer, "setFeatureFlag", "setting { enabled }", **given)

    assert answer["setting"]["enabled"] is is_on
    assert (CONTENT_IMPORTS.key in await settings(ask, viewer, on=True)) is is_on
    assert (CONTENT_IMPORTS.key in await settings(ask, viewer, on=False)) is not is_on


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"key": "unknown"}, [("InvalidInput", "key")]),
        (
            {"key": "registration", "percentage": 10, "roles": ["ADMIN"]},
            [("InvalidInput", "percentage"), ("InvalidInput", "roles")],
        ),
        ({"key": "content_imports", "percentage": 101}, [("InvalidInput", "percentage")]),
        ({"key": "content_imports", "percentage": -1}, [("InvalidInput", "percentage")]),
        ({"key": "content_imports", "userIds": [mint("user")]}, [("NotFound", "userIds")]),
        (
            {"key": "content_imports", "userIds": [mint("user") for _ in range(101)]},
            [("InvalidInput", "userIds")],
        ),
        (
            {"key": "", "percentage": 500, "userIds": [mint("user")]},
            [("InvalidInput", "key"), ("InvalidInput", "percentage"), ("NotFound", "userIds")],
        ),
    ],
)
async def test_bad_input_is_refused_by_name_and_nothing_is_stored(
    ask: Asker, given: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    viewer = await an_operator(ask)

    payload = await mutate(ask, viewer, "setFeatureFlag", enabled=True, **given)

    assert [(error["__typename"], error["field"]) for error in payload["userErrors"]] == errors
    assert not any(each["changedAt"] for each in (await settings(ask, viewer)).values())


async def test_each_change_is_in_the_audit_log_once(ask: Asker) -> None:
    viewer, admin = await an_operator(ask), await an_operator(ask, Role.ADMIN)
    await accepted(ask, viewer, "setFeatureFlag", key="content_imports", enabled=True, percentage=20)
    for _ in range(2):
        await accepted(ask, viewer, "resetFeatureFlag", key="content_imports")

    text = "{ auditLog { nodes { action target actor { id } difference { name value } } } }"
    log = (await ask.data(text, admin))["auditLog"]["nodes"]

    assert [entry["action"] for entry in log] == ["FEATURE_FLAG_RESET", "FEATURE_FLAG_SET"]
    assert {(entry["target"], entry["actor"]["id"]) for entry in log} == {("content_imports", viewer.user_id)}
    assert {"name": "percentage", "value": "20"} in log[1]["difference"]


async def test_who_is_no_operator_any_more_changes_nothing(ask: Asker) -> None:
    stale = await an_operator(ask)
    admin = await an_operator(ask, Role.ADMIN)
    await accepted(ask, admin, "setRoles", userId=stale.user_id, roles=["LEARNER"])

    assert await refusal(ask, stale, "setFeatureFlag", key="registration", enabled=False) == (
        "Forbidden",
        None,
    )
    assert await refusal(ask, stale, "resetFeatureFlag", key="registration") == ("Forbidden", None)
    assert (await own(ask))["registration"]
