"""A shop of one page, for the test of a pre-forking server. It makes its client before the server forks."""

import json
import os
from typing import Any, Callable, Dict, Iterable

import paywall

client = paywall.Client.from_env()
# The parent's kept connection, which no worker may use.
parent = client.resend_otp("sbx_ok_0000", "6489433e-f36b-1410-825e-001264113a90")


def application(environ: Dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    try:
        result = client.resend_otp(environ["QUERY_STRING"], "6489433e-f36b-1410-825e-001264113a90")
    except paywall.PaywallError as error:
        result = error.result
    answer = {
        "pid": os.getpid(),
        "request_id": result.request_id,
        "status": result.status,
        "kind": result.error and result.error.kind,
        "connection": result.transport.connection,
        "token": result.otp_token,
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
