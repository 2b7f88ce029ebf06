"""Turns a status number and a document into a result or an exception."""

from ctypes import c_char_p
from typing import Dict, Optional, Type, Union

from .errors import InDoubtError, InvalidArgumentError, LibraryError, NotSentError, PaywallError, RejectedError
from .results import ErrorInfo, ResendResult, read_result, unread
from .words import Action, Kind, Status, TokenState

Outcome = Union[ResendResult, PaywallError]

NAMES = (Status.OK, Status.REJECTED, Status.NOT_SENT, Status.IN_DOUBT, Status.INVALID, Status.INTERNAL)
"""The statuses, by number."""
_CLASSES: Dict[str, Type[PaywallError]] = {
    Status.REJECTED: RejectedError,
    Status.NOT_SENT: NotSentError,
    Status.IN_DOUBT: InDoubtError,
    Status.INVALID: InvalidArgumentError,
    Status.INTERNAL: LibraryError,
}
_NOTHING_SENT = (Status.NOT_SENT, Status.INVALID, Status.INTERNAL)


def outcome_in(document: c_char_p, number: Optional[int], token: object = None, session: object = None) -> Outcome:
    """The outcome of a call with this document, of which it takes a copy. You still have to free the document itself.

    Free it by passing the c_char_p, never its value: the value is the copy, and not what the library returned.
    """
    copy = document.value
    result = unread(copy) if number == 0 and copy is not None else None
    if result is not None:
        return result
    return outcome_of(number, None if copy is None else copy.decode("utf-8", "replace"), token, session)


def outcome_of(number: Optional[int], text: Optional[str], token: object = None, session: object = None) -> Outcome:
    """The outcome of a call. The number decides; if an interruption lost it, the document's own status does.

    Without a document, the token and session that were passed stay the best ones known.
    """
    result = read_result(text)
    if number == 0 and result is not None:
        return result
    if number is None:
        name = Status.IN_DOUBT if result is None else result.status
    else:
        name = NAMES[number] if 0 <= number < len(NAMES) else "unrecognized"
    if result is None:
        result = _unreadable(name, number, token, session)
        name = result.status
    if name == Status.OK:
        return result
    # An unknown status may mean anything: in doubt.
    return _CLASSES.get(name, InDoubtError)(result.message, result)


def delivered(outcome: Outcome) -> ResendResult:
    """Returns a result or raises an exception, from a frame that holds no secret: a tool may show its variables."""
    if isinstance(outcome, PaywallError):
        try:
            raise outcome
        finally:
            # Otherwise frame and exception keep each other alive, and the token with them.
            del outcome
    return outcome


def _unreadable(name: str, number: Optional[int], token: object, session: object) -> ResendResult:
    message = f"the library's document could not be read (status {number})"
    if name in _NOTHING_SENT:
        error = ErrorInfo(Kind.INTERNAL, None, "argument")
        return ResendResult(name, Action.CONTACT_SUPPORT, "nothing was sent: " + message, error=error)
    return ResendResult(
        Status.IN_DOUBT,
        Action.AWAIT_CODE,
        message,
        otp_token=token if isinstance(token, str) else None,
        token_state=TokenState.IN_DOUBT,
        session_id=session if isinstance(session, str) else None,
        error=ErrorInfo(Kind.INTERNAL, None, "decode"),
    )
