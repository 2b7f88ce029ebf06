"""Documents that no library of today writes, and bodies that no sane service sends."""

import copy
import dataclasses
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Dict, List, Optional

import pytest

import paywall
from paywall._outcome import outcome_of
from paywall.results import HIDDEN, read_result, unread

DOCUMENT: Dict[str, Any] = {
    "status": "rejected",
    "action": "wait",
    "message": "the service refused",
    "customer_message": None,
    "otp_token": "token-1",
    "token_state": "kept",
    "session_id": "session-1",
    "session_renewed": False,
    "response_code": None,
    "reference_number": None,
    "correlation_id": None,
    "url_3d": None,
    "http_status": 429,
    "request_id": "id-1",
    "error": {"kind": "rate_limited", "code": "429", "stage": "service", "retry_after_ms": 2000, "detail": None},
    "transport": {"elapsed_us": 41700, "connection": "reused"},
    "response_body": None,
    "response_truncated": False,
}


def result_of(**members: Any) -> paywall.ResendResult:
    result = read_result(json.dumps({**DOCUMENT, **members}))
    assert result is not None
    return result


def test_every_member_has_its_attribute() -> None:
    result = result_of()
    assert {**dataclasses.asdict(result), **{name: getattr(result, name) for name in HIDDEN}} == DOCUMENT


def test_results_cannot_be_changed() -> None:
    result = result_of()
    assert result.error is not None
    for thing, name in [(result, "otp_token"), (result.error, "kind"), (result.transport, "connection")]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, name, "x")


def test_what_a_newer_library_adds_is_ignored_and_its_words_pass_through() -> None:
    error = {**DOCUMENT["error"], "kind": "sunspots", "since": 1}
    transport = {**DOCUMENT["transport"], "protocol": "h2"}
    result = result_of(action="look_up", error=error, transport=transport, weather="fine")
    assert result.action == "look_up"
    assert result.error is not None
    assert result.error.kind == "sunspots"


SUCCESSES: List[Dict[str, Any]] = [
    {},
    {"otp_token": 'a"b\\c', "session_id": "ç", "url_3d": "https://bank.example/\u20ac"},
    {"otp_token": "", "session_id": None},
    {"message": ',"otp_token":"x","session_id":"y",', "otp_token": None},
    {"weather": "fine", "action": "dance"},
]


def success_of(members: Dict[str, Any], ascii_only: bool = False) -> bytes:
    usual = {**DOCUMENT, "status": "ok", "action": "verify_otp", "error": None, "response_body": '{"Token":"token-1"}'}
    document = {**usual, **members}
    document["response_truncated"] = document.pop("response_truncated")
    return json.dumps(document, ensure_ascii=ascii_only, separators=(",", ":")).encode()


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("members", SUCCESSES, ids=range(len(SUCCESSES)))
def test_a_success_is_read_when_asked_for_and_is_the_same(members: Dict[str, Any], ascii_only: bool) -> None:
    document = success_of(members, ascii_only)
    read = read_result(document.decode())
    assert read is not None

    def fresh() -> paywall.ResendResult:
        result = unread(document)
        assert result is not None
        return result

    for name in [field.name for field in dataclasses.fields(read)] + list(HIDDEN) + ["response"]:
        result = fresh()
        assert getattr(result, name) == getattr(read, name), name
        assert getattr(result, name) == getattr(read, name), f"{name} again"
        assert result == read
    for view in (
        vars,
        dataclasses.asdict,
        repr,
        hash,
        copy.copy,
        copy.deepcopy,
        lambda it: pickle.loads(pickle.dumps(it)),
    ):
        assert view(fresh()) == view(read)
    assert fresh() == fresh()
    # Python 3.9 wants all arguments of __init__ that are no fields.
    changes = {"action": "wait", **dict.fromkeys(HIDDEN)}
    assert dataclasses.replace(fresh(), **changes) == dataclasses.replace(read, **changes)
    assert fresh().without_secrets() == read.without_secrets()


def test_an_unread_success_is_immutable_and_has_no_other_members_and_shows_no_secret() -> None:
    for name in ("otp_token", "message", "_document", "anything"):
        result = unread(success_of({}))
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, name, "x")
        assert not hasattr(result, "anything")
        assert "token-1" not in f"{result!r} {vars(result)}"


def test_only_a_whole_success_waits_to_be_read() -> None:
    document = success_of({})
    assert unread(json.dumps(DOCUMENT).encode()) is None
    assert [length for length in range(len(document)) if unread(document[:length]) is not None] == []


def test_threads_read_the_same_success() -> None:
    read = read_result(success_of({}).decode())
    with ThreadPoolExecutor(8) as threads:
        for _ in range(200):
            result = unread(success_of({}))
            names = ["message", "response_body", "transport", "request_id"] * 2
            assert list(threads.map(partial(getattr, result), names)) == [getattr(read, name) for name in names]


@pytest.mark.parametrize("number", [6, -1, 2**31 - 1, -(2**31)])
def test_an_unknown_status_is_in_doubt(number: int) -> None:
    outcome = outcome_of(number, json.dumps({**DOCUMENT, "status": "half_sent", "action": "look_up"}))
    assert type(outcome) is paywall.InDoubtError
    assert outcome.action == "look_up"
    assert outcome.result.otp_token == "token-1"


BROKEN = [None, "", "{", "[]", "null", "{}", '{"status":"ok"}', '{"status":1,"action":2,"error":[],"transport":3}']
BROKEN.append("[" * 100_000)


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, paywall.InDoubtError),
        (1, paywall.InDoubtError),
        (2, paywall.NotSentError),
        (3, paywall.InDoubtError),
        (4, paywall.InvalidArgumentError),
        (5, paywall.LibraryError),
        (6, paywall.InDoubtError),
        (None, paywall.InDoubtError),
    ],
)
def test_without_a_document_the_callers_token_is_not_lost(number: int, expected: type, text: Optional[str]) -> None:
    outcome = outcome_of(number, text, "token-0", "session-0")
    assert type(outcome) is expected
    result = outcome.result
    if expected is paywall.InDoubtError:
        assert (result.otp_token, result.session_id) == ("token-0", "session-0")
        assert (result.action, result.token_state) == ("await_code", "in_doubt")
    else:
        assert (result.otp_token, result.session_id) == (None, None)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, None),
        ("", None),
        ("<html>", None),
        ('{"a": NaN}', None),
        ("[Infinity]", None),
        ('{"Result": true}', {"Result": True}),
        ("[" * 5000 + "]" * 5000, None),
        ("[" * 100_000, None),
        ('{"a":' * 100_000, None),
        ("9" * 10_000, None),
        ('"\\ud800"', "\ud800"),
        ('{"\\udfff": 1}', {"\udfff": 1}),
        ("null", None),
    ],
    ids=range(13),
)
def test_a_body_is_decoded_and_never_raises(body: Optional[str], expected: object) -> None:
    result = result_of(response_body=body)
    response = result.response
    # Newer Pythons decode a few of them.
    assert response == expected or len(body or "") >= 10_000
    assert result.response_body == body


def test_a_result_can_be_made_by_hand_for_the_tests_of_a_shop() -> None:
    result = paywall.ResendResult(status=paywall.Status.OK, action=paywall.Action.VERIFY_OTP, otp_token="t")
    error = paywall.InDoubtError("in doubt", result)
    assert (error.action, error.kind, error.code) == ("verify_otp", None, None)


def test_the_names_are_the_words() -> None:
    for words in (paywall.Action, paywall.Kind, paywall.Status, paywall.TokenState):
        for name, word in vars(words).items():
            if not name.startswith("_"):
                assert word == name.lower()
