"""Suppressions through the schema: operators stop and resume mails, and readers their own."""

from typing import Any

import pytest

from domain.accounts.audit import AuditAction, AuditFilter
from domain.accounts.users import Role, Viewer
from domain.mail.suppressions import SuppressionReason
from domain.paging import window
from domain.unit_of_work import Meter
from tests.support.accounts import accepted, mutate, refusal
from tests.support.jobs import an_operator
from tests.support.mail import posted, token_in
from tests.support.schema_client import Asker
from tests.support.suppressions import address_of, suppressed

LIST = """query ($email: EmailAddress, $reason: SuppressionReason) {
  suppressions(email: $email, reason: $reason) { nodes { id reason note } } }"""
STOPPED = "{ viewer { emailPreferences { stopped { reason } } } }"
SUPPRESSION = "suppression { id reason note }"


async def listed(ask: Asker, viewer: Viewer, **filters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ask.data(LIST, viewer, **filters))["suppressions"]["nodes"]
    return found


async def stopped(ask: Asker, viewer: Viewer) -> list[str]:
    preferences = (await ask.data(STOPPED, viewer))["viewer"]["emailPreferences"]
    return [each["reason"] for each in preferences["stopped"]]


async def audited(ask: Asker, action: AuditAction) -> list[tuple[Any, ...]]:
    async with ask.postgres.open_reads(Meter()) as reads:
        entries = (await reads.audit.page(AuditFilter(action=action), window(first=10))).nodes
    return [
        (entry.actor_id, entry.target, {detail.name: detail.value for detail in entry.difference})
        for entry in entries
    ]


async def test_an_operator_stops_and_resumes_the_mails_to_an_address(ask: Asker) -> None:
    operator = await an_operator(ask)

    payload = await accepted(
        ask, operator, "suppressAddress", SUPPRESSION, email="Ada@Example.org", reason="She asked for it."
    )
    again = await accepted(
        ask, operator, "suppressAddress", SUPPRESSION, email="ada@example.org", reason="Once more."
    )
    made = payload["suppression"]
    found = await listed(ask, operator, email="ada@example.org")
    lifted = await accepted(
        ask, operator, "liftSuppression", SUPPRESSION, id=made["id"], reason="She changed her mind."
    )

    assert (made["reason"], made["note"]) == ("MANUAL", "She asked for it.")
    assert found == [made] == [again["suppression"]] == [lifted["suppression"]]
    assert await listed(ask, operator) == []
    why = {"suppressed_for": "MANUAL"}
    assert await audited(ask, AuditAction.ADDRESS_SUPPRESSED) == [
        (operator.user_id, made["id"], why | {"reason": "She asked for it."})
    ]
    assert await audited(ask, AuditAction.SUPPRESSION_LIFTED) == [
        (operator.user_id, made["id"], why | {"reason": "She changed her mind."})
    ]


async def test_lists_are_filtered_and_hold_no_address(ask: Asker) -> None:
    operator = await an_operator(ask)
    bounce = await suppressed(ask, "ada@example.org", SuppressionReason.HARD_BOUNCE)
    complaint = await suppressed(ask, "ada@example.org", SuppressionReason.COMPLAINT)
    other = await suppressed(ask, "bob@example.org", SuppressionReason.COMPLAINT)

    ids = [
        [each["id"] for each in await listed(ask, operator, **filters)]
        for filters in (
            {},
            {"email": "ada@example.org"},
            {"reason": "COMPLAINT"},
            {"email": "bob@example.org", "reason": "HARD_BOUNCE"},
        )
    ]
    assert ids == [[other, complaint, bounce], [complaint, bounce], [other, complaint], []]


async def test_what_is_wrong_is_refused_by_name(ask: Asker) -> None:
    operator = await an_operator(ask)
    suppression = await suppressed(ask, "ada@example.org", SuppressionReason.COMPLAINT)
    lift = {"id": suppression, "reason": "A test."}
    await accepted(ask, operator, "liftSuppression", **lift)

    assert await refusal(ask, operator, "liftSuppression", **lift) == ("NotFound", "id")
    payload = await mutate(
        ask, operator, "suppressAddress", "userErrors { ... on UserError { field } }", email="ada", reason=""
    )
    assert [each["field"] for each in payload["userErrors"]] == ["email", "reason"]


@pytest.mark.parametrize("roles", [[Role.LEARNER], [Role.LEARNER, Role.AUTHOR]])
async def test_only_operators_see_and_change_suppressions(ask: Asker, roles: list[Role]) -> None:
    _, viewer = await ask.learner(roles=roles)
    suppression = await suppressed(ask, "ada@example.org", SuppressionReason.COMPLAINT)

    refused = await ask(LIST, viewer)
    node = await ask.data("query ($id: ID!) { node(id: $id) { id } }", viewer, id=suppression)

    assert refused["data"] == {"suppressions": None}
    assert node == {"node": None}


async def test_a_reader_sees_why_mails_are_stopped_and_confirms_the_address(ask: Asker) -> None:
    user, viewer = await ask.learner()
    email = await address_of(ask, viewer)
    async with ask.postgres.open_work(Meter()) as work:
        await work.credentials.set_verified_email(user.id, email)
    refused = await refusal(ask, viewer, "requestEmailVerification")
    for reason in (SuppressionReason.HARD_BOUNCE, SuppressionReason.COMPLAINT):
        await suppressed(ask, email, reason)
    _, other = await ask.learner()

    before = await stopped(ask, viewer)
    await accepted(ask, viewer, "requestEmailVerification")
    (mail,) = await posted(ask.postgres)
    await accepted(ask, viewer, "verifyEmail", token=token_in(mail))

    assert refused == ("InvalidInput", None)
    assert (before, await stopped(ask, other)) == (["HARD_BOUNCE", "COMPLAINT"], [])
    assert await stopped(ask, viewer) == []
    assert {
        (actor, what["suppressed_for"])
        for actor, _, what in await audited(ask, AuditAction.SUPPRESSION_LIFTED)
    } == {
        (user.id, "HARD_BOUNCE"),
        (user.id, "COMPLAINT"),
    }


@pytest.mark.parametrize("is_verified", [True, False])
async def test_a_reader_whose_mails_were_stopped_by_hand_is_told_so(ask: Asker, is_verified: bool) -> None:
    user, viewer = await ask.learner()
    email = await address_of(ask, viewer)
    if is_verified:
        async with ask.postgres.open_work(Meter()) as work:
            await work.credentials.set_verified_email(user.id, email)
    await suppressed(ask, email, SuppressionReason.HARD_BOUNCE)
    await suppressed(ask, email, SuppressionReason.MANUAL)

    answer = await mutate(ask, viewer, "requestEmailVerification")

    (error,) = answer["userErrors"]
    assert error["message"] == "Every mail to your address was stopped by hand; ask support to end that."
    assert await posted(ask.postgres) == []


async def test_a_new_password_by_mail_shows_that_mails_arrive(ask: Asker) -> None:
    _, viewer = await ask.learner()
    email = await address_of(ask, viewer)
    await suppressed(ask, email, SuppressionReason.HARD_BOUNCE)
    await suppressed(ask, email, SuppressionReason.COMPLAINT)

    await accepted(ask, viewer, "requestPasswordReset", email=email)
    (mail,) = await posted(ask.postgres)
    await accepted(ask, viewer, "resetPassword", token=token_in(mail), newPassword="a new long password 17")

    assert await stopped(ask, viewer) == ["COMPLAINT"]
