"""Memory of processes."""

from pathlib import Path


def largest_megabytes(process_id: int) -> float:
    """Return the most memory that a process has had."""
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(kilobytes) / 1_000
