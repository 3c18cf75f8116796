"""A program of its own that reads a file by pyreadstat, to see whether it can: a damaged one may end the process.

Run by `child_main`, it is told ``path``, ``reader`` (the function of pyreadstat) and ``columns`` (all if empty).
"""

from typing import Any


def main(order: dict[str, Any]) -> dict[str, Any]:
    """Return the names of all columns, after those that are wanted were read, if there are such."""
    import pyreadstat

    read = getattr(pyreadstat, order["reader"])
    names = read(order["path"], metadataonly=True, output_format="dict")[1].column_names
    if set(order["columns"]) <= set(names):
        read(order["path"], usecols=order["columns"] or None, output_format="dict")
    return {"names": names}
