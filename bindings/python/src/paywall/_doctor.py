"""`python -m paywall doctor`: which library is loaded, from where, and whether the service can be reached."""

import os
import platform
import sys
from typing import Iterable, Optional

from ._client import Client
from ._ffi import ABI_MAJOR, ABI_MINOR
from ._loading import VARIABLE, candidates, load
from ._options import NAMES as OPTIONS
from ._options import from_environment
from ._outcome import NAMES
from ._version import VERSION
from .errors import LibraryError, PaywallError
from .words import Status

_SECRET = ("api_key", "api_client", "proxy")
_INVALID = NAMES.index(Status.INVALID)


def doctor() -> int:
    """Prints what it finds. Returns the exit code: 0, or the number of the status of the failure."""
    _say("package", f"paywall {VERSION}, {os.path.dirname(os.path.abspath(__file__))}")
    _say("python", f"{platform.python_version()}, {platform.platform()}, {platform.machine()}, {sys.executable}")
    is_loaded = _tell_library()
    _tell_options()
    return _check() if is_loaded else _INVALID


def _tell_library() -> bool:
    _say(VARIABLE, os.environ.get(VARIABLE) or "not set")
    native = load()
    for path, ended in native.attempts:
        _say("tried", f"{path}: {ended}")
    if isinstance(native, LibraryError):
        _say("library", "none could be loaded")
        _say("needed", f"interface {ABI_MAJOR}.{ABI_MINOR} or a later {ABI_MAJOR}.x")
        return False
    for path in candidates()[len(native.attempts) :]:
        _say("not tried", path)
    major, minor = native.abi
    _say("library", f"libpaywall {native.version}, interface {major}.{minor}, {_file_of(native.path)}")
    return True


def _file_of(path: str) -> str:
    """The file that a bare name stands for, if the system says which."""
    if not os.path.isabs(path):
        try:
            with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
                return _first_mapped(maps, path) or path
        except OSError:
            pass
    return path


def _first_mapped(maps: Iterable[str], name: str) -> Optional[str]:
    files = (line.split(maxsplit=5)[5].strip() for line in maps if line.count(" ") >= 5 and "/" in line)
    # The name is a link to a file with more numbers in its name.
    return next((file for file in files if os.path.basename(file).startswith(name)), None)


def _tell_options() -> None:
    options = from_environment()
    for name in OPTIONS:
        if name in options:
            # The library refuses an address with a password in it. It must not be shown either.
            is_secret = name in _SECRET or "@" in options[name]
            shown = "set" if is_secret else ascii(options[name])
            _say("PAYWALL_" + name.upper(), shown)


def _check() -> int:
    options = from_environment()
    if not ("base_url" in options or "environment" in options):
        _say("check", "skipped: set PAYWALL_ENVIRONMENT or PAYWALL_BASE_URL")
        return 0
    for name in ("api_key", "api_client"):
        if name not in options:
            _say("PAYWALL_" + name.upper(), "not set: calls will need it")
    try:
        # The check sends no credentials, so any will do.
        with Client.from_env(
            api_key=options.get("api_key", "none"), api_client=options.get("api_client", "none")
        ) as client:
            result = client.check()
    except PaywallError as error:
        result = error.result
    _say("check", f"{result.status}: {result.message}")
    return NAMES.index(result.status) if result.status in NAMES else _INVALID


def _say(what: str, text: str) -> None:
    # Escapes what the terminal cannot show: the doctor must not fail because of the letters in a path.
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(f"{what:<18} {text}\n".encode(encoding, "backslashreplace").decode(encoding))
