"""What differs between two reports."""

import json
from dataclasses import replace

from colab_magics.envinfo.difference import Change, compare, difference_card
from colab_magics.envinfo.gpu.gpus import Gpus
from colab_magics.envinfo.gpu.guard import Rest
from colab_magics.envinfo.report import Report


def data(report: Report) -> dict[str, object]:
    """The report as it comes back from a file."""
    return dict(json.loads(json.dumps(report.to_dict())))


def test_the_same_report_has_no_difference(limited: Report) -> None:
    found = compare(data(limited), data(limited), ("a", "b"))
    assert (found.changes, found.momentary) == ((), 0)
    assert difference_card(found).big == "No difference"


def test_packages_are_compared_by_name(limited: Report) -> None:
    packages = [package for package in limited.packages if package.name != "torch"]
    other = replace(limited, packages=(packages[1], packages[0]._replace(version="2.22.0")))
    found = compare(data(limited), data(other), ("a", "b"))
    assert Change("packages.tensorflow.version", "2.21.0", "2.22.0") in found.changes
    assert Change("packages.torch.version", "none: not installed", "not there") in found.changes
    assert not any(change.fact.startswith("packages.keras") for change in found.changes)


def test_readings_of_the_moment_are_counted_and_not_listed(limited: Report) -> None:
    other = replace(limited, disk=limited.disk._replace(free=1))
    found = compare(data(limited), data(other), ("a", "b"))
    assert (found.changes, found.momentary) == ((), 1)
    assert "1 reading of the moment" in difference_card(found).text()


def test_a_fact_that_was_lost_tells_its_reason(limited: Report, unknown: Report) -> None:
    found = compare(data(limited), data(unknown), ("a.json", "b.json"))
    changes = {change.fact: (change.before, change.after) for change in found.changes}
    assert changes["cpu.count"] == ("8", "1")
    assert changes["cpu.model"] == ("AMD EPYC 7763", "none: it does not say")
    assert "✗" not in difference_card(found).text()
    assert repr(found).startswith("Difference(")


def test_a_driver_that_is_left_alone_a_little_longer_is_no_difference(limited: Report) -> None:
    seconds = iter((0.0, 0.0, 3.4))
    rest = Rest(lambda: next(seconds))
    first, later = rest.begin("the NVIDIA driver did not answer within 2 s"), (rest.reason, rest.reason)[1]
    assert later is not None
    assert first != later
    reports = [data(replace(limited, gpus=Gpus(why, why, why, why))) for why in (first, later)]
    found = compare(reports[0], reports[1], ("a", "b"))
    assert (found.changes, found.momentary) == ((), 0)


def test_a_file_that_is_nested_without_end() -> None:
    deep: dict[str, object] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    (change,) = compare(deep, {}, ("a", "b")).changes
    assert change.before == "nested too deep to be compared"


def test_anything_in_a_file_is_text(limited: Report) -> None:
    hostile = {"cpu": {"<script>": ["\x1b[31m", {"a": None}], "missing": 7}, "x": "y" * 9999, "packages": [{"name": 3}]}
    found = compare(data(limited), hostile, ("<b>", "b"))
    html = difference_card(found).html()
    assert "<script>" not in html
    assert "<b>b</b>" not in html
    assert "\x1b" not in difference_card(found).text()
    assert max(len(change.after) for change in found.changes) <= 80
