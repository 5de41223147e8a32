"""The text that Prometheus reads."""

from __future__ import annotations

from decimal import Decimal

from daemon.metrics.exposition import Metric, exposition


def test_each_family_has_help_type_and_its_samples() -> None:
    metrics = [
        Metric("a_total", "counter", "How many.", (({"x": "1"}, 3), ({"x": "2"}, 0))),
        Metric("b", "gauge", "How much.", (({}, Decimal("-12.50")),)),
    ]
    assert exposition(metrics).splitlines() == [
        "# HELP a_total How many.",
        "# TYPE a_total counter",
        'a_total{x="1"} 3',
        'a_total{x="2"} 0',
        "# HELP b How much.",
        "# TYPE b gauge",
        "b -12.50",
    ]


def test_labels_cannot_break_a_line() -> None:
    metric = Metric("a", "gauge", "One.", (({"x": 'a"b\\c\nd'}, 1),))
    assert exposition([metric]).splitlines()[-1] == 'a{x="a\\"b\\\\c\\nd"} 1'
