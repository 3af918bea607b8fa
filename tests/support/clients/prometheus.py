"""Prometheus: reads the samples of an exposition."""

from prometheus_client.parser import text_string_to_metric_families


class Samples:
    """The metrics of a gateway at one moment."""

    def __init__(self, text: str) -> None:
        self.samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def __call__(self, name: str, /, **labels: str) -> float:
        return self.samples.get((f"questpath_{name}", frozenset(labels.items())), 0.0)
