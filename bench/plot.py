"""Plot of the results as SVG: our CPU per request as a share of each peer's, with the targets."""

from html import escape
from pathlib import Path

from bench import report, targets
from bench.report import Results
from bench.servers import HANDWRITTEN_SQL, MERCURIUS, MERCURIUS_GUARDED, POSTGRAPHILE, STRAWBERRY

FILE = Path(__file__).parent.parent / "docs" / "bench.svg"
_COLOURS = {
    MERCURIUS_GUARDED: "#047857",
    MERCURIUS: "#6ee7b7",
    STRAWBERRY: "#8b5cf6",
    POSTGRAPHILE: "#0ea5e9",
    HANDWRITTEN_SQL: "#f59e0b",
}
_SHAPES = {
    "Q0": "the smallest request",
    "Q1": "one learner by key",
    "Q2": "leaderboard top 50",
    "Q3": "20 goals, nested",
    "Q4": "1 000 rows x 8 fields",
    "Q5": "90 days",
    "M1": "submit an attempt",
}
_LEFT, _RIGHT, _TOP, _WIDTH = 190, 70, 92, 900
_BAR, _GAP, _GROUP = 15, 3, 16
_FOOTNOTE = (
    "16 connections, medians of rounds in turn. The gateway and mercurius-guarded check tokens and limits and log each "
    "request; the others do not."
)
_LONGEST = 2.5
"""Longer bars are cut here; the number beside a bar is the whole share."""


def write(results: Results) -> None:
    """Draw the results into `docs/bench.svg`."""
    FILE.write_text(drawn(results), "utf-8")


def drawn(results: Results) -> str:
    """Return the drawing."""
    parts, y = [], float(_TOP)
    for shape, title in _SHAPES.items():
        shares = {peer: report.ratio(results.get(shape, {}), peer) for peer in _COLOURS}
        bars = [(peer, share) for peer, share in shares.items() if share is not None]
        if not bars:
            continue
        height = len(bars) * (_BAR + _GAP)
        parts.append(_text(_LEFT - 12, y + height / 2 - 2, shape, anchor="end", weight="bold"))
        parts.append(_text(_LEFT - 12, y + height / 2 + 13, title, anchor="end", size=11))
        for peer, share in bars:
            parts += _bar(y, share, _COLOURS[peer], targets.target(peer, shape))
            y += _BAR + _GAP
        y += _GROUP
    return _frame(parts, y)


def _bar(y: float, share: float, colour: str, target: float | None) -> list[str]:
    end = _x(min(share, _LONGEST))
    parts = [
        f'<rect x="{_LEFT}" y="{y:.0f}" width="{end - _LEFT:.1f}" height="{_BAR}" rx="2" fill="{colour}"/>',
        _text(max(end, _x(target or 0)) + 7, y + 12, f"{share:.2f}", size=11),
    ]
    if target is not None:
        parts.append(
            f'<path d="M{_x(target):.1f} {y - 1:.0f}v{_BAR + 2}" stroke="#111827" stroke-width="2.5"/>'
        )
    return parts


def _frame(parts: list[str], bottom: float) -> str:
    height = bottom + 52
    ticks = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    lines = [
        f'<path d="M{_x(t):.1f} {_TOP - 8}V{bottom - 8:.0f}" stroke="{"#6b7280" if t == 1 else "#e5e7eb"}" '
        f'stroke-width="{1.5 if t == 1 else 1}"/>'
        for t in ticks
    ]
    labels = [_text(_x(t), bottom + 8, f"{t:g}", anchor="middle", size=11) for t in ticks]
    title = _text(
        16,
        26,
        "CPU per request (server + Postgres): the gateway's as a share of each peer's",
        15,
        weight="bold",
    )
    subtitle = "Shorter is better; at 1 both cost the same. A black mark is a target."
    body = [
        title,
        _text(16, 46, subtitle, size=12),
        *_legend(),
        *lines,
        *parts,
        *labels,
        _text(16, bottom + 36, _FOOTNOTE, size=11),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" role="img" '
        f'aria-label="CPU per request of the gateway as a share of that of its peers" '
        f'font-family="system-ui, sans-serif">\n<rect width="100%" height="100%" fill="#ffffff"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _legend() -> list[str]:
    parts, x = [], 16
    for peer, colour in _COLOURS.items():
        parts.append(f'<rect x="{x}" y="58" width="12" height="12" rx="2" fill="{colour}"/>')
        label = f"{peer} (the same work)" if peer == MERCURIUS_GUARDED else peer
        parts.append(_text(x + 18, 68, label, size=12))
        x += 40 + 7 * len(label)
    return parts


def _text(
    x: float, y: float, text: str, size: int = 13, *, anchor: str = "start", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" '
        f'fill="#111827">{escape(text)}</text>'
    )


def _x(share: float) -> float:
    return _LEFT + share / _LONGEST * (_WIDTH - _LEFT - _RIGHT)


if __name__ == "__main__":
    write(report.read())
