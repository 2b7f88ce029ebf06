"""Where the library comes from, and what is said if it cannot be loaded."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, Optional

import pytest

import paywall._loading as loading

PROGRAM = """
import json, paywall, sys
try:
    paywall.Client(environment="test", api_key="k", api_client="c")
    native = paywall._loading._native
    print(json.dumps({"path": native.path, "attempts": native.attempts}))
except paywall.LibraryError as error:
    assert (error.action, error.kind, error.result.status) == ("fix_configuration", "config", "invalid")
    print(json.dumps({"error": str(error), "attempts": error.attempts}))
"""
LIBRARY = os.environ.get("PAYWALL_LIBRARY") or loading.BUNDLED


def outcome(library: Optional[str], package: Optional[Path] = None, **variables: str) -> Dict[str, object]:
    """What a fresh process finds; if a copy of the package is given, from that copy."""
    environment = {**os.environ, **variables}
    environment.pop("PAYWALL_LIBRARY", None)
    if library is not None:
        environment["PAYWALL_LIBRARY"] = library
    if package is not None:
        environment["PYTHONPATH"] = str(package)
    run = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout)  # type: ignore[no-any-return]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package without a library in it."""
    ignored = shutil.ignore_patterns("_native", "__pycache__")
    shutil.copytree(Path(loading.__file__).parent, tmp_path / "site" / "paywall", ignore=ignored)
    return tmp_path / "site"


def bundle(package: Path) -> Path:
    return package / "paywall" / "_native" / loading.FILE_NAME


def stub(path: Path, abi: str) -> Path:
    """A library that has only the version of its interface."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source = path.with_suffix(".c")
    source.write_text(f"unsigned pw_abi_version(void) {{ return {abi}; }}\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(path), str(source)], check=True)
    return path


def test_the_named_one_wins(package: Path) -> None:
    bundle(package).parent.mkdir()
    shutil.copy(LIBRARY, bundle(package))
    assert outcome(LIBRARY, package) == {"path": LIBRARY, "attempts": [[LIBRARY, "loaded"]]}


def test_then_the_bundled_one(package: Path) -> None:
    bundle(package).parent.mkdir()
    shutil.copy(LIBRARY, bundle(package))
    for named in (None, ""):
        assert outcome(named, package)["path"] == str(bundle(package))


def test_then_the_systems(package: Path, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    shutil.copy(LIBRARY, tmp_path / "lib" / loading.FILE_NAME)
    assert outcome(None, package, LD_LIBRARY_PATH=str(tmp_path / "lib")) == {
        "path": loading.FILE_NAME,
        "attempts": [[str(bundle(package)), "no such file"], [loading.FILE_NAME, "loaded"]],
    }


def test_none_at_all_tells_each_path_with_its_reason(package: Path) -> None:
    found = outcome(None, package)
    bundled, system = found["attempts"]  # type: ignore[misc]
    assert bundled == [str(bundle(package)), "no such file"]
    assert system[0] == loading.FILE_NAME
    assert "cannot open shared object file" in system[1]
    for path, reason in (bundled, system):
        assert f"{path}: {reason}" in str(found["error"])


def test_a_bundled_one_that_is_broken_is_told_and_passed_over(package: Path, tmp_path: Path) -> None:
    bundle(package).parent.mkdir()
    bundle(package).write_bytes(b"\x7fELF and no more")
    (tmp_path / "lib").mkdir()
    shutil.copy(LIBRARY, tmp_path / "lib" / loading.FILE_NAME)
    found = outcome(None, package, LD_LIBRARY_PATH=str(tmp_path / "lib"))
    assert found["path"] == loading.FILE_NAME
    assert str(bundle(package)) in json.dumps(found["attempts"])


@pytest.mark.parametrize(
    ("library", "reason"),
    [
        ("/nowhere/libpaywall.so.1", "no such file"),
        ("libpaywall.so", "must be an absolute path"),
        ("./libpaywall.so.1", "must be an absolute path"),
        (os.path.realpath("/"), ""),
        (os.path.abspath(__file__), "invalid ELF header"),
        (os.path.realpath("/lib/x86_64-linux-gnu/libc.so.6"), "pw_abi_version"),
    ],
    ids=["missing", "a bare name", "a relative path", "a folder", "a text", "another library"],
)
def test_a_named_one_that_will_not_do(library: str, reason: str, package: Path) -> None:
    found = outcome(library, package)
    [[path, told]] = found["attempts"]  # type: ignore[misc]
    assert path == library
    assert reason in told
    assert f"{library}: {told}" in str(found["error"])


@pytest.mark.parametrize(
    ("abi", "told"),
    [
        ("2 << 16", "its interface is 2.0, and this package needs 1.0 or a later 1.x"),
        ("65535", "its interface is 0.65535"),
        ("1 << 16 | 7", "pw_version"),
    ],
    ids=["a later major", "an earlier major", "a good number and nothing else"],
)
def test_another_interface(abi: str, told: str, tmp_path: Path, package: Path) -> None:
    found = outcome(str(stub(tmp_path / "libpaywall.so.1", abi)), package)
    assert told in str(found["error"])


def test_an_older_minor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paywall._ffi.ABI_MINOR", 9)
    assert "needs 1.9 or a later 1.x" in str(loading._try(LIBRARY))


def test_nothing_is_loaded_at_import(package: Path) -> None:
    program = "import paywall; assert paywall._loading._native is None"
    environment = {**os.environ, "PAYWALL_LIBRARY": "/nowhere", "PYTHONPATH": str(package)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def test_on_windows_only_absolute_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAYWALL_LIBRARY", raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert loading.candidates() == [loading.BUNDLED]


def test_a_failed_load_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_native", None)
    monkeypatch.setenv("PAYWALL_LIBRARY", "/nowhere")
    assert loading.load().attempts == (("/nowhere", "no such file"),)
    monkeypatch.setenv("PAYWALL_LIBRARY", LIBRARY)
    assert loading.load().attempts == ((LIBRARY, "loaded"),)


def compiled(path: Path, code: str, *flags: str) -> Path:
    path.with_suffix(".c").write_text(code)
    subprocess.run(["cc", "-o", str(path), str(path.with_suffix(".c")), *flags], check=True)
    return path


def test_a_cut_file_or_one_for_another_machine_is_told_and_not_loaded(tmp_path: Path, package: Path) -> None:
    whole = Path(LIBRARY).read_bytes()
    foreign = {"x86_64": (183, "aarch64")}.get(os.uname().machine, (62, "x86_64"))
    for content, told in (
        # The loader would map it, and the process would die of SIGBUS.
        (whole[:5000], f"is cut off: it has 5000 bytes of {len(whole)}; copy it again"),
        (whole[:18] + bytes([foreign[0]]) + whole[19:], f"is built for {foreign[1]}, but this Python runs as "),
        (whole[:18] + bytes([3]) + whole[19:], "is built for i686, but this Python runs as "),
    ):
        path = tmp_path / "libpaywall.so.1"
        path.write_bytes(content)
        found = outcome(str(path), package)
        assert f"{path}: {told}" in str(found["error"])


def test_a_library_for_another_system_is_told_as_such(tmp_path: Path, package: Path) -> None:
    (tmp_path / "versions").write_text("GLIBC_9.99 { newer; };")
    library = ("-shared", "-fPIC", "-nostdlib")
    code = "int newer(void) { return 0; }"
    glibc = (*library, "-Wl,-soname,libc.so.6", f"-Wl,--version-script={tmp_path / 'versions'}")
    use = "int newer(void); int used(void) { return newer(); }"
    for needed, told in (
        (compiled(tmp_path / "glibc.so", code, *glibc), "the wheels of libpaywall need glibc 2.17"),
        (compiled(tmp_path / "musl.so", code, *library, "-Wl,-soname,libc.musl-x86_64.so.1"), "install the wheel for"),
    ):
        found = outcome(str(compiled(tmp_path / "libpaywall.so.1", use, "-shared", "-fPIC", str(needed))), package)
        assert told in str(found["error"])
