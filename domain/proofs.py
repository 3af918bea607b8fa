"""Proofs: a password is looked at after the try was counted, so that parallel guesses share one limit."""

from datetime import datetime

from domain import audit, throttles
from domain.audit import AuditAction, Origin
from domain.entities import entity
from domain.errors import DomainError
from domain.holders import Holder
from domain.ids import Mint
from domain.passwords import BusyError, Passwords, normal
from domain.sessions import InvalidCredentialsError
from domain.throttles import WRONG_PASSWORDS, WRONG_PASSWORDS_FROM, Try
from domain.work import Work


@entity
class Attempt:
    """A counted try to prove who holds the account of an address; nobody holds that of an unknown one."""

    holder: Holder | None
    tries: list[Try]


@entity
class Verdict:
    """What came of an attempt: a refusal, or none and, where the parameters changed, a new hash."""

    attempt: Attempt
    refusal: DomainError | None
    rehashed: str | None


async def begin(work: Work, *, email: str, address: str | None, secret: bytes, now: datetime) -> Attempt:
    """Count a try for the account and the caller's address; raises TooManyAttemptsError.

    Commit it before the password is looked at. An unknown address is counted and costs like a known one.
    """
    email = email.strip().lower()
    # The address comes before the account in every attempt, so that no two wait for each other.
    of_address = await throttles.attempt_from(
        work.throttles, WRONG_PASSWORDS_FROM, address, secret=secret, now=now
    )
    of_account = await throttles.attempt(work.throttles, WRONG_PASSWORDS, email, secret=secret, now=now)
    return Attempt(holder=await work.holders.by_email(email), tries=[*of_address, of_account])


async def judge(
    attempt: Attempt, *, passwords: Passwords, password: str, field: str | None = None
) -> Verdict:
    """Compare the password; no database connection should be held meanwhile.

    Nobody's password costs the same work and says the same words as a wrong one. `field` is the input that holds
    the password of someone who is signed in.
    """
    held = attempt.holder.password_hash if attempt.holder else None
    password = normal(password)
    try:
        if not await passwords.verify(held, password):
            return Verdict(attempt=attempt, refusal=_wrong(field), rehashed=None)
        outdated = held is not None and passwords.is_outdated(held)
        return Verdict(
            attempt=attempt, refusal=None, rehashed=await passwords.hash(password) if outdated else None
        )
    except BusyError as busy:
        return Verdict(attempt=attempt, refusal=busy, rehashed=None)


async def accept(work: Work, verdict: Verdict) -> Holder:
    """Return who proved to hold the account, in the work of what they proved it for; raises the refusal.

    A right password forgets the account's tries and takes back that of the address. The account is held from here
    on: one whose password was replaced while the old one was compared is not opened by the old one.
    """
    compared = verdict.attempt.holder
    if verdict.refusal is not None or compared is None:
        raise verdict.refusal or _wrong()
    holder = await work.holders.hold(compared.user_id)
    if holder is None or holder.password_hash != compared.password_hash:
        raise InvalidCredentialsError(
            "The password was changed a moment ago; try again with the one that holds now."
        )
    *of_address, of_account = verdict.attempt.tries
    for counted in of_address:
        await work.throttles.take_back(counted.key, at=counted.at)
    await work.throttles.clear(of_account.key)
    if verdict.rehashed is not None and holder.password_hash is not None:
        await work.holders.rehash(holder.user_id, old=holder.password_hash, new=verdict.rehashed)
    return holder


async def note_refusal(work: Work, verdict: Verdict, *, mint: Mint, now: datetime, origin: Origin) -> None:
    """Write down how a refused attempt ended; commit it before the refusal is raised.

    One that was never looked at is taken back. A wrong one of a known account goes into the audit log.
    """
    attempt = verdict.attempt
    if isinstance(verdict.refusal, BusyError):
        for counted in attempt.tries:
            await work.throttles.take_back(counted.key, at=counted.at)
    elif attempt.holder is None:
        await work.throttles.keep(attempt.tries[-1].key)  # as much to commit as the entry below
    else:
        await audit.record(
            work.audit,
            mint=mint,
            now=now,
            actor_id=None,
            action=AuditAction.SIGN_IN_FAILED,
            target=attempt.holder.user_id,
            origin=origin,
        )


def _wrong(field: str | None = None) -> InvalidCredentialsError:
    if field is not None:
        return InvalidCredentialsError(
            "This is not your password; try again, or set a new one by mail.", field=field
        )
    return InvalidCredentialsError("No account has this e-mail and password; check both and try again.")
