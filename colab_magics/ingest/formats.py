"""The formats that have a reader: their names, the ends of the names of their files, and what a file is."""

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """A format that has a reader; the value is what the person types."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"
    ARROW = "arrow"
    ORC = "orc"
    EXCEL = "excel"
    ODS = "ods"
    SQLITE = "sqlite"
    DUCKDB = "duckdb"
    HDF5 = "hdf5"
    STATA = "stata"
    SAS = "sas"
    SPSS = "spss"
    XML = "xml"
    HTML = "html"
    NUMPY = "numpy"
    IDX = "idx"
    IMAGES = "images"


LABELS = {
    Format.CSV: "CSV",
    Format.TSV: "TSV",
    Format.JSON: "JSON",
    Format.JSONL: "JSON lines",
    Format.PARQUET: "Parquet",
    Format.ARROW: "Arrow",
    Format.ORC: "ORC",
    Format.EXCEL: "Excel",
    Format.ODS: "ODS",
    Format.SQLITE: "SQLite",
    Format.DUCKDB: "DuckDB",
    Format.HDF5: "HDF5",
    Format.STATA: "Stata",
    Format.SAS: "SAS",
    Format.SPSS: "SPSS",
    Format.XML: "XML",
    Format.HTML: "HTML",
    Format.NUMPY: "NumPy",
    Format.IDX: "IDX",
    Format.IMAGES: "images",
}

TEXTS = (Format.CSV, Format.TSV, Format.JSON, Format.JSONL)

SUFFIXES = {
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".tab": Format.TSV,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".arrow": Format.ARROW,
    ".arrows": Format.ARROW,
    ".feather": Format.ARROW,
    ".orc": Format.ORC,
    ".xlsx": Format.EXCEL,
    ".xlsm": Format.EXCEL,
    ".xlsb": Format.EXCEL,
    ".xls": Format.EXCEL,
    ".ods": Format.ODS,
    ".sqlite": Format.SQLITE,
    ".sqlite3": Format.SQLITE,
    ".duckdb": Format.DUCKDB,
    ".h5": Format.HDF5,
    ".hdf5": Format.HDF5,
    ".hdf": Format.HDF5,
    ".dta": Format.STATA,
    ".sas7bdat": Format.SAS,
    ".xpt": Format.SAS,
    ".sav": Format.SPSS,
    ".zsav": Format.SPSS,
    ".por": Format.SPSS,
    ".xml": Format.XML,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".npy": Format.NUMPY,
    ".npz": Format.NUMPY,
}
PLAIN_SUFFIXES = ("", ".txt", ".dat", ".data", ".csv", ".tsv", ".tab")
"""Ends of names that a table in plain text may have."""

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
PACKED_SUFFIXES = (".gz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file is.

    ``encoding`` is None where no mark at its start tells it; ``notes`` say what the person would not expect.
    """

    format: Format
    encoding: str | None = None
    notes: tuple[str, ...] = ()


def known_formats() -> str:
    """Say what can be read."""
    *most, last = LABELS.values()
    return f"%ingest reads {', '.join(most)} and {last}"


def bare(name: str) -> str:
    """Return a name in small letters, without the ends that only tell how it is compressed."""
    stem = name.lower()
    for suffix in PACKED_SUFFIXES:
        stem = stem.removesuffix(suffix)
    return stem
