"""Reads what processes and the machine spent, and sums up what bouts said. Linux only."""

import os
import statistics
import time

TICK = os.sysconf("SC_CLK_TCK")
CPUS = len(os.sched_getaffinity(0))  # read before the benchmark pins itself


def cpu_seconds(pid):
    """User and system time of a process and all its threads, its ended children left out.

    From the process's CPU clock: what /proc/PID/stat says, in nanoseconds instead of ticks of 10 ms, of
    which a short bout at a low rate has a handful only.
    """
    return time.clock_gettime(~pid << 3 | 2)


def machine_cpu_seconds():
    """Time all CPUs together spent in processes or lost to the hypervisor; interrupts left out."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, _, _, steal = (int(x) for x in stat.readline().split()[1:9])
    return (user + nice + system + steal) / TICK


def memory_kib(pid, key="VmRSS"):
    """A figure of /proc/PID/status: VmRSS now, VmHWM the most it ever was."""
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith(key + ":"):
                return int(line.split()[1])
    raise RuntimeError(f"/proc/{pid}/status has no {key}")


def descendants(pid):
    """Children of any of its threads (nginx's worker), theirs, and so on."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/children") as listing:
                children = [int(child) for child in listing.read().split()]
        except FileNotFoundError:  # the thread has ended meanwhile
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def tree_memory_kib(pid):
    """Resident memory of a process and its descendants, what they share counted once."""
    private, shared = 0, 0
    for member in [pid, *descendants(pid)]:
        own, of_member = 0, 0
        with open(f"/proc/{member}/smaps_rollup") as rollup:
            for line in rollup:
                own += int(line.split()[1]) if line.startswith("Private_") else 0
                of_member += int(line.split()[1]) if line.startswith("Shared_") and "Hugetlb" not in line else 0
        private, shared = private + own, max(shared, of_member)
    return private + shared


def established(port):
    """How many TCP connections a listener on the loopback has taken and still holds."""
    local = f"0100007F:{port:04X}"
    with open("/proc/net/tcp") as table:
        return sum(fields[1] == local and fields[3] == "01" for fields in (line.split() for line in table))


def summary(values):
    """Median and quartiles of at least one value, and the values."""
    values = list(values)
    if len(values) == 1:
        q1 = q3 = values[0]
    else:
        q1, _, q3 = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": statistics.median(values), "q1": q1, "q3": q3, "bouts": values}


def describe_machine():
    model = "unknown"
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {"cpu": model, "cpus": CPUS, "kernel": os.uname().release}
