"""Mail messages about certificates: one that a moderator withdrew."""

from domain.mail.mails import MailKind, NewMail
from domain.mail.messages import Recipient, link_to, message


def certificate_revoked(to: Recipient, *, roadmap: str) -> NewMail:
    """Tell a learner that a certificate of theirs was withdrawn; the reason is on the page alone."""
    return message(
        to,
        MailKind.CERTIFICATE_REVOKED,
        "A certificate of yours was withdrawn",
        f"A moderator withdrew your certificate for \u201c{roadmap}\u201d. Its public page says that it is not valid "
        "any more. The reason is in your list of certificates.",
        link_to(to, "See your certificates", "certificates"),
        reason="a certificate of yours was withdrawn",
    )
