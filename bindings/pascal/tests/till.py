"""Drives the till through a pseudo-terminal, as a cashier does: python3 till.py TILL."""

import os
import pty
import select
import signal
import sys
import time

SESSION = "6489433e-f36b-1410-825e-001264113a90"
TILL = sys.argv[1]


class Terminal:
    def __init__(self, **environment):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execve(TILL, [TILL], {**os.environ, **environment})
        self.seen = ""

    def expect(self, text, seconds=15):
        """Reads until the text is there; what stood before it, and how long it took."""
        begun = time.monotonic()
        while text not in self.seen:
            left = begun + seconds - time.monotonic()
            ready = left > 0 and select.select([self.terminal], [], [], left)[0]
            try:
                read = os.read(self.terminal, 4096).decode() if ready else ""
            except OSError:
                read = ""  # Linux says so when the program at the other end has gone.
            if not read:
                os.kill(self.pid, signal.SIGKILL)
                sys.exit(f"{text!r} did not come within {seconds} s; instead:\n{self.seen}")
            self.seen += read
        before, _, self.seen = self.seen.partition(text)
        return before, time.monotonic() - begun

    def type(self, text):
        os.write(self.terminal, text.encode())

    def operation(self, token, session=SESSION):
        self.expect("token> ")
        self.type(token + "\n")
        self.expect("session> ")
        self.type(session + "\n")
        self.expect("r c n q> ")

    def press(self, key):
        self.type(key + "\n")
        return self.expect("r c n q> ")

    def ends_with(self, code):
        _, status = os.waitpid(self.pid, 0)
        os.close(self.terminal)
        assert os.waitstatus_to_exitcode(status) == code, (os.waitstatus_to_exitcode(status), self.seen)


def says(shown, *texts):
    for text in texts:
        assert text in shown, (text, shown)


def outcomes():
    till = Terminal()
    till.operation("sbx_ok_5001")
    says(till.press("c")[0], "OK. The service can be reached.")
    shown, _ = till.press("r")
    says(shown, "OK. Ask the customer for the code.", "request id: ")
    # The new token is kept, not shown: a till's screen is public. The echo of what was typed came before.
    assert SESSION not in shown and "token:" not in shown, shown
    rows = {
        "sbx_3d": "REJECTED. This card has no code by SMS",
        "sbx_token_invalid": "REJECTED. This operation is finished",
        "sbx_token_expired": "REJECTED. The operation took too long",
        "sbx_cooldown": "REJECTED. Too early",
        "sbx_account_blocked": "REJECTED. The customer's wallet",
        "sbx_unknown_code": "REJECTED. Nobody knows this answer",
        "sbx_upstream": "IN DOUBT. The code may be on its way",
        "sbx_reset_after": "IN DOUBT. The code may be on its way",
        "sbx_http_401": "REJECTED. The set-up of this till is wrong",
        "sbx_http_400": "REJECTED. Token or session is wrong",
        "": "INVALID. Token or session is wrong",
    }
    for token, advice in rows.items():
        till.type("n\n")
        till.operation(token)
        says(till.press("r")[0], advice)
    # The service's own words, in Turkish, unharmed.
    till.type("n\n")
    till.operation("sbx_token_invalid")
    says(till.press("r")[0], "customer reads: Token geçersiz.")
    till.type("n\n")
    till.operation("sbx_ok_5001", "no-guid")
    says(till.press("r")[0], "INVALID. ")
    says(till.press("x")[0], "r sends the code again")
    till.press("")
    till.type("q\n")
    till.ends_with(0)


def the_deadline():
    till = Terminal(PAYWALL_TIMEOUT_MS="1500")
    till.operation("sbx_hang")
    shown, seconds = till.press("r")
    says(shown, "sending...", "IN DOUBT. ")
    # 200 ms are the library's, the rest is for a busy machine.
    assert 1.4 < seconds < 2.5, seconds
    till.type("q\n")
    till.ends_with(0)


def nobody_listens():
    till = Terminal(PAYWALL_BASE_URL="https://localhost:1")
    till.operation("sbx_ok_5001")
    says(till.press("r")[0], "NOT SENT. Nothing was sent: press r again.")
    says(till.press("c")[0], "NOT SENT. ")
    till.type("\x04")  # the end of the input
    till.ends_with(0)


def no_configuration():
    till = Terminal(PAYWALL_API_KEY="")
    till.expect("INVALID. The set-up of this till is wrong: call the technician.")
    till.expect("api_key")
    till.ends_with(4)


for test in (outcomes, the_deadline, nobody_listens, no_configuration):
    test()
    print("till:", test.__name__.replace("_", " "))
