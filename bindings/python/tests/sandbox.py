"""The sandbox, started for the tests, and what it has seen."""

import json
import os
import subprocess
import time
import urllib.parse
import urllib.request
from typing import Any, Dict, List, Optional

SESSION = "6489433e-f36b-1410-825e-001264113a90"
JOURNAL = "/__sandbox/requests"


class Sandbox:
    """A running sandbox."""

    def __init__(self) -> None:
        program = os.environ["PAYWALL_SANDBOX"]
        self._process = subprocess.Popen([program], stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        # It says in one line where it is, as soon as it is ready.
        ready = json.loads(self._process.stdout.readline())
        self.http: str = ready["http"]
        self.options: Dict[str, Any] = {
            "base_url": ready["https"],
            "ca_file": ready["ca_file"],
            "api_key": ready["api_key"],
            "api_client": ready["api_client"],
            "timeout_ms": 10_000,
        }

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate()

    @property
    def environment(self) -> Dict[str, str]:
        """This process's environment with the options and the journal's address, for a program that reads its own."""
        options = {"PAYWALL_" + name.upper(): str(value) for name, value in self.options.items()}
        return {**os.environ, **options, "JOURNAL": self.http + JOURNAL}

    def requests(self, request_id: Optional[str] = None) -> List[Dict[str, Any]]:
        """The journal: of one call, or of all."""
        query = "" if request_id is None else "?" + urllib.parse.urlencode({"request_id": request_id})
        return self._ask("GET", JOURNAL + query)  # type: ignore[no-any-return]

    def request_ids(self) -> List[str]:
        """The ids of all requests, in the order of their arrival."""
        return [entry["request_id"] for entry in self.requests()]

    def wait_for_requests(self, count: int) -> None:
        """Waits until so many are in the journal: that many calls have begun."""
        deadline = time.monotonic() + 60
        while len(self.requests()) < count:
            assert time.monotonic() < deadline, f"{count} requests did not come"
            time.sleep(0.01)

    def clear(self) -> None:
        self._ask("DELETE", JOURNAL)

    def operation(self, **rules: int) -> Dict[str, str]:
        """Opens an operation: its otp_token and session_id."""
        return self._ask("POST", "/__sandbox/operation", json.dumps(rules).encode())  # type: ignore[no-any-return]

    def _ask(self, method: str, path: str, body: Optional[bytes] = None) -> Any:
        request = urllib.request.Request(self.http + path, data=body, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")
