"""E-mail preferences through the schema."""

from domain.accounts.audit import AuditAction, AuditFilter
from domain.paging import window
from domain.unit_of_work import Meter
from tests.support.accounts import accepted, mutate, refusal
from tests.support.schema_client import Asker

PREFERENCES = "{ viewer { emailPreferences { weeklyDigest } } }"


async def test_nobody_gets_a_digest_who_has_not_asked(ask: Asker) -> None:
    _, viewer = await ask.learner()

    assert (await ask.data(PREFERENCES, viewer))["viewer"]["emailPreferences"] == {"weeklyDigest": False}


async def test_a_change_is_shown_audited_once_and_only_the_callers(ask: Asker) -> None:
    (ada, viewer), (_, other) = await ask.learner(), await ask.learner()

    payload = await accepted(
        ask, viewer, "updateEmailPreferences", "emailPreferences { weeklyDigest }", weeklyDigest=True
    )
    await accepted(ask, viewer, "updateEmailPreferences", weeklyDigest=True)

    assert payload["emailPreferences"] == {"weeklyDigest": True}
    assert (await ask.data(PREFERENCES, viewer))["viewer"]["emailPreferences"] == {"weeklyDigest": True}
    assert (await ask.data(PREFERENCES, other))["viewer"]["emailPreferences"] == {"weeklyDigest": False}
    async with ask.postgres.open_reads(Meter()) as reads:
        asked = AuditFilter(action=AuditAction.EMAIL_PREFERENCES_CHANGED, target=ada.id)
        (entry,) = (await reads.audit.page(asked, window(first=10))).nodes
    assert [(detail.name, detail.value) for detail in entry.difference] == [("weekly_digest", "true")]


async def test_a_field_that_is_left_out_stays_and_null_is_refused(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await accepted(ask, viewer, "updateEmailPreferences", weeklyDigest=True)

    mutation = "mutation { updateEmailPreferences(input: {}) { emailPreferences { weeklyDigest } } }"
    kept = (await ask.data(mutation, viewer))["updateEmailPreferences"]

    assert kept["emailPreferences"] == {"weeklyDigest": True}
    assert await refusal(ask, viewer, "updateEmailPreferences", weeklyDigest=None) == (
        "InvalidInput",
        "weeklyDigest",
    )


async def test_consent_to_marketing_has_a_moment_of_its_own(ask: Asker) -> None:
    _, viewer = await ask.learner()
    text = "{ viewer { emailPreferences { marketing marketingChangedAt } } }"

    async def shown() -> tuple[bool, str | None]:
        found = (await ask.data(text, viewer))["viewer"]["emailPreferences"]
        return found["marketing"], found["marketingChangedAt"]

    seen = [await shown()]
    for change in ({"marketing": True}, {"weeklyDigest": True}, {"marketing": True}, {"marketing": False}):
        ask.clock.forward(hours=1)
        await accepted(ask, viewer, "updateEmailPreferences", **change)
        seen.append(await shown())

    consented, withdrew = "2026-03-02T10:00:00.000Z", "2026-03-02T13:00:00.000Z"
    assert seen == [(False, None), (True, consented), (True, consented), (True, consented), (False, withdrew)]


async def test_everything_wrong_with_preferences_is_told_at_once(ask: Asker) -> None:
    _, viewer = await ask.learner()

    payload = await mutate(ask, viewer, "updateEmailPreferences", weeklyDigest=None, marketing=None)

    assert [error["field"] for error in payload["userErrors"]] == ["weeklyDigest", "marketing"]
