"""Account imports: what became of the data export of a user that was brought to another instance."""

from collections.abc import Sequence
from typing import Protocol

from domain.entities import entity
from domain.ids import UserId


@entity
class BroughtSection:
    """What became of the rows of a section: `stored` now, `present` before; the rest refer to what is not here."""

    name: str
    given: int
    stored: int
    present: int

    @property
    def left(self) -> int:
        """How many rows were left out."""
        return self.given - self.stored - self.present


@entity
class ImportedAccount:
    """An account after an import, and what was left out entirely: sections with the number of their rows."""

    user_id: UserId
    handle: str
    is_new: bool
    sections: list[BroughtSection]
    left_out: dict[str, int]


class AccountImports(Protocol):
    """Stores the rows of an export as they are."""

    def sections(self) -> Sequence[str]:
        """Return the sections whose rows can be stored, in the order in which they refer to each other."""

    async def complete_profile(self, user_id: UserId, row: str) -> None:
        """Set what a new account does not have yet: picture, words, locale, beginning of the day and visibility."""

    async def store(self, section: str, rows: str, *, user_id: UserId) -> BroughtSection:
        """Store those rows of a JSON list that are the user's, refer to what is here, and are not here yet."""
