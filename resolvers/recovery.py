"""Answers about proving an address and replacing a password."""

from domain import proofs, recovering, verifying
from domain.users import User
from resolvers import proving
from resolvers.context import Context


async def verify_email(context: Context, *, token: str) -> User:
    """Take an address as proven."""
    async with context.open_work() as work:
        return await verifying.verify(
            work,
            token=token,
            origin=context.origin,
            mint=context.ports.mint,
            now=context.now(),
            public_url=context.ports.public_url,
        )


async def request_email_verification(context: Context) -> bool:
    """Send the letter that proves the caller's address once more."""
    ports = context.ports
    async with context.open_work() as work:
        await verifying.request(
            work,
            user_id=context.user_id,
            address=context.door.address,
            mint=ports.mint,
            now=context.now(),
            secret=ports.refresh_secret,
            public_url=ports.public_url,
        )
    return True


async def request_password_reset(context: Context, *, email: str) -> bool:
    """Send the link that sets a new password, where the address has an account."""
    ports = context.ports
    async with context.open_work() as work:
        await recovering.request_reset(
            work,
            email=email,
            address=context.door.address,
            origin=context.origin,
            mint=ports.mint,
            now=context.now(),
            secret=ports.refresh_secret,
            public_url=ports.public_url,
        )
    return True


async def reset_password(context: Context, *, token: str, new_password: str) -> bool:
    """Set a new password with the token from the mail."""
    ports = context.ports
    async with context.open_reads() as reads:
        holder = await recovering.holder_of(reads, token=token, now=context.now())
    strong = recovering.checked(new_password, holder=holder, passwords=ports.passwords)
    password_hash = await ports.passwords.hash(strong)
    async with context.open_work() as work:
        await recovering.reset(
            work,
            token=token,
            password_hash=password_hash,
            origin=context.origin,
            mint=ports.mint,
            now=context.now(),
            public_url=ports.public_url,
        )
    return True


async def change_password(context: Context, *, current_password: str, new_password: str) -> bool:
    """Replace the caller's password."""
    ports = context.ports
    async with context.open_reads() as reads:
        holder = await recovering.own(reads, context.user_id)
    strong = recovering.checked(new_password, holder=holder, passwords=ports.passwords)
    verdict = await proving.proven(
        context, email=holder.email, password=current_password, field="currentPassword"
    )
    password_hash = await ports.passwords.hash(strong)
    async with context.open_work() as work:
        await recovering.change(
            work,
            holder=await proofs.accept(work, verdict),
            password_hash=password_hash,
            keep=context.caller.session_id,
            origin=context.origin,
            mint=ports.mint,
            now=context.now(),
            public_url=ports.public_url,
        )
    return True


async def change_email(context: Context, *, new_email: str, password: str) -> bool:
    """Ask the reader of a new address to confirm it."""
    ports = context.ports
    async with context.open_reads() as reads:
        holder = await recovering.own(reads, context.user_id)
    verdict = await proving.proven(context, email=holder.email, password=password, field="password")
    async with context.open_work() as work:
        await verifying.change(
            work,
            holder=await proofs.accept(work, verdict),
            email=new_email,
            address=context.door.address,
            mint=ports.mint,
            now=context.now(),
            secret=ports.refresh_secret,
            public_url=ports.public_url,
        )
    return True
