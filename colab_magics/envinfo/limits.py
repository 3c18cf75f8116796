"""CPUs and memory in words: what can be used, and which rule binds."""

from colab_magics.envinfo.probes.cgroup import Limit
from colab_magics.envinfo.probes.cpu import Cpu
from colab_magics.envinfo.probes.memory import Memory
from colab_magics.envinfo.reading import Missing
from colab_magics.envinfo.words import cpus, size_of
from colab_magics.format import size


def cpu_fact(cpu: Cpu) -> str:
    """Say how many CPUs can be used, and which they are."""
    usable = f"{round(cpu.usable, 2):g} of {cpu.count} usable"
    return usable if isinstance(cpu.model, Missing) else f"{usable}, {cpu.model}"


def cpu_limit(cpu: Cpu) -> str:
    """Say which rule lets this process use fewer CPUs; empty where none does."""
    if cpu.usable == cpu.count:
        return ""
    if isinstance(cpu.quota, Limit) and cpu.quota.value == cpu.usable:
        return f"{cpus(cpu.usable)} of {cpu.count} can be used at a time: {cpu.quota.source} sets a quota."
    return f"{cpus(cpu.usable)} of {cpu.count} can be used: this process may not run on the others."


def memory_fact(memory: Memory) -> str:
    """Say how much memory is in use of what can be used."""
    if isinstance(memory.used, Missing):
        used = f"{size_of(memory.usable)}; how much is in use is not known, {memory.used.reason}"
    else:
        used = f"{size(memory.used)} used of {size_of(memory.usable)}"
    return used if isinstance(memory.process, Missing) else f"{used}, {size(memory.process)} by this process"


def memory_limit(memory: Memory) -> str:
    """Say which rule lets this process use less memory; empty where none does."""
    if isinstance(memory.limit, Missing):
        return ""
    can_use = f"{size_of(memory.usable)} of {size_of(memory.total)} RAM can be used"
    return f"{can_use}: {memory.limit.source} sets a limit, and a process that goes over it is ended."
