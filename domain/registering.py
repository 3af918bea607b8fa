"""Registering: a new account, and the mail that proves its address."""

from datetime import datetime

from domain import audit, letters, mails, one_time_tokens, throttles
from domain.audit import AuditAction, Origin
from domain.ids import Mint, UserId
from domain.one_time_tokens import TokenPurpose
from domain.throttles import REGISTRATIONS_FROM
from domain.users import NewUser, User
from domain.work import Work


async def admit(work: Work, *, address: str | None, secret: bytes, now: datetime) -> None:
    """Count a registration from the caller's address; raises TooManyAttemptsError. Commit it before hashing."""
    await throttles.attempt_from(work.throttles, REGISTRATIONS_FROM, address, secret=secret, now=now)


async def register(
    work: Work, *, new: NewUser, origin: Origin, mint: Mint, now: datetime, secret: bytes, public_url: str
) -> User:
    """Store a new user and ask them to confirm their address; raises EmailTakenError or HandleTakenError.

    The letter waits in the same transaction: a registration that is rolled back sends nothing.
    """
    user = await add(work, new=new, origin=origin, mint=mint, now=now)
    await ask_to_verify(
        work,
        user_id=user.id,
        handle=user.handle,
        email=new.email,
        mint=mint,
        now=now,
        secret=secret,
        public_url=public_url,
    )
    return user


async def add(work: Work, *, new: NewUser, origin: Origin, mint: Mint, now: datetime) -> User:
    """Store a new user and say so in the audit log; raises EmailTakenError or HandleTakenError."""
    user = await work.users.add(new)
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=user.id,
        action=AuditAction.REGISTERED,
        target=user.id,
        origin=origin,
        difference={"handle": user.handle},
    )
    return user


async def ask_to_verify(
    work: Work,
    *,
    user_id: UserId,
    handle: str,
    email: str,
    mint: Mint,
    now: datetime,
    secret: bytes,
    public_url: str,
) -> None:
    """Post the letter that proves an address."""
    token = await one_time_tokens.issue(
        work.one_time_tokens,
        purpose=TokenPurpose.VERIFY_EMAIL,
        user_id=user_id,
        email=email,
        mint=mint,
        now=now,
        secret=secret,
    )
    letter = letters.verify_email(email, handle=handle, public_url=public_url, token=token)
    await mails.post(work.mails, letter, emit=work.emit)
