"""Finds libpaywall: once per process, when you make the first client."""

import os
import sys

# Not threading: that would be imported for one lock.
from _thread import allocate_lock
from ctypes import CDLL
from typing import List, Optional, Sequence, Tuple, Union

from . import _library_file
from ._ffi import Native, declare
from .errors import LibraryError, not_loaded

VARIABLE = "PAYWALL_LIBRARY"

if sys.platform == "win32":
    FILE_NAME = "paywall.dll"
elif sys.platform == "darwin":
    FILE_NAME = "libpaywall.1.dylib"
else:
    FILE_NAME = "libpaywall.so.1"

BUNDLED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_native", FILE_NAME)

_native: Optional[Native] = None
_lock = allocate_lock()


def load() -> Union[Native, LibraryError]:
    """Returns the library, and loads it first if need be. A failure is returned, not raised; the next call tries again.

    An exception would carry the frames of its callers, and they hold credentials.
    """
    global _native
    if _native is None:
        with _lock:
            if _native is None:
                native, attempts = _first_that_loads(candidates())
                if native is None:
                    return not_loaded(attempts)
                _native = native
    return _native


def candidates() -> List[str]:
    """The paths to try, in this order. If PAYWALL_LIBRARY names one, it is the only one."""
    named = os.environ.get(VARIABLE)
    if named:
        return [named]
    # Windows would search for a bare name along PATH and in the current folder.
    return [BUNDLED] if sys.platform == "win32" else [BUNDLED, FILE_NAME]


def _first_that_loads(paths: Sequence[str]) -> Tuple[Optional[Native], List[Tuple[str, str]]]:
    attempts: List[Tuple[str, str]] = []
    for path in paths:
        loaded = _try(path)
        if isinstance(loaded, Native):
            attempts.append((_shown(path), "loaded"))
            loaded.attempts = tuple(attempts)
            return loaded, attempts
        attempts.append((_shown(path), _shown(loaded)))
    return None, attempts


def _shown(text: str) -> str:
    """Escapes the bytes of a file's name that are not text: a message with them could not be printed."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _try(path: str) -> Union[Native, str]:
    """Returns the library at this path, or the reason why it cannot be loaded."""
    if path != FILE_NAME and not os.path.isabs(path):
        return f"{VARIABLE} must be an absolute path"
    if "\0" in path:
        return "must not contain NUL"
    if os.path.isabs(path) and not os.path.exists(path):
        return _missing(path)
    if path != FILE_NAME:
        problem = _library_file.problem(path)
        if problem is not None:
            return problem
    try:
        return declare(CDLL(path), path)
    except OSError as error:
        # Python 3.9, and others up to a late 3.11, lose the reason if the name in it is not UTF-8.
        return _library_file.explained(str(error)) or "the system's loader refuses it"
    except UnicodeDecodeError as error:
        # Later ones raise this instead.
        return error.object.decode("utf-8", "surrogateescape")
    except (AttributeError, ValueError) as error:
        return f"not a libpaywall for this package: {error}"


def _missing(path: str) -> str:
    parent = os.path.dirname(path)
    while not os.path.exists(parent):
        parent = os.path.dirname(parent)
    if os.path.isfile(parent):
        return (
            f"inside the archive {parent}, which the system cannot load from: unpack it, and set {VARIABLE} to its path"
        )
    return "no such file"


def _renew_lock() -> None:
    global _lock
    _lock = allocate_lock()


if hasattr(os, "register_at_fork"):
    # Another thread of the parent may have held the lock; it does not exist in the child.
    os.register_at_fork(after_in_child=_renew_lock)
