"""Where a secret must never show up."""

import concurrent.futures
import copy
import logging
import multiprocessing
import pickle
import traceback
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest
from sandbox import Sandbox

import paywall

PACKAGE = str(Path(paywall.__file__).parent)
SECRETS = {
    "api_key": "key-0123456789-private",
    "api_client": "client-0123456789-private",
    "token": "token-0123456789-private",
    "session": "12345678-1234-4234-8234-123456789abc",
    "header": "header-0123456789-private",
    "proxy": "proxy-0123456789-private",
}


def assert_none_in(text: str) -> None:
    for secret in SECRETS.values():
        assert secret not in text


def locals_of(error: BaseException) -> Iterator[str]:
    """What a crash reporter shows: the variables of each frame of this package."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename.startswith(PACKAGE):
            for name, value in frame.f_locals.items():
                yield f"{frame.f_code.co_name}: {name} = {value!r}"


def assert_clean(error: paywall.PaywallError) -> None:
    assert_none_in(repr(error) + str(error) + repr(error.args) + repr(error.result))
    assert_none_in("".join(traceback.format_exception(type(error), error, error.__traceback__)))
    shown = list(locals_of(error))
    assert shown, "the frames of the package were looked at"
    assert_none_in("\n".join(shown))
    assert error.__context__ is None
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert_none_in(pickle.dumps(error, protocol).decode("latin-1"))


@pytest.fixture
def private(options: Dict[str, Any]) -> Dict[str, Any]:
    options.update(api_key=SECRETS["api_key"], api_client=SECRETS["api_client"])
    options["headers"] = {"X-Secret": SECRETS["header"]}
    return options


def call(
    options: Dict[str, Any], token: str = SECRETS["token"], session: str = SECRETS["session"], **changes: Any
) -> paywall.ResendResult:
    with paywall.Client(**{**options, **changes}) as client:
        return client.resend_otp(token, session)


FAILURES: Dict[str, Callable[[Dict[str, Any]], Any]] = {
    "rejected": call,
    "not_sent": lambda options: call(options, base_url="https://localhost:1"),
    "proxy": lambda options: call(options, proxy=f"http://user:{SECRETS['proxy']}@127.0.0.1:1"),
    "bad proxy": lambda options: call(options, proxy=f"ftp://user:{SECRETS['proxy']}@127.0.0.1:1"),
    "bad app": lambda options: call(options, app="no"),
    "bad key": lambda options: call(options, api_key=SECRETS["api_key"] + " "),
    "key with NUL": lambda options: call(options, api_key=SECRETS["api_key"] + "\0"),
    "key with a surrogate": lambda options: call(options, api_key=SECRETS["api_key"] + "\ud800"),
    "bad header": lambda options: call(options, headers={"X-Secret": SECRETS["header"] + "\n"}),
    "secret as a header's name": lambda options: call(options, headers={SECRETS["header"] + "\0": "x"}),
    "bad logger": lambda options: call(options, logger="no"),
    "bad token": lambda options: call(options, SECRETS["token"] + "\0"),
    "bad session": lambda options: call(options, session=SECRETS["session"] + "\ud800"),
    "no session": lambda options: call(options, session=SECRETS["session"] + "x"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_an_exception_shows_none(failure: str, private: Dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(paywall.PaywallError) as caught:
        FAILURES[failure](private)
    assert_clean(caught.value)
    assert_none_in(caplog.text)


def test_from_env_shows_none(private: Dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYWALL_API_KEY", SECRETS["api_key"])
    del private["api_key"]
    with pytest.raises(paywall.InvalidArgumentError) as caught:
        paywall.Client.from_env(**{**private, "app": "no"})
    assert_clean(caught.value)


def test_a_library_that_is_not_there_shows_none(private: Dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paywall._loading._native", None)
    monkeypatch.setenv("PAYWALL_LIBRARY", "/nowhere/libpaywall.so.1")
    with pytest.raises(paywall.LibraryError) as caught:
        paywall.Client(**private)
    assert_clean(caught.value)


def test_one_line_in_the_log_for_each_call(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), paywall.Client(**sandbox.options) as client:
        opened = sandbox.operation()
        result = client.resend_otp(opened["otp_token"], opened["session_id"])
        with pytest.raises(paywall.InDoubtError) as caught:
            client.resend_otp("sbx_reset_after", opened["session_id"])
        client.check()
    assert [record.name for record in caplog.records] == ["paywall"] * 3
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING", "INFO"]
    sent, doubtful, check = (record.getMessage() for record in caplog.records)
    elapsed = result.transport.elapsed_us
    assert sent == (
        f"resend_otp: status=ok action=verify_otp kind=None request_id={result.request_id} elapsed_us={elapsed}"
    )
    assert doubtful.startswith("resend_otp: status=in_doubt action=await_code kind=connection_lost request_id=")
    assert check.startswith("check: status=ok action=none kind=None request_id=None elapsed_us=")
    for secret in (opened["otp_token"], opened["session_id"], result.otp_token):
        assert secret is not None
        assert secret not in caplog.text + repr(result) + repr(caught.value.result)


@pytest.mark.parametrize("token", ["", "a\0b", None])
def test_a_refused_call_has_its_line_too(token: Any, client: paywall.Client, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(paywall.InvalidArgumentError):
        client.resend_otp(token, SECRETS["session"])
    [line] = caplog.messages
    assert line.startswith("resend_otp: status=invalid action=fix_request kind=argument request_id=None elapsed_us=")


def test_a_pickled_exception_says_what_is_true_and_no_more(client: paywall.Client) -> None:
    with pytest.raises(paywall.RejectedError) as caught:
        client.resend_otp("sbx_3d", SECRETS["session"])
    error = caught.value
    assert None not in (error.result.otp_token, error.result.url_3d, error.result.response_body)
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert type(again) is paywall.RejectedError
        assert str(again) == str(error)
        assert (again.action, again.kind, again.code) == ("redirect_3d", "three_d_secure", "5010")
        assert again.result == error.result.without_secrets()
        assert (again.result.status, again.result.token_state) == ("rejected", "new")
        assert again.result.otp_token is again.result.session_id is again.result.response_body is None


def fail_in_another_process(options: Dict[str, Any]) -> None:
    paywall.Client(**options).resend_otp("sbx_token_invalid", SECRETS["session"])


def test_an_exception_comes_back_from_another_process(options: Dict[str, Any]) -> None:
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
        error = pool.submit(fail_in_another_process, options).exception()
    assert type(error) is paywall.RejectedError
    assert (error.action, error.code) == ("check_operation", "TOKEN_IS_NOT_VALID")
    # multiprocessing adds the other side's traceback as text.
    assert_none_in(str(error.__cause__))


def test_library_errors_keep_the_paths_when_pickled() -> None:
    error = paywall.LibraryError("m", paywall.ResendResult("invalid", "none"), [("/a", "no such file")])
    assert pickle.loads(pickle.dumps(error)).attempts == (("/a", "no such file"),)


def test_a_client_is_never_pickled_or_copied(client: paywall.Client) -> None:
    uses: List[Callable[[Any], Any]] = [pickle.dumps, copy.copy, copy.deepcopy]
    for use in uses:
        with pytest.raises(TypeError, match="make one per process"):
            use(client)
    assert_none_in(repr(client) + repr(vars(client)))
