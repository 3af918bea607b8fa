"""Machines: folders in which the files of deploy/systemd find what they expect, so that their commands run as they are.

They run under the account of the test, because Python itself may be where only that account can read.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.deployment.programs import end, eventually, run, started
from tests.deployment.units import FOLDER, Unit, parsed, replaced
from tests.support.installations import Installation
from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import PLENTY, free_port

SECRET = "x9" * 20
DENY_EXECUTABLE_MEMORY = """
import ctypes, os, sys
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Runs a command as `MemoryDenyWriteExecute=yes` does, in the same process."""


@dataclass
class Machine:
    """One machine with QuestPath: its folders stand for /opt, /etc and /var/lib."""

    folder: Path
    database_url: str
    redis_url: str
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def current(self) -> Path:
        """The link to the release that runs."""
        return self.folder / "opt" / "current"

    def use(self, release: Path) -> None:
        """Let `current` point at a release, in one step as `ln -sfn` and `mv -T` do."""
        new = self.current.with_name("next")
        new.symlink_to(release)
        new.replace(self.current)

    def unit(self, name: str) -> Unit:
        """Return a unit of deploy/systemd with the places of this machine."""
        places = {
            "/opt/questpath": str(self.folder / "opt"),
            "/etc/questpath": str(self.folder / "etc"),
            "/var/lib/questpath": str(self.folder / "var"),
        }
        return parsed(replaced((FOLDER / f"{name}.service").read_text("utf-8"), places))

    def command(self, *arguments: str) -> str:
        """Run a command by deploy/systemd/questpath-command, without its change of account, and return what it prints."""
        places = {
            "/opt/questpath": str(self.folder / "opt"),
            "/etc/questpath": str(self.folder / "etc"),
            'if [ "$(id -u)" = 0 ]': "if false",
        }
        script = replaced((FOLDER / "questpath-command").read_text("utf-8"), places)
        return run(["sh", "-c", script, "questpath", *arguments])

    @contextlib.contextmanager
    def running(self, name: str, ready_word: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run the commands of a unit in its order until the end of the block."""
        unit = self.unit(name)
        environment = unit.environment() | PLENTY | more
        for command in unit.commands("ExecStartPre"):
            run(command, **environment)
        (command,) = unit.commands("ExecStart")
        folder = Path(unit.one("WorkingDirectory"))
        log = self.folder / f"{name}.log"
        assert unit.one("MemoryDenyWriteExecute") == "yes"
        command = [sys.executable, "-c", DENY_EXECUTABLE_MEMORY, *command]
        log.touch()
        before = len(log.read_bytes())
        with started(command, log=log, environment=environment, folder=folder) as process:
            eventually(lambda: ready_word.encode() in log.read_bytes()[before:], within_s=3 * PATIENCE_S)
            yield process
            end(process)


def machine(folder: Path, installation: Installation, *, database_url: str, redis_url: str) -> Machine:
    """Prepare the folders of a machine as docs/operators/install.md does."""
    port = free_port()
    made = Machine(folder, database_url, redis_url, port)
    for name in ("opt", "etc/secrets", "var"):
        (folder / name).mkdir(parents=True)
    made.use(installation.folder)
    secrets = {"secret": SECRET, "previous-secrets": "", "database-url": database_url}
    for name, value in secrets.items():
        (folder / "etc" / "secrets" / name).write_text(value + "\n")
    places: Mapping[str, str] = {
        "/etc/questpath": str(folder / "etc"),
        "/var/lib/questpath": str(folder / "var"),
        "REDIS_URL=redis://127.0.0.1:6379/0": f"REDIS_URL={redis_url}",
        "QUESTPATH_PORT=8000": f"QUESTPATH_PORT={port}",
    }
    example = (FOLDER / "questpath.env").read_text("utf-8")
    (folder / "etc" / "questpath.env").write_text(replaced(example, places))
    return made
