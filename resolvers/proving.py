"""How a password is proven in a mutation: counted and committed, compared, and then settled in the act's own work."""

from domain import proofs
from domain.proofs import Verdict
from resolvers.context import Context


async def proven(context: Context, *, email: str, password: str, field: str | None = None) -> Verdict:
    """Return the verdict on a right password, for `proofs.accept`; raises InvalidCredentialsError or BusyError.

    The try is counted for good before the password is compared, and a failure is written down for good before it
    is raised; no connection is held while the password is compared.
    """
    ports = context.ports
    async with context.open_work() as work:
        attempt = await proofs.begin(
            work, email=email, address=context.door.address, secret=ports.refresh_secret, now=context.now()
        )
    verdict = await proofs.judge(attempt, passwords=ports.passwords, password=password, field=field)
    if verdict.refusal is not None:
        async with context.open_work() as work:
            await proofs.note_refusal(
                work, verdict, mint=ports.mint, now=context.now(), origin=context.origin
            )
        raise verdict.refusal
    return verdict
