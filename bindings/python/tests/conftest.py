import sys
from typing import Any, Dict, Iterator

import pytest
from sandbox import Sandbox

import paywall


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A failure says how to run only that test."""
    if report.failed:
        name = report.nodeid.rsplit("::", 1)[-1].split("[", 1)[0]
        print(f"\nonly this test: make test-python ONLY={name}", file=sys.stderr)


@pytest.fixture(scope="session")
def _one_sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(_one_sandbox: Sandbox) -> Sandbox:
    """The sandbox with an empty journal."""
    _one_sandbox.clear()
    return _one_sandbox


@pytest.fixture
def options(sandbox: Sandbox) -> Dict[str, Any]:
    """What a client of the sandbox needs."""
    return dict(sandbox.options)


@pytest.fixture
def client(options: Dict[str, Any]) -> Iterator[paywall.Client]:
    with paywall.Client(**options) as client:
        yield client
