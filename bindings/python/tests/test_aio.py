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


@pytest.mark.parametrize("token", ["sbx_delay_300", "sbx_token_invalid"])
def test_cancelled_after_it_began(
    token: str, abandoning: Tuple[paywall.Client, Outcomes], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, outcomes = abandoning
    if token == "sbx_token_invalid":
        resend = client._resend
        monkeypatch.setattr(client, "_resend", lambda *arguments: (time.sleep(0.2), resend(*arguments))[1])

    async def main() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.aresend_otp(token, SESSION), 0.1)

    asyncio.run(main())
    [outcome] = awaited(outcomes)
    [request] = sandbox.requests()
    if token == "sbx_delay_300":
        assert outcome.token_state == "new"
        assert outcome.request_id == request["request_id"]
    else:
        assert type(outcome) is paywall.RejectedError
        assert outcome.result.request_id == request["request_id"]


def test_cancelled_when_the_answer_is_there_and_not_picked_up(
    abandoning: Tuple[paywall.Client, Outcomes], sandbox: Sandbox
) -> None:
    client, outcomes = abandoning

    async def main() -> None:
        task = asyncio.ensure_future(client.aresend_otp("sbx_delay_50", SESSION))
        await asyncio.sleep(0)
        # The loop stands still until the call has ended.
        time.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert [outcome.token_state for outcome in outcomes] == ["new"]
    assert len(sandbox.requests()) == 1


def test_a_coroutine_thrown_away_with_its_loop(abandoning: Tuple[paywall.Client, Outcomes]) -> None:
    client, outcomes = abandoning
    loop = asyncio.new_event_loop()
    task = loop.create_task(client.aresend_otp("sbx_delay_200", SESSION))
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    loop.run_until_complete(asyncio.sleep(0.05))
    time.sleep(0.5)
    loop.close()
    del task
    gc.collect()
    assert [outcome.token_state for outcome in outcomes] == ["new"]


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
    client: paywall.Client, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        await asyncio.wait_for(client.aresend_otp("sbx_delay_300", SESSION), 0.1)

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
