"""Resolvers of e-mail verification and password changes."""

from domain.accounts.users import User
from domain.authentication import email_verification, password_changes
from resolvers.context import Context


async def verify_email(context: Context, *, token: str) -> User:
    """Mark an address as verified."""
    async with context.open_work() as work:
        return await email_verification.verify(work, context.act(), context.ports, token=token)


async def request_email_verification(context: Context) -> bool:
    """Send the mail that verifies the caller's address again."""
    async with context.open_work() as work:
        await email_verification.request(work, context.act(), context.request_info, context.ports)
    return True


async def request_password_reset(context: Context, *, email: str) -> bool:
    """Send the link that sets a new password, if the address has an account."""
    async with context.open_work() as work:
        await password_changes.request_reset(
            work, context.act(), context.request_info, context.ports, email=email
        )
    return True


async def reset_password(context: Context, *, token: str, new_password: str) -> bool:
    """Set a new password with the token from the mail."""
    await password_changes.reset(
        context.open_reads,
        context.open_work,
        context.act(),
        context.ports,
        token=token,
        new_password=new_password,
    )
    return True


async def change_password(context: Context, *, current_password: str, new_password: str) -> bool:
    """Replace the caller's password."""
    await password_changes.change(
        context.open_reads,
        context.open_work,
        context.act(),
        context.request_info,
        context.ports,
        current_password=current_password,
        new_password=new_password,
    )
    return True


async def change_email(context: Context, *, new_email: str, password: str) -> bool:
    """Send the mail that confirms the caller's new address."""
    await email_verification.change(
        context.open_reads,
        context.open_work,
        context.act(),
        context.request_info,
        context.ports,
        email=new_email,
        password=password,
    )
    return True
