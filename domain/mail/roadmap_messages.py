"""Mail messages about roadmaps: invitations to work on one, and reviews of evidence."""

from domain.mail.mails import MailKind, NewMail
from domain.mail.messages import Recipient, link_to, message


def roadmap_invitation(to: Recipient, *, inviter: str) -> NewMail:
    """Tell a user that they are invited to work on a roadmap; its title could carry any text, and is not in it."""
    return message(
        to,
        MailKind.ROADMAP_INVITATION,
        "You are invited to work on a roadmap",
        f"The user {inviter} invites you to work on a roadmap on QuestPath.",
        link_to(to, "See your invitations", "invitations"),
        "The invitation is open for 14 days. If you do not want it, decline it, or ignore this e-mail.",
        reason=f"{inviter} invited you",
    )


def evidence_reviewed(to: Recipient, *, step: str, is_accepted: bool) -> NewMail:
    """Tell a learner what became of the evidence that they submitted; the comment is on the page."""
    decision = "accepted" if is_accepted else "returned"
    what_next = (
        "The step is done." if is_accepted else "Read the comment, and send it again when it is ready."
    )
    return message(
        to,
        MailKind.EVIDENCE_REVIEWED,
        f"Your evidence was {decision}",
        f"Your evidence for \u201c{step}\u201d was {decision}. {what_next}",
        link_to(to, "Go on learning"),
        reason="you submitted evidence on a roadmap",
    )
