"""Sign-in: checks the password and opens a session for the user."""

from datetime import timedelta

from domain.accounts import audit, suspensions
from domain.accounts.audit import AuditAction
from domain.accounts.users import User
from domain.acts import Act
from domain.authentication import password_checks, sessions, sign_out
from domain.authentication.ports import AuthenticationPorts, Client
from domain.authentication.sessions import (
    MOST_SESSIONS,
    InvalidCredentialsError,
    Session,
    SignedIn,
)
from domain.authentication.work import AuthenticationWork
from domain.ids import SessionId, UserId
from domain.mail import messages, outbox
from domain.mail.messages import Recipient
from domain.unit_of_work import OpenUnitOfWork

DEVICE_KNOWN_FOR = timedelta(days=90)
"""A device that was not used for this long counts as new again."""


async def login(
    open_work: OpenUnitOfWork[AuthenticationWork],
    act: Act,
    client: Client,
    ports: AuthenticationPorts,
    *,
    email: str,
    password: str,
    replaced_token: str | None = None,
) -> SignedIn:
    """Check e-mail and password, and open a session.

    Raises InvalidCredentialsError, BusyError, TooManyAttemptsError or AccountSuspendedError. `replaced_token` is
    the refresh token in the cookie that the new session's cookie replaces, if any: its session ends, in a
    transaction of its own.
    """
    verdict = await password_checks.check(open_work, act, client, ports, email=email, password=password)
    async with password_checks.accepted(open_work, verdict), open_work() as work:
        owner = await password_checks.accept(work, verdict)
        signed_in = await open_session(work, act, client, ports, user_id=owner.user_id)
    await sign_out.end_replaced(open_work, act, replaced_token)
    return signed_in


async def open_session(
    work: AuthenticationWork, act: Act, client: Client, ports: AuthenticationPorts, *, user_id: UserId
) -> SignedIn:
    """Open a session for a user who was identified; raises InvalidCredentialsError if the account is gone.

    Raises AccountSuspendedError too. With too many open sessions, the least recently used one ends. A mail reports
    a device that the user did not use in the last 90 days.
    """
    claims = await work.access.claims(user_id)  # locks the user, so that sign-ins are counted one by one
    (user,) = await work.users.by_ids([user_id], viewer_id=user_id)
    if user is None or claims is None:
        raise InvalidCredentialsError("No account has this e-mail and password; check both and try again.")
    suspensions.refuse(claims.suspension, now=act.now)
    await _end_surplus(work, act, user_id)
    await _report_new_device(work, act, client, ports, user)
    session = Session(
        id=SessionId(act.mint("session")),
        user_id=user_id,
        created_at=act.now,
        expires_at=ports.session_lifetime.end(act.now, now=act.now),
        last_used_at=act.now,
        device=client.device,
        address=act.origin.address,
    )
    token = sessions.first_token("refresh", act.mint, ports.refresh_secret)
    await work.sessions.add(session, token_hash=sessions.digest(token))
    await audit.record(
        work.audit,
        act.by(user_id).within(session.id),
        AuditAction.SIGNED_IN,
        target=user_id,
        difference={"device": client.device},
    )
    return sessions.signed_in(user, claims, session, token)


async def _end_surplus(work: AuthenticationWork, act: Act, user_id: UserId) -> None:
    (open_sessions,) = await work.sessions.open_by_users([user_id], viewer_id=user_id, now=act.now)
    surplus = [session.id for session in open_sessions[MOST_SESSIONS - 1 :]]
    await sign_out.end(work, act, surplus, user_id=user_id)


async def _report_new_device(
    work: AuthenticationWork, act: Act, client: Client, ports: AuthenticationPorts, user: User
) -> None:
    is_known = await work.sessions.knows_device(user.id, client.device, since=act.now - DEVICE_KNOWN_FOR)
    if is_known is not False:
        return
    (account,) = await work.users.accounts_by_ids([user.id], viewer_id=user.id)
    if account is not None:
        recipient = Recipient(email=account.email, handle=user.handle, public_url=ports.public_url)
        mail = messages.new_device_sign_in(
            recipient, device=client.device, address=act.origin.address, at=act.now
        )
        await outbox.post(work, act, mail)
