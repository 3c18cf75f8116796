"""Small valid files of every format, some of each, to be damaged."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
from soak.containers import biff, compound, packed, pictures, taped, zstd

ROWS = 40
FRAME = pd.DataFrame(
    {
        "a": np.arange(ROWS),
        "b": [f"é{number % 7}" if number % 5 else None for number in range(ROWS)],
        "c": np.where(np.arange(ROWS) % 6 == 0, np.nan, np.linspace(0, 9, ROWS)),
        "d": pd.date_range("2024-01-31", periods=ROWS, freq="h"),
        "e": np.arange(ROWS) % 3 == 0,
    }
)
PLAIN = FRAME.assign(b=[f"x{number}" for number in range(ROWS)])[["a", "b", "c"]]
CSV = FRAME.to_csv(index=False).encode()


def write(folder: Path) -> None:
    """Write the seeds of each format to a folder of its name."""
    for kind, make in MAKERS.items():
        place = folder / kind
        place.mkdir()
        make(place)


def texts(name: str, packed: Callable[[bytes], bytes] = bytes) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        (place / f"0-{name}").write_bytes(packed(CSV))
        (place / f"1-{name}").write_bytes(packed(b'a;b;c\n1,5;"x ""y""\nz";3\n2,5;;4\n'))
        (place / f"2-{name}").write_bytes(packed("a,b\n1,é\n2,ü\n".encode("cp1252")))
        (place / f"3-{name}").write_bytes(packed(FRAME.to_csv(index=False).encode("utf-16")))

    return make


def tsv(place: Path) -> None:
    FRAME.to_csv(place / "0-a.tsv", sep="\t", index=False)
    PLAIN.to_csv(place / "1-a.tsv", sep="\t")


def json(place: Path) -> None:
    for number, orient in enumerate(("columns", "records", "split", "table", "values", "index")):
        FRAME.to_json(place / f"{number}-a.json", orient=orient)


def jsonl(place: Path) -> None:
    FRAME.to_json(place / "0-a.jsonl", orient="records", lines=True)
    (place / "1-a.jsonl").write_bytes(b'{"a": [1, {"b": null}], "b": "\\ud800"}\n{"a": 1e400}\n')


def parquet(place: Path) -> None:
    nested = FRAME.assign(f=[[number] * (number % 4) for number in range(ROWS)], g=[{"x": 1, "y": "z"}] * ROWS)
    FRAME.to_parquet(place / "0-a.parquet", compression=None)
    nested.to_parquet(place / "1-a.parquet", compression="snappy", row_group_size=16)
    FRAME.to_parquet(place / "2-a.parquet", compression="zstd", use_dictionary=False, data_page_version="2.0")
    FRAME.assign(b=FRAME["b"].astype("category")).to_parquet(place / "3-a.parquet", compression="gzip")


def arrow(place: Path) -> None:
    import pyarrow as pa
    from pyarrow import feather

    nested = FRAME.assign(f=[[number] * (number % 4) for number in range(ROWS)], g=FRAME["b"].astype("category"))
    nested.to_feather(place / "0-a.feather", compression="uncompressed")
    FRAME.to_feather(place / "1-a.feather", compression="lz4")
    feather.write_feather(FRAME, str(place / "2-a.feather"), version=1)
    table = pa.Table.from_pandas(nested)
    with pa.OSFile(str(place / "3-a.arrows"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=15)


def orc(place: Path) -> None:
    FRAME.to_orc(place / "0-a.orc", index=False)
    FRAME.to_orc(place / "1-a.orc", index=False, engine_kwargs={"compression": "zlib"})
    FRAME.to_orc(
        place / "2-a.orc", index=False, engine_kwargs={"compression": "zstd", "dictionary_key_size_threshold": 1}
    )


def excel(place: Path) -> None:
    with pd.ExcelWriter(place / "0-a.xlsx", engine="openpyxl") as book:
        FRAME[:9].to_excel(book, sheet_name="one", index=False)
        PLAIN[:9].to_excel(book, sheet_name="two")
    pd.DataFrame({"a": ["=1+1", "x"], "b": [1, None]}).to_excel(place / "1-a.xlsx", merge_cells=True)


def old_excel(place: Path) -> None:
    """BIFF5 cells in the stream of a compound file. https://learn.microsoft.com/openspecs/office_file_formats"""
    (place / "0-a.xls").write_bytes(compound("Workbook", biff()))


def ods(place: Path) -> None:
    word = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    cell = '<table:table-cell office:value-type="float" office:value="{0}"><text:p>{0}</text:p></table:table-cell>'
    cells = [word.format("a") + word.format("b"), *(cell.format(row) + word.format(f"x{row}") for row in range(9))]
    rows = "".join(f"<table:table-row>{cell}</table:table-row>" for cell in cells)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet><table:table '
        f'table:name="one">{rows}<table:table-row table:number-rows-repeated="3"><table:table-cell '
        'table:number-columns-repeated="2"/></table:table-row></table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    members = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}
    packed(place / "0-a.ods", {name: text.encode() for name, text in members.items()})


def sqlite(place: Path) -> None:
    for number, size in enumerate((512, 4096)):
        with closing(sqlite3.connect(place / f"{number}-a.sqlite")) as connection:
            connection.execute(f"PRAGMA page_size = {size}")
            FRAME.to_sql("t", connection, index=False)
            connection.execute("CREATE INDEX i ON t (a)")
            connection.execute("CREATE VIEW v AS SELECT a, b FROM t WHERE a > 3")
            connection.commit()


def duckdb(place: Path) -> None:
    import duckdb as duck

    with duck.connect(str(place / "0-a.duckdb"), config={"threads": 1}) as connection:
        connection.execute("CREATE TABLE t AS SELECT range a, 'x' || range b, range / 3 c FROM range(40)")


def hdf5(place: Path) -> None:
    import h5py

    records = np.array([(1, 0.5, b"x"), (2, 1.5, b"y")] * 9, dtype=[("a", "i4"), ("c", "f8"), ("b", "S4")])
    for number, version in enumerate(("earliest", "latest")):
        with h5py.File(place / f"{number}-a.h5", "w", libver=version) as made:
            made.create_dataset("t", data=records, chunks=(5,), compression="gzip", shuffle=True)
            made["group/t"] = ["a", "é", ""] * 5
            made["group"].attrs["x"] = "y"
        with h5py.File(place / f"{number + 2}-a.h5", "w", libver=version) as made:
            made["t"] = records
        with h5py.File(place / f"{number + 4}-a.h5", "w", libver=version) as made:
            made.create_dataset("t", data=["a", "é", ""] * 5, maxshape=(None,), chunks=(4,))


def stata(place: Path) -> None:
    for number, version in enumerate((114, 117, 118, 119)):
        PLAIN.assign(k=pd.Categorical(PLAIN["b"].str[:2])).to_stata(
            place / f"{number}-a.dta", write_index=False, version=version
        )
    PLAIN.assign(b="y" * 300 + PLAIN["b"]).to_stata(place / "4-a.dta", version=117, convert_strl=["b"])


def sas(place: Path) -> None:
    import pyreadstat

    pyreadstat.write_xport(PLAIN, str(place / "0-a.xpt"), file_format_version=5)
    pyreadstat.write_xport(PLAIN, str(place / "1-a.xpt"), file_format_version=8)


def spss(place: Path) -> None:
    import pyreadstat

    labels = {"a": {1: "low", 2: "high"}}
    pyreadstat.write_sav(PLAIN.assign(b="y" * 300 + PLAIN["b"]), str(place / "0-a.sav"), variable_value_labels=labels)
    pyreadstat.write_sav(FRAME[["a", "b", "c"]], str(place / "1-a.sav"), row_compress=True)
    pyreadstat.write_sav(FRAME[["a", "b", "c"]], str(place / "2-a.zsav"), compress=True)


def spss_portable(place: Path) -> None:
    import pyreadstat

    pyreadstat.write_por(PLAIN.rename(columns=str.upper), str(place / "0-a.por"))


def xml(place: Path) -> None:
    PLAIN.to_xml(place / "0-a.xml", index=False)
    PLAIN.to_xml(place / "1-a.xml", attr_cols=["a", "b"], encoding="utf-16")
    (place / "2-a.xml").write_bytes(b'<!DOCTYPE r [<!ENTITY e "x">]><r><i a="&e;"><b>1</b></i><i a="2"><b/></i></r>')


def html(place: Path) -> None:
    PLAIN.to_html(place / "0-a.html", index=False)
    (place / "1-a.html").write_bytes(b"<html><table><tr><th colspan=2>a<th rowspan=3>b<tr><td>1<td>2</table></html>")


def npy(place: Path) -> None:
    np.save(place / "0-a.npy", PLAIN[["a", "c"]].to_numpy())
    np.save(place / "1-a.npy", np.array([(1, 2.5, "x")] * 5, dtype=[("a", ">i4"), ("b", "f4"), ("c", "U3")]))
    np.save(place / "2-a.npy", np.asfortranarray(np.arange(60, dtype="u1").reshape(3, 4, 5)))


def npz(place: Path) -> None:
    np.savez(place / "0-a.npz", a=np.arange(20))
    np.savez_compressed(place / "1-a.npz", a=np.arange(20), b=np.eye(4))


def idx(place: Path) -> None:
    content = b"\0\0\x08\x03" + bytes([0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, *range(24)])
    (place / "0-a-idx3-ubyte").write_bytes(content)
    (place / "1-a-idx1-float").write_bytes(b"\0\0\x0d\x01\0\0\0\x05" + np.arange(5, dtype=">f4").tobytes())


def images(place: Path) -> None:
    files = pictures()
    packed(place / "0-a.zip", files)
    taped(place / "1-a.tar", files)


def zips(place: Path) -> None:
    packed(place / "0-a.zip", {"a.csv": CSV})
    packed(place / "1-a.zip", {"data/a.csv": CSV, "README.md": b"hello", "b/c.csv.gz": gzip.compress(CSV)})


def tars(place: Path) -> None:
    taped(place / "0-a.tar", {"a.csv": CSV})
    taped(place / "1-a.tar", {"data/a.csv": CSV, "README.md": b"hello", "x" * 200 + ".txt": b"y"}, tarfile.PAX_FORMAT)
    taped(place / "2-a.tar", {"data/a.csv": CSV, "x" * 200 + ".txt": b"y"}, tarfile.GNU_FORMAT)
    (place / "3-a.tar.gz").write_bytes(gzip.compress((place / "1-a.tar").read_bytes()))


MAKERS: dict[str, Callable[[Path], None]] = {
    "csv": texts("a.csv"),
    "csv.gz": texts("a.csv.gz", gzip.compress),
    "csv.bz2": texts("a.csv.bz2", bz2.compress),
    "csv.xz": texts("a.csv.xz", lzma.compress),
    "csv.zst": texts("a.csv.zst", zstd),
    "tsv": tsv,
    "json": json,
    "jsonl": jsonl,
    "parquet": parquet,
    "arrow": arrow,
    "orc": orc,
    "xlsx": excel,
    "xls": old_excel,
    "ods": ods,
    "sqlite": sqlite,
    "duckdb": duckdb,
    "hdf5": hdf5,
    "npy": npy,
    "npz": npz,
    "idx": idx,
    "stata": stata,
    "sas": sas,
    "spss": spss,
    "por": spss_portable,
    "xml": xml,
    "html": html,
    "images": images,
    "zip": zips,
    "tar": tars,
}
