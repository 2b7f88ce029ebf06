"""The result of a call."""

import json
from dataclasses import dataclass, field, fields, replace
from typing import Any, Callable, NoReturn, Optional, Tuple


@dataclass(frozen=True)
class ErrorInfo:
    """Why a call did not end with `ok`."""

    kind: str
    """One of `Kind`, or a word of a newer library."""
    code: Optional[str] = None
    """The code that decided; for status `invalid` the name of the option or argument."""
    stage: Optional[str] = None
    """How far the call got."""
    retry_after_ms: Optional[int] = None
    """How many milliseconds to wait at least, if the service said so."""
    detail: Optional[str] = None
    """The name of a known code of the service, or the reason of the operating system or of TLS."""


@dataclass(frozen=True)
class Transport:
    """How a call went over the wire."""

    elapsed_us: int = 0
    connection: Optional[str] = None
    """`new`, `reused`, or None if there was no connection."""


@dataclass(frozen=True)
class ResendResult:
    """What is true after a call, and what to do now.

    It carries the token and the session: store these two, log `message`. Its repr shows neither of them.
    """

    status: str
    """One of `Status`."""
    action: str
    """What to do next: one of `Action`, or a word of a newer library. Treat an unknown one like `contact_support`."""
    message: str = ""
    """For the log, in English. It holds no secret."""
    customer_message: Optional[str] = None
    """The service's own words: the only text to show to a shopper."""
    otp_token: Optional[str] = field(default=None, repr=False)
    """The token to use next. None if the status is `invalid` or `internal`, and for `check()`."""
    token_state: Optional[str] = None
    """One of `TokenState`."""
    session_id: Optional[str] = field(default=None, repr=False)
    """The session to use next."""
    session_renewed: bool = False
    response_code: Optional[str] = None
    reference_number: Optional[str] = None
    correlation_id: Optional[str] = None
    url_3d: Optional[str] = field(default=None, repr=False)
    http_status: Optional[int] = None
    request_id: Optional[str] = None
    """The id of this call, also sent as `X-Request-Id`: give it to support."""
    error: Optional[ErrorInfo] = None
    transport: Transport = Transport()
    response_body: Optional[str] = field(default=None, repr=False)
    """The service's answer as text, up to 64 KiB."""
    response_truncated: bool = False

    @property
    def response(self) -> Any:
        """The service's answer as Python objects, decoded again each time; None if it is not JSON. Never raises."""
        if self.response_body is None:
            return None
        try:
            return json.loads(self.response_body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return None

    def without_secrets(self) -> "ResendResult":
        """Returns a copy without what only the owner of the token may see: for logs, queues and other processes."""
        return replace(self, otp_token=None, session_id=None, url_3d=None, response_body=None)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name + " is not JSON")


# Only the decoding, without what json.loads does around it.
_decode: Callable[[str], Tuple[Any, int]] = json.JSONDecoder().raw_decode
_MEMBERS = frozenset(field.name for field in fields(ResendResult))
# A frozen class sets its members one by one, in Python. This and an update of its __dict__ set them all at once.
_make = object.__new__


def read_result(text: Optional[str]) -> Optional[ResendResult]:
    """Reads a result document and ignores unknown members. Returns None if it is not such a document."""
    if text is None:
        return None
    try:
        document, end = _decode(text)
        if end != len(text) or not (isinstance(document["status"], str) and isinstance(document["action"], str)):
            return None
        error, transport = document["error"], document["transport"]
        if error is not None:
            document["error"] = ErrorInfo(
                error["kind"], error["code"], error["stage"], error["retry_after_ms"], error["detail"]
            )
        document["transport"] = made = _make(Transport)
        made.__dict__.update(elapsed_us=transport["elapsed_us"], connection=transport["connection"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    # Within a major version members are only added.
    if len(document) != len(_MEMBERS):
        document = {name: value for name, value in document.items() if name in _MEMBERS}
    result = _make(ResendResult)
    result.__dict__.update(document)
    return result
