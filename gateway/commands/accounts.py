"""What commands do to one account: create it, and end its sessions."""

import argparse
import asyncio
import getpass
import sys

from domain import audit, leaving, users
from domain.audit import NOWHERE, AuditAction
from domain.users import Role
from domain.work import Meter
from gateway import security
from gateway.accounts.passwords import Argon2Passwords
from gateway.commands import stores
from gateway.commands.errors import CommandError
from gateway.settings.environment import Settings


async def create_user(_configured: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Create an account with roles; the password comes from stdin, or is asked for at a terminal."""
    password = (
        getpass.getpass()
        if sys.stdin.isatty()
        else (await asyncio.to_thread(sys.stdin.readline)).rstrip("\n")
    )
    new = await users.new_user(
        mint=security.mint,
        now=security.now(),
        passwords=Argon2Passwords(),
        email=arguments.email,
        password=password,
        handle=arguments.handle,
        display_name=arguments.handle,
        time_zone="UTC",
        roles=[Role.LEARNER, *(Role(name) for name in arguments.role if name != Role.LEARNER.value)],
    )
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        user = await work.users.add(new)
        await audit.record(
            work.audit,
            mint=security.mint,
            now=new.joined_at,
            actor_id=None,
            action=AuditAction.ROLES_SET,
            target=user.id,
            origin=NOWHERE,
            difference={"after": ", ".join(role.value for role in new.roles)},
        )
    print(f"Created {user.handle} ({user.id}) with {', '.join(role.value for role in new.roles)}.")
    return 0


async def end_sessions(_configured: Settings, url: str, arguments: argparse.Namespace) -> int:
    """End every session of an account; the running gateways refuse its tokens within a second."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        holder = await work.holders.by_email(arguments.email.strip().lower())
        if holder is None:
            raise CommandError("No account has this e-mail.")
        now = security.now()
        ended = await leaving.end_all(work, user_id=holder.user_id, now=now)
        await audit.record(
            work.audit,
            mint=security.mint,
            now=now,
            actor_id=None,
            action=AuditAction.SESSIONS_REVOKED,
            target=holder.user_id,
            origin=NOWHERE,
            difference={"ended": str(len(ended))},
        )
    print(f"Ended {len(ended)} sessions of {holder.handle}.")
    return 0
