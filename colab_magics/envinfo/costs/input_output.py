"""What this process reads and writes."""

from dataclasses import dataclass
from pathlib import Path

from colab_magics.envinfo.reading import Missing, Reading, is_there, less, text

_PROCESS = Path("/proc/self")
_UNCOUNTED = Missing("this system does not count what a process reads and writes")
_NAMES = ("rchar", "wchar", "read_bytes", "write_bytes")


@dataclass(frozen=True, slots=True)
class InputOutput:
    """Bytes since the process began.

    ``read`` and ``written`` went through the calls for reading and writing, whether to files, pipes or other
    processes; ``disk_read`` and ``disk_written`` of them had to come from or must go to a disk, for what was read
    lately is in memory still. Files that are mapped into memory count only among the latter. Processes that this one
    started count when they have ended. See proc_pid_io(5).
    """

    read: Reading[int]
    written: Reading[int]
    disk_read: Reading[int]
    disk_written: Reading[int]

    def since(self, before: "InputOutput") -> "InputOutput":
        """Give the bytes from ``before`` until this reading."""
        return InputOutput(
            less(self.read, before.read),
            less(self.written, before.written),
            less(self.disk_read, before.disk_read),
            less(self.disk_written, before.disk_written),
        )


def read_input_output(process: Path = _PROCESS) -> InputOutput:
    """Read the counters from the folder of this process in /proc, or else ask psutil."""
    if not is_there(process):
        return _ask()
    lines = text(process / "io")
    if isinstance(lines, Missing):
        return InputOutput(lines, lines, lines, lines)
    counters = dict(line.split(": ", 1) for line in lines.splitlines() if ": " in line)
    readings = [
        int(counters[name]) if counters.get(name, "").isdecimal() else Missing(f"io has no line {name}")
        for name in _NAMES
    ]
    return InputOutput(*readings)


def _ask() -> InputOutput:
    import psutil

    process = psutil.Process()
    disk = Missing("this system does not count apart what reached a disk")
    if not hasattr(process, "io_counters"):
        return InputOutput(_UNCOUNTED, _UNCOUNTED, disk, disk)
    try:
        counters = process.io_counters()
    except psutil.Error as error:
        denied = Missing(f"psutil cannot tell ({type(error).__name__})")
        return InputOutput(denied, denied, disk, disk)
    # BSD counts the calls alone, and psutil gives -1 for the bytes.
    read, written = (count if count >= 0 else _UNCOUNTED for count in (counters.read_bytes, counters.write_bytes))
    return InputOutput(read, written, disk, disk)
