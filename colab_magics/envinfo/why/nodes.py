"""The device nodes by which a program reaches a GPU: which are there, and whether this user may open them."""

import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

from colab_magics.envinfo.reading import Missing, Reading

# NVIDIA's (nvidiactl, nvidia0, nvidia-uvm), AMD's compute (kfd), and the way to the GPU of Windows from WSL (dxg).
_NODE = re.compile(r"nvidia(?:ctl|-uvm|\d{1,4})|kfd|dxg")
_RENDER = re.compile(r"renderD\d{1,4}")
_MOST = 64
_NOT_ASKED = Missing("it is open to this user")


class Node(NamedTuple):
    """One device node, whether this user may read and write it, and the group that may."""

    name: str
    is_permitted: bool
    group: Reading[str] = _NOT_ASKED


def read_nodes(root: Path) -> tuple[Node, ...]:
    """List the nodes of GPUs under ``root``; none is opened, for that wakes a driver."""
    names = [name for name in _names(root / "dev") if _NODE.fullmatch(name)]
    renders = [f"dri/{name}" for name in _names(root / "dev/dri") if _RENDER.fullmatch(name)]
    return tuple(_node(root, name) for name in sorted(names + renders)[:_MOST])


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 (a tenth of the time of Path.iterdir)
    except OSError:  # no such folder is as good as an empty one
        return []


def _node(root: Path, name: str) -> Node:
    path = root / "dev" / name
    if os.access(path, os.R_OK | os.W_OK):
        return Node(f"/dev/{name}", is_permitted=True)
    return Node(f"/dev/{name}", is_permitted=False, group=_group(path))


def _group(path: Path) -> Reading[str]:
    """Name the group of a node that its members may open."""
    try:
        status = path.stat()
    except OSError as error:
        return Missing(f"its owner cannot be read ({error.strerror})")
    if not status.st_mode & stat.S_IRGRP or not status.st_mode & stat.S_IWGRP:
        return Missing("no group may open it")
    try:
        from grp import getgrgid  # Windows has none

        return getgrgid(status.st_gid).gr_name
    except (ImportError, KeyError):
        return Missing("its group has no name here")
