"""Mail messages: the subject and text of every kind of mail, as paragraphs in one frame.

A message greets by handle and never by display name: an account may be registered with a stranger's address, and its
display name could carry any text to that stranger.
"""

from datetime import datetime
from typing import Any

from domain.entities import entity
from domain.mail.mails import MailKind, NewMail

_NOTHING_TO_DO = "If this was you, there is nothing left to do."
_SECURITY = "we report every change of how you sign in to your QuestPath account"


@entity
class Recipient:
    """Where a message goes: the address, the handle to greet, and the address of the web app to link to."""

    email: str
    handle: str
    public_url: str


@entity
class Link:
    """A link to a page of the web app, and the label that says where it leads."""

    label: str
    url: str


def message(
    to: Recipient,
    kind: MailKind,
    subject: str,
    *paragraphs: str | Link,
    reason: str,
    unsubscribe: Link | None = None,
) -> NewMail:
    """Put paragraphs into the frame that all messages share: a greeting, a closing line, and why the mail came.

    Mails that the reader may end hold the link that does.
    """
    greeting, closing = f"Hello {to.handle},", "The QuestPath team"
    reason = f"You get this mail because {reason}."
    footer = (reason,) if unsubscribe is None else (reason, unsubscribe)
    text = "\n\n".join(map(_as_text, (greeting, *paragraphs, closing, *footer)))
    values = {
        "subject": subject,
        "greeting": greeting,
        "paragraphs": [_as_values(paragraph) for paragraph in paragraphs],
        "closing": closing,
        "reason": reason,
        "unsubscribe": None if unsubscribe is None else _as_values(unsubscribe)["link"],
    }
    return NewMail(to=to.email, kind=kind, subject=subject, body=text + "\n", values=values)


def _as_text(paragraph: str | Link) -> str:
    """Return a paragraph as plain text; a link is on a line of its own under its label."""
    return paragraph if isinstance(paragraph, str) else f"{paragraph.label}:\n{paragraph.url}"


def _as_values(paragraph: str | Link) -> dict[str, Any]:
    if isinstance(paragraph, str):
        return {"lines": paragraph.split("\n"), "link": None}
    return {"lines": [], "link": {"label": paragraph.label, "url": paragraph.url}}


def link_to(to: Recipient, label: str, page: str = "", token: str | None = None) -> Link:
    """Return a link to a page of the web app.

    The token is in the fragment, which browsers send to no server and put into no referrer.
    """
    fragment = "" if token is None else f"#token={token}"
    return Link(label=label, url=f"{to.public_url.rstrip('/')}/{page}{fragment}")


def _date(at: datetime) -> str:
    return f"{at.day} {at:%B %Y} at {at:%H:%M} UTC"


def verify_email(to: Recipient, *, token: str) -> NewMail:
    """Ask a new user to confirm the address."""
    return message(
        to,
        MailKind.VERIFY_EMAIL,
        "Confirm your e-mail address",
        "Welcome to QuestPath! Please confirm that this e-mail address is yours.",
        link_to(to, "Confirm your address", "verify-email", token),
        "The link works once and expires after 24 hours.",
        "If you did not create an account, you can ignore this e-mail.",
        reason="this address was given for a new QuestPath account",
    )


def confirm_email(to: Recipient, *, token: str) -> NewMail:
    """Ask a user who changes the address to confirm the new one."""
    return message(
        to,
        MailKind.CONFIRM_EMAIL,
        "Confirm your new e-mail address",
        "You asked to use this e-mail address for your QuestPath account. Please confirm that it is yours. Until then "
        "you sign in with your previous address.",
        link_to(to, "Confirm your new address", "verify-email", token),
        "The link works once and expires after 24 hours.",
        "If you did not ask for this change, you can ignore this e-mail.",
        reason="this address was given for your QuestPath account",
    )


def reset_password(to: Recipient, *, token: str) -> NewMail:
    """Send the link that sets a new password."""
    return message(
        to,
        MailKind.RESET_PASSWORD,
        "Set a new password",
        "We received a request to reset the password of your QuestPath account.",
        link_to(to, "Set a new password", "reset-password", token),
        "The link works once and expires after 30 minutes. Your current password works until you set a new one.",
        "If you did not ask for a new password, you can ignore this e-mail.",
        reason="a new password was requested for the QuestPath account of this address",
    )


def password_changed(to: Recipient) -> NewMail:
    """Report that the password was changed and every other session ended."""
    return message(
        to,
        MailKind.PASSWORD_CHANGED,
        "Your password was changed",
        "The password of your QuestPath account was changed, and all other sessions were signed out.",
        f"{_NOTHING_TO_DO} If it was not you, set a new password now.",
        link_to(to, "Set a new password", "forgot-password"),
        reason=_SECURITY,
    )


def email_changed(to: Recipient) -> NewMail:
    """Report to the previous address that another one signs in from now on."""
    return message(
        to,
        MailKind.EMAIL_CHANGED,
        "Your e-mail address was changed",
        "The e-mail address of your QuestPath account was changed. This address no longer signs in.",
        f"{_NOTHING_TO_DO} If it was not you, contact us now.",
        link_to(to, "Contact support", "support"),
        reason=_SECURITY,
    )


def identity_linked(to: Recipient, *, provider: str) -> NewMail:
    """Report that an identity of a provider signs in to the account."""
    return message(
        to,
        MailKind.IDENTITY_LINKED,
        f"{provider} was linked to your account",
        f"You can now sign in to your QuestPath account with {provider}.",
        f"{_NOTHING_TO_DO} If it was not you, change your password now, which signs out all other sessions, and "
        "contact us.",
        link_to(to, "Contact support", "support"),
        reason=_SECURITY,
    )


def new_device_sign_in(to: Recipient, *, device: str | None, address: str | None, at: datetime) -> NewMail:
    """Report a sign-in on a device that is new to the account."""
    return message(
        to,
        MailKind.NEW_DEVICE,
        "A new device signed in to your account",
        "A device that we have not seen before signed in to your QuestPath account.",
        f"Device: {device or 'unknown'}\nNetwork: {address or 'unknown'}\nTime: {_date(at)}",
        f"{_NOTHING_TO_DO} If it was not you, set a new password now, which signs out every device.",
        link_to(to, "Set a new password", "forgot-password"),
        reason="we report every new device that signs in to your QuestPath account",
    )


def deletion_requested(to: Recipient, *, at: datetime) -> NewMail:
    """Report that the account will be anonymised, and how to keep it."""
    return message(
        to,
        MailKind.DELETION_REQUESTED,
        "Your account will be deleted",
        "You asked us to delete your QuestPath account. We will remove everything that identifies you on "
        f"{_date(at)}.",
        "If you change your mind, sign in before then and cancel the deletion in your settings.",
        link_to(to, "Keep your account"),
        "If it was not you who asked for this, cancel the deletion and change your password.",
        reason="the deletion of your QuestPath account was requested",
    )


def webhook_disabled(to: Recipient, *, endpoint: str, since: datetime, is_gone: bool) -> NewMail:
    """Report to the owner of a webhook endpoint that nothing is sent to it any more."""
    why = (
        "Its receiver answered that it is gone (status 410)."
        if is_gone
        else f"No webhook has reached it since {_date(since)}."
    )
    return message(
        to,
        MailKind.WEBHOOK_DISABLED,
        "A webhook endpoint was disabled",
        f"The webhook endpoint {endpoint} was disabled. {why}",
        "Once its receiver answers again, enable the endpoint and replay the deliveries that failed. Events that "
        "happen until then are not sent.",
        reason="you created this webhook endpoint",
    )


def weekly_digest(to: Recipient, *, facts: list[str], weak_areas: list[str], unsubscribe_url: str) -> NewMail:
    """Tell what happened in a learner's week, a line for each fact, and what to work on next."""
    review = ["\n".join(("What to work on next:", *weak_areas))] if weak_areas else []
    week = ["\n".join(facts)] if facts else []
    return message(
        to,
        MailKind.WEEKLY_DIGEST,
        "Your week on QuestPath",
        *week,
        *review,
        link_to(to, "Go on learning"),
        reason="you asked for the weekly digest",
        unsubscribe=Link(label="Stop the weekly digest", url=unsubscribe_url),
    )
