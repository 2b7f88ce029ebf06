"""The READMEs: each sample runs as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import List, Tuple

import pytest
from sandbox import Sandbox

HERE = Path(__file__).resolve().parents[1]
READMES = ["README.md", "README.tr.md"]


def samples(language: str) -> List[Tuple[str, str]]:
    block = re.compile(rf"^```{language}\n(.*?)^```$", re.M | re.S)
    return [(name, code) for name in READMES for code in block.findall((HERE / name).read_text(encoding="utf-8"))]


def words(code: str) -> str:
    """The code without what is translated: texts and comments."""
    return re.sub(r'"[^"]*"|#.*', "", code)


@pytest.mark.parametrize(("name", "code"), samples("python"))
def test_a_program(name: str, code: str, sandbox: Sandbox, tmp_path: Path) -> None:
    # In a file: multiprocessing starts it again.
    program = tmp_path / "program.py"
    program.write_text(code, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-X", "dev", str(program)],
        env={**sandbox.environment, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    if "ended after all" in code:
        assert "ended after all: ok new" in ended.stdout
    if "logging" in code:
        assert "INFO:paywall:resend_otp: status=ok" in ended.stderr
    assert len(sandbox.requests()) == code.count("resend_otp(") or "check()" in code


@pytest.mark.parametrize(("name", "code"), samples("sh"))
def test_a_command(name: str, code: str, sandbox: Sandbox) -> None:
    path = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    subprocess.run(["bash", "-euo", "pipefail", "-c", code], env={**sandbox.environment, "PATH": path}, check=True)


@pytest.mark.parametrize("name", READMES)
def test_it_begins_with_a_complete_program_of_at_most_15_lines(name: str) -> None:
    title, empty, fence, *rest = (HERE / name).read_text(encoding="utf-8").splitlines()
    assert (title[:2], empty, fence) == ("# ", "", "```python")
    assert rest.index("```") <= 15


def test_both_have_the_same_samples() -> None:
    programs = samples("python")
    english = [words(code) for name, code in programs if name == READMES[0]]
    assert english == [words(code) for name, code in programs if name == READMES[1]]
    assert len(english) >= 6
