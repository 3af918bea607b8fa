"""Dashboards of Grafana as code: `python deploy/grafana/dashboards.py` writes dashboards/*.json.

It needs grafana-foundation-sdk; Grafana itself reads only the files.
"""

from collections.abc import Iterator
from pathlib import Path

from grafana_foundation_sdk.builders import common, dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    GraphTresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    TooltipDisplayMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataSourceRef,
    Threshold,
    ThresholdsMode,
)
from graphs import DASHBOARDS, Graph

FOLDER = Path(__file__).parent / "dashboards"
_SOURCE = DataSourceRef("prometheus", "prometheus")
_WIDTH, _HEIGHT = 12, 8
_LEGEND = (
    common.VizLegendOptions()
    .show_legend(True)
    .display_mode(LegendDisplayMode.LIST)
    .placement(LegendPlacement.BOTTOM)
)
_TOOLTIP = common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)


def written() -> Iterator[tuple[str, str]]:
    """Yield the name of each file and its text."""
    for name, graphs in DASHBOARDS.items():
        yield (
            f"{name}.json",
            JSONEncoder(sort_keys=True, indent=1).encode(_dashboard(name, graphs).build()) + "\n",
        )


def _dashboard(name: str, graphs: tuple[Graph, ...]) -> dashboard.Dashboard:
    made = (
        dashboard.Dashboard(name.capitalize())
        .uid(f"questpath-{name}")
        .tags(["questpath"])
        .readonly()
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("utc")
        .link(
            dashboard.DashboardLink("QuestPath")
            .type(DashboardLinkType.DASHBOARDS)
            .tags(["questpath"])
            .keep_time(True)
        )
    )
    for graph in graphs:
        made = made.with_panel(_panel(graph))
    return made


def _panel(graph: Graph) -> timeseries.Panel:
    panel = (
        timeseries.Panel()
        .title(graph.title)
        .unit(graph.unit)
        .datasource(_SOURCE)
        .span(_WIDTH)
        .height(_HEIGHT)
        .min(0)
        .legend(_LEGEND)
        .tooltip(_TOOLTIP)
    )
    for number, (legend, query) in enumerate(graph.queries.items()):
        target = prometheus.Dataquery().expr(query).legend_format(legend).ref_id(chr(ord("A") + number))
        panel = panel.with_target(target)
    if graph.limit is None:
        return panel
    steps = [Threshold(value=None, color="green"), Threshold(value=graph.limit, color="red")]
    return panel.thresholds(
        dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)
    ).thresholds_style(common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.LINE))


def write() -> None:
    """Write the files anew."""
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, text in written():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
