"""The report as a value."""

import getpass
import json
import os
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from colab_magics.envinfo.report import SCHEMA, Report, collect


def test_the_dictionary_is_json_with_a_schema(limited: Report) -> None:
    report = json.loads(json.dumps(limited.to_dict()))
    assert report["schema"] == SCHEMA == "colab_magics.envinfo/1"
    assert list(report) == [
        "schema",
        "taken_at",
        "platform",
        "session",
        "cpu",
        "memory",
        "pressure",
        "disk",
        "gpus",
        "tpus",
        "python",
        "packages",
        "verdicts",
        "previous",
        "missing",
    ]
    assert report["cpu"]["usable"] == 0.5
    assert report["cpu"]["quota"] == {"value": 0.5, "source": "cpu.max of a parent group"}
    assert report["memory"]["usable"] == 4 * 2**30
    assert report["gpus"]["devices"][0]["missing"]["power"] == "this GPU does not tell"


def test_every_null_has_its_reason(unknown: Report) -> None:
    def check(value: object) -> None:
        if isinstance(value, dict):
            nulls = {name for name, item in value.items() if item is None}
            assert nulls == set(value.get("missing", {}))
            assert all(value.get("missing", {}).values())
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(item)

    check(unknown.to_dict())
    check(collect().to_dict())


def test_every_key_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "envinfo-schema.md").read_text()
    report = collect().to_dict()
    assert report.pop("schema") in page
    report.pop("missing", None)
    for name, value in report.items():
        assert f"| `{name}` |" in page
        keys = value if isinstance(value, dict) else value[0] if isinstance(value, list) and value else {}
        for key in {*keys} - {"missing", "all_cpu", "all_memory", "all_io"} if isinstance(keys, dict) else ():
            assert f"`{key}`" in page, f"{name}.{key} is not in the schema"


def test_short_representation(limited: Report) -> None:
    assert repr(limited) == "Report(0.5 CPUs · 4.0 GB RAM · 2 GPUs)"


def test_markdown(limited: Report) -> None:
    text = limited.to_markdown()
    assert text.startswith("**This machine** · JupyterLab in Docker, 09:12:33 UTC\n\n0.5 CPUs · 4.0 GB RAM · 2 GPUs\n")
    assert "| tensorflow | 2.21.0 (tensorflow-cpu) |" in text
    assert len(text.splitlines()) <= 60


def test_a_report_does_not_change(limited: Report) -> None:
    with pytest.raises(FrozenInstanceError):
        limited.cpu = None  # type: ignore[misc, assignment]  # the attempt is the test


def test_this_machine() -> None:
    report = collect()
    assert report.cpu.usable <= report.cpu.count
    assert isinstance(report.memory.used, int)
    assert isinstance(report.memory.usable, int)
    assert 0 < report.memory.used < report.memory.usable
    assert report.taken_at.tzinfo is not None
    assert {"numpy", "pandas"} <= {package.name for package in report.packages if isinstance(package.version, str)}


def test_no_secret_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = {
        "AWS_SECRET_ACCESS_KEY": "canary-aws",
        "HF_TOKEN": "canary-hf",
        "JUPYTERHUB_API_URL": "http://canary-host/api",
        "JUPYTERHUB_API_TOKEN": "canary-hub",
        "KAGGLE_URL_BASE": "canary-kaggle",
        "KUBERNETES_SERVICE_HOST": "canary-10.0.0.1",
        "VSCODE_CWD": "/home/canary",
        "CUDA_VISIBLE_DEVICES": "GPU-canary-1",
    }
    report = collect(environ=planted, variables={"__vsc_ipynb_file__": "/home/canary/x.ipynb"})
    told = json.dumps(report.to_dict()) + report.to_markdown() + repr(report)
    assert "canary" not in told
    for private in (str(Path.home()), str(Path.cwd()), f"/{getpass.getuser()}/"):
        assert private not in told


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="only root can become another user")
def test_folders_that_may_not_be_searched(tmp_path: Path) -> None:
    closed = ("opt/ml", "kaggle", "run", "dev", "proc/driver", "etc", "usr/bin", "root")
    for name in closed:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name).parent.chmod(0o755)
        (tmp_path / name).chmod(0o700)
    (tmp_path / "a.json").mkdir(mode=0o700)
    source = (
        "import os, sys; from pathlib import Path\n"
        "from colab_magics.envinfo.archive import load\n"
        "from colab_magics.envinfo.report import collect\n"
        "from colab_magics.envinfo.why.situation import read_situation\n"
        "from colab_magics.errors import SourceDenied\n"
        "read_situation(collect(root=Path('none')).gpus)  # imports everything while root may read it\n"
        "os.chdir(sys.argv[1]); os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "os.environ['HOME'] = 'root/sub'\n"
        "report = collect(root=Path(), environ={})\n"
        "read_situation(report.gpus, Path(), {}, [])\n"
        "try: load(Path('a.json/b'))\n"
        "except SourceDenied: print(report.platform.name, [space.name for space in report.disk.spaces])"
    )
    done = subprocess.run([sys.executable, "-c", source, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "terminal ['working folder', 'temporary files']\n"
