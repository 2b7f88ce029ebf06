"""`python -m paywall resend`: one call, its outcome as JSON on standard output."""

import getpass
import json
import sys
from dataclasses import asdict
from typing import List, Tuple

from ._client import Client
from ._outcome import NAMES, Outcome
from .errors import PaywallError
from .results import HIDDEN
from .words import Status


def resend() -> int:
    """Makes the call. Returns the exit code: the number of the status."""
    try:
        token, session = _arguments()
    except (KeyboardInterrupt, EOFError):
        return NAMES.index(Status.NOT_SENT)
    interrupted: List[int] = []
    try:
        # Ctrl-C during the call loses nothing: the outcome is still printed.
        with Client.from_env(on_abandoned=lambda outcome: interrupted.append(_show(outcome))) as client:
            outcome: Outcome = client.resend_otp(token, session)
    except PaywallError as error:
        outcome = error
    except KeyboardInterrupt:
        return interrupted[0] if interrupted else NAMES.index(Status.IN_DOUBT)
    return _show(outcome)


def _arguments() -> Tuple[str, str]:
    if sys.stdin.isatty():
        return getpass.getpass("token: "), getpass.getpass("session: ")
    token, session = (sys.stdin.readline().rstrip("\r\n") for _ in range(2))
    return token, session


def _show(outcome: Outcome) -> int:
    result = outcome.result if isinstance(outcome, PaywallError) else outcome
    sys.stderr.write(f"{result.status}: {result.action}: {result.message}\n")
    document = {**asdict(result), **{name: getattr(result, name) for name in HIDDEN}}
    # Escaped: this must not fail because of the terminal's encoding.
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
    known = result.status in NAMES
    return NAMES.index(result.status if known else Status.IN_DOUBT)
