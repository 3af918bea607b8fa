"""Demo accounts: those that development creates, whose password everyone knows."""

from domain.accounts.users import Role
from domain.entities import entity

PASSWORD = "a quest for every day"


@entity
class DemoAccount:
    """An account for development only."""

    handle: str
    display_name: str
    roles: list[Role]

    @property
    def email(self) -> str:
        """Its address; example domains never receive mail."""
        return f"{self.handle}@questpath.example"


AUTHOR = DemoAccount(handle="noor", display_name="Noor", roles=[Role.LEARNER, Role.AUTHOR])
ACCOUNTS = [
    AUTHOR,
    DemoAccount(handle="ada", display_name="Ada", roles=[Role.LEARNER]),
    DemoAccount(handle="grace", display_name="Grace", roles=[Role.LEARNER]),
    DemoAccount(handle="milo", display_name="Milo", roles=[Role.LEARNER, Role.MODERATOR]),
    DemoAccount(handle="olga", display_name="Olga", roles=[Role.LEARNER, Role.OPERATOR]),
    DemoAccount(handle="root", display_name="Root", roles=[Role.LEARNER, Role.ADMIN]),
]
