"""A lazy frame of Dask whose workers read the source themselves, in parts of one version of it."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colab_magics.errors import BadOption, BrokenFile, SourceError
from colab_magics.format import plural
from colab_magics.format import size as in_words
from colab_magics.ingest.access import access_of
from colab_magics.ingest.chunks import bring_footer
from colab_magics.ingest.engines import cluster
from colab_magics.ingest.engines.choice import refuse_format
from colab_magics.ingest.engines.cuts import STRAY, Stray, check_lines
from colab_magics.ingest.engines.groups import group_frame, row_groups
from colab_magics.ingest.engines.lazy import block_size
from colab_magics.ingest.engines.manner import Manner, encoding_of
from colab_magics.ingest.engines.origin import Afar
from colab_magics.ingest.engines.partitions import Block
from colab_magics.ingest.engines.plan import Text, header_in, text_frame, text_options
from colab_magics.ingest.formats import Format
from colab_magics.ingest.pace import Pace
from colab_magics.transfer.local import LocalFile
from colab_magics.transfer.source import BucketObject, LocalPath, WebAddress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colab_magics.ingest.engines.outline import Made
    from colab_magics.ingest.pace import Tell
    from colab_magics.ingest.request import Request
    from colab_magics.ingest.task import Task
    from colab_magics.transfer.pieces import Pieces

_LEAST_MEMORY = 320 << 20  # bytes of a worker
_LEAVE = "leave --cluster out, and it is fetched and read by this machine"


@dataclass(frozen=True, slots=True)
class _Look:
    """What was brought of a file: some ``pieces``, in which a task recognised what it is."""

    source: WebAddress | BucketObject
    pieces: Pieces
    task: Task
    origin: Afar


def of_cluster(request: Request, tell: Tell) -> Made:
    """Join the cluster, look at the source, and describe it to the workers.

    Raises `BadOption` for a source or file that workers cannot read in parts, and as `cluster.join` and `fetch` do.
    """
    from colab_magics.transfer.patterns import expand
    from colab_magics.transfer.resolve import resolve

    sources = expand(resolve(request.source), access_of(request))
    for source in sources:
        _refuse(source)
    tell("asking the cluster", None)
    client = cluster.join(str(request.cluster))
    team = cluster.team_of(client)
    with tempfile.TemporaryDirectory(prefix="colab-magics-") as folder, ExitStack() as stack:
        if all(isinstance(source, LocalPath) for source in sources):
            made = _shared(request, sources, client, team, Path(folder))
        else:
            looks = [_look(request, source, Path(folder), stack, tell) for source in sources]
            made = _remote(looks, team)
    told = f"{plural(team.workers, 'worker')} at {client.scheduler.address}"
    facts = tuple((name, told if name == "Computed by" else value) for name, value in made.outline.facts)
    notes = made.notes
    if team.memory is not None and team.memory < _LEAST_MEMORY:
        told = (
            f"The workers may take {in_words(team.memory)} each, of which their libraries need about 200 MB: where "
            "Dask pauses or restarts them, give them more."
        )
        notes = (told, *notes)
    return replace(made, outline=replace(made.outline, facts=facts), notes=notes)


def _refuse(source: object) -> None:
    """Refuse what workers cannot reach, or only by a secret that would stand in every task of the graph."""
    if not isinstance(source, LocalPath | WebAddress | BucketObject):
        raise BadOption(
            "--cluster takes s3:// and http(s):// addresses, and paths that all workers share: for other sources "
            f"{_LEAVE}."
        )
    if isinstance(source, WebAddress) and source.url != source.shown:
        raise BadOption(
            f"{source.shown} holds a password or a query, which may be a permission that nobody else is to see: "
            f"it is not sent to workers. Use an address without, or {_LEAVE}."
        )


def _shared(request: Request, sources: Sequence[Any], client: Any, team: cluster.Team, folder: Path) -> Made:
    from colab_magics.ingest.engine import open_task
    from colab_magics.ingest.engines.dask_frame import of_files
    from colab_magics.ingest.engines.manner import utf8
    from colab_magics.transfer.local import local_file

    tasks = []
    for number, source in enumerate(sources):
        file, own = local_file(source), folder / str(number)
        own.mkdir()
        task, _ = open_task(request, file, own)
        refuse_format("dask", task)
        is_text = task.recognised.format is not Format.PARQUET
        if task.path != file.path or (is_text and utf8(task) != file.path):
            raise BadOption(f"{task.name} is packed or not UTF-8, and workers cannot read parts of it: {_LEAVE}.")
        path = str(file.path.absolute())
        for worker, found in cluster.ask_all(client, os.path.getsize, path).items():
            if found != file.size:
                raise SourceError(f"The worker {worker} does not see {path}: put it where all workers do, or {_LEAVE}.")
        tasks.append(task)
    total = sum(task.path.stat().st_size for task in tasks)
    made = of_files(tasks, block_size(total, team.threads, team.memory, team.workers))
    notes = tuple(dict.fromkeys(note for task in tasks for note in (*task.recognised.notes, *task.notes)))
    return replace(made, outline=replace(made.outline, size=total), notes=notes)


def _look(request: Request, source: Any, folder: Path, stack: ExitStack, tell: Tell) -> _Look:
    """Bring the beginning and a sample of a text, or the footer of a Parquet file; recognise it by that."""
    from colab_magics.ingest.engine import open_task
    from colab_magics.transfer.delivery import opened
    from colab_magics.transfer.disguises import refuse_disguise
    from colab_magics.transfer.pieces import pieces_of
    from colab_magics.transfer.remote import Changed, Unranged

    own = Path(tempfile.mkdtemp(dir=folder))
    access = access_of(request)
    try:
        remote, _ = stack.enter_context(opened(source, access))
        pieces = stack.enter_context(pieces_of(remote, own, "pieces", on_progress=Pace(tell)))
        refuse_disguise(pieces.head, "", source.name)
        _refuse_packed(pieces.head, source.name)
        sample = _sample(pieces, source.name, own)
    except (Unranged, Changed):
        raise SourceError(f"{source.shown}: its server gives no parts of one version of it: {_LEAVE}.") from None
    inner = own / "inner"
    inner.mkdir()
    task, _ = open_task(request, LocalFile(sample, source.name, source.shown, sample.stat().st_size), inner)
    refuse_format("dask", task)
    return _Look(source, pieces, task, Afar(source, access, pieces.version))


def _refuse_packed(head: bytes, name: str) -> None:
    from colab_magics.ingest.packing import packing_of

    packing = (
        packing_of(head)
        or ("zip" if head.startswith(b"PK") else None)
        or ("tar" if head[257:262] == b"ustar" else None)
    )
    if packing is not None:
        raise BadOption(f"{name} is packed ({packing}), and workers cannot read parts of it: {_LEAVE}.")


def _sample(pieces: Pieces, name: str, folder: Path) -> Path:
    from colab_magics.ingest.lines import LEAST, write_blocks

    if pieces.head.startswith(b"PAR1"):
        bring_footer(pieces, name)
        return pieces.path
    if pieces.size < LEAST or b"\n" not in pieces.head:
        pieces.bring([(0, pieces.size)])
        return pieces.path
    target = folder / "sample"
    write_blocks(pieces, target, 0, 0)
    return target


def _remote(looks: Sequence[_Look], team: cluster.Team) -> Made:
    total = sum(look.origin.size for look in looks)
    size = block_size(total, team.threads, team.memory, team.workers)
    tasks, first = [look.task for look in looks], looks[0]
    if first.task.recognised.format is Format.PARQUET:
        paths = [look.pieces.path for look in looks]
        groups = [row_groups(look.task, look.origin, size, look.pieces.path) for look in looks]
        made = group_frame(tasks, groups, paths, is_here=False)
    else:
        encodings = {_encoding(look.task) for look in looks}
        texts = [_text(look, size) for look in looks]
        if len(encodings) > 1 or len({text.header.rstrip() for text in texts}) > 1:
            raise BrokenFile("The files do not begin with the same names of columns: read them apart.")
        is_whole = all(text.is_sampled_whole for text in texts)
        made = text_frame(first.task, texts, is_whole=is_whole, encoding=encodings.pop())
    notes = tuple(note for task in tasks for note in (*task.recognised.notes, *task.notes))
    return replace(made, outline=replace(made.outline, size=total), notes=tuple(dict.fromkeys(notes)))


def _encoding(task: Task) -> str | None:
    """Return the encoding, in which line ends, commas and quotation marks must be the bytes that they are in ASCII."""
    encoding = encoding_of(task)
    if encoding is not None and (
        any(mark.encode(encoding) != mark.encode() for mark in '\n,"')
        or encoding.lower().startswith(("iso2022", "iso-2022", "hz", "utf-7", "utf_7", "utf7"))
    ):
        raise BadOption(f"{task.name} is {encoding}, which workers cannot cut into lines: {_LEAVE}.")
    return encoding


def _text(look: _Look, size: int) -> Text:
    from colab_magics.ingest.text import dialect

    task, origin = look.task, look.origin
    is_csv = task.recognised.format is not Format.JSONL
    how = Manner(task.path, **{"sep": ",", "decimal": ".", **dialect(task)}) if is_csv else Manner(task.path)
    if len(how.sep) != 1:
        raise BadOption(f"The columns of {task.name} are separated by {how.sep!r}, which is no single mark: {_LEAVE}.")
    options = text_options(task, how)
    content = task.path.read_bytes()
    header, start = header_in(content, task.name, options) if is_csv else (b"", 0)
    sample = content[start:]
    if is_csv and options.get("quoting") != 3:
        _refuse_quotes(task, sample, how.sep)
    blocks = [
        Block(origin, place, min(place + size, origin.size), is_cut=False)
        for place in range(start, max(origin.size, start + 1), size)
    ]
    return Text(blocks, header, sample, options, is_sampled_whole=task.path == look.pieces.path)


def _refuse_quotes(task: Task, sample: bytes, sep: str) -> None:
    """Refuse a text whose rows cannot be told without looking through all of it."""
    try:
        place = check_lines(sample if sample.endswith(b"\n") else sample + b"\n", sep.encode(), 0)
    except Stray as stray:
        raise BrokenFile(f"{task.name} {STRAY.format(place=f'{stray.place:,}')}") from None
    if place is not None:
        raise BadOption(f"{task.name} has line ends inside quotation marks, where workers cannot cut it: {_LEAVE}.")
