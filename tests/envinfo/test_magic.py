"""`%envinfo` and `%%envinfo` in a real shell."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import colab_magics
from colab_magics.envinfo import panel
from colab_magics.envinfo.panel import EnvinfoPanel
from colab_magics.envinfo.report import Report

HEAVY = {"tensorflow", "torch", "jax", "keras", "pandas", "numpy", "psutil", "pynvml"}


def test_the_line_shows_the_card_once_and_returns_the_report(shell: Any) -> None:
    ran = shell.run("%envinfo")
    assert ran.error is None
    assert isinstance(ran.value, Report)
    assert len(ran.displayed) == 1
    assert ran.text.startswith("This machine · ")
    assert "<table" in ran.html


def test_the_report_can_be_kept_and_is_shown_again(shell: Any) -> None:
    assert shell.run("report = %envinfo").error is None
    assert isinstance(shell.namespace["report"], Report)
    assert shell.run("report").text.startswith("This machine · ")
    assert shell.run("print(report)").stdout.startswith("Report(")


def test_the_function_does_the_same(shell: Any) -> None:
    ran = shell.run("import colab_magics\ncolab_magics.envinfo()")
    assert isinstance(ran.value, Report)
    assert len(ran.displayed) == 1


def test_the_function_shows_nothing_in_plain_python(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(colab_magics.envinfo(), Report)
    assert capsys.readouterr() == ("", "")


def test_a_notebook_gets_the_panel_beside_its_static_form(kernel_shell: Any) -> None:
    static, live = kernel_shell.run("%envinfo").displayed
    assert "This machine" in static["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in live
    assert not live["text/plain"]


def test_refresh_asks_as_the_line_did(kernel_shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    panels: list[Any] = []
    monkeypatch.setattr(panel, "EnvinfoPanel", lambda *words: panels.append(words) or EnvinfoPanel(*words))
    kernel_shell.run("%envinfo packages numpy --gpu-source nvidia-smi")
    ((_, _, collect),) = panels
    assert (collect().gpu_source, collect().asked) == ("nvidia-smi", ("numpy",))


def test_help(shell: Any) -> None:
    for line in ("%envinfo -h", "%envinfo --help", "%%envinfo --help"):
        ran = shell.run(line)
        assert ran.error is None
        assert ran.stdout.startswith("usage: %envinfo [-h]")
        assert "measure the cell" in ran.stdout
    assert "usage: %envinfo" in str(shell.ipython.object_inspect("%envinfo")["docstring"])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%envinfo --hepl", "unknown option: --hepl. Did you mean --help? %envinfo -h shows what there is."),
        ("%envinfo everything", "invalid choice: 'everything'"),
        ("%envinfo gpu numpy", "%envinfo gpu takes no further words: numpy"),
        ("%envinfo diff a.json", "%envinfo diff compares two saved reports"),
        ("%envinfo diff a.json b.json", "There is no saved report a.json"),
        ("%envinfo --save none/a.json", "The report cannot be written to a.json"),
        ("%envinfo --every-cell maybe", "invalid choice: 'maybe'"),
        ("%envinfo --gpu-source rumour", "invalid choice: 'rumour'"),
        ("%envinfo 'open", "A quotation mark is not closed"),
        ("%envinfo $nothing", "There is no variable named nothing in this notebook."),
    ],
)
def test_a_bad_line_is_one_sentence(shell: Any, line: str, message: str) -> None:
    ran = shell.run(line)
    assert ran.stderr.startswith("UsageError: ")
    assert message in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert "Traceback" not in ran.stdout + ran.stderr
    assert shell.run("1 + 1").value == 2


@pytest.mark.parametrize(
    "line",
    [
        "%envinfo gpu https://ada:canary@host/simple",
        "%envinfo https://ada:canary@host/simple",
        "%envinfo diff https://ada:canary@host/a",
        "%envinfo --gpu-source token=canary",
        "%envinfo 'https://ada:canary@host/simple",
        "import colab_magics; colab_magics.envinfo('https://ada:canary@host/simple')",
    ],
)
def test_what_was_typed_is_repeated_without_secrets(shell: Any, line: str) -> None:
    ran = shell.run(line)
    assert "UsageError: " in ran.stderr or ran.error is not None
    assert "canary" not in ran.stderr.replace(line, "") + ran.stdout.replace(line, "") + str(ran.error)


@pytest.mark.parametrize("options", ["", "--md", "--json", "--save a.json"])
def test_a_secret_that_was_typed_is_shown_nowhere(kernel_shell: Any, tmp_path: Path, options: str) -> None:
    ran = kernel_shell.run(f"report = %envinfo packages https://ada:canary@host/simple {options}")
    assert ran.error is None
    told = json.dumps(ran.displayed) + ran.stdout + repr(kernel_shell.namespace["report"])
    told += kernel_shell.run("report").text
    if "save" in options:
        told += (tmp_path / "a.json").read_text()
    assert "host/simple" in told
    assert "canary" not in told


def test_completion(shell: Any) -> None:
    assert "--help" in shell.complete("%envinfo --h")


@pytest.mark.parametrize("part", ["gpu", "limits", "packages", "platform", "disk", "why-gpu"])
def test_a_part_is_shown_and_the_whole_report_returned(shell: Any, part: str) -> None:
    ran = shell.run(f"report = %envinfo {part}")
    assert ran.error is None
    assert len(ran.displayed) == 1
    named = "GPU" if part == "gpu" else part
    assert ran.text.startswith("Why no GPU?" if part == "why-gpu" else f"This machine: {named} · ")
    assert isinstance(shell.namespace["report"], Report)


def test_packages_by_name(shell: Any) -> None:
    text = shell.run("%envinfo packages numpy nosuchthing").text
    assert "numpy" in text
    assert "nosuchthing  not installed" in text
    assert "keras" not in text


def test_parts_are_completed(shell: Any) -> None:
    assert "why-gpu" in shell.complete("%envinfo wh")


def test_json_and_markdown_are_printed_once(shell: Any) -> None:
    ran = shell.run("report = %envinfo --json")
    assert json.loads(ran.stdout)["schema"] == "colab_magics.envinfo/1"
    assert not ran.displayed
    ran = shell.run("report = %envinfo --md")
    assert ran.stdout.startswith("**This machine**")
    assert len(ran.stdout.splitlines()) <= 60
    assert shell.run("report = %envinfo limits --md").stdout.startswith("**This machine: limits**")


def test_a_part_as_json(shell: Any) -> None:
    told = json.loads(shell.run("report = %envinfo disk --json").stdout)
    assert [*told] == ["schema", "taken_at", "disk"]
    told = json.loads(shell.run("report = %envinfo gpu --json").stdout)
    assert [*told][:4] == ["schema", "taken_at", "gpus", "tpus"]
    assert {*told.get("missing", {})} <= {"gpus", "tpus"}


def test_a_difference_as_json_and_markdown(shell: Any) -> None:
    shell.run("%envinfo --save a.json")
    ran = shell.run("difference = %envinfo diff a.json a.json --json")
    assert json.loads(ran.stdout) == {"first": "a.json", "second": "a.json", "changes": [], "momentary": 0}
    assert not ran.displayed
    ran = shell.run("difference = %envinfo diff a.json a.json --md")
    assert ran.stdout.startswith("**Two reports** · a.json and a.json\n\nNo difference")
    assert not ran.displayed


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%envinfo --json --md", "choose one of --json and --md"),
        ("%envinfo --live --md", "%envinfo --live goes with nothing else, and not with --md."),
        ("%envinfo gpu --live", "%envinfo --live goes with nothing else, and not with gpu."),
        ("%envinfo --every-cell on --save a.json", "and not with --save."),
        ("%envinfo --live --gpu-source nvml", "and not with --gpu-source."),
        ("%envinfo diff a.json b.json --save c.json", "%envinfo diff reads two files and no machine"),
        ("%envinfo why-gpu --json", "%envinfo why-gpu is words and no readings"),
    ],
)
def test_no_option_is_passed_over_in_silence(shell: Any, line: str, message: str) -> None:
    assert message in shell.run(line).stderr


def test_two_saved_reports_are_compared(shell: Any) -> None:
    assert "The whole report is saved in a.json." in shell.run("%envinfo --save a.json").stdout
    assert shell.run("%envinfo --save b.json").error is None
    ran = shell.run("difference = %envinfo diff a.json b.json")
    assert ran.error is None
    assert ran.text.startswith("Two reports · a.json and b.json\n  No difference")
    assert shell.namespace["difference"].changes == ()
    assert shell.run("difference").text.startswith("Two reports")


def test_a_report_is_saved_at_home(shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    assert shell.run("report = %envinfo --save ~/a.json").error is None
    assert (tmp_path / "home" / "a.json").is_file()
    assert "No difference" in shell.run("%envinfo diff ~/a.json ~/a.json").text
    assert "cannot be written to a.json" in shell.run("%envinfo --save ~nobody-here/a.json").stderr


def test_every_cell_tells_its_cost_and_then_the_worst(shell: Any) -> None:
    assert "From the next cell on" in shell.run("%envinfo --every-cell on").stdout
    assert "peak" in shell.run("spike = bytearray(60_000_000)").stdout
    assert shell.run("small = 1 + 1").stdout == ""
    ran = shell.run("%envinfo --every-cell off")
    assert ran.text.startswith("The costliest cells")
    assert "spike = bytearray" in ran.text
    assert shell.run("more = bytearray(60_000_000)").stdout == ""
    assert "is not measured" in shell.run("%envinfo --every-cell off").stdout


def test_unloading_ends_what_goes_on(shell: Any) -> None:
    shell.run("%envinfo --every-cell on")
    before = set(threading.enumerate())
    shell.run("%unload_ext colab_magics")
    assert shell.run("spike = bytearray(60_000_000)").stdout == ""
    assert set(threading.enumerate()) <= before


def test_live_in_a_terminal_is_one_line(shell: Any) -> None:
    ran = shell.run("%envinfo --live")
    assert ran.error is None
    assert "CPU" in ran.stdout
    assert "need a notebook" in ran.stdout


def test_the_cell_magic_takes_no_options(shell: Any) -> None:
    assert "takes no options" in shell.run("%%envinfo --json\n1 + 1").stderr


def test_the_cell_is_measured_after_its_own_output(shell: Any) -> None:
    ran = shell.run("%%envinfo\nprint('working')\nspike = b'x' * 50_000_000\nlen(spike)")
    assert ran.value == 50_000_000
    assert shell.namespace["spike"]
    assert ran.stdout.startswith("working\n")
    (shown,) = ran.displayed
    assert shown["text/plain"].startswith("This cell · ✓ done\n")
    assert "above the start" in shown["text/plain"]


def test_a_cell_of_comments_costs_nothing(shell: Any) -> None:
    ran = shell.run("%%envinfo\n# nothing to do")
    assert ran.error is None
    assert ran.value is None
    assert "✓ done" in ran.text


def test_a_cell_that_raises_tells_its_cost_and_its_own_lines(shell: Any) -> None:
    ran = shell.run("%%envinfo\ndef divide():\n    return 1 / 0\ndivide()")
    assert isinstance(ran.error, ZeroDivisionError)
    assert ran.displayed[0]["text/plain"].startswith("This cell · ✗ ended by ZeroDivisionError")
    assert "return 1 / 0" in ran.stdout
    assert "colab_magics" not in ran.stdout
    assert shell.run("1 + 1").value == 2


def test_a_cell_that_is_not_python(shell: Any) -> None:
    ran = shell.run("%%envinfo\nif True print(1)")
    assert isinstance(ran.error, SyntaxError)
    assert "ended by SyntaxError" in ran.text


def test_a_cell_may_hold_the_line(shell: Any) -> None:
    ran = shell.run("%%envinfo\n%envinfo")
    assert isinstance(ran.value, Report)
    assert [bundle["text/plain"].split(" · ")[0] for bundle in ran.displayed] == ["This machine", "This cell"]


@pytest.mark.parametrize("kernel", [False, True])
def test_it_imports_no_framework_and_starts_no_process(kernel: bool) -> None:
    source = f"""
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.history import HistoryAccessor
HistoryAccessor.enabled = False
shell = InteractiveShell.instance()
if {kernel}:
    from types import SimpleNamespace
    from ipykernel.comm import CommManager
    shell.kernel = SimpleNamespace(comm_manager=CommManager())
shell.run_line_magic("load_ext", "colab_magics")
before, started = set(sys.modules), []
def audit(event, arguments):
    if event in ("subprocess.Popen", "os.posix_spawn", "os.fork", "os.exec", "os.system", "socket.connect"):
        started.append(event)
sys.addaudithook(audit)
shell.run_line_magic("envinfo", "")
print(json.dumps([sorted(name.partition(".")[0] for name in set(sys.modules) - before), started]))
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    imported, started = json.loads(done.stdout.splitlines()[-1])
    has_driver = "pynvml" in imported
    assert not HEAVY & set(imported) - ({"pynvml"} if has_driver else set())
    assert started == []


def test_nothing_that_is_planted_in_the_environment_is_shown(
    kernel_shell: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "HF_TOKEN",
        "GITHUB_TOKEN",
        "OPENAI_API_KEY",
        "WANDB_API_KEY",
        "KAGGLE_KEY",
        "JUPYTER_TOKEN",
        "JPY_API_TOKEN",
        "JUPYTERHUB_API_TOKEN",
        "JUPYTERHUB_USER",
        "JUPYTERHUB_API_URL",
        "MLFLOW_TRACKING_PASSWORD",
        "DB_PASSWORD",
        "PGPASSWORD",
        "AZURE_CLIENT_SECRET",
        "GOOGLE_API_KEY",
        "NPM_TOKEN",
        "PIP_INDEX_URL",
        "NETRC",
        "SLACK_TOKEN",
        "DATABRICKS_TOKEN",
        "HOSTNAME",
        "USER",
        "LOGNAME",
        "CUDA_VISIBLE_DEVICES",
        "NVIDIA_VISIBLE_DEVICES",
        "KERAS_BACKEND",
        "JAX_PLATFORMS",
        "VERTEX_PRODUCT",
        "SPACE_ID",
        "KAGGLE_KERNEL_RUN_TYPE",
        "AZUREML_RUN_ID",
        "CONDA_PREFIX",
        "VIRTUAL_ENV",
        "CPU_LIMIT",
        "SLURM_JOB_ID",
        "SLURM_JOB_END_TIME",
        "LD_LIBRARY_PATH",
    ]
    for number, name in enumerate(names):
        monkeypatch.setenv(name, f"canary-{number:02d}-secret")
    lines = [f"r = %envinfo {part}" for part in ("", "gpu", "limits", "packages", "platform", "disk", "why-gpu")]
    for line in (*lines, "r = %envinfo --json", *(f"{line} --md" for line in lines), "r = %envinfo --save a.json"):
        ran = kernel_shell.run(line)
        assert ran.error is None
        assert "canary" not in ran.stdout + ran.stderr + json.dumps(ran.displayed) + repr(kernel_shell.namespace["r"])
    assert "canary" not in Path("a.json").read_text()


def test_a_cell_that_awaits_names_the_other_way(shell: Any) -> None:
    ran = shell.run("%%envinfo\nimport asyncio\nawait asyncio.sleep(0)")
    assert ran.stderr.startswith("UsageError: %%envinfo cannot run await outside of a function")
    assert "--every-cell on" in ran.stderr
    assert ran.displayed == []
