"""A message of every kind, as tests and previews show them."""

from datetime import UTC, datetime

from domain.mail import certificate_messages, messages, quality_messages, roadmap_messages
from domain.mail.messages import Recipient

TO = Recipient(email="ada@example.org", handle="ada", public_url="https://app.example.org/")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOKEN = "5eb63bbbe01eeed093cb22bb8f5acdc3c6a1f8b0d1f24e0e8a4d2c7f90b6e3d1"
UNSUBSCRIBE = f"https://api.example.org/unsubscribe/weekly-digest/user_01?signature={TOKEN}"
MAILS = {
    mail.kind: mail
    for mail in (
        messages.verify_email(TO, token=TOKEN),
        messages.confirm_email(TO, token=TOKEN),
        messages.reset_password(TO, token=TOKEN),
        messages.password_changed(TO),
        messages.email_changed(TO),
        messages.identity_linked(TO, provider="Google"),
        messages.new_device_sign_in(TO, device="Firefox on Linux", address="203.0.113.0/24", at=NOON),
        messages.deletion_requested(TO, at=NOON),
        messages.webhook_disabled(TO, endpoint="webhook_1", since=NOON, is_gone=False),
        roadmap_messages.roadmap_invitation(TO, inviter="grace"),
        roadmap_messages.evidence_reviewed(TO, step="Tie a bowline", is_accepted=False),
        quality_messages.report_decided(TO),
        quality_messages.graded_again(TO, quiz="Sailing"),
        certificate_messages.certificate_revoked(TO, roadmap="Sailing"),
        messages.weekly_digest(
            TO,
            facts=["Quizzes: 4, on 3 of 7 days", "Right answers: 31 of 40", "Streak: 12 days"],
            weak_areas=["Review Security+ domain 2.3 (58 % accuracy)."],
            unsubscribe_url=UNSUBSCRIBE,
        ),
    )
}
