"""Operator changes: what the platform's operators do to an account that cannot help itself."""

from domain.accounts import access_revocation, audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.authentication import attempt_limits, password_changes
from domain.authentication.credentials import Credentials, CredentialStore, masked
from domain.authentication.passwords import Passwords, checked_password
from domain.authentication.ports import AuthenticationPorts
from domain.authentication.work import AuthenticationWork
from domain.errors import NotFoundError
from domain.ids import UserId


async def unlock(work: AuthenticationWork, ports: AuthenticationPorts, *, user_id: UserId) -> None:
    """Forget the wrong passwords of an account and the mails to its address; raises NotFoundError."""
    locked = await _locked(work.credentials, user_id)
    for secret in (ports.refresh_secret, *ports.previous_refresh_secrets):
        await attempt_limits.clear_account(work.attempt_limits, locked.email, secret=secret)


async def verify(work: AuthenticationWork, act: Act, *, user_id: UserId) -> bool:
    """Mark the address of an account as verified; return whether it was not yet. Raises NotFoundError."""
    locked = await _locked(work.credentials, user_id)
    if locked.email_verified:
        return False
    await work.credentials.set_verified_email(user_id, locked.email)
    difference = {"email": masked(locked.email)}
    await audit.record(work.audit, act, AuditAction.EMAIL_VERIFIED, target=user_id, difference=difference)
    return True


async def password_hash(passwords: Passwords, owner: Credentials, password: str) -> str:
    """Return the hash of a new password, for `set_password`; raises WeakPasswordError, or BusyError."""
    checked = checked_password(password, email=owner.email, handle=owner.handle, passwords=passwords)
    return await passwords.hash(checked)


async def set_password(
    work: AuthenticationWork, act: Act, ports: AuthenticationPorts, *, user_id: UserId, new_hash: str
) -> None:
    """Replace the password, unlock the account, end its sessions, and tell its owner by mail; raises NotFoundError."""
    locked = await _locked(work.credentials, user_id)
    await password_changes.replace(work, act, ports, locked, new_hash, keep=None)
    await access_revocation.revoke(work.access, act, user_id=user_id, emit=work.emit)
    await unlock(work, ports, user_id=user_id)
    await audit.record(work.audit, act, AuditAction.PASSWORD_RESET, target=user_id)


async def _locked(store: CredentialStore, user_id: UserId) -> Credentials:
    locked = await store.lock(user_id)
    if locked is None:
        raise NotFoundError("There is no such user.")
    return locked
