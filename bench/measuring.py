"""Ways to measure: rounds that take turns, a process from exec to answer, instructions, heap, pages a second."""

import os
import re
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Sequence, Tuple

Samples = Dict[str, List[float]]
Command = Sequence[str]
# Nothing here takes longer; a client that hangs is a failure.
LIMIT_S = 120


@dataclass
class Program:
    """A command with its environment."""

    command: Command
    environment: Dict[str, str]

    def run(self, *more: str, before: Command = ()) -> "subprocess.CompletedProcess[str]":
        command = [*before, *self.command, *more]
        ran = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=LIMIT_S)
        if ran.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {(ran.stderr or ran.stdout).strip()[-400:]}")
        return ran

    def numbers(self, *more: str) -> List[float]:
        """The numbers in the line that it prints."""
        return [float(word) for word in self.run(*more).stdout.split()]


def in_turns(rounds: int, contenders: Dict[str, Callable[[], List[float]]]) -> Dict[str, List[Tuple[float, ...]]]:
    """What each gave in each round: A B C, A B C, …, so that other load on the machine meets them all."""
    given: Dict[str, List[Tuple[float, ...]]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, measure in contenders.items():
            given[name].append(tuple(measure()))
    return given


def median_ratio(upper: Sequence[float], lower: Sequence[float]) -> float:
    """The median of the rounds' own ratios: what slowed one round down cancels out."""
    return statistics.median(a / b for a, b in zip(upper, lower))


def first_answer(program: Program) -> List[float]:
    """Milliseconds from exec to the first byte of the answer; and those of the whole process on a processor."""
    reader, writer = os.pipe()
    command = list(program.command)
    begun = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, program.environment, file_actions=[(os.POSIX_SPAWN_DUP2, writer, 1)])
    os.close(writer)
    with open(reader, "rb") as out:
        first = out.read(1)
        elapsed = time.perf_counter() - begun
        out.read()
    _, status, used = os.wait4(pid, 0)
    if status != 0 or not first:
        raise RuntimeError(f"{' '.join(command)}: no answer (status {status})")
    return [elapsed * 1000, (used.ru_utime + used.ru_stime) * 1000]


def per_call(program: Program, tool: Command, pattern: str, count: int) -> List[float]:
    """What valgrind's tool counts of one warm call: (that of 2 n calls - that of n calls) / n."""

    def counted(calls: int) -> List[float]:
        told = program.run("count", str(calls), before=["valgrind", *tool]).stderr
        found = re.search(pattern, told)
        if not found:
            raise RuntimeError(f"{tool[0]} told nothing: {told[-200:]}")
        return [float(number.replace(",", "")) for number in found.groups()]

    # Counts do not depend on the time, so the two may share the machine.
    with ThreadPoolExecutor(2) as both:
        once, twice = both.map(counted, (count, 2 * count))
    return [(more - less) / count for more, less in zip(twice, once)]


def instructions(program: Program, count: int) -> float:
    return per_call(program, ("--tool=callgrind", "--callgrind-out-file=/dev/null"), r"Collected : (\d+)", count)[0]


def heap(program: Program, count: int) -> List[float]:
    """Bytes and blocks that a warm call allocates."""
    return per_call(program, ("--tool=dhat", "--dhat-out-file=/dev/null"), r"Total: +([\d,]+) bytes in ([\d,]+) blocks", count)


def copied(program: Program, count: int) -> List[float]:
    """Bytes that a warm call copies with memcpy and its kin, and how often it does."""
    tool = ("--tool=dhat", "--mode=copy", "--dhat-out-file=/dev/null")
    return per_call(program, tool, r"Total: +([\d,]+) bytes in ([\d,]+) blocks", count)


def pages(url: str, seconds: float, connections: int, before: Command) -> List[float]:
    """Pages a second, and the 99th percentile in milliseconds."""
    wrk = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "30s", "--latency", url]
    told = Program(wrk, dict(os.environ)).run(before=before).stdout
    rate, late = re.search(r"Requests/sec: +([\d.]+)", told), re.search(r"99% +([\d.]+)(us|ms|s)\n", told)
    if not rate or not late or "Non-2xx" in told or "Socket errors" in told or float(rate[1]) == 0:
        raise RuntimeError(f"wrk {url}: {told}")
    return [float(rate[1]), float(late[1]) * {"us": 0.001, "ms": 1, "s": 1000}[late[2]]]


@dataclass
class Figure:
    """One line of the table. The ratio, or ours where `absolute`, is held against the aim."""

    what: str
    against: str
    ours: float
    unit: str
    theirs: Optional[float] = None
    ratio: Optional[float] = None
    at_most: Optional[float] = None
    at_least: Optional[float] = None
    absolute: bool = False

    @property
    def met(self) -> Optional[bool]:
        judged = self.ours if self.absolute else self.ratio
        if judged is None or (self.at_most is None and self.at_least is None):
            return None
        return (self.at_most is None or judged <= self.at_most) and (self.at_least is None or judged >= self.at_least)

    @property
    def aim(self) -> str:
        unit = self.unit if self.absolute else "×"
        if self.at_most is not None:
            return f"≤ {self.at_most:g} {unit}"
        return "" if self.at_least is None else f"≥ {self.at_least:g} {unit}"
