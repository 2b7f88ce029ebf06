"""What is wrong with a library's file, where the system's loader says it in unclear words or would kill the process."""

import os
import re
import struct
from typing import Optional

# ELF's numbers for the likely machines.
_MACHINES = {3: "i686", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv64"}
_MEANINGS = (
    (
        r"version `GLIBC_\S+' not found",
        "it is built for a newer glibc than this system has; the wheels of libpaywall need glibc 2.17",
    ),
    (
        r"libc\.musl-|libc\.so: |Error relocating",
        "it is built for another C library, musl (Alpine) or glibc: install the wheel for this system",
    ),
    (
        r"ld-linux|libc\.so\.6: cannot open|Error loading shared library libc\.so\.6",
        "it is built for glibc, which this system does not have: install the wheel for musl",
    ),
    (
        r"failed to map segment from shared object$|Operation not permitted",
        "its file system is mounted noexec, or a rule of the system forbids it: put it elsewhere",
    ),
)


def problem(path: str) -> Optional[str]:
    """Why a file for Linux cannot be the library, as its first bytes and its size show; None if they do not."""
    head = _head(path)
    ours = _head("/proc/self/exe")
    if head is None:
        return None
    if ours is not None and _machine(head) != _machine(ours):
        names = f"{_machine(head)}, but this Python runs as {_machine(ours)}"
        return f"is built for {names}: install libpaywall for that machine"
    # If a copy stopped halfway, the loader maps the file anyway, and then SIGBUS kills the process. The table of
    # sections is the last part of a file.
    wide, order = head[4] == 2, _order(head)
    (offset,) = struct.unpack_from(order + ("Q" if wide else "I"), head, 0x28 if wide else 0x20)
    length, count = struct.unpack_from(order + "2H", head, 0x3A if wide else 0x2E)
    size, whole = os.path.getsize(path), offset + length * count
    return f"is cut off: it has {size} bytes of {whole}; copy it again" if whole > size else None


def explained(words: str) -> str:
    """What the loader said, with what it means."""
    for pattern, meaning in _MEANINGS:
        if re.search(pattern, words):
            return f"{words}: {meaning}"
    return words


def _head(path: str) -> Optional[bytes]:
    """The header of an ELF file; None of another, and of one that cannot be read: about those the loader is clear."""
    try:
        with open(path, "rb") as file:
            head = file.read(64)
    except OSError:
        return None
    if len(head) < 64 or not head.startswith(b"\x7fELF"):
        return None
    return head if head[4] in (1, 2) and head[5] in (1, 2) and head[6] == 1 else None


def _machine(head: bytes) -> str:
    (number,) = struct.unpack_from(_order(head) + "H", head, 18)
    return _MACHINES.get(number, f"ELF machine {number}")


def _order(head: bytes) -> str:
    return ">" if head[5] == 2 else "<"
