"""The units of deploy/systemd: verified and scored by systemd; test_two_machines.py runs their commands."""

from pathlib import Path

import pytest

from tests.deployment.programs import run
from tests.deployment.units import FOLDER, parsed

UNITS = ("questpath", "questpath-worker")
MOST_EXPOSURE = 20
"""In tenths; systemd calls what is below 5.0 OK."""


@pytest.mark.parametrize("name", UNITS)
def test_systemd_scores_a_unit_as_hardened(name: str) -> None:
    threshold = f"--threshold={MOST_EXPOSURE}"

    printed = run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", threshold, FOLDER / f"{name}.service"]
    )

    assert "Overall exposure level" in printed


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_no_fault_in_a_unit(tmp_path: Path, name: str) -> None:
    unit = tmp_path / f"{name}.service"
    text = (FOLDER / f"{name}.service").read_text("utf-8")
    unit.write_text(text.replace("/opt/questpath/current/bin/python", "/usr/bin/true"))

    printed = run(["systemd-analyze", "verify", "--man=no", unit])

    assert printed == ""


def test_a_unit_with_an_unknown_setting_is_noticed(tmp_path: Path) -> None:
    unit = tmp_path / "wrong.service"
    unit.write_text("[Service]\nExecStart=/usr/bin/true\nKillMod=mixed\n")

    with pytest.raises(AssertionError, match="KillMod"):
        run(["sh", "-c", f"systemd-analyze verify --man=no {unit} 2>&1 | tee /dev/stderr | (! grep KillMod)"])


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_ends_only_its_first_process_and_waits_35_seconds(name: str) -> None:
    unit = parsed((FOLDER / f"{name}.service").read_text("utf-8"))

    assert (unit.one("KillMode"), unit.one("KillSignal")) == ("mixed", "SIGTERM")
    assert float(unit.one("TimeoutStopSec")) == 35
    assert unit.one("User") != "root"
