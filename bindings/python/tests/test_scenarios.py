"""Every outcome of the list that all languages share."""

import json
import os
from pathlib import Path
from typing import Any, Dict

import pytest
from sandbox import SESSION, Sandbox

import paywall

SHARED = Path(__file__).resolve().parents[3] / "tests" / "scenarios.json"
SCENARIOS = json.loads(Path(os.environ.get("PAYWALL_SCENARIOS") or SHARED).read_text(encoding="utf-8"))
EXCEPTIONS = {
    "rejected": paywall.RejectedError,
    "not_sent": paywall.NotSentError,
    "in_doubt": paywall.InDoubtError,
    "invalid": paywall.InvalidArgumentError,
}


def options_of(scenario: Dict[str, Any], sandbox: Sandbox) -> Dict[str, Any]:
    options: Dict[str, Any] = {**sandbox.options, **scenario.get("options", {})}
    return {name: int(value) if name.endswith("_ms") else value for name, value in options.items()}


def told(result: paywall.ResendResult) -> Dict[str, Any]:
    error = result.error
    return {
        "status": result.status,
        "action": result.action,
        "kind": error and error.kind,
        "code": error and error.code,
        "stage": error and error.stage,
        "token_state": result.token_state,
        "session_renewed": result.session_renewed,
        "http_status": result.http_status,
    }


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
def test_scenario(scenario: Dict[str, Any], sandbox: Sandbox) -> None:
    token, session, expect = scenario["token"], scenario.get("session", SESSION), scenario["expect"]
    raised = None
    with paywall.Client(**options_of(scenario, sandbox)) as client:
        try:
            result = client.resend_otp(token, session)
        except paywall.PaywallError as error:
            raised, result = error, error.result

    assert told(result) == expect
    assert type(raised) is EXCEPTIONS.get(expect["status"], type(None))
    if raised is not None:
        assert str(raised) == result.message
        assert (raised.action, raised.kind, raised.code) == (expect["action"], expect["kind"], expect["code"])
        assert isinstance(raised, ValueError) == (expect["status"] == "invalid")

    if expect["token_state"] is None:
        assert result.otp_token is None
        assert result.session_id is None
    else:
        assert bool(result.otp_token)
        assert (result.otp_token != token) == (expect["token_state"] == "new")
        assert (result.session_id != session) == expect["session_renewed"]

    sent = expect["status"] not in ("invalid", "not_sent")
    assert len(sandbox.requests(result.request_id) if result.request_id else []) == sent
    assert len(sandbox.requests()) == sent
