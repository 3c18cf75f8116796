"""`%ingest` and `%%ingest` in a real shell."""

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hostile import HOSTILE
from IPython.core.error import UsageError
from servers import Bucket, Fault, FileServer

import colab_magics
from colab_magics.errors import SourceError, SourceNotFound
from colab_magics.ingest.blocks import BLOCK, digests_of
from colab_magics.ingest.offer import Offer
from colab_magics.ingest.panel import IngestPanel
from colab_magics.ingest.upload import Upload

IRIS = Path(__file__).parents[2] / "examples" / "data" / "iris.csv"
CSV = b"a,b\n1,x\n2,y\n"
FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


@pytest.fixture
def private_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, to see that none is left."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def failure(ran: Any) -> str:
    assert type(ran.error) is UsageError
    return str(ran.error)


def test_the_line_returns_the_frame_of_pandas(shell: Any) -> None:
    ran = shell.run(f"df = %ingest {IRIS}")
    assert ran.error is None
    pd.testing.assert_frame_equal(shell.namespace["df"], pd.read_csv(IRIS))
    assert ran.text.startswith("iris.csv · ✓ read in ")
    assert "  150 rows, 5 columns\n" in ran.text
    assert len(ran.displayed) == 1
    assert "<table" in ran.html


def test_as_assigns_and_returns_nothing(shell: Any) -> None:
    ran = shell.run(f"%ingest {IRIS} --as iris")
    assert ran.value is None
    assert len(shell.namespace["iris"]) == 150
    assert "Variable  iris\n" in ran.text


def test_a_variable_can_hold_the_path(shell: Any) -> None:
    shell.namespace["where"] = IRIS
    assert len(shell.run("%ingest $where").value) == 150
    assert "There is no variable named here" in failure(shell.run("%ingest $here"))


def test_nothing_on_the_line_is_evaluated(shell: Any) -> None:
    shell.namespace["name"] = "iris"
    message = failure(shell.run("%ingest {name}-{__import__('os').getpid()}.csv"))
    assert "{name}-{__import__(os).getpid()}.csv" in message


def test_the_function_does_the_same(shell: Any) -> None:
    ran = shell.run(f"import colab_magics\ncolab_magics.ingest({str(IRIS)!r})")
    assert len(ran.value) == 150
    assert ran.text.startswith("iris.csv · ✓ read in ")


def test_the_function_shows_nothing_in_plain_python(capsys: pytest.CaptureFixture[str]) -> None:
    pd.testing.assert_frame_equal(colab_magics.ingest(IRIS), pd.read_csv(IRIS))
    assert capsys.readouterr() == ("", "")


def test_the_function_raises_what_it_means(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="There is no file"):
        colab_magics.ingest(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="There is no format yaml: choose one of csv, tsv"):
        colab_magics.ingest(IRIS, format="yaml")


def test_help(shell: Any) -> None:
    for line in ("%ingest -h", "%ingest --help", "%%ingest -h\nx = y"):
        ran = shell.run(line)
        assert ran.error is None
        assert ran.stdout.startswith("usage: %ingest [-h]")
        assert "s3://bucket/data.csv" in ran.stdout
    assert "usage: %ingest" in str(shell.ipython.object_inspect("%ingest")["docstring"])


def test_completion(shell: Any) -> None:
    assert "--format" in shell.complete("%ingest --f")
    assert "parquet" in shell.complete("df = %ingest x --format p")
    assert {"--as", "--anon", "--endpoint"} <= set(shell.complete("%ingest x --"))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "%ingest",
            "Nobody can choose a file here: this runs without a page that shows panels. Name the file instead:",
        ),
        ("%ingest upload: --as x", "Nobody can choose a file here"),
        ("%ingest a.csv --fromat csv", "unknown option: --fromat. Did you mean --format?"),
        ("%ingest a.csv --format yaml", "invalid choice: 'yaml'"),
        ("%ingest a.csv --as 1x", "1x cannot be the name of a variable"),
        ("%ingest my file.csv", "there are too many words; what holds spaces needs quotation marks"),
        ("%ingest 'a.csv", "A quotation mark is not closed"),
        ("%ingest none.csv", "There is no file none.csv: it was looked for in "),
        ("%ingest .", "is a folder: name one file in it"),
        ("%ingest empty.csv", "empty.csv is empty: there is nothing to read in it"),
        ("%ingest broken-idx3-ubyte", "broken-idx3-ubyte is truncated: its header promises"),
        ("%ingest a.csv --format parquet", "a.csv cannot be read as Parquet: "),
        ("%ingest a.csv --member x", "has no members"),
        ("%ingest a.pkl", "is a pickle"),
        ("%ingest *.csv --head 2", "--head takes one file, and *.csv names 2 files"),
        ("%ingest a.csv --columns a,x", "There is no column x. There are a, b."),
        ("%ingest a.csv --where 'a.real > 1'", "--where cannot compare a.real > 1"),
        ("%ingest a.csv --head 2 --sample 2", "choose one of them"),
        ("%ingest a.csv --head 0", "0 is not a whole number of 1 or more"),
        ("%ingest a.csv --sheet x", "a.csv is CSV, which has no use for --sheet"),
        ("%ingest a.csv -- skiprows", "After -- each word must read  key=value"),
        ("%ingest a.csv -- converters=1", "converters is not handed to pandas.read_csv: it would run code"),
        ("%ingest a.csv -- skiprow=1", "Did you mean skiprows?"),
        ("%%ingest\nx = a.csv --as y", "Line 2 of the cell: In a cell the name stands before the source"),
        ("%%ingest --nope\nx = a.csv", "unknown option: --nope"),
        ("%%ingest\nx = a.csv --nope", "Line 2 of the cell: %ingest: unknown option: --nope"),
        ("%%ingest\n# only this", "The cell names no source"),
        ("%%ingest\na.csv", "Line 2 of the cell must read"),
    ],
)
def test_bad_input_is_one_sentence(shell: Any, line: str, sentence: str) -> None:
    Path("a.csv").write_bytes(CSV)
    Path("a.pkl").write_bytes(CSV)
    Path("empty.csv").write_bytes(b"")
    Path("broken-idx3-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\x09ab")
    ran = shell.run(line)
    message = failure(ran)
    assert sentence in message
    assert "\n" not in message
    assert ran.displayed == []
    assert "Traceback" not in ran.stdout + ran.stderr
    assert not {"x", "y", "df"} & set(shell.namespace)
    assert shell.run("1 + 1").value == 2


def test_wishes(shell: Any) -> None:
    Path("a.csv").write_text("n;name;day\n" + "".join(f"{n};n{n % 3};2024-01-0{n + 1}\n" for n in range(9)))
    whole = pd.read_csv("a.csv", sep=";")
    read = {
        "--columns name,n --head 2": whole[["name", "n"]][:2],
        "--where \"n > 2 and name in ('n1', 'n2')\"": whole[(whole["n"] > 2) & (whole["name"] != "n0")].reset_index(
            drop=True
        ),
        "--sep ';' --parse-dates day": pd.read_csv("a.csv", sep=";", parse_dates=["day"]),
        "--dtype n=float32": pd.read_csv("a.csv", sep=";", dtype={"n": "float32"}),
        "-- skiprows=2 header=None \"na_values=['n1']\"": pd.read_csv(
            "a.csv", sep=";", skiprows=2, header=None, na_values=["n1"]
        ),
    }
    for options, expected in read.items():
        pd.testing.assert_frame_equal(shell.run(f"%ingest a.csv {options}").value, expected)
    ran = shell.run("%ingest a.csv --sample 3 --seed 5")
    assert "⚠ A random sample of 3 rows of 9 (33.33 %): add  --seed 5  to have it again." in ran.text
    assert "⚠ The columns are separated by semicolons" in ran.text
    assert "⚠ All 9 rows: there are no more to choose from." in shell.run("%ingest a.csv --sample 50").text
    assert "a.csv is not the file that was promised" in failure(shell.run(f"%ingest a.csv --sha256 {'0' * 64}"))
    assert "--sha256 takes a hash of 64" in failure(shell.run("%ingest a.csv --sha256 abc"))
    ran = shell.run("%%ingest --head 2 -- index_col='n'\nx = a.csv --columns n,day\ny = a.csv -- nrows=1")
    assert "nrows is not handed to pandas.read_csv: say --head instead" in failure(ran)
    assert shell.namespace["x"].equals(pd.read_csv("a.csv", sep=";", index_col="n", usecols=["n", "day"], nrows=2))


def test_python_takes_the_same_wishes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CSV)
    frame = colab_magics.ingest(path, columns=["b", "a"], where="a == 2", dtype={"a": np.int8}, skipinitialspace=True)
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"b": ["y"], "a": np.array([2], "i1")}), check_dtype=False)
    assert frame["a"].dtype == "int8"
    with pytest.raises(
        ValueError, match="Neither %ingest nor pandas.read_csv has an option colums. Did you mean --columns"
    ):
        colab_magics.ingest(path, colums="a")
    with pytest.raises(ValueError, match="converters must be a literal"):
        colab_magics.ingest(path, converters=print)


def test_a_folder_of_pictures(shell: Any) -> None:
    from PIL import Image

    Path("pictures/cat").mkdir(parents=True)
    Image.new("RGB", (3, 4)).save("pictures/cat/1.png")
    ran = shell.run("%ingest pictures")
    assert ran.value.to_dict("list") == {"path": ["cat/1.png"], "label": ["cat"], "width": [3], "height": [4]}
    assert "Format  images" in ran.text


def test_an_archive(shell: Any) -> None:
    import zipfile

    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.writestr("x/a.csv", CSV)
        archive.writestr("README", "x")
    ran = shell.run("%ingest a.zip")
    pd.testing.assert_frame_equal(ran.value, FRAME, check_dtype=False)
    assert "Format  CSV (zip)" in ran.text
    assert "It is x/a.csv of a.zip." in ran.text


def test_rows_without_values(shell: Any) -> None:
    Path("a.csv").write_bytes(b"a,b\n")
    ran = shell.run("df = %ingest a.csv")
    assert shell.namespace["df"].shape == (0, 2)
    assert "⚠ There are no rows in it, only column names." in ran.text


def test_an_address(shell: Any, files: FileServer, private_tmp: Path) -> None:
    url = files.add("/data/table.csv", CSV).replace("//", "//me:canary@")
    ran = shell.run(f"df = %ingest {url}?token=canary")
    pd.testing.assert_frame_equal(shell.namespace["df"], FRAME, check_dtype=False)
    assert f"Source  {files.url}/data/table.csv?…" in ran.text
    assert "canary" not in ran.text + ran.html
    assert list(private_tmp.iterdir()) == []


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ({"status": 404}, "There is nothing at http://.*/a.csv"),
        ({"status": 403}, "may not be read"),
        ({"body": b""}, "a.csv is empty"),
        ({"body": b"<!doctype html><title>Log in</title>"}, "a.csv is a web page and not data: it asks to log in"),
        ({"body": b"\x80\x04."}, "is a pickle"),
    ],
)
def test_what_a_server_sends_instead(
    shell: Any, files: FileServer, private_tmp: Path, page: dict, sentence: str
) -> None:
    url = files.add("/a.csv", **{"body": b"no", **page})
    message = failure(shell.run(f"%ingest {url.replace('//', '//me:canary1@')}?X-Amz-Signature=canary2"))
    assert pd.Series([message]).str.contains(sentence).all()
    assert "canary" not in message
    assert list(private_tmp.iterdir()) == []


def test_an_unknown_end_is_told(shell: Any, files: FileServer) -> None:
    url = files.add("/a.csv", CSV, fault="no length")
    assert "came without its length" in failure(shell.run(f"df = %ingest {url}"))
    assert "⚠ The server did not tell the length: nothing proves" in shell.run(f"df = %ingest {url} --trust").text
    assert shell.run(f"df = %ingest {url} --sha256 {hashlib.sha256(CSV).hexdigest()}").error is None


def test_without_a_cache_it_is_said(
    shell: Any, files: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COLAB_MAGICS_CACHE", str(tmp_path / "file" / "cache"))
    ran = shell.run(f"df = %ingest {files.add('/a.csv', CSV)}")
    assert "⚠ The cache cannot be used (Not a directory): the next time it is fetched again." in ran.text
    pd.testing.assert_frame_equal(shell.namespace["df"], FRAME, check_dtype=False)


@pytest.mark.parametrize("word", ["abc", "0" * 63, "g" * 64])
def test_a_hash_that_is_none(shell: Any, files: FileServer, word: str) -> None:
    assert "--sha256 takes a hash of 64 hexadecimal digits" in failure(
        shell.run(f"%ingest {files.url}/a --sha256 {word}")
    )
    assert files.requests == []


def test_the_cache_is_listed_and_cleared(shell: Any, files: FileServer) -> None:
    shell.run(f"df = %ingest {files.add('/a.csv', CSV, etag='1')}?X-Amz-Signature=canary")
    ran = shell.run("held = %ingest --cache")
    held = shell.namespace["held"]
    assert held["source"].tolist() == [f"{files.url}/a.csv?…"]
    assert held["size"].tolist() == [len(CSV)]
    assert f"{files.url}/a.csv?…" in ran.text
    assert "canary" not in ran.text
    assert "12 bytes freed" in shell.run("%ingest --cache clear").text
    assert "0 files" in shell.run("%ingest --cache").text
    offer = Offer("a.csv", 8 << 20, 7, "0" * 64)
    upload = Upload(offer, Path.cwd())
    piece = os.urandom(2 * BLOCK)
    assert upload.take(0, piece, digests_of(piece))
    upload.leave()
    assert "Unfinished uploads  1.0 MB, for 7 days" in shell.run("%ingest --cache").text
    assert "1.0 MB freed" in shell.run("%ingest --cache clear").text
    assert "Unfinished" not in shell.run("%ingest --cache").text
    assert "invalid choice: 'emtpy'" in failure(shell.run("%ingest --cache emtpy"))


def test_the_same_line_again_asks_only_whether_it_changed(shell: Any, files: FileServer) -> None:
    url = files.add("/a.csv", CSV, etag='"1"')
    shell.run(f"first = %ingest {url}")
    shell.run(f"df = %ingest {url}")
    assert files.requests[-1][1]["if-none-match"] == '"1"'
    files.requests.clear()
    shell.run(f"df = %ingest {url} --offline")
    assert files.requests == []
    pd.testing.assert_frame_equal(shell.namespace["df"], shell.namespace["first"])
    shell.run(f"df = %ingest {url} --refresh")
    assert "if-none-match" not in files.requests[-1][1]


def test_a_bucket(shell: Any, s3: Bucket, private_tmp: Path) -> None:
    buffer = io.BytesIO()
    FRAME.to_parquet(buffer)
    url = s3.add("table.parquet", buffer.getvalue(), is_public=True)
    for options in ("", "--anon"):
        ran = shell.run(f"df = %ingest {url} --endpoint {s3.endpoint} {options}")
        assert ran.error is None
        pd.testing.assert_frame_equal(shell.namespace["df"], pd.read_parquet(buffer))
        assert "Source  s3://data/table.parquet" in ran.text
    assert list(private_tmp.iterdir()) == []


def test_images_keep_their_shape(shell: Any) -> None:
    np.save("images.npy", np.arange(24, dtype=np.uint8).reshape(2, 3, 4))
    ran = shell.run("df = %ingest images.npy")
    assert "  2 arrays of 3 x 4\n" in ran.text
    assert shell.namespace["df"].attrs["shape"] == (2, 3, 4)


def test_a_cell_fetches_all(shell: Any, files: FileServer) -> None:
    Path("local.tsv").write_bytes(b"a\tb\n1\t2\n")
    ran = shell.run(f"%%ingest\n# two\nfar = {files.add('/a.csv', CSV)}  # a note\n\nnear=local.tsv\n")
    assert ran.error is None
    assert ran.value is None
    assert (shell.namespace["far"].shape, shell.namespace["near"].shape) == ((2, 2), (1, 2))
    assert ran.text.startswith("2 sources · ✓ read in ")


def test_a_cell_keeps_the_good_and_names_the_bad(shell: Any, files: FileServer) -> None:
    shell.namespace["b"] = "old"
    cell = f"%%ingest --format csv\na = {files.add('/a.csv', CSV)}\nb = none.csv\nc = {files.url}/gone.csv"
    ran = shell.run(cell)
    message = failure(ran)
    assert message.startswith("2 of 3 sources could not be read; the other is assigned:\n")
    assert "  b: There is no file none.csv" in message
    assert "  c: There is nothing at " in message
    assert len(shell.namespace["a"]) == 2
    assert shell.namespace["b"] == "old"
    assert "c" not in shell.namespace
    assert "✗ b: There is no file" in ran.text


@pytest.mark.parametrize(("fault", "phase"), [("", ("12 bytes of 12 bytes", 1.0)), ("chunked", ("12 bytes", None))])
def test_a_notebook_gets_one_panel_that_ends_at_rest(
    kernel_shell: Any, files: FileServer, monkeypatch: pytest.MonkeyPatch, fault: Fault, phase: tuple
) -> None:
    seen: list[IngestPanel] = []
    told: list[tuple[str, float | None]] = []

    def tell(panel: IngestPanel, text: str, progress: float | None) -> None:
        original(panel, text, progress)
        seen.append(panel)
        told.append((panel.phase, panel.progress))

    original = IngestPanel.tell
    monkeypatch.setattr(IngestPanel, "tell", tell)
    ran = kernel_shell.run(f"df = %ingest {files.add('/a.csv', CSV, fault=fault)}")
    assert ran.error is None
    assert (told[0], told[-1]) == (("connecting", None), phase)
    assert len(set(seen)) == 1
    assert (seen[0].phase, seen[0].progress, seen[0].card["big"]) == ("", None, "2 rows, 2 columns")
    static, live, *updates = ran.displayed
    assert "on its way" in static["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in live
    assert ["2 rows, 2 columns" in update["text/html"] for update in updates] == [True]


def test_a_failure_is_drawn_where_it_was_on_its_way(kernel_shell: Any, files: FileServer) -> None:
    ran = kernel_shell.run(f"%ingest {files.url}/gone.csv")
    assert "There is nothing at" in failure(ran)
    assert "✗ failed" in ran.html
    assert "There is nothing at" in ran.html


def test_a_local_failure_needs_no_panel(kernel_shell: Any) -> None:
    assert kernel_shell.run("%ingest none.csv").displayed == []


def test_hostile_names_never_become_markup(shell: Any) -> None:
    for text in (text for text in HOSTILE if "\0" not in text):
        pd.DataFrame({text: [text]}).to_csv("a.csv", index=False)
        ran = shell.run("df = %ingest a.csv")
        assert ran.error is None
        for forbidden in ("<img", "<script", "<svg", "<iframe", "<a ", "<style", "<meta", "<base", "<form", "\x1b"):
            assert forbidden not in ran.html
        assert "\x1b" not in ran.text


INTERRUPTED = """
import os, signal, sys, threading, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic('load_ext', 'colab_magics')
def interrupt():
    print(time.time())
    os.kill(os.getpid(), signal.SIGINT)
threading.Timer(2, interrupt).start()
try:
    shell.run_line_magic('ingest', sys.argv[1] + ' --as df')
except KeyboardInterrupt:
    print(time.time(), 'df' in shell.user_ns)
"""


def test_an_interrupt_in_a_stalled_download(tmp_path: Path, files: FileServer) -> None:
    """A real process, a real SIGINT: it ends at once, and leaves nothing."""
    url = files.add("/a.csv", CSV * 1000, fault="stall")
    folder = tmp_path / "tmp"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, url],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(folder), "IPYTHONDIR": str(tmp_path)},
        check=True,
        timeout=60,
    )
    sent, ended, is_assigned = done.stdout.split()
    assert float(ended) - float(sent) < 15
    assert is_assigned == "False"
    assert list(folder.iterdir()) == []


def test_no_secret_in_a_traceback_of_the_function(files: FileServer) -> None:
    url = files.add("/a.csv", status=403).replace("//", "//me:canary1@") + "?sig=canary2"
    with pytest.raises(SourceError, match="may not be read") as caught:
        colab_magics.ingest(url)
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_a_terminal_hears_of_what_takes_long(shell: Any, files: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    url = files.add("/a.csv", b"a,b\n" + b"1,2\n" * 6, fault="crawl")
    monkeypatch.setattr(sys, "stderr", terminal)
    started = time.monotonic()
    assert colab_magics.ingest(url).shape == (6, 2)
    assert time.monotonic() - started > 1.2
    lines = terminal.getvalue().split("\r\x1b[K")
    assert 2 < len(lines) < 12
    assert any("% " in line and " of 28 bytes · " in line for line in lines)
    assert lines[-1] == ""
