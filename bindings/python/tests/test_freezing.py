"""Programs that are one file: made by PyInstaller, or a zip that Python runs."""

import shutil
import subprocess
import sys
import zipapp
from pathlib import Path
from typing import Any, Dict

import pytest
from sandbox import SESSION, Sandbox

import paywall

PROGRAM = f"""
import paywall
with paywall.Client.from_env() as client:
    print(client.resend_otp("sbx_ok_5001", "{SESSION}").status)
    print(paywall._loading._native.path)
"""


def without_library(sandbox: Sandbox) -> Dict[str, str]:
    return {name: value for name, value in sandbox.environment.items() if name not in ("PAYWALL_LIBRARY", "PYTHONPATH")}


@pytest.mark.parametrize("form", ["--onedir", "--onefile"])
def test_pyinstaller(form: str, sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(PROGRAM)
    made = subprocess.run(
        [sys.executable, "-m", "PyInstaller", form, "--log-level=WARN", "--noconfirm", "shop.py"],
        env={**without_library(sandbox), "PYINSTALLER_CONFIG_DIR": str(tmp_path / "cache")},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout
    # Elsewhere, where the package is not installed.
    (tmp_path / "dist").rename(tmp_path / "till")
    program = tmp_path / "till" / ("shop/shop" if form == "--onedir" else "shop")
    environment = {**without_library(sandbox), "PATH": "/nowhere"}
    ended = subprocess.run([program], env=environment, cwd="/", stdout=subprocess.PIPE, text=True, check=True)
    status, path = ended.stdout.splitlines()
    assert status == "ok"
    assert path.endswith("/paywall/_native/libpaywall.so.1")
    assert str(Path(paywall.__file__).parent) not in path
    assert len(sandbox.requests()) == 1


def test_a_zip_says_what_to_do(sandbox: Sandbox, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(Path(paywall.__file__).parent, source / "paywall", ignore=shutil.ignore_patterns("__pycache__"))
    (source / "__main__.py").write_text(PROGRAM)
    archive = tmp_path / "shop.pyz"
    zipapp.create_archive(source, archive)
    library = tmp_path / "libpaywall.so.1"
    shutil.copy(source / "paywall" / "_native" / library.name, library)

    def run(**variables: str) -> Any:
        environment = {**without_library(sandbox), **variables}
        return subprocess.run(
            [sys.executable, archive], env=environment, cwd="/", capture_output=True, text=True, check=False
        )

    ended = run()
    told = f"inside the archive {archive}, which the system cannot load from: unpack it, and set PAYWALL_LIBRARY"
    assert told in ended.stderr
    assert run(PAYWALL_LIBRARY=str(library)).stdout == f"ok\n{library}\n"
