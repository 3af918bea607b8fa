"""Layouts: where a client can draw each node of a version, in layers from the first steps to the last.

A layer is one more than the highest of its prerequisites' (longest-path layering); within the layers, nodes are ordered
near those that they are connected with, so that few edges cross (barycentre heuristic of Sugiyama, Tagawa and Toda).
"""

from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter
from typing import Protocol

from domain.content.prerequisites import Step
from domain.entities import entity
from domain.ids import RoadmapVersionId

_SWEEPS = 4
"""How often the order is improved, down and up in turn."""


@entity
class NodeLayout:
    """The layer of a node and its place within the layer, both from 0."""

    layer: int
    order: int


class Layouts(Protocol):
    """The layouts of versions, which are stored with their nodes."""

    async def save(self, version_id: RoadmapVersionId, layouts: dict[str, NodeLayout]) -> None:
        """Store the layout of each node of a version, by the key of its lineage."""


def laid_out(steps: Sequence[Step]) -> dict[str, NodeLayout]:
    """Return the layout of each step by key; the steps have no cycle."""
    known = {step.key for step in steps}
    needed = {
        step.key: [
            key for key in dict.fromkeys(key for needs in step.needs for key in needs.of) if key in known
        ]
        for step in steps
    }
    layers = _layers(needed)
    places = _ordered(layers, needed)
    return {
        key: NodeLayout(layer=layer, order=places[key]) for layer, keys in enumerate(layers) for key in keys
    }


def _layers(needed: dict[str, list[str]]) -> list[list[str]]:
    """Return the keys of each layer, in the author's order."""
    layer_of: dict[str, int] = {}
    for key in TopologicalSorter(needed).static_order():
        layer_of[key] = 1 + max((layer_of[before] for before in needed[key]), default=-1)
    layers: list[list[str]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
    for key in needed:
        layers[layer_of[key]].append(key)
    return layers


def _ordered(layers: list[list[str]], needed: dict[str, list[str]]) -> dict[str, int]:
    """Return the place of each key within its layer."""
    following: dict[str, list[str]] = {key: [] for key in needed}
    for key, before in needed.items():
        for each in before:
            following[each].append(key)
    places = {key: place for layer in layers for place, key in enumerate(layer)}
    for sweep in range(_SWEEPS):
        is_down = sweep % 2 == 0
        for layer in layers if is_down else reversed(layers):
            _sort(layer, needed if is_down else following, places)
    return places


def _sort(layer: list[str], neighbours: dict[str, list[str]], places: dict[str, int]) -> None:
    """Order a layer by the mean place of each node's neighbours; one without neighbours keeps its place."""
    layer.sort(key=lambda key: _mean([places[each] for each in neighbours[key]], places[key]))
    places.update({key: place for place, key in enumerate(layer)})


def _mean(values: Iterable[int], otherwise: int) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else otherwise
