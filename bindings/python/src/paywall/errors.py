"""The exceptions: one class for each thing that can be true."""

from dataclasses import asdict
from typing import Any, Mapping, Optional, Sequence, Tuple, Union

from .results import ErrorInfo, ResendResult, result_from
from .words import Action, Kind, Status


class PaywallError(Exception):
    """A call that did not end with `ok`. Its `str()` is for your log and holds no secret.

    A pickled, copied or otherwise serialized exception has no token, session or body: pass these on yourself, from
    `result`. Its `args` are plain data: Celery makes an exception again from class and `args`, and loses nothing else.
    """

    result: ResendResult

    def __init__(self, message: str, result: Union[ResendResult, Mapping[str, Any]]) -> None:
        """Makes an exception with this text and result. You need this only for tests of your own."""
        self.result = result if isinstance(result, ResendResult) else result_from(dict(result))
        super().__init__(message, asdict(self.result))

    def __str__(self) -> str:
        """Returns the text for your log."""
        return str(self.args[0])

    def __repr__(self) -> str:
        """Returns the class and the text for your log."""
        return f"{type(self).__name__}({str(self)!r})"

    @property
    def action(self) -> str:
        """What to do next: one of `Action`, or a word of a newer library."""
        return self.result.action

    @property
    def kind(self) -> Optional[str]:
        """The class of the failure: one of `Kind`, or a word of a newer library."""
        return None if self.result.error is None else self.result.error.kind

    @property
    def code(self) -> Optional[str]:
        """The code that decided; for a bad option or argument its name."""
        return None if self.result.error is None else self.result.error.code

    def __reduce__(self) -> Tuple[Any, ...]:
        """Pickles and copies without token, session and body."""
        return type(self), self.args


class RejectedError(PaywallError):
    """The service answered and refused. `action` says what to do."""


class NotSentError(PaywallError):
    """No byte of the request left: calling again is safe."""


class InDoubtError(PaywallError):
    """The request may have arrived; no trustworthy answer came back. Never call again automatically."""


class InvalidArgumentError(PaywallError, ValueError):
    """A bad argument or option; `code` is its name. Nothing was sent."""


class LibraryError(PaywallError):
    """The library could not be loaded, or caught a bug of its own. Nothing was sent."""

    attempts: Sequence[Tuple[str, str]]
    """If the library could not be loaded: each path that was tried, with the reason."""

    def __init__(
        self,
        message: str,
        result: Union[ResendResult, Mapping[str, Any]],
        attempts: Sequence[Sequence[str]] = (),
    ) -> None:
        """Makes an exception that also lists the paths that were tried."""
        super().__init__(message, result)
        self.attempts = tuple((path, reason) for path, reason in attempts)
        self.args = (*self.args, self.attempts)


def bad_argument(name: str, rule: str) -> InvalidArgumentError:
    """The exception that the library itself would cause for a bad argument."""
    return _invalid(Action.FIX_REQUEST, ErrorInfo(Kind.ARGUMENT, name, "argument"), rule)


def bad_option(name: str, rule: str) -> InvalidArgumentError:
    """The exception that the library itself would cause for a bad option."""
    return _invalid(Action.FIX_CONFIGURATION, ErrorInfo(Kind.CONFIG, name, "config"), rule)


def _invalid(action: str, error: ErrorInfo, rule: str) -> InvalidArgumentError:
    message = f"nothing was sent: {error.code}: {rule}"
    return InvalidArgumentError(message, ResendResult(Status.INVALID, action, message, error=error))


def not_loaded(attempts: Sequence[Tuple[str, str]]) -> LibraryError:
    """The exception if no library could be loaded: it lists every path with the reason."""
    tried = "; ".join(f"{path}: {reason}" for path, reason in attempts)
    message = f"libpaywall could not be loaded. Tried {tried}"
    result = ResendResult(
        Status.INVALID, Action.FIX_CONFIGURATION, message, error=ErrorInfo(Kind.CONFIG, "PAYWALL_LIBRARY", "config")
    )
    return LibraryError(message, result, attempts)
