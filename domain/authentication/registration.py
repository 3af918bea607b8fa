"""Registration: a new account, the mail that verifies its address, and its first session."""

from domain import text
from domain.accounts import audit, email_addresses, profile_rules
from domain.accounts.audit import AuditAction
from domain.accounts.users import (
    EmailTakenError,
    HandleTakenError,
    NewUser,
    Role,
    User,
    email_taken,
    handle_taken,
)
from domain.acts import Act
from domain.authentication import attempt_limits, email_verification, sign_in, sign_out
from domain.authentication.attempt_limits import REGISTRATIONS_FROM
from domain.authentication.passwords import Passwords, checked_password
from domain.authentication.ports import AuthenticationPorts, Client
from domain.authentication.sessions import SignedIn
from domain.authentication.work import AuthenticationWork
from domain.errors import DomainError
from domain.ids import UserId
from domain.refusals import all_at_once, refuse, together
from domain.unit_of_work import OpenUnitOfWork


async def register(
    open_work: OpenUnitOfWork[AuthenticationWork],
    act: Act,
    client: Client,
    ports: AuthenticationPorts,
    *,
    email: str,
    password: str,
    handle: str,
    display_name: str,
    time_zone: str,
    replaced_token: str | None = None,
) -> SignedIn:
    """Create an account, send the mail that verifies its address, and open a session.

    The attempt is counted and committed first, so that a failed registration counts too. Raises
    TooManyAttemptsError, what `new_user` raises, or EmailTakenError and HandleTakenError, both at once.
    `replaced_token` is explained at `sign_in.login`.
    """
    secret = ports.refresh_secret
    async with open_work() as work:
        await attempt_limits.count_from(
            work.attempt_limits, REGISTRATIONS_FROM, client.address, secret=secret, now=act.now
        )
    new = await new_user(
        act,
        ports.passwords,
        email=email,
        password=password,
        handle=handle,
        display_name=display_name,
        time_zone=time_zone,
        roles=[Role.LEARNER],
    )
    try:
        async with open_work() as work:
            user = await add(work, act, new)
            await email_verification.send(
                work, act, ports, user_id=user.id, handle=user.handle, email=new.email
            )
            signed_in = await sign_in.open_session(work, act, client, ports, user_id=user.id)
    except (EmailTakenError, HandleTakenError) as taken:
        async with open_work() as work:
            refuse(together(taken, *await _all_taken(work, new)))
        raise
    await sign_out.end_replaced(open_work, act, replaced_token)
    return signed_in


async def _all_taken(work: AuthenticationWork, new: NewUser) -> list[DomainError]:
    """Return what another user has: the database names the first clash alone, and ends the transaction."""
    found: list[DomainError] = []
    if await work.credentials.by_email(new.email) is not None:
        found.append(email_taken())
    if await work.credentials.free_handle([new.handle]) is None:
        found.append(handle_taken())
    return found


async def add(work: AuthenticationWork, act: Act, new: NewUser) -> User:
    """Store a new user, with an entry in the audit log; raises EmailTakenError or HandleTakenError."""
    user = await work.users.add(new)
    await audit.record(
        work.audit,
        act.by(user.id),
        AuditAction.REGISTERED,
        target=user.id,
        difference={"handle": user.handle},
    )
    return user


async def new_user(
    act: Act,
    passwords: Passwords,
    *,
    email: str,
    password: str,
    handle: str,
    display_name: str,
    time_zone: str,
    roles: list[Role],
) -> NewUser:
    """Check the input of a registration, then hash the password; no database connection should be in use meanwhile.

    Raises, all at once, InvalidInputErrors and WeakPasswordError that name their fields; or BusyError.
    """
    with all_at_once() as each:
        with each:
            email = email_addresses.checked_email(email)
        with each:
            handle = profile_rules.checked_handle(handle)
        with each:
            display_name = text.line(display_name, field="displayName", longest=60)
        with each:
            time_zone = profile_rules.checked_time_zone(time_zone)
        with each:
            password = checked_password(password, email=email, handle=handle, passwords=passwords)
    return NewUser(
        id=UserId(act.mint("user")),
        handle=handle,
        display_name=display_name,
        email=email,
        password_hash=await passwords.hash(password),
        time_zone=time_zone,
        roles=roles,
        joined_at=act.now,
    )
