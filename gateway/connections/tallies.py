"""Tallies: how many of something each of many holds at once, and no more than so many."""


class Tally:
    """Counts by key; who holds nothing costs nothing."""

    __slots__ = ("_held", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: dict[str, int] = {}

    def enter(self, key: str) -> bool:
        """Count one more; False where that would be too many, and nothing was counted."""
        held = self._held.get(key, 0)
        if held >= self.most:
            return False
        self._held[key] = held + 1
        return True

    def leave(self, key: str) -> None:
        """Count one less."""
        held = self._held.get(key, 0)
        if held > 1:
            self._held[key] = held - 1
        else:
            self._held.pop(key, None)
