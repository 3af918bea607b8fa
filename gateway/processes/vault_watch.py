"""Watch of Vault: looks for a new version of the secrets, in a thread of the supervisor."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from gateway.settings import vault_secrets
from gateway.settings.secret_files import SecretError
from gateway.settings.vault import VaultSettings

_log = structlog.get_logger("gateway.processes.vault_watch")


@contextmanager
def watched(settings: VaultSettings, on_change: Callable[[], None]) -> Iterator[None]:
    """Call `on_change` for each new version until the end of the block; without Vault, do nothing."""
    if settings.vault_address is None:
        yield
        return
    stopping = threading.Event()
    thread = threading.Thread(target=_watch, args=(settings, on_change, stopping), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()


def _watch(settings: VaultSettings, on_change: Callable[[], None], stopping: threading.Event) -> None:
    known = _version(settings, None)
    while not stopping.wait(settings.vault_check_s):
        version = _version(settings, known)
        if known is not None and version != known:
            _log.info("secrets_changed", version=version)
            on_change()
        known = version


def _version(settings: VaultSettings, known: int | None) -> int | None:
    """Return the newest version; where Vault does not answer, the one that was known before."""
    try:
        return vault_secrets.read(settings)[0]
    except SecretError as error:
        _log.warning("secrets_unavailable", reason=str(error))
        return known
