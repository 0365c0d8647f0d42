"""The dashboard and the alert rules ask for what there is, in words that Prometheus understands."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import recado
from recado.metrics.catalogue import CATALOGUE
from tests.operations import promql

DEPLOY = Path(recado.__file__).parent.parent / "deploy"
LABELS = {series: set(family.labels) for family in CATALOGUE for series in family.series}
# What only grows: counters, and the parts of histograms and summaries.
GROWS = {
    series for family in CATALOGUE if family.kind in ("counter", "histogram", "summary") for series in family.series
}
# Of the process itself, by prometheus-client.
LABELS.update({"process_resident_memory_bytes": set(), "process_cpu_seconds_total": set()})
GROWS.add("process_cpu_seconds_total")
# Prometheus adds these; `le` is a histogram's.
ADDED = {"instance", "job", "le"}


def dashboard() -> dict[str, Any]:
    return json.loads((DEPLOY / "grafana" / "recado.json").read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries() -> Iterator[tuple[str, str]]:
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"].replace("$__rate_interval", "5m")


QUERIES = list(queries())


@pytest.mark.parametrize(("where", "query"), QUERIES, ids=[f"{where}: {query[:40]}" for where, query in QUERIES])
def test_every_query_is_promql_of_our_metrics(where: str, query: str) -> None:
    found = promql.read(query)
    used: set[str] = set()
    for selector in found.selectors:
        assert selector.name in LABELS, f"{where}: there is no metric {selector.name}"
        used |= LABELS[selector.name]
        for label, _, _ in selector.matchers:
            assert label in LABELS[selector.name] | ADDED, f"{where}: {selector.name} has no label {label}"
    assert found.grouped <= used | ADDED, where


@pytest.mark.parametrize(("where", "query"), QUERIES, ids=[f"{where}: {query[:40]}" for where, query in QUERIES])
def test_what_grows_is_asked_for_its_rate_and_nothing_else_is(where: str, query: str) -> None:
    found = promql.read(query)
    rated = [selector for call, selector in found.calls if call in ("rate", "increase")]
    for selector in found.selectors:
        assert (selector in rated) == (selector.name in GROWS), f"{where}: {selector.name}"
    for call, selector in found.calls:
        assert call != "delta" or selector.name not in GROWS, f"{where}: {selector.name}"
        if call == "histogram_quantile":
            assert selector.name.endswith("_bucket"), f"{where}: {selector.name}"
            assert "le" in found.grouped, where


@pytest.mark.parametrize(
    "wrong",
    ["sum(", "rate(a)", "sum(a[5m])", "a{b=c}", 'a{b>"c"}', "a[5]", "foo(a)", "a and 1", "a b", "sum by a (b)", "1 +",
     "a[5m] > 1", "histogram_quantile(a)", "a{} }", "topk(a)", "$a"],
)  # fmt: skip
def test_what_is_no_promql_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        promql.read(wrong)


def test_every_alert_says_what_to_do_in_both_languages() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names) >= 15
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert set(rule["annotations"]) == {"summary", "do", "hacer"}, rule["alert"]
        assert all(len(text) > 20 for text in rule["annotations"].values()), rule["alert"]
        assert rule.get("for") is None or re.fullmatch(r"\d+[smh]", rule["for"])


def test_the_dashboard_can_be_imported_for_any_datasource() -> None:
    board = dashboard()
    assert (board["id"], board["schemaVersion"]) == (None, 39)
    (variable,) = board["templating"]["list"]
    assert (variable["name"], variable["type"], variable["query"]) == ("datasource", "datasource", "prometheus")
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
        if panel["type"] != "row":
            sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
            assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources)


def test_every_metric_is_used() -> None:
    shown = {selector.name for _, query in QUERIES for selector in promql.read(query).selectors}
    assert [family.name for family in CATALOGUE if not shown & set(family.series)] == []
