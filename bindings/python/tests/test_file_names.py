"""File names that are not ASCII, or not even text, also where Python knows only ASCII."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

import pytest
from sandbox import Sandbox

import paywall
import paywall._loading as loading

LIBRARY = os.environ.get("PAYWALL_LIBRARY") or loading.BUNDLED
FOLDERS = {"text": "ş€".encode(), "bytes": b"\xfe\xff", "both": "ş".encode() + b"\xfe"}
# Without the two, Python would take LANG=C for UTF-8.
LOCALES: Dict[str, Dict[str, str]] = {
    "UTF-8": {"LC_ALL": "C.UTF-8"},
    "ASCII": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
PROGRAM = """
import json, os, paywall, pathlib, sys
name = os.environ.get("CA")
forms = [None] if name is None else [name, pathlib.Path(name), os.fsencode(name), FROM_A_SOURCE]
for form in forms:
    try:
        with paywall.Client.from_env(ca_file=form) as client:
            print(client.check().status)
    except paywall.PaywallError as error:
        print(type(error).__name__, error)
"""


def run(program: str, locale: str, variables: Dict[str, Any]) -> List[str]:
    environment = {**os.environb, **{os.fsencode(name): os.fsencode(value) for name, value in variables.items()}}
    environment[b"PYTHONIOENCODING"] = b"utf-8"
    environment.update((name.encode(), value.encode()) for name, value in LOCALES[locale].items())
    ended = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    return ended.stdout.decode().splitlines()


def is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.fixture(params=FOLDERS)
def folder(request: Any, tmp_path: Path) -> bytes:
    folder = os.path.join(os.fsencode(tmp_path), FOLDERS[request.param])
    os.mkdir(folder)
    return folder


@pytest.mark.parametrize("locale", LOCALES)
def test_ca_file(locale: str, folder: bytes, sandbox: Sandbox) -> None:
    name = os.path.join(folder, b"ca.pem")
    shutil.copy(sandbox.options["ca_file"], name)
    variables = sandbox.environment
    del variables["PAYWALL_CA_FILE"]
    # What a program's own source says, whatever Python knows of the system. Only text can be said.
    source = ascii(name.decode("utf-8", "surrogateescape"))
    program = PROGRAM.replace("FROM_A_SOURCE", source)
    assert run(program, locale, {**variables, "CA": name}) == ["ok"] * 4
    assert run(program, locale, {**variables, "PAYWALL_CA_FILE": name}) == ["ok"]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_library(locale: str, folder: bytes, sandbox: Sandbox) -> None:
    name = os.path.join(folder, b"libpaywall.so.1")
    shutil.copy(LIBRARY, name)
    assert run(PROGRAM, locale, {**sandbox.environment, "PAYWALL_LIBRARY": name}) == ["ok"]
    with open(name, "wb") as file:
        file.write(b"\x7fELF and no more" * 100)
    [told] = run(PROGRAM, locale, {**sandbox.environment, "PAYWALL_LIBRARY": name})
    assert told.startswith("LibraryError")
    reasons = ["invalid ELF header", "wrong ELF class"]
    # Python 3.9, and others up to a late 3.11, lose the reason if the name is not UTF-8.
    if not is_utf8(name):
        reasons.append("the system's loader refuses it")
    assert any(reason in told for reason in reasons), told
    [told] = run(PROGRAM, locale, {**sandbox.environment, "PAYWALL_LIBRARY": name + b".not"})
    assert "no such file" in told


@pytest.mark.parametrize("locale", LOCALES)
def test_the_package(locale: str, folder: bytes, sandbox: Sandbox) -> None:
    package = os.path.join(folder, b"paywall")
    shutil.copytree(os.fsencode(os.path.dirname(paywall.__file__)), package)
    os.makedirs(os.path.join(package, b"_native"), exist_ok=True)
    shutil.copy(LIBRARY, os.path.join(package, b"_native", b"libpaywall.so.1"))
    variables = {**sandbox.environment, "PYTHONPATH": folder, "PAYWALL_LIBRARY": b""}
    program = PROGRAM + "print(json.dumps(list(os.fsencode(paywall._loading._native.path))))"
    status, path = run(program, locale, variables)
    assert (status, bytes(json.loads(path))) == ("ok", os.path.join(package, b"_native", b"libpaywall.so.1"))


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (b"/no/where", "cannot be read"),
        (b"/no/\xfe", "cannot be read: No such file or directory"),
        (b"/\xfe\0", "must not contain NUL"),
        ("/\udcfe\0", "must not contain NUL"),
        ("/\ud800", "must be text without lone surrogates"),
        (7, "must be a str, not int"),
    ],
)
def test_what_cannot_be_a_file(value: Any, rule: str, options: Dict[str, Any]) -> None:
    with pytest.raises(paywall.InvalidArgumentError, match=rule) as caught:
        paywall.Client(**{**options, "ca_file": value})
    assert caught.value.code == "ca_file"


def test_no_descriptor_stays_open_and_none_is_waited_for(options: Dict[str, Any], tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xfe"
    os.mkdir(folder)
    shutil.copy(options["ca_file"], folder + b"/ca.pem")
    os.mkfifo(folder + b"/pipe")
    before = len(os.listdir("/proc/self/fd"))
    for name in (folder, folder + b"/pipe"):
        with pytest.raises(paywall.InvalidArgumentError):
            paywall.Client(**{**options, "ca_file": name})
    client = paywall.Client(**{**options, "ca_file": folder + b"/ca.pem", "idle_timeout_ms": 0})
    assert client.check().status == "ok"
    assert len(os.listdir("/proc/self/fd")) == before
