"""The options of a client, and the environment variables that carry them."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from ctypes import byref, c_char_p
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Tuple, Union, cast

from ._ffi import Context, Native, encoded
from ._outcome import outcome_in
from .errors import PaywallError, bad_option

if TYPE_CHECKING:
    import logging
    from typing import Callable, Optional, TypedDict

    from ._outcome import Outcome

    class Options(TypedDict, total=False):
        """What `Client` takes, for type checkers."""

        environment: Optional[str]
        base_url: Optional[str]
        api_key: Optional[str]
        api_client: Optional[str]
        timeout_ms: Union[int, str, None]
        connect_timeout_ms: Union[int, str, None]
        idle_timeout_ms: Union[int, str, None]
        proxy: Optional[str]
        ca_file: Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]", None]
        locale: Optional[str]
        app: Optional[str]
        headers: Optional[Mapping[str, str]]
        on_abandoned: Optional[Callable[[Outcome], object]]
        logger: Union[logging.Logger, "logging.LoggerAdapter[Any]", None]


NAMES = (
    "environment",
    "base_url",
    "api_key",
    "api_client",
    "timeout_ms",
    "connect_timeout_ms",
    "idle_timeout_ms",
    "proxy",
    "ca_file",
    "locale",
    "app",
)
_NUMBERS = ("timeout_ms", "connect_timeout_ms", "idle_timeout_ms")


def from_environment() -> Dict[str, str]:
    """Every option whose variable is set: PAYWALL_ and the upper-case name. An empty one counts as unset."""
    variables = ((name, os.environ.get("PAYWALL_" + name.upper())) for name in NAMES)
    return {name: value for name, value in variables if value}


def with_environment(overrides: Dict[str, Any]) -> Dict[str, Any]:
    """Merges these options over the environment's. Empties `overrides`, because a frame of the caller holds it."""
    merged: Dict[str, Any] = from_environment()
    merged.update((name, value) for name, value in overrides.items() if value is not None)
    overrides.clear()
    return merged


def open_context(native: Native, options: Dict[str, Any]) -> Union[Context, PaywallError]:
    """Makes a context with these options; None counts as unset. Errors are returned, not raised: `load` says why."""
    headers = options.get("headers")
    if headers is not None and not isinstance(headers, Mapping):
        return bad_option("headers", f"must be a mapping of names to texts, not {type(headers).__name__}")
    pairs: List[Tuple[bytes, bytes]] = []
    with ExitStack() as opened:
        for name, shown, value in _named(options):
            name_bytes = encoded(name)
            value_bytes = _file_name(value, opened) if name == "ca_file" else encoded(_text(name, value))
            if isinstance(name_bytes, str):
                return bad_option(shown, name_bytes)
            if isinstance(value_bytes, str):
                return bad_option(shown, value_bytes)
            pairs.append((name_bytes, value_bytes))
        return _made(native, pairs)


def _named(options: Dict[str, Any]) -> Iterator[Tuple[object, str, object]]:
    """Each option that is set: its name, the name to show, its value.

    A header's own name is not shown: it may be a secret in the wrong place.
    """
    for name in NAMES:
        if options.get(name) is not None:
            yield name, name, options[name]
    headers: Mapping[object, object] = options.get("headers") or {}
    for header, value in headers.items():
        yield (f"header.{header}" if isinstance(header, str) else header), "header", value


def _text(name: object, value: object) -> object:
    """Turns a number into text if the option may be one, and leaves everything else as it is."""
    if name in _NUMBERS and isinstance(value, int) and not isinstance(value, bool):
        # Python refuses to print numbers of thousands of digits. The library refuses these two limits as well.
        return int.__repr__(max(-1, min(value, 10**12)))
    return value


def _file_name(value: object, opened: ExitStack) -> Union[bytes, str]:
    """Returns the name of a file as the operating system knows it, in UTF-8; or, as a str, the rule that it breaks."""
    if not isinstance(value, (str, bytes, os.PathLike)):
        return encoded(value)
    path = os.fspath(cast("Union[str, bytes, os.PathLike[str]]", value))
    try:
        name = os.fsencode(path)
    except UnicodeEncodeError:
        # Python may know less than the system: LANG=C, and UTF-8 switched off.
        try:
            name = str(path).encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return "must be text without lone surrogates"
    if b"\0" in name:
        return "must not contain NUL"
    try:
        name.decode("utf-8")
        return name
    except UnicodeDecodeError:
        pass
    # The library takes only UTF-8. An open file has another name. A pipe must not wait for its writer here.
    try:
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    opened.callback(os.close, descriptor)
    return b"/dev/fd/%d" % descriptor


def _made(native: Native, options: List[Tuple[bytes, bytes]]) -> Union[Context, PaywallError]:
    config = native.config_new()
    context = Context(native)
    document = c_char_p()
    try:
        for name, value in options:
            status = native.config_set(config, name, value, byref(document))
            if status != 0:
                return _failure(status, document)
        status = native.ctx_new(config, byref(context.pointer), byref(document))
        return context if status == 0 else _failure(status, document)
    finally:
        native.string_free(document)
        native.config_free(config)


def _failure(status: int, document: c_char_p) -> PaywallError:
    outcome = outcome_in(document, status)
    # If the status is not 0, the outcome is always an exception.
    assert isinstance(outcome, PaywallError)
    return outcome
