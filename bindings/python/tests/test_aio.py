"""asyncio: the call in a thread, cancelled before and after it has begun."""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import gc
import logging
import threading
import time
from typing import Any, Dict, Iterator, List, Tuple

import pytest
from sandbox import SESSION, Sandbox

import paywall

Outcomes = List[Any]


@pytest.fixture
def abandoning(options: Dict[str, Any]) -> Iterator[Tuple[paywall.Client, Outcomes]]:
    outcomes: Outcomes = []
    with paywall.Client(**options, on_abandoned=outcomes.append) as client:
        yield client, outcomes


def awaited(things: List[Any]) -> List[Any]:
    """Waits for what an executor's thread adds: before Python 3.9 asyncio.run does not wait for these threads."""
    deadline = time.monotonic() + 10
    while not things and time.monotonic() < deadline:
        time.sleep(0.01)
    return things


class Held:
    """A client's calls begin, and go on when they are let."""

    def __init__(self, client: paywall.Client, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go_on, self.ended = threading.Event(), threading.Event(), threading.Event()
        self._resend = client._resend
        monkeypatch.setattr(client, "_resend", self)

    def __call__(self, *arguments: Any) -> Any:
        self.begun.set()
        assert self.go_on.wait(60)
        try:
            return self._resend(*arguments)
        finally:
            self.ended.set()

    async def until_it_begins(self) -> None:
        while not self.begun.is_set():
            await asyncio.sleep(0.001)


def test_results_and_exceptions(client: paywall.Client) -> None:
    async def main() -> None:
        result = await client.aresend_otp("sbx_ok_5001", SESSION)
        assert result.token_state == "new"
        with pytest.raises(paywall.RejectedError):
            await client.aresend_otp("sbx_token_invalid", SESSION)
        with pytest.raises(paywall.InvalidArgumentError):
            await client.aresend_otp(None, SESSION)  # type: ignore[arg-type]

    asyncio.run(main())


def test_many_at_once(client: paywall.Client, sandbox: Sandbox) -> None:
    async def main() -> List[paywall.ResendResult]:
        return await asyncio.gather(*(client.aresend_otp("sbx_ok_5001", SESSION) for _ in range(100)))

    ids = [result.request_id for result in asyncio.run(main())]
    assert sorted(sandbox.request_ids()) == sorted(filter(None, ids))


def test_the_loop_goes_on_meanwhile(client: paywall.Client) -> None:
    async def main() -> int:
        call = asyncio.ensure_future(client.aresend_otp("sbx_delay_300", SESSION))
        turns = 0
        while not call.done():
            await asyncio.sleep(0.01)
            turns += 1
        return turns

    assert asyncio.run(main()) >= 10


def test_cancelled_before_its_first_step(abandoning: Tuple[paywall.Client, Outcomes], sandbox: Sandbox) -> None:
    client, outcomes = abandoning

    async def main() -> None:
        task = asyncio.ensure_future(client.aresend_otp("sbx_ok_5001", SESSION))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert (sandbox.requests(), outcomes) == ([], [])


def test_cancelled_while_it_waits_for_a_thread(abandoning: Tuple[paywall.Client, Outcomes], sandbox: Sandbox) -> None:
    client, outcomes = abandoning
    go_on = threading.Event()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(1))
        busy = loop.run_in_executor(None, go_on.wait)
        task = asyncio.ensure_future(client.aresend_otp("sbx_ok_5001", SESSION))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()
        await busy
        await loop.run_in_executor(None, int)

    asyncio.run(main())
    assert (sandbox.requests(), outcomes) == ([], [])


def test_cancelled_after_it_began(
    abandoning: Tuple[paywall.Client, Outcomes], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, outcomes = abandoning
    held = Held(client, monkeypatch)

    async def main() -> None:
        task = asyncio.ensure_future(client.aresend_otp("sbx_token_invalid", SESSION))
        await held.until_it_begins()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(task, 0.001)
        held.go_on.set()

    asyncio.run(main())
    [outcome] = awaited(outcomes)
    [request] = sandbox.requests()
    assert type(outcome) is paywall.RejectedError
    assert outcome.result.request_id == request["request_id"]


def test_cancelled_while_it_waits_for_the_answer(abandoning: Tuple[paywall.Client, Outcomes], sandbox: Sandbox) -> None:
    client, outcomes = abandoning

    async def main() -> None:
        task = asyncio.ensure_future(client.aresend_otp("sbx_delay_1000", SESSION))
        await asyncio.get_running_loop().run_in_executor(None, sandbox.wait_for_requests, 1)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(task, 0.001)

    asyncio.run(main())
    [outcome] = awaited(outcomes)
    [request] = sandbox.requests()
    assert outcome.token_state == "new"
    assert outcome.request_id == request["request_id"]


def test_cancelled_when_the_answer_is_there_and_not_picked_up(
    abandoning: Tuple[paywall.Client, Outcomes], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, outcomes = abandoning
    held = Held(client, monkeypatch)

    async def main() -> None:
        task = asyncio.ensure_future(client.aresend_otp("sbx_ok_5001", SESSION))
        await held.until_it_begins()
        # The loop stands still until the call has ended.
        held.go_on.set()
        assert held.ended.wait(60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert [outcome.token_state for outcome in awaited(outcomes)] == ["new"]
    assert len(sandbox.requests()) == 1


def doomed(client: paywall.Client, loop: asyncio.AbstractEventLoop) -> "asyncio.Task[paywall.ResendResult]":
    """A call that its loop will not see to the end."""
    task = loop.create_task(client.aresend_otp("sbx_ok_5001", SESSION))
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    return task


def test_a_coroutine_thrown_away_with_its_loop(
    abandoning: Tuple[paywall.Client, Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, outcomes = abandoning
    held = Held(client, monkeypatch)
    loop = asyncio.new_event_loop()
    task = doomed(client, loop)
    executor = concurrent.futures.ThreadPoolExecutor(1)
    loop.set_default_executor(executor)
    loop.run_until_complete(held.until_it_begins())
    held.go_on.set()
    # The answer is with the loop, which does not run again.
    executor.shutdown()
    loop.close()
    del task
    gc.collect()
    assert [outcome.token_state for outcome in outcomes] == ["new"]


def test_a_loop_that_is_closed_during_a_call(
    abandoning: Tuple[paywall.Client, Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, outcomes = abandoning
    held = Held(client, monkeypatch)
    loop = asyncio.new_event_loop()
    task = doomed(client, loop)
    loop.run_until_complete(held.until_it_begins())
    loop.close()
    held.go_on.set()
    # The task is still there: nobody has to collect garbage first.
    assert [outcome.token_state for outcome in awaited(outcomes)] == ["new"]
    del task
    gc.collect()
    assert len(outcomes) == 1


def test_a_loop_that_is_closed_before_a_call_begins(
    abandoning: Tuple[paywall.Client, Outcomes], sandbox: Sandbox
) -> None:
    client, outcomes = abandoning
    loop = asyncio.new_event_loop()
    executor = concurrent.futures.ThreadPoolExecutor(1)
    loop.set_default_executor(executor)
    go_on = threading.Event()
    executor.submit(go_on.wait)
    task = doomed(client, loop)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    go_on.set()
    executor.shutdown()
    del task
    gc.collect()
    assert (sandbox.requests(), outcomes) == ([], [])


def test_no_outcome_is_handed_on_twice_or_lost(options: Dict[str, Any], sandbox: Sandbox) -> None:
    """Cancels calls at every moment: each hands on its outcome once, or was never sent."""
    outcomes: Outcomes = []

    async def one(client: paywall.Client, moment: float) -> None:
        task = asyncio.ensure_future(client.aresend_otp("sbx_ok_5001", SESSION))
        await asyncio.sleep(moment)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            outcomes.append(await task)

    async def main() -> None:
        for turn in range(200):
            await one(client, turn * 0.00002)

    with paywall.Client(**options, on_abandoned=outcomes.append) as client:
        asyncio.run(main())
    told = sorted(outcome.request_id for outcome in outcomes)
    assert sorted(sandbox.request_ids()) == told


def test_an_abandoned_call_without_on_abandoned_is_at_least_in_the_log(
    client: paywall.Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        held = Held(client, monkeypatch)
        task = asyncio.ensure_future(client.aresend_otp("sbx_ok_5001", SESSION))
        await held.until_it_begins()
        try:
            await asyncio.wait_for(task, 0.001)
        finally:
            held.go_on.set()

    with caplog.at_level(logging.INFO):
        with pytest.raises(asyncio.TimeoutError):
            asyncio.run(main())
        awaited(caplog.records)
    assert "resend_otp (abandoned): status=ok" in caplog.text


def test_the_context_goes_along_into_the_thread(options: Dict[str, Any]) -> None:
    variable = contextvars.ContextVar("variable", default="")
    seen: List[str] = []

    class Logger(logging.Logger):
        def log(self, *_: Any, **__: Any) -> None:
            seen.append(variable.get())

    async def main() -> None:
        variable.set("of the request")
        await client.aresend_otp("sbx_ok_5001", SESSION)

    with paywall.Client(**options, logger=Logger("x")) as client:
        asyncio.run(main())
    assert seen == ["of the request"]
