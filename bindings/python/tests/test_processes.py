"""fork, multiprocessing, the end of the interpreter, signals."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Dict, List, Tuple

import pytest
from sandbox import SESSION, Sandbox

import paywall


def call(client: paywall.Client) -> Tuple[str, str]:
    result = client.resend_otp("sbx_ok_5001", SESSION)
    return result.request_id or "", result.otp_token or ""


def forked(work: Any) -> Tuple[int, int]:
    """Runs `work` in a forked child that writes what it returns. Gives the child's id and the pipe to read from."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            os.write(writing, json.dumps(work()).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    return child, reading


def answer_of(child: int, reading: int) -> Any:
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    return json.loads(text)


def test_after_a_fork_both_sides_go_on(client: paywall.Client, sandbox: Sandbox) -> None:
    stop = threading.Event()
    ids: List[str] = []

    def keep_calling() -> None:
        # The journal is bounded.
        while not stop.is_set() and len(ids) < 3000:
            ids.append(call(client)[0])

    # The parent has kept connections, and threads in the middle of calls, when it forks.
    threads = [threading.Thread(target=keep_calling) for _ in range(3)]
    for thread in threads:
        thread.start()
    children = []
    for _ in range(8):
        time.sleep(0.01)
        children.append(forked(lambda: [call(client) for _ in range(10)]))
    answers = [answer for child in children for answer in answer_of(*child)]
    stop.set()
    for thread in threads:
        thread.join()

    ids.extend(request_id for request_id, _ in answers)
    tokens = [token for _, token in answers]
    assert len(set(tokens)) == len(tokens) == 80
    assert sorted(sandbox.request_ids()) == sorted(ids)


def test_a_child_forked_while_another_thread_loads_is_not_stuck(sandbox: Sandbox) -> None:
    script = """
import os, threading, sys, paywall, paywall._loading as loading
from paywall._loading import load
declare, inside, go_on = loading.declare, threading.Event(), threading.Event()
def slow(library, path):
    inside.set()
    go_on.wait()
    return declare(library, path)
loading.declare = slow
thread = threading.Thread(target=load)
thread.start()
inside.wait()
child = os.fork()
go_on.set()
loading.declare = declare
if child == 0:
    with paywall.Client.from_env() as client:
        client.check()
    os._exit(7)
thread.join()
sys.exit(os.WEXITSTATUS(os.waitpid(child, 0)[1]))
"""
    assert python(script, sandbox).returncode == 7


def work_with_own_client(options: Dict[str, Any]) -> Tuple[str, str]:
    with paywall.Client(**options) as client:
        return call(client)


_shared: List[paywall.Client] = []


def work_with_parents_client(_: int) -> Tuple[str, str]:
    return call(_shared[0])


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_multiprocessing(method: str, options: Dict[str, Any], sandbox: Sandbox) -> None:
    with multiprocessing.get_context(method).Pool(2) as pool:
        answers = pool.map(work_with_own_client, [options] * 6)
    assert sorted(sandbox.request_ids()) == sorted(request_id for request_id, _ in answers)
    assert len({token for _, token in answers}) == 6


def test_multiprocessing_with_the_parents_client(client: paywall.Client, sandbox: Sandbox) -> None:
    first = call(client)
    _shared[:] = [client]
    with multiprocessing.get_context("fork").Pool(3) as pool:
        answers = [first, *pool.map(work_with_parents_client, range(30))]
    assert sorted(sandbox.request_ids()) == sorted(request_id for request_id, _ in answers)
    # A child never speaks on the parent's connection.
    entries = sandbox.requests()
    assert [entry["connection"] for entry in entries].count(entries[0]["connection"]) == 1


def python(script: str, sandbox: Sandbox, **changes: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-X", "dev", "-c", script],
        env=sandbox.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **changes,
    )


BEGIN = f"""
import atexit, json, os, sys, threading, time, urllib.request, paywall
SESSION = "{SESSION}"
client = paywall.Client.from_env()
def call(token="sbx_ok_5001"):
    return client.resend_otp(token, SESSION)
def wait_until_it_is_sent():
    journal = []
    while len(journal) < 2:
        with urllib.request.urlopen(os.environ["JOURNAL"], timeout=30) as answer:
            journal = json.loads(answer.read())
call()
"""
ENDINGS = {
    "a live client": "",
    "a cycle": "client.me = client",
    "atexit": "atexit.register(call)",
    "a destructor": """
class Page:
    def __del__(self, client=client, SESSION=SESSION, paywall=paywall):
        client.resend_otp("sbx_ok_5001", SESSION)
page = Page()
del Page, client, page
""",
    "a destructor in a cycle": """
class Page:
    def __del__(self):
        try:
            self.client.resend_otp("sbx_ok_5001", SESSION)
        except paywall.InvalidArgumentError as error:
            assert error.code == "client"
page = Page()
page.me = page
page.client = client
client.page = page
del page, client
""",
    "a destructor among the last": """
class Page:
    def __del__(self, client=client, SESSION=SESSION, paywall=paywall):
        try:
            client.resend_otp("sbx_ok_5001", SESSION)
        except paywall.InvalidArgumentError as error:
            assert error.code == "client"
page = Page()
sys.another_page = Page()
""",
    "a daemon thread in a call": """
threading.Thread(target=call, args=["sbx_delay_2000"], daemon=True).start()
wait_until_it_is_sent()
""",
    "a thread in a call": 'threading.Thread(target=call, args=["sbx_delay_300"]).start()',
    "an exception": "del client\nraise SystemExit(0)",
    "abandoned in a loop": """
import asyncio
async def main():
    task = asyncio.ensure_future(client.aresend_otp("sbx_delay_300", SESSION))
    await asyncio.get_running_loop().run_in_executor(None, wait_until_it_is_sent)
asyncio.run(main())
""",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_interpreter_ends_well_with(ending: str, sandbox: Sandbox) -> None:
    ended = python(BEGIN + ENDINGS[ending], sandbox)
    assert (ended.returncode, ended.stderr, ended.stdout) == (0, "", "")
    calls = len(sandbox.requests())
    if ending in ("a live client", "a cycle", "an exception"):
        assert calls == 1
    elif ending in ("a destructor in a cycle", "a destructor among the last"):
        # The garbage collector may have finalized the client before: then it is closed.
        assert calls <= 3
    else:
        assert calls == 2


def interrupt_after(count: int, sandbox: Sandbox) -> None:
    """Sends this process a signal while the answer to that request is awaited."""

    def interrupt() -> None:
        sandbox.wait_for_requests(count)
        os.kill(os.getpid(), signal.SIGALRM)

    threading.Thread(target=interrupt).start()


def test_an_interrupted_call_hands_its_outcome_on(options: Dict[str, Any], sandbox: Sandbox) -> None:
    handed: List[Any] = []

    class Stop(BaseException):
        pass

    def stop(*_: object) -> None:
        raise Stop

    before = signal.signal(signal.SIGALRM, stop)
    try:
        with paywall.Client(**options, on_abandoned=handed.append) as client:
            for count in (1, 2):
                interrupt_after(count, sandbox)
                with pytest.raises(Stop):
                    client.resend_otp("sbx_delay_1000", SESSION)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert [result.token_state for result in handed] == ["new", "new"]
    assert sandbox.request_ids() == [result.request_id for result in handed]


def test_a_failing_on_abandoned_does_not_hide_the_interruption(
    options: Dict[str, Any], sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("the token is 0123456789")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    try:
        with paywall.Client(**options, on_abandoned=fail) as client:
            interrupt_after(1, sandbox)
            with pytest.raises(KeyboardInterrupt):
                client.resend_otp("sbx_delay_1000", SESSION)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert "on_abandoned raised RuntimeError" in caplog.text
    assert "0123456789" not in caplog.text
