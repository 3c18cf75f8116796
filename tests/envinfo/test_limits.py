"""Limits in words, and all of it in a real control group."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from envinfo.real_group import BYTES, CPUS, NotAllowedError, Run, limited_group

from colab_magics.envinfo.limits import cpu_fact, cpu_limit, memory_fact, memory_limit, rules, troubles
from colab_magics.envinfo.probes.cpu import Cpu, Throttling
from colab_magics.envinfo.probes.memory import Memory, Swap
from colab_magics.envinfo.probes.pressure import Pressure, Stall
from colab_magics.envinfo.reading import Missing
from colab_magics.machine.cgroup import Limit
from colab_magics.machine.memory_rules import ADDRESS_SPACE

GB = 2**30
SILENT = Missing("it does not say")
FREE = Cpu("AMD EPYC", 8, 8, SILENT)
WIDE = Memory(24 * GB, SILENT, GB, 200 * 2**20, available=23 * GB)
CALM = Pressure()
BUSY = Pressure(
    cpu=Stall(0.5, 0.07, 9),
    memory=Stall(0.2, 0.12, 9),
    io=Stall(0.0, 0.001, 1),
    all_memory=Stall(0, 0.03, 1),
    all_io=Stall(0, 0, 0),
    is_whole_machine=False,
)


@pytest.mark.parametrize(
    ("cpu", "sentence"),
    [
        (FREE, ""),
        (FREE._replace(quota=Limit(8, "cpu.max")), ""),
        (FREE._replace(quota=Limit(0.5, "cpu.max")), "0.5 CPUs of 8 can be used at a time: cpu.max sets a quota."),
        (
            FREE._replace(quota=Limit(1, "cpu.max"), affinity=1),
            "1 CPU of 8 can be used at a time: cpu.max sets a quota.",
        ),
        (
            FREE._replace(cpuset=Limit(3, "cpuset.cpus"), affinity=3),
            "3 CPUs of 8 can be used: cpuset.cpus gives this process no others.",
        ),
        (
            FREE._replace(cpuset=Limit(3, "cpuset.cpus"), affinity=2),
            "2 CPUs of 8 can be used: this process may not run on the others.",
        ),
        (FREE._replace(quota=Limit(0.004, "x")), "0.004 CPUs of 8 can be used at a time: x sets a quota."),
    ],
)
def test_which_rule_binds_the_cpus(cpu: Cpu, sentence: str) -> None:
    assert cpu_limit(cpu) == sentence


def test_which_rule_binds_the_memory() -> None:
    limited = WIDE._replace(limit=Limit(4 * GB, "memory.max"))
    ended = "4.0 GB of 24.0 GB RAM can be used: memory.max sets a limit, and a process that goes over it is ended."
    slowed = "Above 3.0 GB the kernel slows this process down: memory.high."
    assert memory_limit(WIDE) == ""
    assert memory_limit(limited) == ended
    assert memory_limit(limited._replace(soft=Limit(3 * GB, "memory.high"))) == f"{ended} {slowed}"
    assert memory_limit(limited._replace(soft=Limit(5 * GB, "memory.high"))) == ended
    assert memory_limit(WIDE._replace(soft=Limit(3 * GB, "memory.high"))) == slowed


def test_addresses_are_no_memory() -> None:
    memory = WIDE._replace(limit=Limit(2 * GB, ADDRESS_SPACE))
    assert "a limit on addresses, and what goes over it gets a MemoryError" in memory_limit(memory)
    assert memory_fact(memory) == "1.0 GB addresses used of 2.0 GB, 200 MB by this process"
    assert dict(rules(FREE, memory, CALM))["RAM in use"] == "1.0 GB (addresses of this process)"


def test_facts() -> None:
    assert cpu_fact(FREE._replace(quota=Limit(1.5, "x"))) == "1.5 of 8 usable, AMD EPYC"
    assert cpu_fact(FREE._replace(model=SILENT)) == "8 of 8 usable"
    assert memory_fact(WIDE) == "1.0 GB used of 24.0 GB, 200 MB by this process"
    assert memory_fact(WIDE._replace(used=SILENT, process=SILENT)) == (
        "24.0 GB; how much is in use is not known, it does not say"
    )


def test_every_rule_with_its_source() -> None:
    cpu = Cpu(
        "AMD EPYC", 8, 4, Limit(0.5, "cpu.max of a parent group"), Limit(4, "cpuset.cpus"), Throttling(12.3, 1200, 34)
    )
    memory = Memory(
        total=24 * GB,
        limit=Limit(4 * GB, "memory.max"),
        used=GB,
        process=200 * 2**20,
        limits=(Limit(4 * GB, "memory.max"), Limit(8 * GB, "memory.max of a parent group")),
        soft=Limit(3 * GB, "memory.high"),
        cache=GB // 2,
        available=3 * GB,
        ended=3,
        swap=Swap(2 * GB, 0, Limit(GB, "memory.swap.max")),
    )
    assert rules(cpu, memory, BUSY) == (
        ("CPUs of the machine", "8, AMD EPYC"),
        ("CPU affinity", "may run on 4 CPUs"),
        ("CPU set", "4 CPUs (cpuset.cpus)"),
        ("CPU quota", "the time of 0.5 CPUs (cpu.max of a parent group)"),
        ("What binds the CPUs", "the quota"),
        ("Held back by the quota", "12 s of CPU time, in 34 of 1,200 periods"),
        ("Waiting for a CPU", "tasks waited 7 % of the last minute"),
        ("RAM of the machine", "24.0 GB"),
        ("RAM limit", "4.0 GB (memory.max); 8.0 GB (memory.max of a parent group)"),
        ("RAM slowed down above", "3.0 GB (memory.high)"),
        ("What binds the RAM", "4.0 GB (memory.max)"),
        ("RAM in use", "1.0 GB (the working set of the group with the limit, without what the kernel can drop)"),
        ("Cache that can be dropped", "512 MB"),
        ("RAM left", "3.0 GB"),
        ("RAM of this process", "200 MB"),
        ("Swap", "0 bytes used of 2.0 GB; at most 1.0 GB (memory.swap.max)"),
        ("Ended for lack of memory", "3 processes"),
        ("Waiting for memory", "tasks waited 12 % of the last minute, all at once 3 %"),
        ("Waiting for storage", "tasks waited under 1 % of the last minute"),
    )


def test_rules_of_a_machine_that_tells_nothing() -> None:
    memory = Memory(SILENT, SILENT, SILENT, SILENT, ended=SILENT, swap=Swap(SILENT, SILENT, SILENT))
    rows = dict(rules(Cpu(SILENT, 1, SILENT, SILENT), memory, CALM))
    assert rows["CPUs of the machine"] == "1, it does not say"
    assert rows["What binds the CPUs"] == "nothing: all 1 can be used"
    assert rows["What binds the RAM"] == "nothing: all unknown can be used"
    assert {rows[name] for name in ("CPU quota", "RAM limit", "RAM in use", "Swap")} == {"it does not say"}
    assert rows["Waiting for memory"] == "it was not read"


def test_swap_of_a_machine_without() -> None:
    rows = dict(rules(FREE, WIDE._replace(swap=Swap(0, 0, SILENT)), BUSY._replace(is_whole_machine=True)))
    assert rows["Swap"] == "this machine has none"
    assert rows["Waiting for a CPU"] == "tasks of the whole machine waited 7 % of the last minute"


def test_troubles() -> None:
    assert troubles(FREE, WIDE, CALM) == ()
    memory = WIDE._replace(ended=1, available=GB)
    ended, full, throttled, waited = troubles(FREE._replace(throttling=Throttling(9, 100, 10)), memory, BUSY)
    assert ended.startswith("1 process here was ended for lack of memory")
    assert full == "Only 1.0 GB RAM are left: free some before you load more."
    assert throttled == "The CPU quota was used up in 10 % of the time that there was work to do."
    assert waited == "Memory is short: tasks waited for it 12 % of the last minute."
    assert troubles(FREE, WIDE._replace(ended=2), CALM)[0].startswith("2 processes here were ended")
    assert troubles(FREE._replace(throttling=Throttling(0, 0, 0)), WIDE, CALM) == ()


@pytest.fixture(scope="module")
def inside() -> Iterator[Run]:
    if sys.platform != "linux":
        pytest.skip("control groups are of Linux")
    try:
        with limited_group() as run:
            yield run
    except NotAllowedError as error:
        pytest.skip(str(error))


_READ = """
import json, os, time
from pathlib import Path
from colab_magics.envinfo.limits import cpu_limit, memory_limit, rules, troubles
from colab_magics.envinfo.probes.cpu import counts, find_throttle, read_cpu
from colab_magics.envinfo.probes.memory import read_memory
from colab_magics.machine.memory_gauge import MemoryGauge
from colab_magics.envinfo.probes.pressure import read_pressure
ROOT = Path("/")
"""


def test_a_real_group_of_half_a_cpu_and_300_mb(inside: Run) -> None:
    code = """
cpu, memory = read_cpu(ROOT, *counts()), read_memory(ROOT)
used, usable = MemoryGauge().read()
print(json.dumps({
    "usable": cpu.usable, "binding": cpu.binding, "seen": os.cpu_count(), "bytes": memory.usable, "used": memory.used,
    "gauge": [used, usable], "left": memory.available, "total": memory.total, "sentences": [cpu_limit(cpu), memory_limit(memory)],
    "rows": dict(rules(cpu, memory, read_pressure(ROOT))),
}))
"""
    told = inside(_READ + code)
    assert (told["usable"], told["binding"], told["bytes"]) == (CPUS, "quota", BYTES)
    assert told["seen"] == os.cpu_count() != CPUS
    assert told["total"] > BYTES
    assert 2**20 < told["used"] < BYTES
    assert told["gauge"][1] == BYTES
    assert abs(told["gauge"][0] - told["used"]) < 8 * 2**20
    assert abs(told["left"] + told["used"] - BYTES) < 8 * 2**20
    assert told["sentences"][0].startswith("0.5 CPUs of ")
    assert told["sentences"][1].startswith("300 MB of ")
    assert told["rows"]["RAM limit"].startswith("300 MB (memory.")
    assert told["rows"]["CPU quota"].startswith("the time of 0.5 CPUs (cpu.")


def test_a_real_group_counts_what_is_allocated_there(inside: Run) -> None:
    code = """
gauge = MemoryGauge()
before = gauge.read()[0]
held = bytearray(100 * 2**20)
print(gauge.read()[0] - before)
"""
    assert inside(_READ + code) == pytest.approx(100 * 2**20, rel=0.1)


def test_a_real_group_holds_back_what_eats_its_cpu(inside: Run) -> None:
    code = """
throttle = find_throttle()
before, begin, wall = throttle(), time.perf_counter(), 0
# On a busy machine it takes longer until the group gets as much as its half, and is held back.
while wall < 1 or (throttle() - before < 0.1 and wall < 30):
    wall = time.perf_counter() - begin
cpu = read_cpu(ROOT, *counts())
print(json.dumps([throttle() - before, wall, cpu.throttling.throttled, cpu.throttling.periods]))
"""
    seconds, wall, throttled, periods = inside(_READ + code)
    # One thread stands still for at most half of the time; a period may have begun before.
    assert 0.1 <= seconds < 0.5 * wall + 0.2
    assert 1 <= throttled <= periods


def test_a_real_group_counts_whom_the_kernel_ended(inside: Run) -> None:
    code = """
import subprocess, sys
before = read_memory(ROOT).ended
greedy = subprocess.run([sys.executable, "-c", "bytearray(b'x') * (400 * 2**20)"])
memory = read_memory(ROOT)
first = troubles(read_cpu(ROOT, *counts()), memory, read_pressure(ROOT))[0]
print(json.dumps([greedy.returncode, memory.ended - before, first]))
"""
    returncode, ended, sentence = inside(_READ + code)
    assert (returncode, ended) == (-9, 1)
    assert sentence.startswith("1 process here was ended for lack of memory")


def test_nothing_is_left_of_the_real_group(inside: Run) -> None:
    assert inside("print(1)") == 1
    with pytest.raises(RuntimeError, match="on the way"), limited_group() as run:  # noqa: PT012
        folders = run("import json; print(json.dumps(sys.argv[2:]))")
        raise RuntimeError("on the way")
    assert not [folder for folder in folders if Path(folder).exists()]
