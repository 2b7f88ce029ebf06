"""Every scenario with the installed package. SCENARIOS names the list, SANDBOX_HTTPS and PAYWALL_* the sandbox.

scenarios.py            through the package
scenarios.py PROGRAM…   through this command, which reads a document as `paywall` does
"""

import json
import os
import subprocess
import sys

SESSION = "6489433e-f36b-1410-825e-001264113a90"
MEMBERS = ("status", "action", "token_state", "session_renewed", "http_status")
base = {
    "base_url": os.environ["SANDBOX_HTTPS"],
    "ca_file": os.environ["PAYWALL_CA_FILE"],
    "api_key": os.environ["PAYWALL_API_KEY"],
    "api_client": os.environ["PAYWALL_API_CLIENT"],
}


def with_command(options, token, session):
    document = {"call": "resend_otp", "config": options, "token": token, "session": session}
    ended = subprocess.run(
        sys.argv[1:], input=json.dumps(document).encode(), stdout=subprocess.PIPE, timeout=60, check=False
    )
    told = json.loads(ended.stdout.decode())
    error = told["error"] or {}
    return {**{name: told[name] for name in MEMBERS}, **{name: error.get(name) for name in ("kind", "code", "stage")}}


def with_package(options, token, session):
    import paywall

    options = {name: int(value) if name.endswith("_ms") else value for name, value in options.items()}
    with paywall.Client(**options) as client:
        try:
            result = client.resend_otp(token, session)
        except paywall.PaywallError as error:
            result = error.result
    told = {name: getattr(result, name) for name in MEMBERS}
    return {**told, **{name: result.error and getattr(result.error, name) for name in ("kind", "code", "stage")}}


with open(os.environ["SCENARIOS"], encoding="utf-8") as file:
    scenarios = json.load(file)
call = with_command if len(sys.argv) > 1 else with_package
for scenario in scenarios:
    options = {**base, **scenario.get("options", {})}
    told = call(options, scenario["token"], scenario.get("session", SESSION))
    if told != scenario["expect"]:
        raise SystemExit(f"{scenario['name']}: {told}, not {scenario['expect']}")
print(f"scenarios: {len(scenarios)} passed")
