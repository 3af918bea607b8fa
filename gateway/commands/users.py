"""Commands `users show|grant|revoke|unlock|verify|set-password`: admin work on one account, by address or handle."""

import argparse
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from domain.accounts import administration
from domain.accounts.roles import AdminUser
from domain.accounts.users import Role
from domain.acts import Act, by_platform
from domain.authentication import credentials, operator_changes
from domain.authentication.sessions import SessionLifetime
from domain.mail.mail_keys import MailKeys
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.authentication.password_hashing import Argon2Passwords
from gateway.commands import account_lookup, stores
from gateway.commands.accounts import read_password
from gateway.commands.errors import CommandError
from gateway.demo_accounts import PASSWORD
from gateway.mail import mail_keys
from gateway.settings.environment import Settings


@dataclass(frozen=True)
class OperatorPorts:
    """What the verbs of signing in need from a command."""

    passwords: Argon2Passwords
    refresh_secret: bytes
    mail_keys: MailKeys
    previous_refresh_secrets: tuple[bytes, ...]
    public_url: str
    session_lifetime: SessionLifetime


async def show(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Print an account: id, handle, address, roles, suspension, last sign-in and deletion."""
    async with stores.opened(url) as postgres, postgres.open_reads(Meter()) as reads:
        found = await account_lookup.account(reads, arguments.account)
        own = await credentials.existing(reads.credentials, found.user_id)
    print(f"id         {found.user_id}")
    print(f"handle     {own.handle}")
    print(f"e-mail     {found.email} ({'verified' if found.email_verified else 'not verified'})")
    print(f"password   {'set' if own.password_hash else 'none; signs in with a provider'}")
    print(f"roles      {_names(found)}")
    print(f"suspended  {_suspension(found)}")
    print(f"signed in  {_moment(found.last_sign_in_at) if found.last_sign_in_at else 'never'}")
    print(f"deletion   {_moment(found.deletes_at) if found.deletes_at else 'not requested'}")
    return 0


async def grant(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Give an account roles; the running gateways refuse its older tokens within a second."""
    return await _change_roles(url, arguments.account, grant={Role(name) for name in arguments.role})


async def revoke(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Take roles from an account; the last admin stays one."""
    return await _change_roles(url, arguments.account, revoke={Role(name) for name in arguments.role})


async def unlock(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Forget the wrong passwords of an account, so that it can sign in at once."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        found = await account_lookup.account(work, arguments.account)
        await operator_changes.unlock(work, _ports(settings), user_id=found.user_id)
    print("Its wrong passwords are forgotten.")
    if found.suspension is not None:
        print(f"It is still suspended: {_suspension(found)}")
    return 0


async def verify(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Mark the address of an account as verified."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        found = await account_lookup.account(work, arguments.account)
        is_new = await operator_changes.verify(work, _act(), user_id=found.user_id)
    print(f"{found.email} is verified." if is_new else f"{found.email} was verified already.")
    return 0


async def set_password(settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Set the password of an account, from the terminal or stdin, and end its sessions."""
    ports = _ports(settings)
    async with stores.opened(url) as postgres:
        async with postgres.open_reads(Meter()) as reads:
            found = await account_lookup.account(reads, arguments.account)
            own = await credentials.existing(reads.credentials, found.user_id)
        password = await read_password()
        if settings.production and password == PASSWORD:
            raise CommandError("This is the public password of the demo accounts; choose another.")
        new_hash = await operator_changes.password_hash(ports.passwords, own, password)
        async with postgres.open_work(Meter()) as work:
            await operator_changes.set_password(work, _act(), ports, user_id=found.user_id, new_hash=new_hash)
    print(f"{own.handle} has a new password; all sessions are ended.")
    return 0


async def _change_roles(
    url: str, name: str, *, grant: Collection[Role] = (), revoke: Collection[Role] = ()
) -> int:
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        found = await account_lookup.account(work, name)
        changed = await administration.set_roles_as_operator(
            work, _act(), user_id=found.user_id, grant=grant, revoke=revoke
        )
    print(f"{changed.email} has {_names(changed)}.")
    return 0


def _act() -> Act:
    return by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)


def _ports(settings: Settings) -> OperatorPorts:
    secret, *previous = [
        secrets_and_ids.derived(each.get_secret_value(), "refresh tokens")
        for each in (settings.secret, *settings.previous_secrets)
    ]
    return OperatorPorts(
        passwords=Argon2Passwords(),
        refresh_secret=secret,
        mail_keys=mail_keys.of_settings(settings),
        previous_refresh_secrets=tuple(previous),
        public_url=settings.public_url,
        session_lifetime=settings.session_lifetime,
    )


def _names(found: AdminUser) -> str:
    return ", ".join(role.value for role in found.roles)


def _suspension(found: AdminUser) -> str:
    if found.suspension is None:
        return "no"
    until = found.suspension.until
    return f"{'for good' if until is None else 'until ' + _moment(until)}: {found.suspension.reason}"


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
