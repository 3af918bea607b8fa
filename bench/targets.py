"""Targets: the largest share of a peer's CPU per request that ours may cost."""

from bench.servers import HANDWRITTEN_SQL, MERCURIUS, POSTGRAPHILE, STRAWBERRY

Q0_MS = 0.06
"""The CPU that Q0 may cost, with every guard on."""

_SHAPES = ("Q1", "Q2", "Q3", "Q4", "Q5", "M1")
FLOOR = dict(zip(_SHAPES, (1 / 4, 1 / 10, 1 / 8, 1 / 12, 1 / 3, 1 / 4), strict=True))
"""What a stock Strawberry server makes the least to aim at."""
TARGETS: dict[str, dict[str, float]] = {
    STRAWBERRY: FLOOR,
    MERCURIUS: dict(zip(_SHAPES, (1.0, 1.0, 1.0, 0.85, 0.85, 1.1), strict=True)),
    POSTGRAPHILE: dict(zip(_SHAPES, (0.8, 0.9, 0.25, 0.35, 0.8, 0.9), strict=True)),
    HANDWRITTEN_SQL: dict(zip(_SHAPES, (1.6, 1.5, 1.5, 0.65, 1.0, 2.0), strict=True)),
}
"""By peer and shape; the guarded Mercurius has none."""


def target(peer: str, shape: str) -> float | None:
    """Return the largest share of the peer's CPU that ours may cost, or None where no target is set."""
    return TARGETS.get(peer, {}).get(shape)
