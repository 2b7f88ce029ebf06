"""What the package is written in: Python 3.8, and types that two checkers accept."""

import ast
import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import List

import pytest

import paywall

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent / "src" / "paywall"
SOURCES = sorted(PACKAGE.rglob("*.py"))
STANDARD = sysconfig.get_path("stdlib")
# Django has no types.
UNTYPED = PACKAGE / "contrib"
SHOP = HERE / "typed_shop.py"


def run(*command: object) -> None:
    ended = subprocess.run(
        [sys.executable, *map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_syntax_is_that_of_3_8(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))


def test_every_module_and_function_used_exists_in_3_8() -> None:
    # It can only be started as a program.
    vermin = "import vermin; vermin.main()"
    run("-c", vermin, "--target=3.8-", "--no-tips", "--violations", *SOURCES)


@pytest.mark.parametrize("target", [PACKAGE, SHOP], ids=["package", "shop"])
def test_mypy_strict(target: Path, tmp_path: Path) -> None:
    run("-m", "mypy", "--strict", "--config-file=", "--exclude=/contrib/", f"--cache-dir={tmp_path}", target)


@pytest.mark.parametrize("target", [PACKAGE, SHOP], ids=["package", "shop"])
def test_pyright_strict(target: Path, tmp_path: Path) -> None:
    settings = {
        "include": [str(target)],
        "exclude": [str(UNTYPED)],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.8",
        # An expected complaint that no longer comes is a complaint too.
        "enableTypeIgnoreComments": False,
        "reportUnnecessaryTypeIgnoreComment": True,
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    run("-m", "pyright", "--project", tmp_path, "--pythonpath", sys.executable)


def is_standard(name: str) -> bool:
    # Python 3.9 has no sys.stdlib_module_names.
    origin = getattr(importlib.util.find_spec(name), "origin", None) or ""
    return origin in ("built-in", "frozen") or (origin.startswith(STANDARD) and "-packages" not in origin)


def test_nothing_but_the_standard_library_is_imported() -> None:
    names: List[str] = []
    for path in PACKAGE.rglob("*.py"):
        if UNTYPED in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.extend(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.append(node.module or "")
    # Type checkers come with typing_extensions. It is never imported at run time.
    foreign = {name.split(".")[0] for name in names if not is_standard(name.split(".")[0])}
    # The hook of PyInstaller is not a part of the package: it imports it.
    assert foreign == {"typing_extensions", "paywall"}
    script = "import sys, paywall, paywall._aio; sys.exit('typing_extensions' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    subprocess.run([sys.executable, "-S", "-c", script], env=environment, check=True)


def test_the_package_says_that_it_is_typed() -> None:
    assert Path(paywall.__file__).with_name("py.typed").exists()
    assert all(hasattr(paywall, name) for name in paywall.__all__)
