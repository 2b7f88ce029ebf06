"""`python -m paywall`."""

import json
import os
import signal
import subprocess
import sys
from typing import Dict, List, Optional

import pytest
from sandbox import SESSION, Sandbox


def run(
    arguments: List[str], environment: Dict[str, Optional[str]], given: str = ""
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "paywall", *arguments],
        env={name: value for name, value in environment.items() if value is not None},
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def options(sandbox: Sandbox, **changes: Optional[str]) -> Dict[str, Optional[str]]:
    return {**sandbox.environment, **changes}


@pytest.mark.parametrize(
    ("given", "code", "status", "requests"),
    [
        (f"sbx_ok_5001\n{SESSION}\n", 0, "ok", 1),
        (f"sbx_ok_5001\r\n{SESSION}", 0, "ok", 1),
        (f"sbx_token_invalid\n{SESSION}\n", 1, "rejected", 1),
        (f"sbx_reset_after\n{SESSION}\n", 3, "in_doubt", 1),
        ("sbx_ok_5001\n", 4, "invalid", 0),
        ("", 4, "invalid", 0),
    ],
)
def test_resend(given: str, code: int, status: str, requests: int, sandbox: Sandbox) -> None:
    ended = run(["resend"], options(sandbox), given)
    document = json.loads(ended.stdout)
    assert (ended.returncode, document["status"]) == (code, status)
    assert ended.stderr == f"{status}: {document['action']}: {document['message']}\n"
    assert len(sandbox.requests()) == requests
    # If there is no session, the message shows what one looks like.
    assert SESSION not in ended.stderr or SESSION not in given


def test_an_interrupted_resend_still_tells_its_outcome(sandbox: Sandbox) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "paywall", "resend"],
        env=sandbox.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(f"sbx_delay_1000\n{SESSION}\n")
    process.stdin.flush()
    sandbox.wait_for_requests(1)
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=30)
    assert (process.returncode, json.loads(told)["token_state"]) == (0, "new")


def test_resend_that_could_not_leave(sandbox: Sandbox) -> None:
    ended = run(["resend"], options(sandbox, PAYWALL_BASE_URL="https://localhost:1"), f"sbx_ok_5001\n{SESSION}\n")
    assert (ended.returncode, json.loads(ended.stdout)["action"]) == (2, "retry")


def test_resend_without_a_library_or_a_configuration(sandbox: Sandbox) -> None:
    for changes in ({"PAYWALL_LIBRARY": "/nowhere"}, {"PAYWALL_API_KEY": None}):
        ended = run(["resend"], options(sandbox, **changes), f"sbx_ok_5001\n{SESSION}\n")
        assert (ended.returncode, json.loads(ended.stdout)["action"]) == (4, "fix_configuration")


@pytest.mark.parametrize("arguments", [[], ["resend", "sbx_ok_5001", SESSION], ["send"], ["doctor", "x"]])
def test_wrong_arguments_are_not_repeated(arguments: List[str], sandbox: Sandbox) -> None:
    ended = run(arguments, options(sandbox))
    assert ended.returncode == 4
    assert "usage: python -m paywall doctor" in ended.stderr
    assert SESSION not in ended.stderr
    assert sandbox.requests() == []


def test_help(sandbox: Sandbox) -> None:
    assert run(["--help"], options(sandbox)).returncode == 0


def test_doctor(sandbox: Sandbox) -> None:
    library = os.environ.get("PAYWALL_LIBRARY")
    ended = run(["doctor"], options(sandbox, PAYWALL_PROXY=None))
    assert (ended.returncode, ended.stderr) == (0, "")
    if library:
        assert f"{library}: loaded" in ended.stdout
    assert "libpaywall 0.1.0, interface 1.0, /" in ended.stdout
    assert "check              ok: connected to localhost:" in ended.stdout
    assert sandbox.options["api_key"] not in ended.stdout
    assert sandbox.requests() == []


def test_doctor_needs_no_credentials(sandbox: Sandbox) -> None:
    ended = run(["doctor"], options(sandbox, PAYWALL_API_KEY=None, PAYWALL_API_CLIENT=""))
    assert ended.returncode == 0
    assert "PAYWALL_API_KEY    not set" in ended.stdout


def test_doctor_without_an_address(sandbox: Sandbox) -> None:
    ended = run(["doctor"], options(sandbox, PAYWALL_BASE_URL=None))
    assert ended.returncode == 0
    assert "check              skipped" in ended.stdout


def test_doctor_where_the_service_is_not(sandbox: Sandbox) -> None:
    ended = run(["doctor"], options(sandbox, PAYWALL_BASE_URL="https://localhost:1"))
    assert ended.returncode == 2
    assert "check              not_sent: " in ended.stdout


def test_doctor_without_a_library(sandbox: Sandbox) -> None:
    ended = run(["doctor"], options(sandbox, PAYWALL_LIBRARY="/nowhere/x.so"))
    assert ended.returncode == 4
    assert "/nowhere/x.so: no such file" in ended.stdout
    assert "none could be loaded" in ended.stdout


def test_doctor_finds_the_systems_file(sandbox: Sandbox, tmp_path: "os.PathLike[str]") -> None:
    # A copy of the package without its library, as a distribution would install it.
    import shutil

    import paywall._loading as loading

    package = os.path.join(tmp_path, "paywall")
    shutil.copytree(os.path.dirname(loading.__file__), package, ignore=shutil.ignore_patterns("_native", "__pycache__"))
    library = os.environ.get("PAYWALL_LIBRARY") or loading.BUNDLED
    versioned = os.path.join(tmp_path, "libpaywall.so.1.0.0")
    shutil.copy(library, versioned)
    os.symlink(versioned, os.path.join(tmp_path, "libpaywall.so.1"))
    ended = run(
        ["doctor"],
        options(sandbox, PAYWALL_LIBRARY=None, LD_LIBRARY_PATH=str(tmp_path), PYTHONPATH=str(tmp_path)),
    )
    assert ended.returncode == 0
    assert f"{package}/_native/libpaywall.so.1: no such file" in ended.stdout
    assert f"interface 1.0, {versioned}\n" in ended.stdout
