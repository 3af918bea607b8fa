"""Suppressions: which mails each reason stops."""

import pytest

from domain.ids import SuppressionId
from domain.mail.mails import MailKind
from domain.mail.suppressions import (
    OF_OTHERS,
    REQUESTED,
    SUBSCRIBED,
    Suppression,
    SuppressionReason,
    stopped_by,
)
from tests.builders.mail import NOON


def stopped(kind: MailKind, *reasons: SuppressionReason) -> SuppressionReason | None:
    found = [
        Suppression(id=SuppressionId("suppression_1"), reason=reason, since=NOON, note=None)
        for reason in reasons
    ]
    return stopped_by(kind, found)


@pytest.mark.parametrize("kind", list(MailKind))
def test_each_reason_stops_its_mails(kind: MailKind) -> None:
    complaint, bounce, manual = (
        SuppressionReason.COMPLAINT,
        SuppressionReason.HARD_BOUNCE,
        SuppressionReason.MANUAL,
    )
    assert stopped(kind) is None
    assert stopped(kind, complaint) is (complaint if kind in SUBSCRIBED | OF_OTHERS else None)
    assert stopped(kind, bounce) is (None if kind in REQUESTED else bounce)
    assert stopped(kind, manual) is manual


def test_any_of_several_reasons_stops_a_mail() -> None:
    found = stopped(MailKind.NEW_DEVICE, SuppressionReason.COMPLAINT, SuppressionReason.HARD_BOUNCE)

    assert found is SuppressionReason.HARD_BOUNCE


def test_mails_are_requested_or_subscribed_or_about_the_account() -> None:
    about_the_account = set(MailKind) - REQUESTED - SUBSCRIBED - OF_OTHERS

    assert not REQUESTED & SUBSCRIBED
    assert {kind.name for kind in about_the_account} == {
        "DECOY",
        "PASSWORD_CHANGED",
        "EMAIL_CHANGED",
        "IDENTITY_LINKED",
        "NEW_DEVICE",
        "DELETION_REQUESTED",
        "WEBHOOK_DISABLED",
        "EVIDENCE_REVIEWED",
        "REPORT_DECIDED",
        "GRADED_AGAIN",
        "CERTIFICATE_REVOKED",
        "CAMPAIGN_TEST",
    }
