"""One client in many threads, also while it is closed."""

import threading
import time
from contextlib import suppress
from typing import Any, Dict, List

from sandbox import SESSION, Sandbox

import paywall


def test_one_client_for_many_threads(client: paywall.Client, sandbox: Sandbox) -> None:
    ids: List[str] = []

    def work() -> None:
        for _ in range(50):
            result = client.resend_otp("sbx_ok_5001", SESSION)
            ids.append(result.request_id or "")

    run([work] * 8)
    assert len(set(ids)) == 400
    assert sorted(sandbox.request_ids()) == sorted(ids)


def test_a_client_closed_under_a_call_lets_it_end(options: Dict[str, Any], sandbox: Sandbox) -> None:
    client = paywall.Client(**options)
    results: List[paywall.ResendResult] = []
    resend = client.resend_otp
    thread = threading.Thread(target=lambda: results.append(resend("sbx_delay_400", SESSION)))
    thread.start()
    sandbox.wait_for_requests(1)
    client.close()
    thread.join()
    assert results[0].token_state == "new"


def test_calls_and_closing_race_without_harm(options: Dict[str, Any], sandbox: Sandbox) -> None:
    sent: List[str] = []
    clients = [paywall.Client(**options) for _ in range(20)]

    def call() -> None:
        for client in clients:
            with suppress(paywall.InvalidArgumentError):
                sent.append(client.resend_otp("sbx_ok_0000", SESSION).request_id or "")

    def close() -> None:
        for client in clients:
            time.sleep(0.001)
            client.close()

    run([call, call, call, close])
    assert sorted(sandbox.request_ids()) == sorted(sent)


def test_the_first_clients_of_many_threads_load_one_library(options: Dict[str, Any], monkeypatch: Any) -> None:
    loads: List[str] = []
    import paywall._loading as loading

    declare = loading.declare
    monkeypatch.setattr(loading, "_native", None)
    monkeypatch.setattr(loading, "declare", lambda library, path: (loads.append(path), declare(library, path))[1])
    run([lambda: paywall.Client(**options).check()] * 8)
    assert len(loads) == 1


def run(tasks: List[Any]) -> None:
    failures: List[BaseException] = []

    def guarded(task: Any) -> None:
        try:
            task()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
