"""The programs that call: PHP-FPM behind nginx, gunicorn, Mono, a till, and a C program of threads and forks."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Set

from account import PREFIX, Answer

REPOSITORY = Path(__file__).resolve().parents[2]
SESSION = "6489433e-f36b-1410-825e-001264113a90"
# In seconds: no page takes so long, whatever happens to its call.
PATIENCE = 60


class Host:
    """A host whose calls are made here, by threads. Each thread waits for its answer."""

    name = ""
    callers = 8
    has_reloads = False
    reloaded = 0

    def __init__(self, environment: Dict[str, str]) -> None:
        self._environment = environment
        self.answers: List[Answer] = []
        self.problems: List[str] = []
        self._process: Any = None
        self._done = threading.Event()
        self._threads = [
            threading.Thread(target=self._call_often, args=(number,), daemon=True) for number in range(self.callers)
        ]

    def start(self) -> None:
        """Starts the program."""

    def begin(self, _seconds: float, _rng: random.Random) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE)
            if thread.is_alive():
                raise SystemExit(f"{self.name}: a call did not come back")

    def reload(self) -> None:
        """Replaces its workers, if it has any."""

    def stop(self) -> None:
        """Stops the program, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(PATIENCE)

    def processes(self) -> List[int]:
        """The processes whose memory, descriptors and threads are measured."""
        return []

    def call(self, caller: int, token: str) -> Dict[str, Optional[str]]:
        """Returns what the program answers; raises `LostError` if it answers nothing."""
        raise NotImplementedError

    def _call_often(self, caller: int) -> None:
        number = 0
        while not self._done.is_set():
            number += 1
            token = f"{PREFIX}{self.name}-{caller}-{number}"
            begun = time.monotonic()
            try:
                told = self.call(caller, token)
            except LostError as lost:
                answer = Answer(self.name, token, begun, time.monotonic(), str(lost))
            except BaseException as error:
                self.problems.append(f"{self.name}: {token}: {error!r}")
                return
            else:
                told = {name: text or "" for name, text in told.items()}
                answer = Answer(self.name, token, begun, time.monotonic(), **told)  # type: ignore[arg-type]
            self.answers.append(answer)


class LostError(Exception):
    """The page was lost. Only the sandbox knows whether it made its call."""


class Pages(Host):
    """A host of web pages, in several processes. Each page makes one call."""

    workers = 8
    callers = 16
    has_reloads = True
    port: int

    def __init__(self, environment: Dict[str, str]) -> None:
        super().__init__(environment)
        self._connections: Dict[int, http.client.HTTPConnection] = {}
        self._served: Set[int] = set()

    def call(self, caller: int, token: str) -> Dict[str, Optional[str]]:
        connection = self._connections.get(caller)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            self._connections[caller] = connection
        try:
            self.request(connection, token)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise LostError(type(error).__name__) from error
        if response.status != 200:
            raise LostError(f"HTTP {response.status}")
        page = json.loads(body)
        self._served.add(page["pid"])
        told = {name: page[name] for name in ("status", "kind", "request_id", "connection")}
        return {**told, "otp_token": page["token"]}

    def request(self, connection: http.client.HTTPConnection, token: str) -> None:
        raise NotImplementedError

    def end(self) -> None:
        super().end()
        if len(self._served) <= self.workers:
            self.problems.append(f"{self.name}: its {self.workers} workers were not replaced")

    def reload(self) -> None:
        os.kill(self._master, self._reloading)
        self.reloaded += 1

    def processes(self) -> List[int]:
        return [self._master, *children(self._master)]

    _master: int
    _reloading: int


class Fpm(Pages):
    name = "php-fpm"
    _reloading = signal.SIGUSR2

    def start(self) -> None:
        release = REPOSITORY / "target" / "release"
        files = {
            "PAYWALL_LIBRARY": str(release / "libpaywall.so"),
            "PAYWALL_COMMAND": str(release / "paywall"),
        }
        script = REPOSITORY / "bindings" / "php" / "tests" / "fpm" / "host.sh"
        self._process = subprocess.Popen(
            [str(script), str(self.workers)], env={**self._environment, **files}, stdout=subprocess.PIPE
        )
        ready = self._process.stdout.readline().split()
        if len(ready) != 2:
            raise SystemExit("PHP-FPM did not start")
        self.port, self._master = map(int, ready)

    def request(self, connection: http.client.HTTPConnection, token: str) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/", f"token={token}&session={SESSION}", form)


class Gunicorn(Pages):
    name = "gunicorn"
    _reloading = signal.SIGHUP

    def start(self) -> None:
        python = REPOSITORY / "target" / "python" / "venv" / "bin" / "python"
        self.port = 8082
        flags = ["--preload", "--bind", f"127.0.0.1:{self.port}", "--workers", str(self.workers)]
        quiet = ["--log-level", "error", "--graceful-timeout", "30"]
        self._process = subprocess.Popen(
            [str(python), "-m", "gunicorn", *flags, *quiet, "wsgi:application"],
            env=self._environment,
            cwd=REPOSITORY / "bindings" / "python" / "tests",
        )
        self._master = self._process.pid
        deadline = time.monotonic() + 30
        while not answers(self.port):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise SystemExit("gunicorn did not start")
            time.sleep(0.05)

    def request(self, connection: http.client.HTTPConnection, token: str) -> None:
        connection.request("GET", "/?" + token)

    def stop(self) -> None:
        super().stop()
        if self._process.returncode:
            self.problems.append(f"gunicorn: it ended with {self._process.returncode}")


class Mono(Host):
    """A server of one process and many threads. It reads from a pipe what to call."""

    name = "mono"

    def start(self) -> None:
        program = REPOSITORY / "bindings" / "dotnet" / "build" / "net462" / "Shop.exe"
        library = str(REPOSITORY / "target" / "release" / "libpaywall.so")
        self._process = subprocess.Popen(
            ["mono", str(program), str(self.callers)],
            env={**self._environment, "PAYWALL_LIBRARY": library},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._writing = threading.Lock()
        self._told: Dict[str, List[str]] = {}
        self._waiting: Dict[str, threading.Event] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout:
            token, *told = line.rstrip("\n").split("\t")
            self._told[token] = told
            self._waiting[token].set()

    def call(self, _caller: int, token: str) -> Dict[str, Optional[str]]:
        told = self._waiting[token] = threading.Event()
        with self._writing:
            self._process.stdin.write(token + "\n")
            self._process.stdin.flush()
        if not told.wait(PATIENCE):
            raise TimeoutError
        del self._waiting[token]
        return dict(zip(("status", "kind", "request_id", "otp_token", "connection"), self._told.pop(token)))

    def processes(self) -> List[int]:
        return [self._process.pid]

    def stop(self) -> None:
        self._process.stdin.close()
        if self._process.wait(PATIENCE):
            self.problems.append(f"mono: it ended with {self._process.returncode}")


class Till(Host):
    """A new process, and so a new connection, for each call."""

    name = "till"
    callers = 4

    def call(self, _caller: int, token: str) -> Dict[str, Optional[str]]:
        command = [str(REPOSITORY / "target" / "till" / "till"), token, SESSION]
        ran = subprocess.run(command, env=self._environment, stdout=subprocess.PIPE, text=True, timeout=PATIENCE)
        lines = [line.strip().partition("  ") for line in ran.stdout.splitlines()[1:]]
        shown = {label: text.strip() for label, _, text in lines}
        names = {0: "ok", 1: "rejected", 2: "not_sent", 3: "in_doubt", 4: "invalid", 5: "internal"}
        return {
            "status": names[ran.returncode],
            # The till does not show it.
            "kind": "",
            "request_id": shown.get("request id"),
            "otp_token": shown.get("next token"),
            "connection": shown.get("connection"),
        }


class Native(Host):
    """tests/hosts/soak.c: it makes its own calls, and writes their outcomes to a file."""

    name = "c"

    def begin(self, seconds: float, rng: random.Random) -> None:
        self._lines = Path(self._environment["SOAK_FOLDER"]) / "calls.tsv"
        program = str(REPOSITORY / "target" / "c-tests" / "soak")
        self._process = subprocess.Popen(
            [program, str(int(seconds)), str(rng.randrange(1 << 30)), str(self._lines)],
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def end(self) -> None:
        printed, _ = self._process.communicate(timeout=2 * PATIENCE)
        print(printed, end="")
        if self._process.returncode:
            self.problems.append(f"c: it ended with {self._process.returncode}")
        with open(self._lines, encoding="utf-8") as lines:
            for line in lines:
                row, token, begun, ended, *told = line.rstrip("\n").split("\t")
                self.answers.append(Answer(row, token, float(begun), float(ended), *told))


HOSTS = {host.name: host for host in (Fpm, Gunicorn, Mono, Till, Native)}


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def children(pid: int) -> List[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def usage(pids: List[int]) -> Dict[str, int]:
    """Resident KiB, descriptors and threads of all of them together."""
    sums = {"KiB": 0, "descriptors": 0, "threads": 0}
    for pid in pids:
        try:
            status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            sums["descriptors"] += len(os.listdir(f"/proc/{pid}/fd"))
        except OSError:
            # A worker that was just replaced.
            continue
        sums["KiB"] += int(status.get("VmRSS", "0 kB").split()[0])
        sums["threads"] += int(status["Threads"])
    return sums
