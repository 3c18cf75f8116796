"""Datasets of HDF5 files, read by a child: links that lead out are not followed, and nothing can hang the kernel."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reads import ingested, written

from colab_magics.errors import BadOption, BrokenFile, MissingExtra, TooLarge, UnknownFormat

h5py = pytest.importorskip("h5py", reason="h5py reads HDF5")

RECORDS = np.array(
    [(1, 0.5, b"x", [1, 2]), (2, np.nan, b"\xc3\xa9", [3, 4])],
    dtype=[("id", "i4"), ("f", "f8"), ("s", "S4"), ("pair", "i2", (2,))],
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as made:
        made["table/records"] = RECORDS
        made["images"] = np.arange(24, dtype="u1").reshape(2, 3, 4)
        made["words"] = ["a", "é", ""]
        made["scalar"] = 3.5
        made["flags"] = np.array([True, False])
        made.create_dataset("packed", data=np.arange(1000), compression="gzip", chunks=(100,))
    return path


def test_records_become_columns(file: Path) -> None:
    frame, _ = ingested(file, table="table/records")
    expected = pd.DataFrame({"id": np.array([1, 2], "i4"), "f": [0.5, np.nan], "s": ["x", "é"]})
    expected = expected.assign(**{"pair[0]": np.array([1, 3], "i2"), "pair[1]": np.array([2, 4], "i2")})
    pd.testing.assert_frame_equal(frame, expected)
    pd.testing.assert_frame_equal(ingested(file, table="/table/records", columns="f,id")[0], expected[["f", "id"]])
    pd.testing.assert_frame_equal(ingested(file, table="table/records", head=1)[0], expected[:1])
    pd.testing.assert_frame_equal(
        ingested(file, table="table/records", where="id > 1", columns="s")[0],
        expected[["s"]][1:].reset_index(drop=True),
    )


def test_arrays_text_and_single_values(file: Path) -> None:
    frame, _ = ingested(file, table="images")
    np.testing.assert_array_equal(frame.to_numpy(), np.arange(24).reshape(2, 12))
    assert frame.attrs["shape"] == (2, 3, 4)
    assert ingested(file, table="words")[0][0].tolist() == ["a", "é", ""]
    assert ingested(file, table="scalar")[0].to_numpy().tolist() == [[3.5]]
    assert ingested(file, table="flags")[0][0].dtype == bool
    assert ingested(file, table="packed", head=5)[0][0].tolist() == [0, 1, 2, 3, 4]


def test_the_only_dataset_is_taken(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as made:
        made["deep/down/x"] = np.arange(3)
        made["loop"] = h5py.SoftLink("/")
        made["deep/again"] = made["deep"]
    assert len(ingested(tmp_path / "a.h5")[0]) == 3


def test_several_are_listed(file: Path) -> None:
    with pytest.raises(BadOption, match="a.h5 holds 6 datasets: choose one by --table, of /flags, /images, /packed"):
        ingested(file)
    with pytest.raises(BadOption, match="a.h5 has no dataset x: choose one"):
        ingested(file, table="x")
    with pytest.raises(BadOption, match="There is no column x in /table/records. There are id, f, s, pair"):
        ingested(file, table="table/records", columns="x")


def test_nothing_outside_the_file_is_read(tmp_path: Path) -> None:
    written(tmp_path / "secret", b"canary!!")
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["x"] = np.arange(3)
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as made:
        made["link"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/x")
        made.create_dataset("outside", (8,), "u1", external=[(str(tmp_path / "secret"), 0, 8)])
        layout = h5py.VirtualLayout((3,), "i8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", (3,))
        made.create_virtual_dataset("virtual", layout)
    with pytest.raises(BadOption, match="holds 2 datasets: choose one by --table, of /outside, /virtual"):
        ingested(path)
    for name in ("outside", "virtual"):
        with pytest.raises(UnknownFormat, match=f"/{name} in a.h5 takes its values from other files"):
            ingested(path, table=name)


def test_pickles_and_references_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as made:
        made["x"] = np.arange(3)
        made["x"].attrs["evil"] = np.void(b"cos\nsystem\n(S'true'\ntR.")
        made.create_dataset("refs", (1,), h5py.ref_dtype)[0] = made["x"].ref
        made.create_dataset("lists", (2,), h5py.vlen_dtype("i4"))
    assert len(ingested(path, table="x")[0]) == 3
    for name in ("refs", "lists"):
        with pytest.raises(UnknownFormat, match="values of several lengths or references"):
            ingested(path, table=name)


def test_what_pandas_kept_is_read_without_pytables(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as made:
        made["df/table"] = RECORDS[["id", "f"]]
        made["df/_i_table/index/sorted"] = np.arange(9)
    assert list(ingested(tmp_path / "a.h5")[0].columns) == ["id", "f"]


def test_a_dataset_that_promises_more_than_the_memory(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as made:
        made.create_dataset("x", (1 << 50,), "f8", chunks=(1000,))
    with pytest.raises(TooLarge, match="/x in a.h5 needs 8192.0 TB"):
        ingested(tmp_path / "a.h5")
    assert len(ingested(tmp_path / "a.h5", head=5)[0]) == 5


def test_a_file_that_is_cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:600])
    with pytest.raises(BrokenFile, match="a.h5"):
        ingested(file)


def test_h5py_is_named_where_it_is_missing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from colab_magics import extras

    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="%ingest of an HDF5 file needs h5py"):
        ingested(file)
    assert "tables" not in sys.modules
