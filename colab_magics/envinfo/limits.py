"""CPUs and memory in words: what can be used, and which rule binds."""

from colab_magics.envinfo.probes.cpu import Cpu
from colab_magics.envinfo.probes.memory import Memory, Swap
from colab_magics.envinfo.probes.pressure import Pressure, Stall
from colab_magics.envinfo.probes.quota import Throttling
from colab_magics.envinfo.reading import Missing, Reading
from colab_magics.envinfo.words import amount, cpus, share, size_of, told
from colab_magics.format import duration, number, plural, size
from colab_magics.machine.cgroup import Limit
from colab_magics.machine.memory_rules import ADDRESS_SPACE


def cpu_fact(cpu: Cpu) -> str:
    """Say how many CPUs can be used, and which they are."""
    usable = f"{amount(cpu.usable)} of {cpu.count} usable"
    return usable if isinstance(cpu.model, Missing) else f"{usable}, {cpu.model}"


def cpu_limit(cpu: Cpu) -> str:
    """Say which rule lets this process use fewer CPUs; empty where none does."""
    can_use = f"{cpus(cpu.usable)} of {cpu.count} can be used"
    if cpu.binding == "quota" and isinstance(cpu.quota, Limit):
        return f"{can_use} at a time: {cpu.quota.source} sets a quota."
    if cpu.binding == "cpuset" and isinstance(cpu.cpuset, Limit):
        return f"{can_use}: {cpu.cpuset.source} gives this process no others."
    return f"{can_use}: this process may not run on the others." if cpu.binding == "affinity" else ""


def memory_fact(memory: Memory) -> str:
    """Say how much memory is in use of what can be used."""
    if isinstance(memory.used, Missing):
        used = f"{size_of(memory.usable)}; how much is in use is not known, {memory.used.reason}"
    else:
        kind = "addresses " if _binds_addresses(memory) else ""
        used = f"{size(memory.used)} {kind}used of {size_of(memory.usable)}"
    return used if isinstance(memory.process, Missing) else f"{used}, {size(memory.process)} by this process"


def memory_limit(memory: Memory) -> str:
    """Say which rule lets this process use less memory, or slows it down before; empty where none does."""
    return " ".join(sentence for sentence in (_hard_limit(memory), _soft_limit(memory)) if sentence)


def troubles(cpu: Cpu, memory: Memory, pressure: Pressure) -> tuple[str, ...]:
    """Say what the limits did to this process, where a person will have felt it."""
    found = []
    if not isinstance(memory.ended, Missing) and memory.ended:
        ended = f"{plural(memory.ended, 'process', 'processes')} here {'was' if memory.ended == 1 else 'were'} ended"
        found.append(f"{ended} for lack of memory, which is how a kernel dies without a word.")
    if _is_nearly_full(memory):
        found.append(f"Only {size_of(memory.available)} RAM are left: free some before you load more.")
    throttled, periods = cpu.throttling.throttled, cpu.throttling.periods
    if not isinstance(throttled, Missing) and not isinstance(periods, Missing) and 10 * throttled >= periods > 0:
        found.append(
            f"The CPU quota was used up in {share(throttled / periods)} of the time that there was work to do."
        )
    if not isinstance(pressure.memory, Missing) and pressure.memory.last_60_s >= 0.1:
        found.append(f"Memory is short: tasks waited for it {share(pressure.memory.last_60_s)} of the last minute.")
    return tuple(found)


def rules(cpu: Cpu, memory: Memory, pressure: Pressure) -> tuple[tuple[str, str], ...]:
    """Name every rule that could bind CPUs and memory, and say what it is: a value with its source, or a reason."""
    everything = f"nothing: all {cpu.count} can be used"
    limits = memory.limits or ((memory.limit,) if isinstance(memory.limit, Limit) else ())
    return (
        ("CPUs of the machine", f"{cpu.count}, {told(cpu.model, str)}"),
        ("CPU affinity", told(cpu.affinity, lambda count: f"may run on {cpus(count)}")),
        ("CPU set", told(cpu.cpuset, lambda limit: f"{cpus(limit.value)} ({limit.source})")),
        ("CPU quota", told(cpu.quota, lambda limit: f"the time of {cpus(limit.value)} ({limit.source})")),
        ("What binds the CPUs", _CPU_RULES.get(cpu.binding, everything)),
        ("Held back by the quota", _throttling(cpu.throttling)),
        ("Waiting for a CPU", _waiting(pressure.cpu, pressure.all_cpu, pressure)),
        ("RAM of the machine", told(memory.total, size)),
        ("RAM limit", "; ".join(map(_bytes, limits)) or told(memory.limit, _bytes)),
        ("RAM slowed down above", told(memory.soft, _bytes)),
        ("What binds the RAM", _binding(memory)),
        ("RAM in use", told(memory.used, lambda used: f"{size(used)} ({_counted(memory)})")),
        ("Cache that can be dropped", told(memory.cache, size)),
        ("RAM left", told(memory.available, size)),
        ("RAM of this process", told(memory.process, size)),
        ("Swap", _swap(memory.swap)),
        ("Ended for lack of memory", told(memory.ended, lambda count: plural(count, "process", "processes"))),
        ("Waiting for memory", _waiting(pressure.memory, pressure.all_memory, pressure)),
        ("Waiting for storage", _waiting(pressure.io, pressure.all_io, pressure)),
    )


_CPU_RULES = {
    "quota": "the quota",
    "cpuset": "the CPU set",
    "affinity": "the affinity",
}


def _hard_limit(memory: Memory) -> str:
    if isinstance(memory.limit, Missing):
        return ""
    can_use = f"{size_of(memory.usable)} of {size_of(memory.total)} RAM can be used"
    if _binds_addresses(memory):
        return f"{can_use}: {ADDRESS_SPACE} sets a limit on addresses, and what goes over it gets a MemoryError."
    return f"{can_use}: {memory.limit.source} sets a limit, and a process that goes over it is ended."


def _soft_limit(memory: Memory) -> str:
    soft, usable = memory.soft, memory.usable
    if isinstance(soft, Missing) or (not isinstance(usable, Missing) and soft.value >= usable):
        return ""
    return f"Above {size(soft.value)} the kernel slows this process down: {soft.source}."


def _binds_addresses(memory: Memory) -> bool:
    return isinstance(memory.limit, Limit) and memory.limit.source == ADDRESS_SPACE


def _is_nearly_full(memory: Memory) -> bool:
    left, usable = memory.available, memory.usable
    return not isinstance(left, Missing) and not isinstance(usable, Missing) and 10 * left < usable


def _binding(memory: Memory) -> str:
    if isinstance(memory.limit, Missing):
        return f"nothing: all {size_of(memory.total)} can be used"
    return _bytes(memory.limit)


def _counted(memory: Memory) -> str:
    if isinstance(memory.limit, Missing):
        return "by the whole machine, without what the kernel can drop"
    if _binds_addresses(memory):
        return "addresses of this process"
    return "the working set of the group with the limit, without what the kernel can drop"


def _bytes(limit: Limit) -> str:
    return f"{size(limit.value)} ({limit.source})"


def _throttling(throttling: Throttling) -> str:
    seconds = told(throttling.seconds, lambda value: f"{duration(value)} of CPU time")
    if isinstance(throttling.periods, Missing) or isinstance(throttling.throttled, Missing):
        return seconds
    return f"{seconds}, in {number(throttling.throttled)} of {plural(throttling.periods, 'period')}"


def _waiting(some: Reading[Stall], every: Reading[Stall], pressure: Pressure) -> str:
    if isinstance(some, Missing):
        return some.reason
    whose = "tasks of the whole machine" if pressure.is_whole_machine else "tasks"
    waited = f"{whose} waited {share(some.last_60_s)} of the last minute"
    if isinstance(every, Missing) or not every.last_60_s:
        return waited
    return f"{waited}, all at once {share(every.last_60_s)}"


def _swap(swap: Swap) -> str:
    if swap.total == 0:
        return "this machine has none"
    used = told(swap.used, lambda used: f"{size(used)} used of {size_of(swap.total)}")
    return f"{used}; at most {_bytes(swap.limit)}" if isinstance(swap.limit, Limit) else used
