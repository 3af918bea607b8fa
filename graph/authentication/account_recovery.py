"""Account recovery: e-mail verification and password changes."""

import strawberry

from domain.accounts.users import EmailTakenError
from domain.authentication.attempt_limits import TooManyAttemptsError
from domain.authentication.one_time_tokens import InvalidTokenError
from domain.authentication.passwords import WeakPasswordError
from graph.accounts.users import User
from graph.authentication.password_errors import CHECK_PASSWORD_ERRORS, SET_PASSWORD_ERRORS
from graph.directives import auth, public
from graph.errors import declare_error
from graph.fields import given
from graph.mutations import mutated_by
from graph.scalars import EmailAddress
from resolvers.authentication import account_recovery

declare_error(InvalidTokenError, "The token is unknown, was used before or has expired; ask for a new one.")


@strawberry.input(description="The token from the mail.")
class VerifyEmailInput:
    """A token."""

    token: str = given("The text after `#token=` in the link of the mail.", required=True)


@strawberry.input(description="The account whose password was forgotten.")
class RequestPasswordResetInput:
    """An address."""

    email: EmailAddress = given("The address of the account.", required=True)


@strawberry.input(description="The token from the mail, and the new password.")
class ResetPasswordInput:
    """A token and a password."""

    token: str = given("The text after `#token=` in the link of the mail.", required=True)
    new_password: str = given("12 to 128 characters, without composition rules.", required=True)


@strawberry.input(description="The current password and the new one.")
class ChangePasswordInput:
    """Two passwords."""

    current_password: str = given("The current password.", required=True)
    new_password: str = given("12 to 128 characters, without composition rules.", required=True)


@strawberry.input(description="The new address, and the password.")
class ChangeEmailInput:
    """An address and a password."""

    new_email: EmailAddress = given("The new address; it has to be confirmed by mail.", required=True)
    password: str = given("The password of the account.", required=True)


@strawberry.type
class RecoveryMutations:
    """Mutations of addresses and passwords."""

    verify_email = mutated_by(
        account_recovery.verify_email,
        input=VerifyEmailInput,
        gives={"user": (User, "The user whose address was verified.")},
        refuses=(InvalidTokenError, EmailTakenError),
        rule=public(),
        description="Verifies an e-mail address, after registration or changeEmail. "
        "A token works once and expires after 24 hours.",
    )
    request_email_verification = mutated_by(
        account_recovery.request_email_verification,
        input=None,
        gives={"requested": (bool, "True once the mail is queued.")},
        refuses=(TooManyAttemptsError,),
        rule=auth(),
        description="Sends the mail that verifies the caller's address again, also for a verified one where mails are "
        "stopped (`emailPreferences.stopped`): verifyEmail lets them go on.",
    )
    request_password_reset = mutated_by(
        account_recovery.request_password_reset,
        input=RequestPasswordResetInput,
        gives={"requested": (bool, "True, whether or not there is such an account.")},
        refuses=(TooManyAttemptsError,),
        rule=public(),
        description="Sends a link that sets a new password, if the address has an account.",
    )
    reset_password = mutated_by(
        account_recovery.reset_password,
        input=ResetPasswordInput,
        gives={"reset": (bool, "True once the new password signs in.")},
        refuses=(InvalidTokenError, *SET_PASSWORD_ERRORS),
        rule=public(),
        description="Sets a new password with the token from the mail, which works once and expires after 30 minutes. "
        "All sessions of the account end.",
    )
    change_password = mutated_by(
        account_recovery.change_password,
        input=ChangePasswordInput,
        gives={"changed": (bool, "True once the new password signs in.")},
        refuses=(WeakPasswordError, *CHECK_PASSWORD_ERRORS),
        rule=auth(),
        description="Replaces the caller's password. All their other sessions end.",
    )
    change_email = mutated_by(
        account_recovery.change_email,
        input=ChangeEmailInput,
        gives={"requested": (bool, "True once the mail is queued.")},
        refuses=CHECK_PASSWORD_ERRORS,
        rule=auth(),
        description="Sends a mail to a new address; the current one signs in until verifyEmail confirms the new one.",
    )
