"""What the figures are held against: the most that our CPU per request may be of a peer's."""

from bench.servers import LIMIT, MERCURIUS, POSTGRAPHILE, STOCK

DOOR_MS = 0.06
"""The CPU that Q0 may cost, everything on."""

_SHAPES = ("Q1", "Q2", "Q3", "Q4", "Q5", "M1")
FLOOR = dict(zip(_SHAPES, (1 / 4, 1 / 10, 1 / 8, 1 / 12, 1 / 3, 1 / 4), strict=True))
GOALS: dict[str, dict[str, float]] = {
    STOCK: FLOOR,
    MERCURIUS: dict(zip(_SHAPES, (1.0, 1.0, 1.0, 0.85, 0.85, 1.1), strict=True)),
    POSTGRAPHILE: dict(zip(_SHAPES, (0.8, 0.9, 0.25, 0.35, 0.8, 0.9), strict=True)),
    LIMIT: dict(zip(_SHAPES, (1.6, 1.5, 1.5, 0.65, 1.0, 2.0), strict=True)),
}
"""By peer and shape; that of the stock peer is the floor."""


def goal(peer: str, shape: str) -> float | None:
    """Return the most that ours may be of the peer's, or None where nothing is set."""
    return GOALS.get(peer, {}).get(shape)
