"""An exception that crosses a task queue, whose results are JSON: a real worker in a process of its own."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple

import pytest
from celery import Celery
from sandbox import Sandbox

import paywall

# Not the one that messages show as an example.
SESSION = "12345678-1234-4234-8234-123456789abc"
# A worker without others.
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]


@pytest.fixture(scope="module")
def queue(_one_sandbox: Sandbox, tmp_path_factory: Any) -> Iterator[Tuple[Any, Path]]:
    folder = tmp_path_factory.mktemp("celery")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("CELERY_SHOP_FOLDER", str(folder))
        shop = importlib.import_module("celery_shop")
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "celery_shop", "worker", "--pool=solo", "--loglevel=error", *QUIET],
        env={**_one_sandbox.environment, "CELERY_SHOP_FOLDER": str(folder)},
        cwd=Path(__file__).parent,
    )
    yield shop.resend, folder / "results"
    worker.terminate()
    worker.wait(60)


@pytest.mark.parametrize(
    ("token", "session", "kind", "facts"),
    [
        (
            "sbx_token_invalid",
            SESSION,
            paywall.RejectedError,
            ("check_operation", "token_invalid", "TOKEN_IS_NOT_VALID"),
        ),
        ("sbx_3d", SESSION, paywall.RejectedError, ("redirect_3d", "three_d_secure", "5010")),
        ("sbx_reset_after", SESSION, paywall.InDoubtError, ("await_code", "connection_lost", None)),
        ("sbx_ok_5001", "no session", paywall.InvalidArgumentError, ("fix_request", "argument", "session")),
    ],
)
def test_an_exception_of_a_task(token: str, session: str, kind: type, facts: Any, queue: Any, client: Any) -> None:
    task, results = queue
    sent = task.delay(token, session)
    with pytest.raises(paywall.PaywallError) as caught:
        sent.get(timeout=60, interval=0.05)
    error = caught.value
    assert type(error) is kind
    assert (error.action, error.kind, error.code) == facts
    with pytest.raises(kind) as direct:
        client.resend_otp(token, session)
    assert str(error) == str(direct.value)
    assert error.result.status == direct.value.result.status
    assert error.result.token_state == direct.value.result.token_state
    assert error.result.http_status == direct.value.result.http_status
    [stored] = [file.read_text() for file in results.iterdir() if sent.id in file.name]
    assert error.result.otp_token is error.result.session_id is error.result.url_3d is None
    for secret in (direct.value.result.otp_token, SESSION, token):
        assert secret is None or secret not in stored


def made_again(error: paywall.PaywallError) -> Any:
    """What Celery makes of an exception that it has stored as JSON."""
    backend = Celery(set_as_current=False).backend
    backend.serializer = "json"
    return backend.exception_to_python(backend.decode(backend.encode(backend.prepare_exception(error))))


MEMBERS: Dict[str, Any] = {"otp_token": "token", "session_id": "session", "response_body": "{}", "url_3d": "https://a"}
CLASSES = [paywall.PaywallError, paywall.NotSentError, paywall.LibraryError, paywall.InDoubtError]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class(kind: Any) -> None:
    info = paywall.ErrorInfo("timeout", "c", "connect", 7, "d")
    transport = paywall.Transport(41, "new")
    error = kind("message", paywall.ResendResult("x", "y", "message", error=info, transport=transport, **MEMBERS))
    again = made_again(error)
    assert type(again) is kind
    assert (str(again), repr(again)) == ("message", f"{kind.__name__}('message')")
    assert again.result == error.result.without_secrets()


def test_the_paths_that_were_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paywall._loading._native", None)
    monkeypatch.setenv("PAYWALL_LIBRARY", "/nowhere/libpaywall.so.1")
    with pytest.raises(paywall.LibraryError) as caught:
        paywall.Client(environment="test", api_key="k", api_client="c")
    again = made_again(caught.value)
    assert again.attempts == caught.value.attempts == (("/nowhere/libpaywall.so.1", "no such file"),)


def test_what_a_newer_or_older_package_stored() -> None:
    error = paywall.NotSentError("message", paywall.ResendResult("not_sent", "retry", "message"))
    message, facts = error.args
    facts["weather"] = "fine"
    del facts["correlation_id"]
    assert type(error)(message, facts).result == error.result
