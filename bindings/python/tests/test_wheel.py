"""The wheel: built, installed where nothing else is, and used."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Any, Dict

import pytest
from sandbox import Sandbox

import paywall._loading as loading

SOURCE = Path(__file__).resolve().parents[1]
LIBRARY = os.environ.get("PAYWALL_LIBRARY") or loading.BUNDLED
PROGRAM = """
import paywall
with paywall.Client.from_env() as client:
    client.resend_otp("sbx_ok_5001", "6489433e-f36b-1410-825e-001264113a90")
print(paywall._loading._native.path)
"""


def build(folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    copy = folder / "source"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("tests", "__pycache__", "*.egg-info", "build"))
    return subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(copy)],
        env={**clean(), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def clean() -> Dict[str, str]:
    """An environment in which Python finds only what is installed."""
    return {name: value for name, value in os.environ.items() if name not in ("PAYWALL_LIBRARY", "PYTHONPATH")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: Any) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = build(folder, PAYWALL_BUNDLE=LIBRARY)
    assert built.returncode == 0, built.stdout
    [wheel] = folder.glob("*.whl")
    return wheel  # type: ignore[no-any-return]


def test_its_name_and_what_is_in_it(wheel: Path) -> None:
    name, version, python, abi, platform = wheel.stem.split("-")
    assert (name, version, python, abi) == ("paywall", "0.1.0", "py3", "none")
    assert platform.startswith(("linux_", "manylinux", "macosx", "win"))
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read("paywall-0.1.0.dist-info/METADATA").decode()
        assert archive.read("paywall/_native/libpaywall.so.1") == Path(LIBRARY).read_bytes()
        assert "Root-Is-Purelib: false" in archive.read("paywall-0.1.0.dist-info/WHEEL").decode()
    assert {name.split("/")[0] for name in names} == {"paywall", "paywall-0.1.0.dist-info"}
    assert "paywall/py.typed" in names
    assert "Requires-Python: >=3.8" in metadata
    assert "Requires-Dist" not in metadata


def test_it_works_where_nothing_else_is(wheel: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = [python, "-m", "pip", "install", "-q", "--no-index", "--no-deps", wheel]
    subprocess.run(install, env=clean(), check=True)
    environment = {name: value for name, value in sandbox.environment.items() if name in clean()}
    environment.update({name: value for name, value in sandbox.environment.items() if name.startswith("PAYWALL_")})
    environment.pop("PAYWALL_LIBRARY", None)
    ended = subprocess.run(
        [python, "-c", PROGRAM], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True
    )
    assert ended.stdout.startswith(str(tmp_path / "venv"))
    assert ended.stdout.endswith("/paywall/_native/libpaywall.so.1\n")
    assert len(sandbox.requests()) == 1


@pytest.mark.parametrize("bundle", ["", "/nowhere/libpaywall.so"])
def test_none_is_built_without_a_library(bundle: str, tmp_path: Path) -> None:
    built = build(tmp_path, PAYWALL_BUNDLE=bundle)
    assert built.returncode != 0
    assert "PAYWALL_BUNDLE must be the path of the shared library" in built.stdout
