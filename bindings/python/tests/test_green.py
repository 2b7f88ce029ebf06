"""gevent and eventlet: other greenlets go on during a call, and a killed one loses no outcome."""

import json
import subprocess
import sys
from typing import Any, Dict, List

import pytest
from sandbox import SESSION, Sandbox

LIBRARIES = {
    "gevent": """
from gevent import monkey
monkey.patch_all()
import gevent as green
""",
    "eventlet": """
import warnings
warnings.simplefilter("ignore")
import eventlet as green
green.monkey_patch()
green.joinall = lambda greenlets: [greenlet.wait() for greenlet in greenlets]
""",
}
BEGIN = f"""
import atexit, json, os, sys, traceback, urllib.request
import paywall

SESSION = "{SESSION}"
events = []
# What is registered later runs before: the calls that were abandoned end first.
atexit.register(lambda: print(json.dumps(events)))
def note(*event):
    events.append(event)
def keep(outcome):
    # As a store does that is reached through the network.
    green.sleep(0.01)
    result = getattr(outcome, "result", outcome)
    note("abandoned", result.status, result.token_state, result.request_id)
client = paywall.Client.from_env(on_abandoned=keep)
def call(token):
    result = client.resend_otp(token, SESSION)
    note("ended", result.status, result.token_state, result.request_id)
def is_sent():
    with urllib.request.urlopen(os.environ["JOURNAL"], timeout=30) as answer:
        return json.loads(answer.read()) != []
def turns_until(is_done):
    turns = 0
    while not is_done():
        green.sleep(0.01)
        turns += 1
    return turns
"""


def run(library: str, script: str, sandbox: Sandbox, **variables: str) -> List[List[Any]]:
    ended = subprocess.run(
        [sys.executable, "-c", LIBRARIES[library] + BEGIN + script],
        env={**sandbox.environment, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
    return [event for line in ended.stdout.splitlines() for event in json.loads(line)]


@pytest.fixture(params=LIBRARIES)
def library(request: Any) -> str:
    return request.param  # type: ignore[no-any-return]


def test_other_greenlets_go_on(library: str, sandbox: Sandbox) -> None:
    events = run(
        library,
        """
calls = [green.spawn(call, "sbx_delay_500") for _ in range(5)]
note(turns_until(lambda: len(events) == 5))
""",
        sandbox,
    )
    [turns] = events.pop()
    assert turns >= 10
    assert [event[0] for event in events] == ["ended"] * 5
    assert sorted(sandbox.request_ids()) == sorted(event[3] for event in events)


def test_a_check_lets_them_go_on_too(library: str, sandbox: Sandbox) -> None:
    # A peer that accepts and says nothing.
    events = run(
        library,
        """
import socket
silent = socket.create_server(("127.0.0.1", 0))
client = paywall.Client.from_env(base_url="https://127.0.0.1:%d" % silent.getsockname()[1], timeout_ms=1000)
def check():
    try:
        client.check()
    except paywall.NotSentError as error:
        note(error.kind)
green.spawn(check)
note(turns_until(lambda: events))
""",
        sandbox,
    )
    kind, [turns] = events
    assert kind == ["timeout"]
    assert turns >= 10


INTERRUPTIONS = {
    "timeout": """
try:
    with green.Timeout(2):
        call("sbx_delay_3000")
except green.Timeout:
    note("given up")
turns_until(lambda: len(events) == 2)
""",
    "killed": """
calling = green.spawn(call, "sbx_delay_1000")
turns_until(is_sent)
green.kill(calling)
note("given up")
turns_until(lambda: len(events) == 2)
""",
    "the program ends": """
calling = green.spawn(call, "sbx_delay_1000")
turns_until(is_sent)
green.kill(calling)
note("given up")
""",
}


@pytest.mark.parametrize("interruption", INTERRUPTIONS)
def test_an_interrupted_call_hands_its_outcome_on(interruption: str, library: str, sandbox: Sandbox) -> None:
    given_up, abandoned = run(library, INTERRUPTIONS[interruption], sandbox)
    assert given_up == ["given up"]
    assert abandoned == ["abandoned", "ok", "new", *sandbox.request_ids()]


def test_a_failure_is_handed_on_too(library: str, sandbox: Sandbox) -> None:
    script = INTERRUPTIONS["timeout"].replace("sbx_delay_3000", "sbx_drip")
    events = run(library, script, sandbox, PAYWALL_TIMEOUT_MS="3000")
    assert events == [["given up"], ["abandoned", "in_doubt", "in_doubt", *sandbox.request_ids()]]


def test_gevent_kills_every_greenlet(sandbox: Sandbox) -> None:
    """The idiom of its documentation for a program that ends."""
    events = run(
        "gevent",
        """
import gc
calling = green.spawn(call, "sbx_delay_1000")
turns_until(is_sent)
green.killall([thing for thing in gc.get_objects() if isinstance(thing, green.Greenlet)], block=False)
turns_until(lambda: events)
""",
        sandbox,
    )
    assert events == [["abandoned", "ok", "new", *sandbox.request_ids()]]


def test_killed_before_the_call_began_nothing_is_sent(library: str, sandbox: Sandbox) -> None:
    events = run(
        library,
        """
if green.__name__ == "gevent":
    green.get_hub().threadpool.maxsize = 1
never = green.spawn(call, "sbx_ok_5001")
green.kill(never)
# It starts with the first use.
client.check()
# The pool has one thread, and it is busy.
calls = [green.spawn(call, "sbx_delay_2000") for _ in range(4)]
green.sleep(0.2)
for waiting in calls[1:]:
    green.kill(waiting)
green.joinall(calls[:1])
""",
        sandbox,
        EVENTLET_THREADPOOL_SIZE="1",
    )
    assert [event[0] for event in events] == ["ended"]
    assert len(sandbox.requests()) == 1


def test_no_outcome_is_handed_on_twice_or_lost(library: str, sandbox: Sandbox) -> None:
    """Kills calls at every moment: each hands on its outcome once, or was never sent."""
    events = run(
        library,
        """
for turn in range(200):
    calling = green.spawn(call, "sbx_ok_5001")
    green.sleep(turn * turn * 5e-7)
    green.kill(calling)
# gevent kills later.
green.sleep(0)
""",
        sandbox,
    )
    assert sorted(sandbox.request_ids()) == sorted(event[3] for event in events)
    assert len({event[0] for event in events}) == 2, "both ends were seen"


def test_killed_between_the_outcome_and_its_waiter_the_program_may_end(library: str, sandbox: Sandbox) -> None:
    """The store takes a while, and nobody but the package waits for it."""
    events = run(
        library,
        """
import paywall._client
class Killed(paywall._client.Call):
    def _run(self):
        super()._run()
        # The greenlet that waits for this one cannot have gone on yet.
        green.kill(calling)
        ended.append(True)
paywall._client.Call = Killed
ended = []
calling = green.spawn(call, "sbx_ok_5001")
while not ended:
    green.sleep(0)
green.sleep(0)
""",
        sandbox,
    )
    assert events == [["abandoned", "ok", "new", *sandbox.request_ids()]]


def test_an_interrupted_call_shows_no_secret(library: str, sandbox: Sandbox) -> None:
    events = run(
        library,
        """
try:
    with green.Timeout(2):
        client.resend_otp("sbx_delay_3000", SESSION)
except green.Timeout as error:
    package = os.path.dirname(paywall.__file__)
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename.startswith(package):
            note(frame.f_code.co_name, repr(frame.f_locals))
""",
        sandbox,
    )
    frames = dict(event for event in events if len(event) == 2)
    assert {"resend_otp", "_resend", "outcome"} <= set(frames)
    assert "sbx_delay" not in repr(frames)
    assert SESSION not in repr(frames)


def test_asyncio_goes_on_too(library: str, sandbox: Sandbox) -> None:
    events = run(
        library,
        """
import asyncio
async def main():
    calling = asyncio.ensure_future(client.aresend_otp("sbx_delay_500", SESSION))
    turns = 0
    while not calling.done():
        await asyncio.sleep(0.01)
        turns += 1
    note("turns", turns, (await calling).request_id)
    with __import__("contextlib").suppress(asyncio.TimeoutError):
        await asyncio.wait_for(client.aresend_otp("sbx_delay_3000", SESSION), 2)
    while len(events) < 2:
        await asyncio.sleep(0.01)
asyncio.run(main())
""",
        sandbox,
    )
    (_, turns, first), (abandoned, *_, second) = events
    assert turns >= 10
    assert abandoned == "abandoned"
    assert sandbox.request_ids() == [first, second]


def test_after_a_fork_both_sides_go_on(library: str, sandbox: Sandbox) -> None:
    events = run(
        library,
        """
call("sbx_ok_5001")
calling = green.spawn(call, "sbx_delay_1001")
killed = green.spawn(call, "sbx_delay_1000")
green.sleep(0.4)
green.kill(killed)
children = []
for _ in range(3):
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        events.clear()
        if green.__name__ == "eventlet":
            # Its documentation wants this, because the file descriptors of the hub are the parent's.
            green.hubs.use_hub()
        green.joinall([green.spawn(call, "sbx_delay_100") for _ in range(3)])
        sys.exit()
    children.append(child)
green.joinall([calling])
for child in children:
    assert os.waitpid(child, 0)[1] == 0
""",
        sandbox,
    )
    assert sorted(event[0] for event in events) == ["abandoned"] + ["ended"] * 11
    assert sorted(sandbox.request_ids()) == sorted(event[3] for event in events)


def test_where_a_greenlet_cannot_wait_the_call_blocks(library: str, sandbox: Sandbox) -> None:
    events = run(
        library,
        """
done = []
def from_the_hub():
    call("sbx_ok_5001")
    done.append(1)
if green.__name__ == "gevent":
    green.get_hub().loop.run_callback(from_the_hub)
    in_a_thread = lambda: green.get_hub().threadpool.apply(call, ["sbx_ok_5001"])
else:
    green.hubs.get_hub().schedule_call_global(0, from_the_hub)
    from eventlet import tpool
    in_a_thread = lambda: tpool.execute(call, "sbx_ok_5001")
while not done:
    green.sleep(0.01)
in_a_thread()
""",
        sandbox,
    )
    assert [event[0] for event in events] == ["ended", "ended"]
    assert sandbox.request_ids() == [event[3] for event in events]


PLAIN: Dict[str, str] = {
    "gevent": "import gevent as green",
    "eventlet": "import warnings\nwarnings.simplefilter('ignore')\nimport eventlet as green",
}


def test_unpatched_it_is_not_used(library: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIBRARIES, library, PLAIN[library])
    script = 'call("sbx_ok_5001")\nassert "eventlet.tpool" not in sys.modules\nassert paywall._green.pool() is None'
    assert run(library, script, sandbox)[0][0] == "ended"


def test_neither_is_imported(sandbox: Sandbox) -> None:
    script = BEGIN + 'call("sbx_ok_5001")\nassert not {"gevent", "eventlet"} & set(sys.modules)'
    subprocess.run([sys.executable, "-c", script], env=sandbox.environment, check=True)
