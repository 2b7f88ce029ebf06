"""The result of a call."""

import json
from dataclasses import InitVar, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Callable, Dict, NoReturn, Optional, Tuple, Type

from .words import Action, Status


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


class _Hidden:
    """Holds what no serializer may find: it is not in `__dict__`, and not a field of a dataclass."""

    __slots__ = ("_document", "_hidden")

    _hidden: Tuple[Optional[str], ...]
    _document: Optional[bytes]
    """Only an `_Unread` result has it."""


@dataclass(frozen=True, eq=False)
class ResendResult(_Hidden):
    """What is true after a call, and what to do now.

    It carries the token and the session: store these two, log `message`. `otp_token`, `session_id`, `url_3d` and
    `response_body` are there to read. Its repr, `vars()`, `dataclasses.asdict()` and web frameworks leave them out.
    """

    status: str
    """One of `Status`."""
    action: str
    """What to do next: one of `Action`, or a word of a newer library. Treat an unknown one like `contact_support`."""
    message: str = ""
    """For the log, in English. It holds no secret."""
    customer_message: Optional[str] = None
    """The service's own words: the only text to show to a shopper."""
    token_state: Optional[str] = None
    """One of `TokenState`."""
    session_renewed: bool = False
    response_code: Optional[str] = None
    reference_number: Optional[str] = None
    correlation_id: Optional[str] = None
    http_status: Optional[int] = None
    request_id: Optional[str] = None
    """The id of this call, also sent as `X-Request-Id`: give it to support."""
    error: Optional[ErrorInfo] = None
    transport: Transport = Transport()
    response_truncated: bool = False

    if TYPE_CHECKING:
        otp_token: Optional[str] = None
        """The token to use next. None if the status is `invalid` or `internal`, and for `check()`."""
        session_id: Optional[str] = None
        """The session to use next."""
        url_3d: Optional[str] = None
        response_body: Optional[str] = None
        """The service's answer as text, up to 64 KiB."""
    else:
        # Arguments of __init__ and of dataclasses.replace. Below, properties take their place.
        otp_token: InitVar[Optional[str]] = None
        session_id: InitVar[Optional[str]] = None
        url_3d: InitVar[Optional[str]] = None
        response_body: InitVar[Optional[str]] = None

        def __post_init__(self, *hidden: Optional[str]) -> None:  # noqa: D105
            _hide(self, "_hidden", hidden)

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

    def __eq__(self, other: object) -> bool:
        """Compares all members, the token too."""
        if not isinstance(other, ResendResult):
            return NotImplemented
        return self._members() == other._members()

    def __hash__(self) -> int:
        """Equal results have the same hash."""
        return hash(self._members())

    def _members(self) -> Tuple[Any, ...]:
        return (*(getattr(self, field.name) for field in fields(self)), *self._hidden)

    def __reduce__(self) -> Tuple[Any, ...]:
        """Pickles and copies all members, the token too."""
        return _unpickled, (type(self), vars(self), self._hidden)


HIDDEN = ("otp_token", "session_id", "url_3d", "response_body")
"""The members that hold a secret, or text of others that may contain one."""


def _hidden_member(index: int) -> property:
    def member(self: ResendResult) -> Optional[str]:
        return self._hidden[index]

    return property(member)


for _index, _name in enumerate(HIDDEN):
    setattr(ResendResult, _name, _hidden_member(_index))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name + " is not JSON")


def _unpickled(kind: Type[ResendResult], members: Dict[str, Any], hidden: Tuple[Optional[str], ...]) -> ResendResult:
    result = _make(kind)
    _fill(result, members, hidden)
    return result


# Only the decoding, without what json.loads does around it.
_decode: Callable[[str], Tuple[Any, int]] = json.JSONDecoder().raw_decode
_MEMBERS = frozenset(field.name for field in fields(ResendResult))
# A frozen class sets its members one by one, in Python. This and an update of its __dict__ set them all at once.
_make = object.__new__
_hide = object.__setattr__
_members_of: Callable[[ResendResult], Dict[str, Any]] = vars(ResendResult)["__dict__"].__get__

_document_of: Callable[[_Hidden], Optional[bytes]] = vars(_Hidden)["_document"].__get__

_SUCCESS = b'{"status":"ok",'
_ENDS = (b'"response_truncated":false}', b'"response_truncated":true}')
# Within a text quotation marks are escaped: what looks like one of these is the member itself.
_GLANCED = {"otp_token": b'"otp_token":"', "session_id": b'"session_id":"'}
_BACKSLASH = 0x5C


def unread(document: bytes) -> Optional[ResendResult]:
    """The result of a success, which is read when you ask for it: reading takes longer than the rest of Python's part.

    Returns None if the document does not begin and end as that of a success does.
    """
    if not (document.startswith(_SUCCESS) and document.endswith(_ENDS)):
        return None
    result = _make(_Unread)
    _hide(result, "_document", document)
    return result


class _Unread(ResendResult):
    """A success whose document nobody has read yet. When somebody asks for a member, it becomes a `ResendResult`.

    Token and session are found without reading the rest. Not `__getattr__`: pydantic sets defaults in a class that it
    sees, and that would not be called for them.
    """

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":
            return ResendResult
        if name == "status":
            return Status.OK
        document, key = _document_of(self), _GLANCED.get(name)
        if document is not None and key is not None:
            begin = document.find(key) + len(key)
            text = document[begin : document.find(b'"', begin)]
            if begin >= len(key) and _BACKSLASH not in text:
                return text.decode()
        _read(self)
        return getattr(self, name)

    def __setattr__(self, name: str, value: object) -> None:
        _read(self)
        setattr(self, name, value)

    def __delattr__(self, name: str) -> None:
        _read(self)
        delattr(self, name)


def _read(result: _Unread) -> None:
    """Several threads may do this at once: all of them read the same."""
    document = _document_of(result)
    if document is None:
        return
    # The library writes nothing that cannot be read.
    read = read_result(document.decode("utf-8", "replace")) or ResendResult(Status.OK, Action.CONTACT_SUPPORT)
    _fill(result, vars(read), read._hidden)
    _hide(result, "__class__", ResendResult)
    _hide(result, "_document", None)


def _fill(result: ResendResult, members: Dict[str, Any], hidden: Tuple[Optional[str], ...]) -> None:
    _members_of(result).update(members)
    _hide(result, "_hidden", hidden)


def read_result(text: Optional[str]) -> Optional[ResendResult]:
    """Reads a result document and ignores unknown members. Returns None if it is not such a document."""
    if text is None:
        return None
    try:
        document, end = _decode(text)
        return result_from(document) if end == len(text) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def result_from(document: Dict[str, Any]) -> ResendResult:
    """Makes a result of a decoded document, which becomes part of it.

    Raises:
        KeyError, TypeError: It is not such a document.
    """
    if not (isinstance(document["status"], str) and isinstance(document["action"], str)):
        raise TypeError("not a result document")
    error, transport = document["error"], document["transport"]
    if error is not None:
        document["error"] = ErrorInfo(
            error["kind"], error["code"], error["stage"], error["retry_after_ms"], error["detail"]
        )
    document["transport"] = made = _make(Transport)
    made.__dict__.update(elapsed_us=transport["elapsed_us"], connection=transport["connection"])
    take = document.pop
    hidden = (take("otp_token", None), take("session_id", None), take("url_3d", None), take("response_body", None))
    # Within a major version members are only added.
    if len(document) != len(_MEMBERS):
        document = {name: value for name, value in document.items() if name in _MEMBERS}
    result = _make(ResendResult)
    _fill(result, document, hidden)
    return result
