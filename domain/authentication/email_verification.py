"""E-mail verification: a user confirms an address with a token sent to it, at registration and after a change."""

from domain.accounts import audit, email_addresses
from domain.accounts.audit import AuditAction
from domain.accounts.users import User
from domain.acts import Act
from domain.authentication import attempt_limits, credentials, one_time_tokens, password_checks
from domain.authentication.credentials import masked
from domain.authentication.one_time_tokens import TokenPurpose
from domain.authentication.ports import AuthenticationPorts, Client
from domain.authentication.work import AuthenticationWork
from domain.errors import InvalidInputError
from domain.ids import UserId
from domain.mail import messages, outbox, suppression_administration
from domain.mail.messages import Recipient
from domain.mail.suppressions import LIFTED_BY_CONFIRMING, SuppressionReason
from domain.unit_of_work import OpenUnitOfWork


async def send(
    work: AuthenticationWork,
    act: Act,
    ports: AuthenticationPorts,
    *,
    user_id: UserId,
    handle: str,
    email: str,
) -> None:
    """Send the mail that verifies the address of an account."""
    token = await _issue(work, act, ports, user_id=user_id, email=email)
    recipient = Recipient(email=email, handle=handle, public_url=ports.public_url)
    await outbox.post(work, act, messages.verify_email(recipient, token=token))


async def request(work: AuthenticationWork, act: Act, client: Client, ports: AuthenticationPorts) -> None:
    """Send the mail that verifies the caller's address again; raises TooManyAttemptsError.

    For a verified address it does so where mails are stopped that confirming it lets go on; else it raises
    InvalidInputError, as for an address to which an operator stopped every mail.
    """
    own = await credentials.existing(work.credentials, act.user_id)
    stopped = await work.suppressions.of_address(ports.mail_keys.digests(own.email))
    reasons = {suppression.reason for suppression in stopped}
    if SuppressionReason.MANUAL in reasons:
        raise InvalidInputError("Every mail to your address was stopped by hand; ask support to end that.")
    if own.email_verified and LIFTED_BY_CONFIRMING.isdisjoint(reasons):
        raise InvalidInputError("Your e-mail address is verified already; nothing is left to do.")
    await _count_mail(work, act, client, ports, own.email)
    await send(work, act, ports, user_id=own.user_id, handle=own.handle, email=own.email)


async def verify(work: AuthenticationWork, act: Act, ports: AuthenticationPorts, *, token: str) -> User:
    """Mark an address as verified; raises InvalidTokenError, or EmailTakenError if another account has it now.

    Mails to the address that were stopped go on, unless an operator stopped them. If the address replaces another, a
    mail goes to the previous one, and links that were sent to it are void.
    """
    spent, before = await one_time_tokens.redeem(
        work.one_time_tokens,
        work.credentials,
        token=token,
        purpose=TokenPurpose.VERIFY_EMAIL,
        now=act.now,
    )
    (user,) = await work.users.by_ids([spent.user_id])
    if user is None:
        raise one_time_tokens.invalid()
    await work.credentials.set_verified_email(spent.user_id, spent.email)
    await suppression_administration.lift_by_mail(
        work, act.by(spent.user_id), ports.mail_keys, spent.email, LIFTED_BY_CONFIRMING
    )
    is_changed = spent.email != before.email
    if is_changed:
        await work.one_time_tokens.void(spent.user_id)
        previous = Recipient(email=before.email, handle=before.handle, public_url=ports.public_url)
        await outbox.post(work, act, messages.email_changed(previous))
    await audit.record(
        work.audit,
        act.by(spent.user_id),
        AuditAction.EMAIL_CHANGED if is_changed else AuditAction.EMAIL_VERIFIED,
        target=spent.user_id,
        difference={"email": masked(spent.email)},
    )
    return user


async def change(
    open_reads: OpenUnitOfWork[AuthenticationWork],
    open_work: OpenUnitOfWork[AuthenticationWork],
    act: Act,
    client: Client,
    ports: AuthenticationPorts,
    *,
    email: str,
    password: str,
) -> None:
    """Check the caller's password, then send the mail that confirms a new address; the old one signs in until then.

    A password is not compared, and not counted, for an address that is malformed.
    Whether another account has the address is visible only to a reader of its mail. Raises InvalidCredentialsError,
    BusyError, TooManyAttemptsError or InvalidInputError.
    """
    email = email_addresses.checked_email(email, field="newEmail")
    verdict = await password_checks.check_own(
        open_reads, open_work, act, client, ports, password=password, field="password"
    )
    async with password_checks.accepted(open_work, verdict), open_work() as work:
        own = await password_checks.accept(work, verdict)
        if email == own.email:
            raise InvalidInputError("This is your address already.", field="newEmail")
        await _count_mail(work, act, client, ports, email)
        token = await _issue(work, act, ports, user_id=own.user_id, email=email)
        recipient = Recipient(email=email, handle=own.handle, public_url=ports.public_url)
        await outbox.post(work, act, messages.confirm_email(recipient, token=token))


async def _count_mail(
    work: AuthenticationWork, act: Act, client: Client, ports: AuthenticationPorts, email: str
) -> None:
    await attempt_limits.count_mail(
        work.attempt_limits,
        email=email,
        address=client.address,
        secret=ports.refresh_secret,
        now=act.now,
    )


async def _issue(
    work: AuthenticationWork, act: Act, ports: AuthenticationPorts, *, user_id: UserId, email: str
) -> str:
    return await one_time_tokens.issue(
        work.one_time_tokens,
        act,
        purpose=TokenPurpose.VERIFY_EMAIL,
        user_id=user_id,
        email=email,
        secret=ports.refresh_secret,
    )
