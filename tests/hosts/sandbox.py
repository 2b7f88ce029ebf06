"""The sandbox, which is restarted by SIGTERM or SIGKILL, and its journal, which outlives it."""

import json
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Set, Tuple

# The network is our own: the same ports are free again after a restart, and no client gets one of them as its own.
PORT, TLS_PORT = 8080, 8443


@dataclass(frozen=True, slots=True)
class Entry:
    """One request that the sandbox received."""

    run: int
    connection: int
    token: str
    request_id: Optional[str]
    outcome: str
    # The beginning of the new token in the answer.
    issued: Optional[str]


@dataclass
class Sandbox:
    program: str
    folder: Path
    seed: int
    percent: int
    # From the signal until the sandbox was ready again.
    outages: List[Tuple[float, float]] = field(default_factory=list)
    problems: List[str] = field(default_factory=list)

    def start(self) -> None:
        flags = ["--port", str(PORT), "--tls-port", str(TLS_PORT), "--keep", str(self.folder)]
        faults = ["--faults", str(self.seed), "--fault-percent", str(self.percent)]
        self._process = subprocess.Popen([self.program, *flags, *faults], stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        # It says in one line where it is, as soon as it is ready.
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the sandbox did not start")
        self._ready = json.loads(line)

    def environment(self) -> Dict[str, str]:
        return {
            "SANDBOX_HTTP": self._ready["http"],
            "SANDBOX_HTTPS": self._ready["https"],
            "PAYWALL_BASE_URL": self._ready["https"],
            "PAYWALL_CA_FILE": self._ready["ca_file"],
            "PAYWALL_API_KEY": self._ready["api_key"],
            "PAYWALL_API_CLIENT": self._ready["api_client"],
        }

    def stop(self, number: int = signal.SIGTERM) -> None:
        self._process.send_signal(number)
        ended = self._process.wait(30)
        if ended != (0 if number == signal.SIGTERM else -number):
            self.problems.append(f"the sandbox ended with {ended}")

    def restart(self, number: int, pause: float) -> None:
        down = time.monotonic()
        self.stop(number)
        time.sleep(pause)
        self.start()
        self.outages.append((down, time.monotonic()))

    def journal(self) -> Iterator[Entry]:
        run = 0
        with open(self.folder / "journal.jsonl", encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                run += entry["seq"] == 1
                token, issued = entry["token"] or "", entry["issued"]
                yield Entry(
                    run,
                    entry["connection"],
                    token,
                    entry["request_id"],
                    entry["outcome"],
                    issued and issued.rstrip("…"),
                )


def closing(entries: List[Entry]) -> Set[Tuple[int, int]]:
    """The connections that the sandbox closed unannounced, after an answer."""
    return {(entry.run, entry.connection) for entry in entries if entry.outcome.startswith("close_")}
