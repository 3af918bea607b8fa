"""Harmful files: what the guards raise, for readers to report as a RefusedItem."""


class HarmfulFileError(Exception):
    """The file is made to do harm, or cannot be told from one that is; `line` is where, 1 for a package."""

    def __init__(self, reason: str, *, line: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
