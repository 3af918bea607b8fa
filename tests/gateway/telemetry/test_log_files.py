"""Log files: two processes write the same ones, days end, old files go, and a full disk stops nothing."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from gateway.settings.modes import LogFormat
from gateway.telemetry import logs
from gateway.telemetry.log_files import LogFile, LogFiles
from tests.support.patience import PATIENCE_S
from tests.support.servers.gateway import ROOT, running_gateway
from tests.support.servers.log_lines import PRODUCTION

TODAY = date(2026, 11, 30)
LINES = 2_000
WRITER = f"""
import sys
from datetime import date, timedelta
from pathlib import Path
from gateway.telemetry.log_files import LogFiles
day = date(2026, 11, 28)
files = LogFiles(Path(sys.argv[1]), today=lambda: day)
for number in range({LINES}):
    day = date(2026, 11, 28) + timedelta(days=number * 3 // {LINES})
    files.write(f"{{sys.argv[2]}} {{number}} {{'x' * 300}}\\n".encode(), are_errors=number % 10 == 0)
"""
"""A process that writes its lines in three days."""


class Days:
    """A calendar that a test turns."""

    def __init__(self) -> None:
        self.now = TODAY

    def __call__(self) -> date:
        return self.now


def written_yesterday(path: Path) -> None:
    before = datetime.combine(TODAY - timedelta(days=1), datetime.min.time(), UTC).timestamp()
    os.utime(path, (before, before))


@pytest.mark.slow
def test_two_processes_write_every_line_once_and_whole(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name], env={"PYTHONPATH": str(ROOT)})
        for name in ("first", "second")
    ]
    codes = [writer.wait(PATIENCE_S) for writer in writers]

    assert codes == [0, 0]
    expected = {f"{name} {number} {'x' * 300}" for name in ("first", "second") for number in range(LINES)}
    texts = [path.read_text() for path in tmp_path.glob("questpath.log*")]
    assert sorted("".join(texts).splitlines()) == sorted(expected)
    assert len(texts) >= 3
    errors = "".join(path.read_text() for path in tmp_path.glob("errors.log*")).splitlines()
    assert sorted(errors) == sorted(line for line in expected if int(line.split()[1]) % 10 == 0)


def test_a_file_is_renamed_by_its_day_and_kept_for_so_many_days(tmp_path: Path) -> None:
    days = Days()
    files = LogFiles(tmp_path, today=days)
    for _ in range(100):
        files.write(b"line\n", are_errors=True)
        days.now += timedelta(days=1)

    kept = sorted(path.name for path in tmp_path.glob("questpath.log.*"))
    errors = sorted(path.name for path in tmp_path.glob("errors.log.*"))
    last = days.now - timedelta(days=1)
    assert (kept[0], kept[-1]) == (
        f"questpath.log.{last - timedelta(days=30)}",
        f"questpath.log.{last - timedelta(days=1)}",
    )
    assert (len(kept), len(errors)) == (30, 90)
    assert (tmp_path / "questpath.log").read_bytes() == b"line\n"


def test_a_file_of_an_earlier_day_is_renamed_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "questpath.log"
    path.write_bytes(b"before\n")
    written_yesterday(path)

    LogFile(path, kept_days=30, today=lambda: TODAY).write(b"now\n")

    assert path.read_bytes() == b"now\n"
    assert (tmp_path / f"questpath.log.{TODAY - timedelta(days=1)}").read_bytes() == b"before\n"


def test_a_file_of_the_same_name_is_kept(tmp_path: Path) -> None:
    path, days = tmp_path / "questpath.log", Days()
    file = LogFile(path, kept_days=30, today=days)
    for step in (0, 1, -1, 1):  # the clock is set back by a day
        days.now = TODAY + timedelta(days=step)
        file.write(b"line\n")

    assert b"".join(each.read_bytes() for each in tmp_path.iterdir()) == 4 * b"line\n"


def test_a_file_that_another_program_moved_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "questpath.log"
    file = LogFile(path, kept_days=30)
    file.write(b"before\n")
    path.rename(tmp_path / "moved")

    file.write(b"after\n")

    assert ((tmp_path / "moved").read_bytes(), path.read_bytes()) == (b"before\n", b"after\n")


def test_files_are_for_their_owner_and_group(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        LogFiles(tmp_path)
    finally:
        os.umask(before)

    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "questpath.log": 0o640,
        "errors.log": 0o640,
    }


def test_a_full_disk_loses_lines_and_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "questpath.log").symlink_to("/dev/full")
    files = LogFiles(tmp_path)

    for _ in range(3):
        files.write(b"lost\n", are_errors=True)

    assert (tmp_path / "errors.log").read_bytes() == 3 * b"lost\n"
    assert capsys.readouterr().err.count("cannot be written (No space left on device)") == 1


def test_a_full_standard_output_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    logs.configure(LogFormat.JSON)
    try:
        with Path("/dev/full").open("w", encoding="utf-8", buffering=1) as full:
            monkeypatch.setattr(sys, "stdout", full)
            logs.write({"event": "lost"})
            logs.lines.flush()
            monkeypatch.undo()
            os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())
    finally:
        logs.configure(LogFormat.TEXT)


@pytest.mark.slow
async def test_a_gateway_writes_its_lines_and_its_errors_to_files_too(
    database_url: str, tmp_path: Path
) -> None:
    settings = PRODUCTION | {"DATABASE_URL": database_url, "QUESTPATH_LOG_FOLDER": str(tmp_path)}
    with running_gateway(tmp_path, **settings) as process:
        async with httpx.AsyncClient(base_url=process.url, timeout=PATIENCE_S) as client:
            headers = {"x-request-id": "my-request-1"}
            await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)

    lines = [json.loads(line) for line in (tmp_path / "questpath.log").read_bytes().splitlines()]
    assert [line["event"] for line in lines if line.get("request_id") == "my-request-1"] == ["operation"]
    assert process.has_logged("my-request-1")
    assert (tmp_path / "errors.log").read_bytes() == b""


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        LogFiles(tmp_path / "missing")
