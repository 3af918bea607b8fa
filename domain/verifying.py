"""Verifying: an e-mail address is proven by what was sent to it, at first and after a change."""

from datetime import datetime

from domain import audit, identity, letters, mails, one_time_tokens, recovering, registering, throttles
from domain.audit import AuditAction, Origin
from domain.errors import InvalidInputError, NotFoundError
from domain.holders import Holder, masked
from domain.ids import Mint, UserId
from domain.one_time_tokens import TokenPurpose
from domain.users import User
from domain.work import Work


async def request(
    work: Work,
    *,
    user_id: UserId,
    address: str | None,
    mint: Mint,
    now: datetime,
    secret: bytes,
    public_url: str,
) -> None:
    """Send the letter that proves the user's address once more; raises TooManyAttemptsError.

    Raises InvalidInputError where the address is proven already.
    """
    holder = await _holder(work, user_id)
    if holder.email_verified:
        raise InvalidInputError("Your e-mail address is verified already; nothing is left to do.")
    await throttles.attempt_mail(work.throttles, email=holder.email, address=address, secret=secret, now=now)
    await registering.ask_to_verify(
        work,
        user_id=user_id,
        handle=holder.handle,
        email=holder.email,
        mint=mint,
        now=now,
        secret=secret,
        public_url=public_url,
    )


async def verify(
    work: Work, *, token: str, origin: Origin, mint: Mint, now: datetime, public_url: str
) -> User:
    """Take an address as proven; raises InvalidTokenError, or EmailTakenError where another account has it now.

    Where it is another address than before, the old one is told, and links that were sent to it are void.
    """
    spent, holder = await recovering.redeem(work, token=token, purpose=TokenPurpose.VERIFY_EMAIL, now=now)
    (user,) = await work.users.by_ids([spent.user_id])
    if user is None:
        raise one_time_tokens.invalid()
    await work.holders.set_verified_email(spent.user_id, spent.email)
    changed = spent.email != holder.email
    if changed:
        await work.one_time_tokens.void(spent.user_id)
        letter = letters.email_changed(holder.email, handle=holder.handle, public_url=public_url)
        await mails.post(work.mails, letter, emit=work.emit)
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=spent.user_id,
        action=AuditAction.EMAIL_CHANGED if changed else AuditAction.EMAIL_VERIFIED,
        target=spent.user_id,
        origin=origin,
        difference={"email": masked(spent.email)},
    )
    return user


async def change(
    work: Work,
    *,
    holder: Holder,
    email: str,
    address: str | None,
    mint: Mint,
    now: datetime,
    secret: bytes,
    public_url: str,
) -> None:
    """Ask the reader of a new address to confirm it; the old one signs in until then.

    Whether another account has the address is told to nobody but its reader.
    """
    email = identity.checked_email(email)
    if email == holder.email:
        raise InvalidInputError("This is your address already.", field="newEmail")
    await throttles.attempt_mail(work.throttles, email=email, address=address, secret=secret, now=now)
    token = await one_time_tokens.issue(
        work.one_time_tokens,
        purpose=TokenPurpose.VERIFY_EMAIL,
        user_id=holder.user_id,
        email=email,
        mint=mint,
        now=now,
        secret=secret,
    )
    letter = letters.confirm_email(email, handle=holder.handle, public_url=public_url, token=token)
    await mails.post(work.mails, letter, emit=work.emit)


async def _holder(work: Work, user_id: UserId) -> Holder:
    holder = await work.holders.by_id(user_id)
    if holder is None:
        raise NotFoundError("There is no such user.")
    return holder
