"""The card of the report, whole and by part."""

import getpass
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from envinfo.fake_nvidia_smi import put_script
from envinfo.site_packages import wheel

from colab_magics.envinfo.card import PARTS, report_card
from colab_magics.envinfo.monitor.died import Died
from colab_magics.envinfo.report import Report, collect


def test_the_report_in_a_terminal(limited: Report) -> None:
    text = report_card(limited).text()
    assert text.splitlines()[:2] == [
        "This machine · JupyterLab in Docker, 09:12:33 UTC",
        "  0.5 CPUs · 4.0 GB RAM · 2 GPUs",
    ]
    assert "⚠ 0.5 CPUs of 8 can be used" in text
    assert "  tensorflow  2.21.0 (tensorflow-cpu)\n  keras       unknown version\n" in text
    assert "GPU 0 (utilization, power): this GPU does not tell." in text
    assert text.endswith("Not installed: torch.")


def test_a_machine_that_tells_nothing_has_a_card(unknown: Report) -> None:
    assert "1 CPU · unknown RAM" in report_card(unknown).text()


def test_markup_stays_text(limited: Report) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    report = replace(
        limited,
        cpu=limited.cpu._replace(model=hostile),
        platform=limited.platform._replace(name=hostile, system=hostile),
        gpus=limited.gpus._replace(driver=hostile, visible=hostile),
    )
    html = report_card(report).html()
    assert "<img" not in html
    assert html.count("&lt;img") == 5


def test_the_static_form_is_small(limited: Report) -> None:
    assert len(report_card(limited).html()) < 25_000


@pytest.mark.parametrize("part", [part for part in PARTS if part != "diff"])
def test_every_part_has_a_card(limited: Report, unknown: Report, part: str) -> None:
    for report in (limited, unknown):
        card = report_card(report, part)
        assert card.text()
        assert len(card.html()) < 25_000


def test_a_kernel_that_died_comes_first(limited: Report) -> None:
    died = Died(limited.taken_at - timedelta(seconds=90), 4 * 2**30, 4 * 2**30, 3 * 2**30, 0)
    text = report_card(replace(limited, previous=died)).text()
    assert text.splitlines()[2].startswith("  ✗ The last kernel ended without a goodbye")


def test_verdicts_stand_on_the_card(limited: Report) -> None:
    report = replace(limited, verdicts=("TensorFlow is a CPU-only build.",))
    assert "⚠ TensorFlow is a CPU-only build." in report_card(report).text()


C = "canary0123456789"
SECRETS = (
    f"https://ada:{C}@index.example/simple", f"https://{C}@index.example/simple", f"git+https://ada:{C}@host/a.git",
    f"https://host/a?sig={C}&x=1", f"s3://{C}:{C}@bucket", f"https://ada:p@{C}@host/", f"http://host:8888/lab?token={C}",
    f"ghp_{C}", f"gho_{C}", f"github_pat_{C}", f"glpat-{C}", f"glsa_{C}", f"hf_{C}", f"pypi-{C}", f"npm_{C}",
    f"sk-{C}", f"sk_live_{C}", f"xoxb-{C}", f"xapp-{C}", f"AKIA{C.upper()}", f"ASIA{C.upper()}", f"AIza{C}{C}",
    f"ya29.{C}", f"eyJ{C}.{C}.{C}", f"password={C}", f"--token={C}", f"KAGGLE_KEY={C}", f"AccountKey={C}",
    f"Bearer {C}", f"Authorization:{C}", f"{C}-by-value", f"{C}%2Fby-value", f"gh\x1b[0mp_{C}",
)  # fmt: skip
DOORS = ["asked", "refusal", "system", "processor", "amd", "version"]


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Report]]:
    """Plant a text wherever the report takes words from outside, each after the name of its door."""
    monkeypatch.setenv("A_TOKEN", f"{C}-by-value")
    monkeypatch.setenv("A_URL", f"https://ada:{C}%2Fby-value@host/")

    def plant(text: str) -> Report:
        root, site = tmp_path / "root", tmp_path / "site"
        files = {
            "etc/os-release": f'PRETTY_NAME="system {text}"\n',
            "proc/cpuinfo": f"model name : processor {text}\n",
            "sys/class/drm/card0/device/vendor": "0x1002\n",
            "sys/class/drm/card0/device/product_name": f"amd {text}\n",
        }
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
        wheel(site, "planted", "1")
        (site / "planted-1.dist-info" / "METADATA").write_text(f"Version: version,{text}\n")
        monkeypatch.syspath_prepend(site)
        said = tmp_path / "said"
        said.write_text(f"refusal {text}\n")
        folder = put_script(tmp_path / "bin", f'cat "{said}"; exit 3')
        return collect(
            root=root, environ={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}, asked=(f"asked,{text}", "planted")
        )

    return plant


def forms(report: Report) -> dict[str, str]:
    """Everything that `%envinfo` shows or gives away of a report."""
    cards = [report_card(report, part) for part in PARTS if part != "diff"]
    return {
        "text": "\n".join(card.text() for card in cards),
        "html": "\n".join(card.html() for card in cards),
        "panel": json.dumps([card.data() for card in cards], ensure_ascii=False),
        "repr": repr(report),
        "json": json.dumps(report.to_dict(), ensure_ascii=False),
        "md": "\n".join(report.to_markdown(part) for part in PARTS if part != "diff"),
    }


@pytest.mark.skipif(sys.platform == "win32", reason="the fake is a script of a POSIX shell")
@pytest.mark.parametrize("secret", SECRETS)
def test_a_planted_secret_is_in_no_form(planted: Callable[[str], Report], secret: str) -> None:
    for form, told in forms(planted(secret)).items():
        assert C not in told.lower().replace("\\", ""), form
        if form in ("text", "html", "panel", "md"):  # it came through, so that the test can fail
            assert [door for door in DOORS if door in told] == DOORS, form


@pytest.mark.skipif(sys.platform == "win32", reason="the fake is a script of a POSIX shell")
def test_who_and_where_is_in_nothing_that_is_given_away(
    planted: Callable[[str], Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "alice")
    monkeypatch.setattr(platform, "node", lambda: "vm")
    monkeypatch.setenv("HOME", "/srv/alice")
    told = forms(planted("of alice on vm in /srv/alice/x, /home/alice and GPU-5f3a9c01-77aa"))
    for form in ("json", "md"):
        assert "<user>" in told[form].replace("\\", "")
        for private in ("alice", " vm", "5f3a9c01"):
            assert private not in told[form]


def test_a_secret_with_signs_of_markdown(limited: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_PASSWORD", "canary*12~3xyz")
    report = replace(limited, platform=limited.platform._replace(system="Debian canary*12~3xyz"))
    assert "Debian …" in report.to_markdown()
    assert "canary" not in report.to_markdown()
