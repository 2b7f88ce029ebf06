from typing import Any, Dict, Iterator

import pytest
from sandbox import Sandbox

import paywall


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
