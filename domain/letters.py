"""Letters: the sentences of every mail, in plain text.

A letter greets by handle and never by display name: whoever registers somebody else's address must not be able to
write to them.
"""

from datetime import datetime

from domain.mails import MailKind, NewMail

_SIGNATURE = "\n\nQuestPath\n"


def _letter(to: str, kind: MailKind, subject: str, *paragraphs: str) -> NewMail:
    return NewMail(to=to, kind=kind, subject=subject, body="\n\n".join(paragraphs) + _SIGNATURE)


def _link(public_url: str, page: str, token: str) -> str:
    """Compose a link whose token stands in the fragment, which no server and no referrer sees."""
    return f"{public_url.rstrip('/')}/{page}#token={token}"


def verify_email(to: str, *, handle: str, public_url: str, token: str) -> NewMail:
    """Ask a new user to confirm the address."""
    return _letter(
        to,
        MailKind.VERIFY_EMAIL,
        "Confirm your e-mail address",
        f"Hello {handle},",
        "please confirm that this address is yours by opening this link within 24 hours:",
        _link(public_url, "verify-email", token),
        "If you did not register, you need not do anything.",
    )


def confirm_email(to: str, *, handle: str, public_url: str, token: str) -> NewMail:
    """Ask a user who changes the address to confirm the new one."""
    return _letter(
        to,
        MailKind.CONFIRM_EMAIL,
        "Confirm your new e-mail address",
        f"Hello {handle},",
        "to sign in with this address from now on, open this link within 24 hours:",
        _link(public_url, "verify-email", token),
        "If you did not ask for this, you need not do anything.",
    )


def reset_password(to: str, *, handle: str, public_url: str, token: str) -> NewMail:
    """Send the link that sets a new password."""
    return _letter(
        to,
        MailKind.RESET_PASSWORD,
        "Set a new password",
        f"Hello {handle},",
        "someone, hopefully you, asked for a new password. Set one within 30 minutes here:",
        _link(public_url, "reset-password", token),
        "The old password keeps working until then. If you did not ask, you need not do anything.",
    )


def password_changed(to: str, *, handle: str, public_url: str) -> NewMail:
    """Tell that the password was changed and every other session ended."""
    return _letter(
        to,
        MailKind.PASSWORD_CHANGED,
        "Your password was changed",
        f"Hello {handle},",
        "your password was changed and all other sessions were ended.",
        f"If it was not you, ask for a new password at once: {public_url.rstrip('/')}/forgot-password",
    )


def email_changed(to: str, *, handle: str, public_url: str) -> NewMail:
    """Tell the old address that another one signs in from now on."""
    return _letter(
        to,
        MailKind.EMAIL_CHANGED,
        "Your e-mail address was changed",
        f"Hello {handle},",
        "another address signs in to your account from now on; this one no longer does.",
        f"If it was not you, write to us at once: {public_url.rstrip('/')}/support",
    )


def identity_linked(to: str, *, handle: str, provider: str) -> NewMail:
    """Tell that an identity of another provider signs in to the account."""
    return _letter(
        to,
        MailKind.IDENTITY_LINKED,
        f"{provider} was linked to your account",
        f"Hello {handle},",
        f"you can sign in with {provider} from now on.",
        "If it was not you, change your password, which ends all other sessions, and write to us.",
    )


def new_device_sign_in(
    to: str, *, handle: str, device: str | None, address: str | None, at: datetime
) -> NewMail:
    """Tell that someone signed in on a device that the account did not know."""
    return _letter(
        to,
        MailKind.NEW_DEVICE,
        "A new device signed in to your account",
        f"Hello {handle},",
        f"{device or 'an unknown device'} signed in on {at:%Y-%m-%d} at {at:%H:%M} UTC"
        f" from {address or 'an unknown address'}.",
        "If it was you, you need not do anything. If it was not, end that session and change your password, which "
        "ends all other sessions.",
    )


def deletion_requested(to: str, *, handle: str, at: datetime) -> NewMail:
    """Tell that the account will be anonymised, and how to keep it."""
    return _letter(
        to,
        MailKind.DELETION_REQUESTED,
        "Your account will be deleted",
        f"Hello {handle},",
        f"you asked us to delete your account. On {at:%Y-%m-%d} at {at:%H:%M} UTC everything that tells who you are "
        "goes.",
        "Until then you can sign in as before and cancel it in your settings. If it was not you, do that now and "
        "change your password.",
    )
