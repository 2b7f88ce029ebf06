"""Ways to measure: rounds that take turns, a process from exec to answer, instructions, heap, pages a second."""

import os
import re
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

Command = Sequence[str]
# Nothing here takes longer; a client that hangs is a failure.
LIMIT_S = 120
# wrk asks for so long at most for a page that does not come.
LONGEST_S = 32


@dataclass
class Program:
    """A command with its environment."""

    command: Command
    environment: dict[str, str]

    def run(self, *more: str, before: Command = ()) -> "subprocess.CompletedProcess[str]":
        command = [*before, *self.command, *more]
        ran = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=LIMIT_S)
        if ran.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {(ran.stderr or ran.stdout).strip()[-400:]}")
        return ran

    def numbers(self, *more: str) -> list[float]:
        """The numbers in the line that it prints."""
        return [float(word) for word in self.run(*more).stdout.split()]


class Rounds:
    """What each contender gave in each round. They take turns, A B C, A B C, so that other load meets all of them."""

    def __init__(self, number: int, turns: Mapping[str, Callable[[], Sequence[float]]]) -> None:
        self.given: dict[str, list[Sequence[float]]] = {name: [] for name in turns}
        for _ in range(number):
            for name, turn in turns.items():
                self.given[name].append(turn())

    def median(self, column: int, name: str) -> float:
        return statistics.median(sample[column] for sample in self.given[name])

    def quotient(self, column: int, upper: str, lower: str) -> float | None:
        """The median of the rounds' own quotients: what slowed one round down cancels out.

        None if a clock was too coarse to measure anything.
        """
        both = [(a[column], b[column]) for a, b in zip(self.given[upper], self.given[lower], strict=True)]
        return statistics.median(a / b for a, b in both) if all(b > 0 for _, b in both) else None

    def difference(self, column: int, upper: str, lower: str) -> float:
        """The median of the rounds' own differences."""
        both = zip(self.given[upper], self.given[lower], strict=True)
        return statistics.median(a[column] - b[column] for a, b in both)

    def ratio(
        self, what: str, column: int, unit: str, ours: str, theirs: str, at_most: float | None = None
    ) -> "Figure":
        quotient = self.quotient(column, ours, theirs)
        mine, other = self.median(column, ours), self.median(column, theirs)
        return Figure(what, theirs, mine, unit, other, quotient, at_most=at_most)

    def speed(
        self, what: str, column: int, unit: str, ours: str, theirs: str, at_least: float | None = None
    ) -> "Figure":
        """How many times as fast ours is: more a second, or fewer microseconds."""
        more_is_faster = unit == "/s"
        quotient = self.quotient(column, ours, theirs) if more_is_faster else self.quotient(column, theirs, ours)
        mine, other = self.median(column, ours), self.median(column, theirs)
        return Figure(what, theirs, mine, unit, other, quotient, at_least=at_least, as_fast=True)


def first_answer(program: Program) -> list[float]:
    """Milliseconds from exec to the first byte of the answer, and those of the whole process on a processor."""
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


def peak_kib(program: Program, *more: str) -> float:
    """The most memory that the process had at once."""
    command = [*program.command, *more]
    child = os.posix_spawnp(
        command[0], command, program.environment, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    )
    _, status, used = os.wait4(child, 0)
    if status != 0:
        raise RuntimeError(f"{' '.join(command)}: status {status}")
    return float(used.ru_maxrss)


def per_call(program: Program, tool: Command, pattern: str, count: int) -> list[float]:
    """What valgrind's tool counts for one warm call: (the count of 2 n calls - the count of n calls) / n."""

    def counted(calls: int) -> list[float]:
        told = program.run("count", str(calls), before=["valgrind", *tool]).stderr
        found = re.search(pattern, told)
        if not found:
            raise RuntimeError(f"{tool[0]} gave no count: {told[-200:]}")
        return [float(number.replace(",", "")) for number in found.groups()]

    # Counts do not depend on the time, so the two may share the machine.
    with ThreadPoolExecutor(2) as both:
        once, twice = both.map(counted, (count, 2 * count))
    return [(more - less) / count for more, less in zip(twice, once, strict=True)]


def instructions(program: Program, count: int) -> float:
    return per_call(program, ("--tool=callgrind", "--callgrind-out-file=/dev/null"), r"Collected : (\d+)", count)[0]


def heap(program: Program, count: int) -> list[float]:
    """Bytes and blocks that a warm call allocates."""
    return per_call(
        program, ("--tool=dhat", "--dhat-out-file=/dev/null"), r"Total: +([\d,]+) bytes in ([\d,]+) blocks", count
    )


def copied(program: Program, count: int) -> list[float]:
    """Bytes that a warm call copies with memcpy and its kin, and how often it does."""
    tool = ("--tool=dhat", "--mode=copy", "--dhat-out-file=/dev/null")
    return per_call(program, tool, r"Total: +([\d,]+) bytes in ([\d,]+) blocks", count)


def pages(url: str, seconds: int, connections: int, before: Command) -> list[float]:
    """Pages a second, and the 99th percentile in milliseconds."""
    wrk = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency", url]
    told = Program(wrk, dict(os.environ)).run(before=before).stdout
    rate, late = re.search(r"Requests/sec: +([\d.]+)", told), re.search(r"99% +([\d.]+)(us|ms|s) *\n", told)
    if not rate or not late or "Non-2xx" in told or "Socket errors" in told:
        raise RuntimeError(f"wrk {url}: {told}")
    if float(rate[1]) == 0:
        # The first page of a busy machine takes its time.
        if seconds >= LONGEST_S:
            raise RuntimeError(f"no page in {seconds} s: {url}")
        return pages(url, 2 * seconds, connections, before)
    return [float(rate[1]), float(late[1]) * {"us": 0.001, "ms": 1, "s": 1000}[late[2]]]


@dataclass
class Figure:
    """One line of the table. The aim is for the ratio, or for ours if `absolute`.

    The ratio is ours divided by theirs. If `as_fast`, it says how many times as fast ours is.
    """

    what: str
    against: str
    ours: float
    unit: str
    theirs: float | None = None
    ratio: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    absolute: bool = False
    as_fast: bool = False

    @property
    def met(self) -> bool | None:
        judged = self.ours if self.absolute else self.ratio
        if judged is None or (self.at_most is None and self.at_least is None):
            return None
        return (self.at_most is None or judged <= self.at_most) and (self.at_least is None or judged >= self.at_least)

    @property
    def times(self) -> str:
        return "× as fast" if self.as_fast else "×"

    @property
    def aim(self) -> str:
        unit = self.unit if self.absolute else self.times
        if self.at_most is not None:
            return f"≤ {self.at_most:g} {unit}"
        return "" if self.at_least is None else f"≥ {self.at_least:g} {unit}"
