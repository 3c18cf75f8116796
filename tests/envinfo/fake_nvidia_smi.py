"""A fake nvidia-smi: it answers from a capture of a real one, any list of fields and any command that was recorded.

A capture is a text file of sections. A section begins with lines of comment between two lines of ``#``: its state and
title (``# idle :: query-gpu``) and the command that was run (``# $ nvidia-smi -L``); what the command said follows.
Captures of real machines are in the folder that COLAB_MAGICS_TEST_NVIDIA_SMI names; ours, written by hand, are beside
this file in ``captures``.

Run as a program, ``python fake_nvidia_smi.py CAPTURE STATE [argument of nvidia-smi ...]``.
"""

import os
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

OWN = Path(__file__).with_name("captures")
FENCE = "#" * 80
UNITS = re.compile(r"^(-?[\d.]+) (?:MiB|MHz|W|%|C|us|ms|KB/s|MB/s|seconds)$")


@dataclass(frozen=True)
class Section:
    state: str
    title: str
    command: tuple[str, ...]
    body: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that a ``--query-…=`` was asked for."""
        asked = next((word for word in self.command if word.startswith("--query-")), "")
        return tuple(asked.partition("=")[2].split(","))

    @property
    def header(self) -> list[str]:
        return self.body.split("\n")[0].split(", ")

    @property
    def rows(self) -> list[dict[str, str]]:
        """The values as they were recorded, with their units, by field."""
        return [dict(zip(self.fields, self._cells(line), strict=True)) for line in self.body.split("\n")[1:] if line]

    def _cells(self, line: str) -> list[str]:
        cells = line.split(", ")
        spare = len(cells) - len(self.fields)
        if spare > 0:  # only a name may hold a comma
            at = next(self.fields.index(name) for name in ("process_name", "name") if name in self.fields)
            cells[at : at + spare + 1] = [", ".join(cells[at : at + spare + 1])]
        return cells


@dataclass(frozen=True)
class Capture:
    sections: tuple[Section, ...]

    @classmethod
    def read(cls, path: Path) -> "Capture":
        text = path.read_text("utf-8-sig")
        return cls(tuple(section for block in blocks(text) if (section := parse(*block))))

    @property
    def states(self) -> list[str]:
        """The states in which the GPUs were asked and answered."""
        return [section.state for section in self.sections if asks(section, "--query-gpu") and section.rows]

    @property
    def instances(self) -> list[list[str]]:
        """The GPUs that ``nvidia-smi -L`` listed: for each the names of its MIG instances."""
        lines = next(section.body for section in self.sections if section.command == ("-L",)).split("\n")
        found: list[list[str]] = []
        for line in lines:
            if line.startswith("GPU "):
                found.append([])
            elif line.strip().startswith("MIG "):
                found[-1].append(line.split("Device")[0].strip())
        return found

    @property
    def names(self) -> dict[str, str]:
        """Every field that ``--help-query-gpu`` knows, and its first name."""
        section = next((item for item in self.sections if item.command == ("--help-query-gpu",)), None)
        lines = re.findall(r'^"[\w.]+"(?: or "[\w.]+")*$', section.body if section else "", re.MULTILINE)
        aliases = [re.findall(r'"([^"]+)"', line) for line in lines]
        return {name: names[0] for names in aliases for name in names}

    def query(self, state: str, kind: str = "--query-gpu") -> Section:
        """The answer to ``kind`` in a state."""
        return next(item for item in self.sections if item.state == state and asks(item, kind))

    def answer(self, state: str, arguments: list[str]) -> tuple[str, int]:
        """What nvidia-smi would have said to these arguments, and its exit code."""
        query = next((word for word in arguments if word.startswith("--query-") and "=" in word), None)
        if query is not None:
            return self._project(state, query, arguments)
        command = tuple({"--list-gpus": "-L", "--query": "-q", "--help": "-h"}.get(word, word) for word in arguments)
        for section in self.sections:
            if section.command == command and section.state in (state, "capabilities"):
                return section.body + "\n", 0
        return "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n", 2

    def _project(self, state: str, query: str, arguments: list[str]) -> tuple[str, int]:
        kind, _, wanted = query.partition("=")
        options = next((word for word in arguments if word.startswith("--format=")), "").removeprefix("--format=")
        if "csv" not in options.split(","):
            return "\"--format=\" switch is missing. Please run 'nvidia-smi -h' for help.\n", 2
        section = self.query(state, kind)
        known = {name: name for name in section.fields}
        if kind == "--query-gpu":
            known = self.names | known
            known |= {
                name: other for name, first in self.names.items() for other in recorded(self.names, first, section)
            }
        fields = wanted.split(",")
        for field in fields:
            if field not in known:
                return f'Field "{field}" is not a valid field to query.\n\n', 2
        lines = [[row.get(known[field], "[N/A]") for field in fields] for row in section.rows]
        if "nounits" in options.split(","):
            lines = [[UNITS.sub(r"\1", cell) for cell in line] for line in lines]
        if "noheader" not in options.split(","):
            heads = dict(zip(section.fields, section.header, strict=True))
            lines.insert(0, [heads.get(known[field], field) for field in fields])
        return "".join(", ".join(line) + "\n" for line in lines), 0


def recorded(names: dict[str, str], first: str, section: Section) -> list[str]:
    """The one of a field's names under which it was recorded."""
    return [name for name, other in names.items() if other == first and name in section.fields][:1]


def asks(section: Section, kind: str) -> bool:
    return any(word.startswith(f"{kind}=") for word in section.command)


def blocks(text: str) -> list[tuple[list[str], str]]:
    """Split a file into heads, the lines between two fences, and bodies, the lines up to the next."""
    parts = re.split(rf"^{FENCE}$\n?", text.replace("\r\n", "\n"), flags=re.MULTILINE)
    return [(head.splitlines(), body.strip("\n")) for head, body in zip(parts[1::2], parts[2::2], strict=True)]


def parse(head: list[str], body: str) -> Section | None:
    """Make a section of a block; None where it is none, as the file's own head."""
    state, colons, title = head[0].removeprefix("#").partition(" :: ")
    if not colons:
        return None
    command = next((line.removeprefix("# $ nvidia-smi") for line in head if line.startswith("# $ nvidia-smi")), "\0")
    return Section(state.strip(), title.strip(), tuple(command.split()), body)


def captures() -> list[Path]:
    """Our captures and those of the folder that COLAB_MAGICS_TEST_NVIDIA_SMI names."""
    folders = [OWN, *(Path(name) for name in [os.environ.get("COLAB_MAGICS_TEST_NVIDIA_SMI")] if name)]
    files = [path for folder in folders for path in sorted(folder.glob("*.txt"))]
    return [path for path in files if FENCE in path.read_text("utf-8-sig")]


def put(folder: Path, capture: Path, state: str) -> Path:
    """Make a folder for PATH with an nvidia-smi that answers from a capture."""
    command = shlex.join([sys.executable, "-I", "-S", __file__, str(capture), state])
    return put_script(folder, f'exec {command} "$@"')


def put_script(folder: Path, script: str, *, interpreter: str = "/bin/sh") -> Path:
    """Make a folder for PATH with an nvidia-smi that is a script."""
    folder.mkdir(exist_ok=True)
    program = folder / "nvidia-smi"
    program.write_text(f"#!{interpreter}\n{script}\n")
    program.chmod(0o755)
    return folder


def main(arguments: list[str]) -> int:
    path, state, *rest = arguments
    said, code = Capture.read(Path(path)).answer(state, rest)
    sys.stdout.write(said)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
