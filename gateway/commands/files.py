"""Input files of commands."""

from pathlib import Path

from gateway.commands.errors import CommandError


def read(path: Path, *, largest: int) -> str:
    """Return the text of a file of at most so many bytes; raises CommandError."""
    try:
        if path.stat().st_size > largest:
            raise CommandError(f"{path} is larger than {largest >> 20} MB.")
        return path.read_text("utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not UTF-8 text.") from None
