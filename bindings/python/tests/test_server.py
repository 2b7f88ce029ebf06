"""A pre-forking server under load: every answer is accounted for, none twice, also while workers are replaced."""

import collections
import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Set

import pytest
from sandbox import Sandbox

CLIENTS = 6
CALLS = 150
PATIENCE = 120.0
WARM_UP = "sbx_ok_0000"
TOKENS = ["sbx_ok_5001", "sbx_token_invalid", "sbx_upstream", "sbx_renewed", "sbx_reset_after"]


@pytest.fixture
def gunicorn(sandbox: Sandbox, request: Any) -> Iterator["Server"]:
    server = Server(sandbox, request.param)
    yield server
    server.stop()


class Server:
    def __init__(self, sandbox: Sandbox, flags: List[str]) -> None:
        self.is_preloaded = "--preload" in flags
        self.is_concurrent = "--threads" in flags or "gevent" in flags
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *self._flags(flags), "wsgi:application"],
            env=sandbox.environment,
            cwd=Path(__file__).parent,
        )
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, "gunicorn did not start"
            time.sleep(0.05)

    def _flags(self, flags: List[str]) -> List[str]:
        address = f"127.0.0.1:{self.port}"
        return ["--bind", address, "--log-level", "warning", "--workers", "3", "--graceful-timeout", "30", *flags]

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def workers(self) -> Set[int]:
        master = self._process.pid
        return {int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()}

    def signal(self, number: int) -> None:
        os.kill(self._process.pid, number)

    def stop(self) -> None:
        self._process.terminate()
        assert self._process.wait(60) == 0

    def ask(self, token: str) -> Dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/?" + token)
        answer = connection.getresponse()
        assert answer.status == 200
        return json.loads(answer.read())  # type: ignore[no-any-return]


# Such a worker waits for connections on which nothing was asked, until its time is over.
GEVENT = ["--worker-class", "gevent", "--graceful-timeout", "5"]
FLAVOURS = {
    "preloaded": ["--preload"],
    "preloaded, threads": ["--preload", "--threads", "3"],
    "each its own": [],
    "preloaded, gevent": ["--preload", *GEVENT],
    "gevent, each its own": GEVENT,
}


@pytest.mark.parametrize("gunicorn", FLAVOURS.values(), ids=FLAVOURS, indirect=True)
def test_every_answer_is_accounted_for(gunicorn: Server, sandbox: Sandbox) -> None:
    answers: List[Dict[str, Any]] = []
    dropped: List[str] = []
    failures: List[BaseException] = []
    asked: List[int] = []
    old: Set[int] = set()
    until = time.monotonic() + PATIENCE

    def is_replaced() -> bool:
        return bool(old) and any(answer["pid"] not in old for answer in list(answers))

    def shop(number: int) -> None:
        try:
            for turn in itertools.count():
                # So often at least, and until a new worker has answered.
                if (turn >= CALLS and is_replaced()) or time.monotonic() > until:
                    asked.append(turn)
                    return
                token = TOKENS[(number + turn) % len(TOKENS)]
                try:
                    answers.append(gunicorn.ask(token))
                except (http.client.RemoteDisconnected, ConnectionError):
                    # Some versions of gunicorn drop a few pages when they replace workers.
                    dropped.append(token)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=shop, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    # Workers are replaced in the middle of it.
    while len(answers) < CLIENTS * CALLS // 4 and not failures and time.monotonic() < until:
        time.sleep(0.01)
    old.update(gunicorn.workers())
    gunicorn.signal(signal.SIGHUP)
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(dropped) <= 2 * CLIENTS
    assert is_replaced()
    assert len(answers) + len(dropped) == sum(asked)
    requests = sandbox.requests()
    journal = {entry["request_id"]: entry for entry in requests if entry["token"] != WARM_UP}
    warm_up = [entry for entry in requests if entry["token"] == WARM_UP]
    assert len(journal) + len(warm_up) == len(requests), "no request twice"
    ids = {answer["request_id"] for answer in answers}
    assert len(ids) == len(answers)
    assert ids <= set(journal)
    assert len(set(journal) - ids) <= len(dropped), "no request without a page"
    expected = {"sbx_ok_5001": "ok", "sbx_renewed": "ok", "sbx_token_invalid": "rejected"}
    for answer in answers:
        assert answer["status"] == expected.get(journal[answer["request_id"]]["token"], "in_doubt")
    renewed = [answer["token"] for answer in answers if answer["status"] == "ok"]
    assert len(set(renewed)) == len(renewed), "no worker got another's answer"

    # Two processes never share a connection, and a worker keeps its own.
    workers: Dict[int, Set[int]] = collections.defaultdict(set)
    for answer in answers:
        workers[journal[answer["request_id"]]["connection"]].add(answer["pid"])
    assert all(len(pids) == 1 for pids in workers.values())
    if gunicorn.is_preloaded:
        assert len(warm_up) == 1
        assert warm_up[0]["connection"] not in workers, "nobody used the parent's connection"
    # A reset ends its connection, and the trust in those that the worker kept beside it: of six clients and three
    # workers, a worker serves a few at once.
    resets = sum(asked) // len(TOKENS)
    assert len(workers) < resets * (3 if gunicorn.is_concurrent else 1) + 40
