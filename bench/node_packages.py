"""Packages of the Node peers: installed once by npm, at the versions of `bench/peers/package.json`."""

import shutil
import subprocess

from bench.servers import NODE, PEERS

_TIMEOUT_S = 300
_INSTALL = (
    "install",
    "--no-package-lock",
    "--no-audit",
    "--no-fund",
    "--legacy-peer-deps",
    "--loglevel=error",
)


def install() -> str | None:
    """Install the packages unless they are there; return the reason why that is impossible, or None."""
    wanted, mark = PEERS / "package.json", PEERS / "node_modules" / ".installed"
    if NODE.exists() and mark.exists() and mark.read_text("utf-8") == wanted.read_text("utf-8"):
        return None
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed"
    print("Installing the Node peers ...", flush=True)
    try:
        done = subprocess.run(
            [npm, *_INSTALL], cwd=PEERS, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"npm did not end within {_TIMEOUT_S} s"
    if done.returncode != 0 or not NODE.exists():
        return "npm could not install them: " + " ".join(done.stderr.split())[-300:]
    mark.write_text(wanted.read_text("utf-8"), "utf-8")
    return None
