"""Password checks: count an attempt before the password is compared, so that parallel guesses share one limit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.accounts.email_addresses import sought_email
from domain.acts import Act
from domain.authentication import attempt_limits, credentials
from domain.authentication.attempt_limits import WRONG_PASSWORDS, WRONG_PASSWORDS_FROM, CountedAttempt
from domain.authentication.credentials import Credentials
from domain.authentication.passwords import BusyError, Passwords, normal
from domain.authentication.ports import AuthenticationPorts, Client
from domain.authentication.sessions import InvalidCredentialsError
from domain.authentication.work import AuthenticationWork
from domain.entities import entity
from domain.errors import DomainError
from domain.unit_of_work import OpenUnitOfWork


@entity
class PasswordAttempt:
    """A counted attempt to sign in with an address; `credentials` is None for an unknown address."""

    credentials: Credentials | None
    counted: list[CountedAttempt]


@entity
class PasswordVerdict:
    """The result of an attempt: a refusal, or none and, if the hash parameters changed, a new hash."""

    attempt: PasswordAttempt
    refusal: DomainError | None
    new_hash: str | None


async def check(
    open_work: OpenUnitOfWork[AuthenticationWork],
    act: Act,
    client: Client,
    ports: AuthenticationPorts,
    *,
    email: str,
    password: str,
    field: str | None = None,
) -> PasswordVerdict:
    """Return the verdict on a right password, for `accepted`; raises InvalidCredentialsError or BusyError.

    Raises TooManyAttemptsError too. The attempt is committed before the password is compared, and a failure before
    it is raised. A comparison that is cut off does not count. No connection is in use while the password is
    compared. `field` is the input with the password of a signed-in caller.
    """
    async with open_work() as work:
        attempt = await begin(work, act, email=email, address=client.address, secret=ports.refresh_secret)
    async with _taken_back_on_failure(open_work, attempt):
        verdict = await judge(attempt, passwords=ports.passwords, password=password, field=field)
    if verdict.refusal is not None:
        async with open_work() as work:
            await record_refusal(work, act, verdict)
        raise verdict.refusal
    return verdict


async def check_own(
    open_reads: OpenUnitOfWork[AuthenticationWork],
    open_work: OpenUnitOfWork[AuthenticationWork],
    act: Act,
    client: Client,
    ports: AuthenticationPorts,
    *,
    password: str,
    field: str,
) -> PasswordVerdict:
    """Check the caller's own password; see `check`. Raises NotFoundError if the account is gone."""
    async with open_reads() as reads:
        own = await credentials.existing(reads.credentials, act.user_id)
    return await check(open_work, act, client, ports, email=own.email, password=password, field=field)


async def begin(
    work: AuthenticationWork, act: Act, *, email: str, address: str | None, secret: bytes
) -> PasswordAttempt:
    """Count an attempt for the account and the client's address; raises TooManyAttemptsError.

    Commit it before the password is compared. An unknown address is counted and costs as much as a known one.
    """
    email = sought_email(email)
    # The address comes before the account in every attempt, so that no two attempts deadlock.
    of_address = await attempt_limits.count_from(
        work.attempt_limits, WRONG_PASSWORDS_FROM, address, secret=secret, now=act.now
    )
    of_account = await attempt_limits.count(
        work.attempt_limits, WRONG_PASSWORDS, email, secret=secret, now=act.now
    )
    found = await work.credentials.by_email(email)
    return PasswordAttempt(credentials=found, counted=[*of_address, of_account])


async def judge(
    attempt: PasswordAttempt, *, passwords: Passwords, password: str, field: str | None = None
) -> PasswordVerdict:
    """Compare the password; no database connection should be in use meanwhile.

    For an unknown address the work and the message are the same as for a wrong password.
    """
    password_hash = attempt.credentials.password_hash if attempt.credentials else None
    password = normal(password)
    try:
        if not await passwords.verify(password_hash, password):
            return PasswordVerdict(attempt=attempt, refusal=_wrong(field), new_hash=None)
        is_outdated = password_hash is not None and passwords.is_outdated(password_hash)
        new_hash = await passwords.hash(password) if is_outdated else None
    except BusyError as busy:
        return PasswordVerdict(attempt=attempt, refusal=busy, new_hash=None)
    return PasswordVerdict(attempt=attempt, refusal=None, new_hash=new_hash)


@asynccontextmanager
async def accepted(
    open_work: OpenUnitOfWork[AuthenticationWork], verdict: PasswordVerdict
) -> AsyncIterator[None]:
    """Everything that follows a right password; if it fails or is cut off, the attempt does not count as a wrong one.

    `accept` belongs into the block.
    """
    async with _taken_back_on_failure(open_work, verdict.attempt):
        yield


@asynccontextmanager
async def _taken_back_on_failure(
    open_work: OpenUnitOfWork[AuthenticationWork], attempt: PasswordAttempt
) -> AsyncIterator[None]:
    """Take a counted attempt back, in a transaction of its own, if the block fails or a deadline cancels it."""
    try:
        yield
    except BaseException:
        with suppress(Exception):  # then it counts for the window, and the first failure is the one to raise
            async with open_work() as work:
                await _take_back(work, attempt.counted)
        raise


async def accept(work: AuthenticationWork, verdict: PasswordVerdict) -> Credentials:
    """Lock and return the credentials that were checked, in the transaction of the act; raises the refusal.

    A right password clears the account's attempts and takes back the one of the address. If the password was
    replaced while the old one was compared, the old one is refused.
    """
    compared = verdict.attempt.credentials
    if verdict.refusal is not None or compared is None:
        raise verdict.refusal or _wrong()
    locked = await work.credentials.lock(compared.user_id)
    if locked is None or locked.password_hash != compared.password_hash:
        raise InvalidCredentialsError("The password was changed a moment ago; try again with the new one.")
    *of_address, of_account = verdict.attempt.counted
    await _take_back(work, of_address)
    await work.attempt_limits.clear(of_account.key)
    if verdict.new_hash is not None and locked.password_hash is not None:
        await work.credentials.rehash(locked.user_id, old=locked.password_hash, new=verdict.new_hash)
    return locked


async def record_refusal(work: AuthenticationWork, act: Act, verdict: PasswordVerdict) -> None:
    """Store the result of a refused attempt; commit it before the refusal is raised.

    An attempt whose password was not compared is taken back. A wrong password of a known account goes into the
    audit log, without an actor.
    """
    attempt = verdict.attempt
    if isinstance(verdict.refusal, BusyError):
        await _take_back(work, attempt.counted)
    elif attempt.credentials is None:
        await work.attempt_limits.rewrite(attempt.counted[-1].key)  # as much to commit as the entry below
    else:
        target = attempt.credentials.user_id
        await audit.record(work.audit, act.by(None), AuditAction.SIGN_IN_FAILED, target=target)


async def clear_wrong_passwords(work: AuthenticationWork, *, email: str, secret: bytes) -> None:
    """Remove the attempts counted for an account whose owner proved to be the reader of its mail."""
    await attempt_limits.clear(work.attempt_limits, WRONG_PASSWORDS, email, secret=secret)


async def _take_back(work: AuthenticationWork, attempts: list[CountedAttempt]) -> None:
    for counted in attempts:
        await work.attempt_limits.take_back(counted.key, at=counted.at)


def _wrong(field: str | None = None) -> InvalidCredentialsError:
    if field is not None:
        return InvalidCredentialsError(
            "This is not your password; try again, or set a new one by mail.", field=field
        )
    return InvalidCredentialsError("No account has this e-mail and password; check both and try again.")
