"""Compares the outcomes that callers got with the requests that the sandbox received."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import DefaultDict, Dict, List, Optional, Tuple

from sandbox import Entry, closing

# Each call's token begins with it, so that the seed decides its outcome.
PREFIX = "sbx_random_"

ACCEPTED = ("5001", "5008", "0000", "renewed", "delay_", "close_")
# These are refusals of the service; those of a gateway are HTTP statuses.
REFUSED = (
    "token_",
    "cooldown",
    "limit",
    "no_bank_otp",
    "account_blocked",
    "result_false",
    "unknown_code",
    "3d",
    "redirect",
)


# The statuses of a call. A page with any other status was lost, and nobody got its outcome.
STATUSES = ("ok", "rejected", "not_sent", "in_doubt", "invalid", "internal")


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome that the caller of one call got. If its page was lost, the status says how."""

    row: str
    token: str
    begun: float
    ended: float
    status: str
    kind: str = ""
    request_id: str = ""
    otp_token: str = ""
    connection: str = ""


def expected(outcome: str) -> str:
    """What is true of a request that the sandbox answers like this, if the answer arrives."""
    if outcome.startswith(ACCEPTED):
        return "ok"
    if outcome.startswith(REFUSED):
        return "rejected"
    code = outcome[len("http_") :] if outcome.startswith("http_") else ""
    return "rejected" if code.startswith("4") and code != "408" else "in_doubt"


@dataclass
class Row:
    """One line of the table."""

    statuses: Counter = field(default_factory=Counter)  # type: ignore[type-arg]
    kinds: Counter = field(default_factory=Counter)  # type: ignore[type-arg]
    lost: Counter = field(default_factory=Counter)  # type: ignore[type-arg]
    doubled: int = 0
    wrong: int = 0


class Account:
    def __init__(self, entries: List[Entry], outages: List[Tuple[float, float]], timeout: float) -> None:
        self.rows: Dict[str, Row] = {}
        self.problems: List[str] = []
        self.unaccounted = 0
        self._outages = outages
        self._timeout = timeout
        self._closing = closing(entries)
        self._received: DefaultDict[str, List[Entry]] = defaultdict(list)
        for entry in entries:
            if entry.token.startswith(PREFIX):
                self._received[entry.token].append(entry)

    def take(self, answers: List[Answer]) -> None:
        """Judges all answers. Each has a token of its own."""
        issued: Counter = Counter(  # type: ignore[type-arg]
            answer.otp_token for answer in answers if answer.otp_token != answer.token
        )
        for answer in answers:
            row = self.rows.setdefault(answer.row, Row())
            received = self._received.pop(answer.token, [])
            if len(received) > 1:
                row.doubled += 1
                self.problems.append(f"doubled: {answer}: {received}")
            if answer.status not in STATUSES:
                row.lost[answer.status] += 1
                continue
            row.statuses[answer.status] += 1
            if answer.status in ("not_sent", "in_doubt"):
                row.kinds[answer.status, answer.kind or "of any kind"] += 1
            wrong = self._wrong(answer, received[0] if received else None)
            if not wrong and answer.otp_token and issued[answer.otp_token] > 1:
                wrong = "another call got the same token"
            if wrong:
                row.wrong += 1
                self.problems.append(f"wrong: {wrong}: {answer}: {received}")
        for entries in self._received.values():
            self.unaccounted += len(entries)
            self.problems.append(f"unaccounted: {entries}")

    def _wrong(self, answer: Answer, received: Optional[Entry]) -> Optional[str]:
        """Why a caller must not get this answer; None if it may."""
        if answer.status in ("invalid", "internal"):
            return "there is nothing wrong with the call"
        if received is None:
            if answer.status == "not_sent":
                return None if answer.otp_token == answer.token else "not sent, with a token that is not its own"
            if answer.status == "in_doubt":
                # Only if it was under way when the sandbox stopped, or if its kept connection was closed.
                under_way = answer.connection == "reused" or self._is_cut(answer) or self._is_late(answer)
                return None if under_way else "in doubt, although nothing cut it off and nothing was received"
            return "answered, although nothing was received"
        if received.request_id != answer.request_id:
            return "received with another request id"
        if answer.status == "not_sent":
            return "not sent, although it was received"
        own = received.issued and answer.otp_token.startswith(received.issued)
        meant = expected(received.outcome)
        if answer.status == "in_doubt":
            if answer.otp_token != answer.token and not own:
                return "in doubt, with a token that is not of this call"
            # The sandbox closed the connection after the previous answer.
            closed = (received.run, received.connection) in self._closing
            cut = meant == "in_doubt" or closed or self._is_cut(answer) or self._is_late(answer)
            return None if cut else "in doubt, although its answer was whole and nothing cut it off"
        if answer.status != meant:
            return f"the sandbox's answer means {meant}"
        if received.issued:
            return None if own else "not the token that was issued for this call"
        return None if answer.otp_token == answer.token else "another token, although none was issued"

    def _is_cut(self, answer: Answer) -> bool:
        return any(answer.begun <= up and down <= answer.ended for down, up in self._outages)

    def _is_late(self, answer: Answer) -> bool:
        return answer.kind in ("timeout", "") and answer.ended - answer.begun >= self._timeout


def unsettled(answers: List[Answer], outages: List[Tuple[float, float]]) -> List[str]:
    """The restarts after which nothing succeeded, until the next one or the end."""
    settled = [answer.begun for answer in answers if answer.status == "ok"]
    ends = [down for down, _ in outages[1:]] + [float("inf")]
    return [
        f"nothing was ok after restart {number}"
        for number, ((_, up), down) in enumerate(zip(outages, ends), 1)
        if not any(up < begun < down for begun in settled)
    ]
