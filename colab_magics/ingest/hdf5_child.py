"""A program of its own that reads one dataset of an HDF5 file: the library behind h5py can hang or crash on a bad file.

Run by `child_main`, it is told ``path``, ``table`` or None, ``columns``, ``rows`` or None, ``folder``, ``memory`` in
bytes. Arrays go to ``folder`` as .npy files without objects; text of any length as UTF-8, with the places where each
ends.
"""

from pathlib import Path
from typing import Any

_MOST_OBJECTS = 10_000
_DEEPEST = 32
_SKIPPED = ("_i_",)  # the search trees that PyTables keeps beside its tables


def main(order: dict[str, Any]) -> dict[str, Any]:
    """Read the dataset that is asked for, or the only one there is."""
    import h5py

    with h5py.File(order["path"], "r") as file:
        found: dict[str, Any] = {}
        _collect(h5py, file, "", found, set(), 0)
        known = list(found)
        wanted = order["table"]
        if wanted is None and len(found) != 1:
            return {"fault": "several" if found else "none", "known": known}
        name = (
            known[0] if wanted is None else next((name for name in known if name.strip("/") == wanted.strip("/")), None)
        )
        if name is None:
            return {"fault": "unknown", "known": known}
        return _saved(h5py, found[name], name, order)


def _collect(h5py: Any, group: Any, prefix: str, found: dict[str, Any], seen: set[Any], depth: int) -> None:
    """Find the datasets; links that lead out of the file are not followed, nor is any group entered twice."""
    if depth > _DEEPEST:
        return
    for name in group:
        if len(seen) >= _MOST_OBJECTS:
            return
        if name.startswith(_SKIPPED) or not isinstance(group.get(name, getlink=True), h5py.HardLink):
            continue
        item = group[name]
        address = h5py.h5o.get_info(item.id).addr
        if address in seen:
            continue
        seen.add(address)
        if isinstance(item, h5py.Group):
            _collect(h5py, item, f"{prefix}/{name}", found, seen, depth + 1)
        elif isinstance(item, h5py.Dataset):
            found[f"{prefix}/{name}"] = item


def _saved(h5py: Any, dataset: Any, name: str, order: dict[str, Any]) -> dict[str, Any]:
    layout = dataset.id.get_create_plist()
    if layout.get_external_count() or layout.get_layout() == h5py.h5d.VIRTUAL:
        return {"fault": "external", "name": name}
    if dataset.shape is None:
        return {"fault": "empty", "name": name}
    rows = dataset.shape[0] if dataset.ndim else 1
    taken = rows if order["rows"] is None else min(rows, order["rows"])
    if dataset.dtype.itemsize * max(dataset.size, 1) / max(rows, 1) * taken > order["memory"] / 2:
        return {"fault": "large", "name": name, "size": dataset.dtype.itemsize * dataset.size}
    fields = dataset.dtype.names
    if fields is None:
        values = dataset[:taken] if dataset.ndim else dataset[()]
        return {"name": name, "shape": list(dataset.shape), "array": _column(h5py, values, dataset.dtype, "0", order)}
    chosen = [field for field in fields if not order["columns"] or field in order["columns"]]
    missing = [field for field in order["columns"] if field not in fields]
    if missing:
        return {"fault": "column", "name": name, "column": missing[0], "known": list(fields)}
    values = dataset.fields(chosen)[:taken] if dataset.ndim else dataset[()].reshape(1)
    columns = [
        {"name": field, **_column(h5py, values[field], dataset.dtype[field], str(place), order)}
        for place, field in enumerate(chosen)
    ]
    return {"name": name, "columns": columns}


def _column(h5py: Any, values: Any, dtype: Any, stem: str, order: dict[str, Any]) -> dict[str, Any]:
    import numpy as np

    values = np.asarray(values)
    if h5py.check_string_dtype(dtype) is not None and dtype.kind == "O":
        texts = [text if isinstance(text, bytes) else str(text).encode(errors="replace") for text in values.ravel()]
        np.save(Path(order["folder"]) / f"{stem}.npy", np.frombuffer(b"".join(texts), "u1"), allow_pickle=False)
        ends = np.cumsum([len(text) for text in texts], dtype="i8")
        np.save(Path(order["folder"]) / f"{stem}-ends.npy", ends, allow_pickle=False)
        return {"file": f"{stem}.npy", "ends": f"{stem}-ends.npy", "shape": list(values.shape)}
    if values.dtype.hasobject or values.dtype.names is not None:
        return {"fault": "objects"}
    np.save(Path(order["folder"]) / f"{stem}.npy", values, allow_pickle=False)
    return {"file": f"{stem}.npy"}
