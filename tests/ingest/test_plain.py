"""The line of plain pandas makes the same frame, or is not given."""

import gzip
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from servers import Bucket

from colab_magics.ingest.engine import ingest_one
from colab_magics.ingest.plain import plain_line
from colab_magics.ingest.request import Request

FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


def line(source: str, **options: Any) -> tuple[str, pd.DataFrame]:
    request = Request(source, "rows", **options)
    ingested = ingest_one(request, lambda *_: None)
    return plain_line(request, ingested), ingested.frame


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    FRAME.to_csv("a.csv", index=False)
    FRAME.to_csv("a b.tsv", index=False, sep="\t")
    FRAME.to_json("a.json")
    FRAME.to_json("a.jsonl", orient="records", lines=True)
    FRAME.to_csv("a.csv.gz", index=False)
    FRAME.to_parquet("a.parquet")
    FRAME.to_excel("a.xlsx", index=False)
    return tmp_path


@pytest.mark.parametrize("name", ["a.csv", "a b.tsv", "a.json", "a.jsonl", "a.csv.gz", "a.parquet", "a.xlsx"])
@pytest.mark.parametrize("is_absolute", [True, False])
@pytest.mark.filterwarnings("ignore:The default engine for reading 'xlsx' files")
def test_it_makes_the_same_frame(folder: Path, name: str, is_absolute: bool) -> None:
    code, frame = line(str(folder / name) if is_absolute else f"'{name}'"[1:-1])
    assert code.startswith("rows = pd.read_")
    assert f'"{name}"' in code
    names: dict[str, Any] = {"pd": pd}
    exec(code, names)
    pd.testing.assert_frame_equal(names["rows"], frame)


def test_another_folder_is_named_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "b").mkdir()
    monkeypatch.chdir(folder / "b")
    assert line("../a.csv")[0] in {f'rows = pd.read_csv("{place}")' for place in ("../a.csv", folder / "a.csv")}


@pytest.mark.parametrize("name", ["latin.csv", "a.gz.csv", "empty.csv"])
def test_where_more_was_done_there_is_none(name: str) -> None:
    Path("latin.csv").write_bytes("a,b\n1,é\n".encode("latin-1"))
    Path("a.gz.csv").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    Path("empty.csv").write_bytes(b"a,b\n")
    assert line(name)[0] == ""


def test_an_option_makes_another_frame() -> None:
    assert line("a.csv", format="csv")[0] == ""


def test_an_address(files: Any) -> None:
    body = Path("a.csv").read_bytes()
    url = files.add("/a.csv", body)
    assert line(url)[0] == f'rows = pd.read_csv("{url}")'
    assert line(f"{url}?token=secret")[0] == ""


def test_hostile_names_stay_text() -> None:
    name = 'a"); import os; os.abort(); ("\\.csv'
    Path("a.csv").rename(name)
    code, frame = line(f"{name}")
    names: dict[str, Any] = {"pd": pd}
    exec(code, names)
    pd.testing.assert_frame_equal(names["rows"], frame)


def test_an_object(s3: Bucket) -> None:
    address = s3.add("a b.csv", Path("a.csv").read_bytes())
    code, frame = line(address, endpoint=s3.endpoint, requester_pays=True)
    how = f"storage_options={{'requester_pays': True, 'endpoint_url': '{s3.endpoint}'}}"
    assert code == f'rows = pd.read_csv("s3://data/a b.csv", {how})'
    names: dict[str, Any] = {"pd": pd}
    exec(code, names)
    pd.testing.assert_frame_equal(names["rows"], frame)
