"""The client."""

import os
import sys
from contextlib import suppress
from ctypes import byref, c_char_p
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, NoReturn, Optional, Type, TypeVar, Union, cast

from ._ffi import Context, encoded
from ._green import Call, pool
from ._loading import load
from ._options import open_context, with_environment
from ._outcome import Outcome, delivered, outcome_in
from .errors import InvalidArgumentError, PaywallError, bad_argument, bad_option
from .results import ResendResult
from .words import Status

if TYPE_CHECKING:
    import logging
    import uuid
    from types import TracebackType

    from typing_extensions import Unpack

    from ._options import Options

    Logger = Union[logging.Logger, "logging.LoggerAdapter[Any]"]

_Self = TypeVar("_Self", bound="Client")

# The levels of the module logging, which is not imported here.
_INFO, _WARNING, _ERROR = 20, 30, 40
_logger: Optional["logging.Logger"] = None


class Client:
    """A client of the service: make one, keep it, and share it between threads.

    After `os.fork`, parent and child can both continue with it. In a process that starts from scratch
    (multiprocessing's `spawn`) make another one: a client holds credentials, so it cannot be pickled.
    """

    # None too if __init__ never ran.
    _context: Optional[Context] = None

    def __init__(
        self,
        *,
        environment: Optional[str] = None,
        base_url: Optional[str] = None,
        api_key: Optional[str] = None,
        api_client: Optional[str] = None,
        timeout_ms: Union[int, str, None] = None,
        connect_timeout_ms: Union[int, str, None] = None,
        idle_timeout_ms: Union[int, str, None] = None,
        proxy: Optional[str] = None,
        ca_file: Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]", None] = None,
        locale: Optional[str] = None,
        app: Optional[str] = None,
        headers: Optional[Mapping[str, str]] = None,
        on_abandoned: Optional[Callable[[Outcome], object]] = None,
        logger: Optional["Logger"] = None,
    ) -> None:
        """Checks the options and loads the library. Nothing is resolved or connected yet.

        None means the library's default. The credentials and one of `environment` and `base_url` are required.

        Args:
            environment: `test`, `production` or `production-tr`.
            base_url: The address of the service; wins over `environment`.
            api_key: One of the two values from the merchant panel.
            api_client: The other one.
            timeout_ms: How long a call may take, name resolution included.
            connect_timeout_ms: How long connecting, the proxy and TLS may take together, from when the name's
                addresses are known.
            idle_timeout_ms: How long an idle connection may be reused; 0 opens a new one for each call.
            proxy: `[http://][user[:password]@]host:port`, or `env` for HTTPS_PROXY and NO_PROXY.
            ca_file: A PEM file that is added to the system's trust store.
            locale: `tr` or `en`.
            app: `Name/1.2`, appended to `User-Agent`.
            headers: Extra request headers.
            on_abandoned: Takes the outcome of a call that nobody waits for any more: a ResendResult or a PaywallError.
                Store its token. It is called in the thread that made the call; under gevent and eventlet in a greenlet.
            logger: Used instead of `logging.getLogger("paywall")`.

        Raises:
            InvalidArgumentError: An option is bad or missing; `code` is its name.
            LibraryError: libpaywall could not be loaded.
        """
        opened = _opened(
            on_abandoned,
            logger,
            {
                "environment": environment,
                "base_url": base_url,
                "api_key": api_key,
                "api_client": api_client,
                "timeout_ms": timeout_ms,
                "connect_timeout_ms": connect_timeout_ms,
                "idle_timeout_ms": idle_timeout_ms,
                "proxy": proxy,
                "ca_file": ca_file,
                "locale": locale,
                "app": app,
                "headers": headers,
            },
        )
        # Tools that show the variables of a traceback's frames must not find these.
        del api_key, api_client, proxy, headers
        if isinstance(opened, PaywallError):
            delivered(opened)
        else:
            self._context = opened
        self._on_abandoned = on_abandoned
        self._logger = logger

    @classmethod
    def from_env(cls: Type[_Self], **overrides: "Unpack[Options]") -> _Self:
        """Makes a client with the options in `os.environ`: PAYWALL_ and the upper-case name, such as PAYWALL_BASE_URL.

        An empty variable counts as unset. What you pass here wins, unless it is None.
        """
        return cls(**with_environment(cast(Dict[str, Any], overrides)))

    def resend_otp(self, token: str, session: Union[str, "uuid.UUID"]) -> ResendResult:
        """Asks the service to send the OTP of a token again. Sends at most one request.

        Blocks until the answer has come or `timeout_ms` has passed. If it raises, the token to use next is in the
        exception's `result`.

        Args:
            token: The OTP token that the operation returned, or the newest one since.
            session: The Masterpass session, a GUID.

        Returns:
            What is true now, with the token and the session to use next.

        Raises:
            RejectedError: The service answered and refused.
            NotSentError: No byte of the request left.
            InDoubtError: The request may have arrived; no trustworthy answer came back.
            InvalidArgumentError: An argument is bad, or the client is closed. Nothing was sent.
            LibraryError: The library caught a bug of its own. Nothing was sent.
        """
        try:
            outcome = self._resend(token, session)
        finally:
            # Also if a signal handler or a greenlet's timeout raises.
            del token, session
        return delivered(outcome)

    async def aresend_otp(self, token: str, session: Union[str, "uuid.UUID"]) -> ResendResult:
        """Does the same as `resend_otp` for asyncio, in a thread of the loop's default executor.

        If you cancel before the call has begun, nothing is sent. After that the call continues to its end, and
        `on_abandoned` gets its outcome: the token may have changed.
        """
        # Imported here: most programs do not use asyncio, and it takes longer to import than everything else.
        from ._aio import in_thread

        call = in_thread(partial(self._resend, token, session), self._abandoned)
        del token, session
        return delivered(await call)

    def check(self) -> ResendResult:
        """Tests the connection: name resolution, connecting, the proxy and TLS. It sends no byte of HTTP.

        Returns:
            A result with the action `none` and no token.

        Raises:
            NotSentError: The service cannot be reached; the message says why.
            InvalidArgumentError: The client is closed.
        """
        return delivered(self._check())

    def close(self) -> None:
        """Closes this client. Further calls raise InvalidArgumentError; calls under way continue."""
        self._context = None

    @property
    def closed(self) -> bool:
        """True after `close()` or the end of `with`."""
        return self._context is None

    def __enter__(self: _Self) -> _Self:
        """Returns this client; a closed one raises InvalidArgumentError."""
        if self._context is None:
            raise _closed()
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional["TracebackType"],
    ) -> None:
        """Closes this client."""
        self.close()

    def __repr__(self) -> str:
        """Says whether it is open, and nothing of its options."""
        return f"<paywall.Client, {'closed' if self._context is None else 'open'}>"

    def __reduce__(self) -> NoReturn:
        """Refuses to be pickled or copied."""
        raise TypeError("a paywall.Client holds credentials and cannot be pickled or copied: make one per process")

    def _resend(self, token: object, session: object) -> Outcome:
        """Makes the call and returns its outcome, errors too: only a frame without token and session may raise them."""
        # This reference keeps the context alive, even if another thread closes the client meanwhile.
        context = self._context
        if context is None or not context.pointer:
            return self._refused(_closed())
        if not isinstance(session, str):
            session = _text_of(session)
        token_bytes = encoded(token)
        if isinstance(token_bytes, str):
            return self._refused(bad_argument("token", token_bytes))
        session_bytes = encoded(session)
        if isinstance(session_bytes, str):
            return self._refused(bad_argument("session", session_bytes))

        green = pool()
        if green is not None:
            work = partial(_resent, context, token_bytes, session_bytes, token, session)
            call = Call(green, work, self._abandoned)
            # It may raise.
            del token, token_bytes, session, session_bytes, work
            outcome = call.outcome()
            self._log("resend_otp", outcome)
            return outcome

        native = context.native
        document = c_char_p()
        status: Optional[int] = None
        try:
            status = native.resend_otp(context.pointer, token_bytes, session_bytes, byref(document))
            outcome = outcome_in(document, status, token, session)
            self._log("resend_otp", outcome)
            return outcome
        except BaseException:
            # A signal handler raised (Ctrl-C, a server that stops its worker). The call itself has run to its end.
            if document:
                self._abandoned(outcome_in(document, status, token, session))
            del token, token_bytes, session, session_bytes
            raise
        finally:
            native.string_free(document)

    def _refused(self, error: InvalidArgumentError) -> Outcome:
        """Writes the line in the log for a call that was refused before it reached the library."""
        self._log("resend_otp", error)
        return error

    def _check(self) -> Outcome:
        context = self._context
        if context is None or not context.pointer:
            return _closed()
        green, work = pool(), partial(_checked, context)
        outcome = work() if green is None else Call(green, work, lambda _: None).outcome()
        self._log("check", outcome)
        return outcome

    def _abandoned(self, outcome: Outcome) -> None:
        """Hands on the outcome of a call that nobody waits for."""
        self._log("resend_otp (abandoned)", outcome)
        if self._on_abandoned is None:
            return
        try:
            self._on_abandoned(outcome)
        except Exception as error:
            self._log_failed_handler(error)

    def _log(self, what: str, outcome: Outcome) -> None:
        result = outcome.result if isinstance(outcome, PaywallError) else outcome
        level = _INFO if result.status == Status.OK else _WARNING
        # A broken logger must not lose the outcome. (Not contextlib.suppress: it costs more than the logger.)
        try:
            logger = _default_logger() if self._logger is None else self._logger
            if logger is None or not logger.isEnabledFor(level):
                return
            logger.log(
                level,
                "%s: status=%s action=%s kind=%s request_id=%s elapsed_us=%s",
                what,
                result.status,
                result.action,
                None if result.error is None else result.error.kind,
                result.request_id,
                result.transport.elapsed_us,
            )
        except Exception:
            return

    def _log_failed_handler(self, error: Exception) -> None:
        """Logs the class of the error and not its text, which may hold anything, even a token."""
        with suppress(Exception):
            logger = _default_logger() if self._logger is None else self._logger
            if logger is not None:
                logger.log(_ERROR, "on_abandoned raised %s", type(error).__name__)


def _resent(context: Context, token_bytes: bytes, session_bytes: bytes, token: object, session: object) -> Outcome:
    document = c_char_p()
    try:
        status = context.native.resend_otp(context.pointer, token_bytes, session_bytes, byref(document))
        return outcome_in(document, status, token, session)
    finally:
        context.native.string_free(document)


def _checked(context: Context) -> Outcome:
    document = c_char_p()
    try:
        status = context.native.ctx_check(context.pointer, byref(document))
        return outcome_in(document, status)
    finally:
        context.native.string_free(document)


def _default_logger() -> Optional["logging.Logger"]:
    """Returns `logging.getLogger("paywall")`, or None if nobody has imported logging: then nobody can read it either.

    Importing it here would take a third of the time until the first client.
    """
    global _logger
    if _logger is None and "logging" in sys.modules:
        module = sys.modules["logging"]
        logger = module.getLogger("paywall")
        # Otherwise the warnings would go to the standard error of a program that has not set up logging.
        logger.addHandler(module.NullHandler())
        _logger = logger
    return _logger


def _opened(on_abandoned: object, logger: object, options: Dict[str, Any]) -> Union[Context, PaywallError]:
    if on_abandoned is not None and not callable(on_abandoned):
        return bad_option("on_abandoned", "must be callable")
    if logger is not None and not all(callable(getattr(logger, name, None)) for name in ("log", "isEnabledFor")):
        return bad_option("logger", "must have the methods log and isEnabledFor, as a logging.Logger has")
    native = load()
    if isinstance(native, PaywallError):
        return native
    return open_context(native, options)


def _text_of(session: object) -> object:
    """Turns a UUID into text, and leaves everything else as it is."""
    # If it is a UUID, its module was imported. Nobody else has to wait for that import.
    module = sys.modules.get("uuid")
    return str(session) if module is not None and isinstance(session, module.UUID) else session


def _closed() -> InvalidArgumentError:
    return bad_argument("client", "is closed")
