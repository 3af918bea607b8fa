"""Demo passwords: production refuses to serve a database in which the public one of the demo accounts signs in."""

from domain.unit_of_work import Meter
from gateway.authentication.password_hashing import Argon2Passwords
from gateway.commands.errors import CommandError
from gateway.demo_accounts import ACCOUNTS, PASSWORD
from persistence.work import Postgres


async def refuse(postgres: Postgres) -> None:
    """Raise CommandError if a demo account exists with its public password; without one no password is compared."""
    async with postgres.open_reads(Meter()) as reads:
        found = [await reads.credentials.by_email(account.email) for account in ACCOUNTS]
    passwords = Argon2Passwords()
    for account in found:
        if account is None or account.password_hash is None:
            continue
        if await passwords.verify(account.password_hash, PASSWORD):
            raise CommandError(
                f"The demo account {account.email} has its public password; "
                f"set another: questpath users set-password {account.email}"
            )
