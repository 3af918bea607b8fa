"""Commands `create-user` and `end-sessions`."""

import argparse
import asyncio
import getpass
import sys

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.accounts.users import Role
from domain.acts import by_platform
from domain.authentication import registration, sign_out
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.authentication.password_hashing import Argon2Passwords
from gateway.commands import stores
from gateway.commands.errors import CommandError
from gateway.settings.environment import Settings


async def create_user(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Create an account with roles; read the password from stdin, or ask for it at a terminal."""
    password = await read_password()
    act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
    new = await registration.new_user(
        act,
        Argon2Passwords(),
        email=arguments.email,
        password=password,
        handle=arguments.handle,
        display_name=arguments.handle,
        time_zone="UTC",
        roles=[Role.LEARNER, *(Role(name) for name in arguments.role if name != Role.LEARNER.value)],
    )
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        user = await work.users.add(new)
        difference = {"after": ", ".join(role.value for role in new.roles)}
        await audit.record(work.audit, act, AuditAction.ROLES_SET, target=user.id, difference=difference)
    print(f"Created {user.handle} ({user.id}) with {', '.join(role.value for role in new.roles)}.")
    return 0


async def read_password() -> str:
    """Read a password from the terminal without showing it, or the first line of stdin."""
    if sys.stdin.isatty():
        return await asyncio.to_thread(getpass.getpass)
    line: str = await asyncio.to_thread(sys.stdin.readline)
    return line.rstrip("\n")


async def end_sessions(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """End every session of an account; the running gateways refuse its tokens within a second."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        account = await work.credentials.by_email(arguments.email.strip().lower())
        if account is None:
            raise CommandError("No account has this e-mail address.")
        act = by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
        ended = await sign_out.end_all(work, act, user_id=account.user_id)
        await audit.record(
            work.audit,
            act,
            AuditAction.SESSIONS_REVOKED,
            target=account.user_id,
            difference={"ended": str(len(ended))},
        )
    print(f"Ended {len(ended)} sessions of {account.handle}.")
    return 0
