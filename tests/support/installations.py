"""Installations: QuestPath as a wheel in a virtual environment of its own, as an operator has it."""

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import ROOT, ServerProcess


@dataclass(frozen=True)
class Installation:
    """A virtual environment with the wheel, and the wheel that was installed."""

    folder: Path
    wheel: Path

    @property
    def questpath(self) -> Path:
        """The console script."""
        return self.folder / "bin" / "questpath"

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def run(self, *arguments: str, folder: Path, **environment: str) -> str:
        """Run a command to its end outside the checkout and return what it printed."""
        done = subprocess.run(
            [self.questpath, *arguments],
            cwd=folder,
            env={"PATH": os.environ["PATH"]} | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=3 * PATIENCE_S,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


class InstalledServer(ServerProcess):
    """A server process of an installation, like `serve`."""

    def __init__(
        self,
        installation: Installation,
        port: int,
        command: list[str],
        environment: dict[str, str],
        folder: Path,
    ) -> None:
        given = {"PYTHONPATH": "", "QUESTPATH_PORT": str(port)} | environment
        super().__init__(port, command, given, folder, launcher=[str(installation.questpath)])


def built_wheel(folder: Path) -> Path:
    """Build the wheel of the checkout, with the build backend that is installed."""
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
    _pip("wheel", *options, "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("questpath-*.whl")
    return wheel


def installed(folder: Path) -> Installation:
    """Install the wheel beside the dependencies of this environment; the checkout itself cannot be imported there."""
    wheel = built_wheel(folder / "wheel")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    (site_packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    # A path in a .pth file is searched, but the .pth files in it, such as that of the checkout, are not read.
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = str(folder / "venv" / "bin" / "python")
    _pip("--python", python, "install", "--quiet", "--no-deps", "--no-index", "--no-compile", str(wheel))
    return Installation(folder / "venv", wheel)


def _pip(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", *arguments],
        env={"PATH": os.environ["PATH"], "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=3 * PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
