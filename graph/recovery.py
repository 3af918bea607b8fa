"""Recovery: proving an e-mail address, and replacing a password."""

import strawberry

from domain.one_time_tokens import InvalidTokenError
from domain.passwords import WeakPasswordError
from domain.throttles import TooManyAttemptsError
from domain.users import EmailTakenError
from graph.directives import auth, public
from graph.errors import declare_error
from graph.fields import given
from graph.mutations import mutated_by
from graph.proving import PROVING, SETTING
from graph.scalars import EmailAddress
from graph.users import User
from resolvers import recovery

declare_error(InvalidTokenError, "The token is unknown, was used before or is too old; ask for a new one.")


@strawberry.input(description="The token from the mail.")
class VerifyEmailInput:
    """A token."""

    token: str = given("What stands after `#token=` in the link of the mail.", required=True)


@strawberry.input(description="Whose password was forgotten.")
class RequestPasswordResetInput:
    """An address."""

    email: EmailAddress = given("The address of the account.", required=True)


@strawberry.input(description="The token from the mail, and what to set.")
class ResetPasswordInput:
    """A token and a password."""

    token: str = given("What stands after `#token=` in the link of the mail.", required=True)
    new_password: str = given("12 to 128 characters; no rules of composition.", required=True)


@strawberry.input(description="The password of now and the one to set.")
class ChangePasswordInput:
    """Two passwords."""

    current_password: str = given("The password that signs in now.", required=True)
    new_password: str = given("12 to 128 characters; no rules of composition.", required=True)


@strawberry.input(description="The address to sign in with from now on.")
class ChangeEmailInput:
    """An address and a proof."""

    new_email: EmailAddress = given("The new address; it has to be confirmed by mail.", required=True)
    password: str = given("The password of the account.", required=True)


@strawberry.type
class RecoveryMutations:
    """Mutations about addresses and passwords."""

    verify_email = mutated_by(
        recovery.verify_email,
        input=VerifyEmailInput,
        gives={"user": (User, "Whose address was proven.")},
        refuses=(InvalidTokenError, EmailTakenError),
        rule=public(),
        description="Takes an e-mail address as proven, at first or after changeEmail. "
        "A token works once, for 24 hours.",
    )
    request_email_verification = mutated_by(
        recovery.request_email_verification,
        input=None,
        gives={"requested": (bool, "True once the mail is on its way.")},
        refuses=(TooManyAttemptsError,),
        rule=auth(),
        description="Sends the mail that proves the caller's address once more.",
    )
    request_password_reset = mutated_by(
        recovery.request_password_reset,
        input=RequestPasswordResetInput,
        gives={"requested": (bool, "True, whether or not there is such an account.")},
        refuses=(TooManyAttemptsError,),
        rule=public(),
        description="Sends a link that sets a new password, where the address has an account.",
    )
    reset_password = mutated_by(
        recovery.reset_password,
        input=ResetPasswordInput,
        gives={"reset": (bool, "True once the new password signs in.")},
        refuses=(InvalidTokenError, *SETTING),
        rule=public(),
        description="Sets a new password with the token from the mail, which works once, for 30 minutes. "
        "All sessions of the account end.",
    )
    change_password = mutated_by(
        recovery.change_password,
        input=ChangePasswordInput,
        gives={"changed": (bool, "True once the new password signs in.")},
        refuses=(WeakPasswordError, *PROVING),
        rule=auth(),
        description="Replaces the caller's password. All other sessions of theirs end.",
    )
    change_email = mutated_by(
        recovery.change_email,
        input=ChangeEmailInput,
        gives={"requested": (bool, "True once the mail is on its way.")},
        refuses=PROVING,
        rule=auth(),
        description="Sends a mail to a new address; the old one signs in until verifyEmail confirms the new one.",
    )
