"""What processes tell Prometheus, read and compared with the catalogue."""

import re
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

from recado.metrics.catalogue import CATALOGUE
from tests.operations.promql import Selector


@dataclass
class Exposed:
    """Kinds and labels by metric, and the values of series."""

    kinds: dict[str, str] = field(default_factory=dict[str, str])
    labels: dict[str, set[frozenset[str]]] = field(default_factory=dict[str, set[frozenset[str]]])
    values: dict[tuple[str, frozenset[tuple[str, str]]], float] = field(
        default_factory=dict[tuple[str, frozenset[tuple[str, str]]], float]
    )

    def value(self, name: str, **labels: str) -> float:
        """Of one series; processes that count their own are added up."""
        return self.values[name, frozenset(labels.items())]

    def has(self, selector: Selector) -> bool:
        """Whether a query finds something. What counts by what happened may stand there without a series yet."""
        of_name = [dict(labels) for name, labels in self.values if name == selector.name]
        if not of_name:
            return selector.name.removesuffix("_total") in self.kinds and not selector.matchers
        positive = [matcher for matcher in selector.matchers if matcher[1] in ("=", "=~")]
        return any(all(re.fullmatch(value, labels[label]) for label, _, value in positive) for labels in of_name)


def read(texts: list[str]) -> Exposed:
    """Of several processes; what tells of the whole installation is taken once."""
    once = {family.name for family in CATALOGUE if family.scope == "installation"}
    found = Exposed()
    for text in texts:
        for family in text_string_to_metric_families(text):
            found.kinds[family.name] = family.type
            found.labels.setdefault(family.name, set())
            for sample in family.samples:
                names = frozenset(sample.labels) - {"le"}
                found.labels[family.name].add(names)
                key = (sample.name, frozenset(sample.labels.items()))
                before = 0.0 if family.name in once else found.values.get(key, 0.0)
                found.values[key] = before + sample.value
    return found


def check_against_catalogue(found: Exposed) -> None:
    """Exactly the metrics of the catalogue, with its labels: the same on every kind of database."""
    ours = {name for name in found.kinds if name.startswith("recado_")}
    # The text form knows no infos: they are gauges whose names end with _info.
    listed = {family.name + ("_info" if family.kind == "info" else ""): family for family in CATALOGUE}
    assert ours == set(listed), ours ^ set(listed)
    for name, family in listed.items():
        assert found.kinds[name] == ("gauge" if family.kind == "info" else family.kind), name
        assert found.labels[name] <= {frozenset(family.labels)}, name
