"""The C interface, and what keeps its memory safe."""

from ctypes import CDLL, POINTER, c_char_p, c_int32, c_uint32, c_void_p
from typing import Any, Dict, List, Sequence, Tuple, Union

ABI_MAJOR = 1
ABI_MINOR = 0

_OUT = POINTER(c_void_p)
_TEXT = POINTER(c_char_p)
_FUNCTIONS: Dict[str, Tuple[Any, List[Any]]] = {
    "pw_version": (c_char_p, []),
    "pw_config_new": (c_void_p, []),
    "pw_config_set": (c_int32, [c_void_p, c_char_p, c_char_p, _TEXT]),
    "pw_config_free": (None, [c_void_p]),
    "pw_ctx_new": (c_int32, [c_void_p, _OUT, _TEXT]),
    "pw_ctx_check": (c_int32, [c_void_p, _TEXT]),
    "pw_ctx_free": (None, [c_void_p]),
    "pw_resend_otp": (c_int32, [c_void_p, c_char_p, c_char_p, _TEXT]),
    "pw_string_free": (None, [c_void_p]),
}


class Native:
    """The loaded library."""

    attempts: Sequence[Tuple[str, str]] = ()

    def __init__(self, path: str, abi: Tuple[int, int], functions: Dict[str, Any]) -> None:
        self.path = path
        self.abi = abi
        self.version: str = functions["pw_version"]().decode("ascii", "replace")
        self.config_new = functions["pw_config_new"]
        self.config_set = functions["pw_config_set"]
        self.config_free = functions["pw_config_free"]
        self.ctx_new = functions["pw_ctx_new"]
        self.ctx_check = functions["pw_ctx_check"]
        self.ctx_free = functions["pw_ctx_free"]
        self.resend_otp = functions["pw_resend_otp"]
        self.string_free = functions["pw_string_free"]


def declare(library: CDLL, path: str) -> Native:
    """Checks the version of the interface before anything else, then declares every function.

    Raises:
        AttributeError: A function is missing.
        ValueError: The version is one that this package cannot use.
    """
    version = library["pw_abi_version"]
    version.restype, version.argtypes = c_uint32, []
    number: int = version()
    major, minor = number >> 16, number & 0xFFFF
    if major != ABI_MAJOR or minor < ABI_MINOR:
        raise ValueError(
            f"its interface is {major}.{minor}, and this package needs {ABI_MAJOR}.{ABI_MINOR} or a later {ABI_MAJOR}.x"
        )
    functions: Dict[str, Any] = {}
    for name, (restype, argtypes) in _FUNCTIONS.items():
        function = library[name]
        function.restype, function.argtypes = restype, argtypes
        functions[name] = function
    return Native(path, (major, minor), functions)


class Context:
    """A `pw_ctx`, freed with its last reference. Each call holds one, so closing a client never frees it too early."""

    __slots__ = ("_free", "native", "pointer")

    def __init__(self, native: Native) -> None:
        self.native = native
        # Kept here: the module's names may be gone when the interpreter ends.
        self._free = native.ctx_free
        self.pointer = c_void_p()

    def __del__(self) -> None:
        # Emptied first: if a cycle is thrown away, other destructors may run after this one and make calls.
        address, self.pointer.value = self.pointer.value, None
        self._free(address)


def encoded(value: object) -> Union[bytes, str]:
    """Returns a text as C takes it; or, as a str, the rule that it breaks."""
    if not isinstance(value, str):
        return f"must be a str, not {type(value).__name__}"
    try:
        # Not value.encode(): a subclass may have its own.
        utf8 = str.encode(value, "utf-8")
    except UnicodeEncodeError:
        return "must be text without lone surrogates"
    # C would take it for the end, and silently lose the rest. (A number: for bytes, `in` raises an exception inside.)
    return "must not contain NUL" if 0 in utf8 else utf8
