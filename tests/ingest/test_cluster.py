"""A real cluster of two workers reads the source itself, in parts of one version, without any secret in its tasks."""

import io
import os
import signal
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reads import written
from servers import Bucket, FileServer, Page

import colab_magics
from colab_magics.errors import BadOption, BrokenFile, MissingExtra, SourceError

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")
pytest.importorskip("dask.dataframe")
pytest.importorskip("pyarrow")
clusters: Any = import_module("colab_magics.ingest.engines.cluster")
plan: Any = import_module("colab_magics.ingest.engines.plan")

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # a killed worker's connections
]
ROWS = 60_000
FRAME = pd.DataFrame(
    {
        "id": np.arange(ROWS),
        "town": ["Oslo", "Rome, IT", 'the "west"', "ñandú", None] * (ROWS // 5),
        "qty": [None if number % 700 == 0 else float(number % 9) for number in range(ROWS)],
        "code": [f"{number:05d}" if number % 9_001 else "A" for number in range(ROWS)],
    }
)
CSV = FRAME.to_csv(index=False).encode()


@pytest.fixture(scope="module")
def workers() -> Iterator[Any]:
    """A cluster as a person may have it, with the credentials of an S3 store in the environment of its workers only."""
    names = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "canary-secret", "AWS_DEFAULT_REGION": "us-east-1"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (names | {"AWS_EC2_METADATA_DISABLED": "true"}).items():
            patch.setenv(name, value)
        cluster = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, memory_limit="500MB", processes=True, dashboard_address=":0"
        )
    with cluster:
        yield cluster


@pytest.fixture
def address(workers: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for module in ("afar", "dask_frame"):
        name = f"colab_magics.ingest.engines.{module}"
        monkeypatch.setattr(import_module(name), "block_size", lambda *_: 200_000)
    yield workers.scheduler_address
    clusters.close_all()
    assert dask.config.get("scheduler", None) is None  # this process computes again


def equal(value: Any, expected: pd.DataFrame) -> None:
    assert value.npartitions > 3
    pd.testing.assert_frame_equal(value.compute().reset_index(drop=True), expected)


def test_an_address_of_the_web(address: str, files: FileServer) -> None:
    value = colab_magics.ingest(files.add("/a.csv", CSV, etag='"1"'), engine="dask", cluster=address)
    equal(value, pd.read_csv(io.BytesIO(CSV), low_memory=False))
    assert max(len(headers) for _, headers in files.requests) > 0
    assert all("range" in headers for _, headers in files.requests)


def test_a_bucket_and_no_secret_in_the_tasks(address: str, s3: Bucket) -> None:
    from distributed.protocol.pickle import dumps

    where = {"endpoint": s3.endpoint, "engine": "dask", "cluster": address}
    value = colab_magics.ingest(s3.add("a.csv", CSV), **where)
    equal(value, pd.read_csv(io.BytesIO(CSV), low_memory=False))
    out = io.BytesIO()
    FRAME.to_parquet(out, row_group_size=10_000)
    table = colab_magics.ingest(s3.add("a.parquet", out.getvalue()), columns="town,qty", where="qty > 3", **where)
    expected = pd.read_parquet(out, columns=["town", "qty"])
    equal(table, expected[expected.qty > 3].reset_index(drop=True))
    many = colab_magics.ingest("s3://data/*.csv", **where)
    assert len(many) == ROWS
    for graph in (value, table):
        shown = [repr(graph), str(graph.dask), *map(str, distributed.default_client().get_worker_logs().values())]
        assert b"canary-secret" not in dumps(dict(graph.__dask_graph__()))
        assert not any("canary-secret" in text for text in shown)


def test_a_path_that_all_workers_share(address: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    frame = FRAME.assign(note="two\nlines")
    frame.to_csv(path, index=False)
    equal(colab_magics.ingest(path, engine="dask", cluster=address), pd.read_csv(path, low_memory=False))


def test_a_version_that_ends(address: str, files: FileServer) -> None:
    value = colab_magics.ingest(files.add("/a.csv", CSV, etag='"1"'), engine="dask", cluster=address)
    files.pages["/a.csv"] = Page(CSV.replace(b"Oslo", b"Rome"), etag='"2"')
    with pytest.raises(SourceError, match="a.csv was changed since it was looked at: run the cell with %ingest again"):
        value.compute()


def test_lines_that_cannot_be_cut_are_refused(address: str, files: FileServer) -> None:
    text = b"a,b\n" + b'1,"x\ny"\n' * 2_000
    with pytest.raises(BadOption, match="a.csv has line ends inside quotation marks, .*: leave --cluster out"):
        colab_magics.ingest(files.add("/a.csv", text, etag='"1"'), engine="dask", cluster=address)
    # In a large file, a sample may miss them: then the block says it.
    rows = b"12345678,abcdefgh\n" * (40_000_000 // 18)
    text = b"a,b\n" + rows[:18_540_000] + b'1,"x\ny"\n' + rows[18_540_000:]
    value = colab_magics.ingest(files.add("/b.csv", text, etag='"1"'), engine="dask", cluster=address)
    with pytest.raises(
        BrokenFile, match=r"b.csv has a line that ends inside quotation marks near byte 18,5(39,9|40,0)\d\d"
    ):
        value.partitions[90:96].compute()


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("/a.csv?token=canary-1", CSV, r"a.csv\?… holds a password or a query, .* not sent to workers"),
        ("/a.csv.gz", b"\x1f\x8b\x08\x00 and so on", "a.csv.gz is packed .gzip., and workers cannot read parts of it"),
        ("/a.csv", "a,b\n1,2\n".encode("utf-16"), "a.csv is utf-16, which workers cannot cut into lines"),
        ("/a.npy", b"\x93NUMPY and so on", "a.npy is NumPy, and --engine dask takes CSV"),
    ],
)
def test_what_workers_cannot_read(address: str, files: FileServer, path: str, body: bytes, sentence: str) -> None:
    files.add(path.partition("?")[0], body, etag='"1"')
    with pytest.raises(BadOption, match=sentence) as raised:
        colab_magics.ingest(files.url + path, engine="dask", cluster=address)
    assert "canary" not in str(raised.value)


def test_a_server_without_parts(address: str, files: FileServer) -> None:
    with pytest.raises(SourceError, match="its server gives no parts of one version of it: leave --cluster out"):
        colab_magics.ingest(files.add("/a.csv", CSV), engine="dask", cluster=address)


def test_options_of_whole_files(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "a\n1\n")
    for option in ({"sha256": "0" * 64}, {"refresh": True}, {"offline": True}, {"trust": True}, {"member": "x"}):
        with pytest.raises(BadOption, match=f"--cluster takes no --{next(iter(option))}: "):
            colab_magics.ingest(path, engine="dask", cluster="tcp://127.0.0.1:1", **option)


def test_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_PATIENCE", 0.3)
    path = written(tmp_path / "a.csv", "a\n1\n")
    with pytest.raises(SourceError, match=r"Nobody answers at tcp://127.0.0.1:1 within 0.3 s"):
        colab_magics.ingest(path, engine="dask", cluster="127.0.0.1:1")
    for address in ("tcp://me:canary@host:1", "mailto://x", "a b"):
        with pytest.raises(BadOption, match="--cluster") as raised:
            colab_magics.ingest(path, engine="dask", cluster=address)
        assert "canary" not in str(raised.value)


def test_other_libraries_of_workers(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.csv", "a\n1\n")
    monkeypatch.setattr(pd, "__version__", "0.1")
    with pytest.raises(
        MissingExtra, match=r"The worker tcp://.* has pandas .*, and this kernel 0.1: .* the same version"
    ):
        colab_magics.ingest(path, engine="dask", cluster=address)
    written(tmp_path / "only_here.py", "__version__ = '1.2'\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(clusters, "_SAME", ("only_here",))
    with pytest.raises(
        MissingExtra, match=r"The worker tcp://.* has no only-here: install only-here 1.2 for the workers"
    ):
        colab_magics.ingest(path, engine="dask", cluster=address)


def test_a_scheduler_without_workers(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "a\n1\n")
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as cluster:
        with pytest.raises(SourceError, match="has no workers yet: start some"):
            colab_magics.ingest(path, engine="dask", cluster=cluster.scheduler_address)
        clusters.close_all()


def test_the_client_of_the_person_is_used_and_left_alone(address: str, tmp_path: Path) -> None:
    with distributed.Client(address) as own:
        colab_magics.ingest(written(tmp_path / "a.csv", "a\n1\n"), engine="dask", cluster=address)
        assert distributed.default_client() is own
        clusters.close_all()
        assert own.status == "running"


def test_unloading_leaves_the_cluster(address: str, shell: Any, tmp_path: Path) -> None:
    written(tmp_path / "a.csv", "a\n1\n")
    ran = shell.run(f"%ingest a.csv --engine dask --cluster {address} --as df")
    assert f"2 workers at {address}" in ran.text
    client = distributed.default_client()
    shell.run("%unload_ext colab_magics")
    assert client.status == "closed"


def test_a_worker_that_is_killed(workers: Any, address: str, files: FileServer) -> None:
    url = files.add("/a.csv", CSV, etag='"1"', rate=1_000_000)
    value = colab_magics.ingest(url, engine="dask", cluster=address)
    pending = value.groupby("town").qty.sum().persist()
    while sum(task.state == "memory" for task in list(workers.scheduler.tasks.values())) < 1:
        time.sleep(0.01)
    os.kill(next(iter(workers.workers.values())).process.pid, signal.SIGKILL)
    expected = pd.read_csv(io.BytesIO(CSV)).groupby("town").qty.sum()
    pd.testing.assert_series_equal(pending.compute().sort_index(), expected)
