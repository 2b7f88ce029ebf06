"""Whatever you pass: the documented exception, and nothing is sent."""

import decimal
import logging
import uuid
from pathlib import Path
from typing import Any, Dict

import pytest
from sandbox import SESSION, Sandbox

import paywall


class Text(str):
    """A str that lies about itself."""

    def encode(self, *_: object) -> bytes:
        return b"something else"

    def __str__(self) -> str:
        raise RuntimeError("not to be asked")


class Hostile:
    """No text at all, though it claims to be anything."""

    def __getattr__(self, name: str) -> Any:
        # pytest itself looks at dunder names.
        raise AttributeError(name) if name.startswith("_") else RuntimeError(name)

    def __str__(self) -> str:
        raise RuntimeError("not to be asked")

    __repr__ = __str__


def type_name(value: object) -> str:
    """The values themselves have no text to name a test by."""
    return type(value).__name__


NOT_TEXT = [None, b"sbx_ok_5001", bytearray(b"x"), 0, 1, -1, 1.5, True, [], ["sbx_ok_5001"], {}, object(), Hostile()]
BROKEN_TEXT = ["a\0b", "\0", "sbx_ok_5001\0", "\ud800", "a\udfffb", "\udcff"]
REFUSED = ["", "a\r\nb", "\x7f", "t" * 1025, "ğ" * 513]


@pytest.mark.parametrize("token", [*NOT_TEXT, uuid.uuid4(), *BROKEN_TEXT, *REFUSED], ids=type_name)
def test_a_bad_token(token: Any, client: paywall.Client, sandbox: Sandbox) -> None:
    with pytest.raises(paywall.InvalidArgumentError, match=r"^nothing was sent: token: must ") as caught:
        client.resend_otp(token, SESSION)
    error = caught.value
    assert (error.action, error.kind, error.code) == ("fix_request", "argument", "token")
    assert (error.result.status, error.result.otp_token) == ("invalid", None)
    assert sandbox.requests() == []


@pytest.mark.parametrize("session", [*NOT_TEXT, *BROKEN_TEXT, "", "x", SESSION + "\0", uuid.UUID(int=0)], ids=type_name)
def test_a_bad_session(session: Any, client: paywall.Client, sandbox: Sandbox) -> None:
    with pytest.raises(paywall.InvalidArgumentError, match=r"^nothing was sent: session: must ") as caught:
        client.resend_otp("sbx_ok_5001", session)
    assert (caught.value.action, caught.value.code) == ("fix_request", "session")
    assert sandbox.requests() == []


@pytest.mark.parametrize(
    "session", [SESSION.upper(), "{" + SESSION + "}", SESSION.replace("-", ""), uuid.UUID(SESSION)]
)
def test_a_session_in_any_form(session: Any, client: paywall.Client) -> None:
    assert client.resend_otp("sbx_ok_5001", session).session_id == SESSION


def test_a_str_that_lies_about_itself_is_sent_as_what_it_is(client: paywall.Client, sandbox: Sandbox) -> None:
    client.resend_otp(Text("sbx_ok_5001"), Text(SESSION))
    assert [entry["token"] for entry in sandbox.requests()] == ["sbx_ok_5001"]


TEXT_OPTIONS = ["environment", "base_url", "api_key", "api_client", "proxy", "ca_file", "locale", "app"]
BAD_TEXT = [b"x", 1, 1.5, True, [], ["x"], {}, object(), Hostile(), *BROKEN_TEXT, "", "\r\n", "x" * 8193]


@pytest.mark.parametrize("value", BAD_TEXT, ids=type_name)
@pytest.mark.parametrize("name", TEXT_OPTIONS)
def test_a_bad_option(name: str, value: Any, options: Dict[str, Any]) -> None:
    with pytest.raises(paywall.InvalidArgumentError, match=f"^nothing was sent: {name}: ") as caught:
        paywall.Client(**{**options, name: value})
    assert (caught.value.action, caught.value.kind) == ("fix_configuration", "config")
    assert caught.value.code == name


@pytest.mark.parametrize(
    "value",
    [-1, 10**6, 10**5000, -(10**5000), True, 1.0, 1.5, float("nan"), decimal.Decimal(1), "x", "", b"1", [1]],
    ids=type_name,
)
@pytest.mark.parametrize("name", ["timeout_ms", "connect_timeout_ms", "idle_timeout_ms"])
def test_a_bad_number(name: str, value: Any, options: Dict[str, Any]) -> None:
    with pytest.raises(paywall.InvalidArgumentError) as caught:
        paywall.Client(**{**options, name: value})
    assert caught.value.code == name


@pytest.mark.parametrize(
    "headers",
    [
        "X-Shop: 1",
        [("X-Shop", "1")],
        7,
        {"X-Shop": 1},
        {"X-Shop": None},
        {"X-Shop": "a\r\nb"},
        {"X-Shop": "a\0b"},
        {"X-Shop\0": "1"},
        {"X-\ud800": "1"},
        {b"X-Shop": "1"},
        {7: "1"},
        {"Host": "x"},
        {"": "1"},
        {f"X-{number}": "1" for number in range(33)},
    ],
    ids=type_name,
)
def test_bad_headers(headers: Any, options: Dict[str, Any]) -> None:
    with pytest.raises(paywall.InvalidArgumentError) as caught:
        paywall.Client(**options, headers=headers)
    assert caught.value.code in ("header", "headers")


@pytest.mark.parametrize("name", ["on_abandoned", "logger"])
def test_what_is_called_must_be_callable(name: str, options: Dict[str, Any]) -> None:
    with pytest.raises(paywall.InvalidArgumentError) as caught:
        paywall.Client(**{**options, name: "x"})
    assert caught.value.code == name


@pytest.mark.parametrize("missing", ["base_url", "api_key", "api_client"])
def test_a_missing_option(missing: str, options: Dict[str, Any]) -> None:
    with pytest.raises(paywall.InvalidArgumentError) as caught:
        paywall.Client(**{**options, missing: None})
    assert caught.value.code == {"base_url": "environment"}.get(missing, missing)


def test_unknown_names_and_positions_are_refused_as_python_does(options: Dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        paywall.Client(**options, retries=3)
    with pytest.raises(TypeError):
        paywall.Client.from_env(retries=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        paywall.Client("test")  # type: ignore[misc]


def test_a_closed_client(client: paywall.Client, sandbox: Sandbox) -> None:
    assert repr(client) == "<paywall.Client, open>"
    client.close()
    client.close()
    assert client.closed
    assert repr(client) == "<paywall.Client, closed>"
    for use in (lambda: client.resend_otp("sbx_ok_5001", SESSION), client.check, client.__enter__):
        with pytest.raises(paywall.InvalidArgumentError, match=r"^nothing was sent: client: is closed$"):
            use()
    assert sandbox.requests() == []


def test_a_client_whose_init_never_ran() -> None:
    with pytest.raises(paywall.InvalidArgumentError):
        paywall.Client.__new__(paywall.Client).resend_otp("sbx_ok_5001", SESSION)


def test_options_as_paths_mappings_and_texts(options: Dict[str, Any], sandbox: Sandbox) -> None:
    options.update(ca_file=Path(options["ca_file"]), timeout_ms="9000", app="Shop/1.2", locale="tr")
    with paywall.Client(**options, headers={"X-Shop": "nar"}) as client:
        client.resend_otp("sbx_ok_5001", SESSION)
    [request] = sandbox.requests()
    assert request["headers"]["x-shop"] == "nar"
    assert request["headers"]["accept-language"] == "tr"
    assert " Shop/1.2" in request["headers"]["user-agent"]


def test_from_env(options: Dict[str, Any], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in options.items():
        monkeypatch.setenv("PAYWALL_" + name.upper(), str(value))
    monkeypatch.setenv("PAYWALL_LOCALE", "en")
    monkeypatch.setenv("PAYWALL_PROXY", "")
    with paywall.Client.from_env(app="Shop/1", headers={"X-Shop": "nar"}, locale=None) as client:
        client.resend_otp("sbx_ok_5001", SESSION)
    [request] = sandbox.requests()
    assert request["headers"]["accept-language"] == "en"
    with paywall.Client.from_env(locale="tr") as client:
        client.resend_otp("sbx_ok_5001", SESSION)
    assert sandbox.requests()[1]["headers"]["accept-language"] == "tr"

    monkeypatch.setenv("PAYWALL_TIMEOUT_MS", "soon")
    with pytest.raises(paywall.InvalidArgumentError, match="timeout_ms: must be a whole number"):
        paywall.Client.from_env()


def test_a_variable_that_is_not_utf_8(options: Dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYWALL_CA_FILE", "/tmp/\udcff")
    with pytest.raises(paywall.InvalidArgumentError) as caught:
        paywall.Client.from_env(**{**options, "ca_file": None})
    assert caught.value.code == "ca_file"


def test_a_logger_that_fails_takes_nothing_along(options: Dict[str, Any]) -> None:
    class Broken(logging.Logger):
        def log(self, *_: Any, **__: Any) -> None:
            raise RuntimeError("disk full")

    with paywall.Client(**options, logger=Broken("x")) as client:
        assert client.resend_otp("sbx_ok_5001", SESSION).token_state == "new"
