"""Mail messages about the quality of questions: reports that were looked at, and attempts that were graded again."""

from domain.mail.mails import MailKind, NewMail
from domain.mail.messages import Recipient, link_to, message


def report_decided(to: Recipient) -> NewMail:
    """Tell a learner that their report was looked at; what was decided is on the page alone."""
    return message(
        to,
        MailKind.REPORT_DECIDED,
        "We looked at your report",
        "A moderator looked at a question that you reported. Thank you for helping to make it better.",
        link_to(to, "See your reports", "reports"),
        reason="you reported a question",
    )


def graded_again(to: Recipient, *, quiz: str) -> NewMail:
    """Tell a learner that an attempt was graded again by a corrected key."""
    return message(
        to,
        MailKind.GRADED_AGAIN,
        "A result of yours went up",
        f"The key of a question was corrected. Your attempt at \u201c{quiz}\u201d was graded again, and its score went "
        "up.",
        link_to(to, "See your attempts", "attempts"),
        reason="an attempt of yours was graded again",
    )
