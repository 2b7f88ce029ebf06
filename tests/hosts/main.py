"""Calls the sandbox from real hosts while it is restarted and the hosts are reloaded, and accounts for every call.

main.py [--together] [--seconds N] [--seed N] [--percent N] HOST…: each host for N seconds, one by one or together.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Dict, List, Sequence

from account import Account, unsettled
from hosts import HOSTS, REPOSITORY, Host, usage
from sandbox import Sandbox

TIMEOUT_MS = 2000


def disturb(seconds: float, rng: random.Random, sandbox: Sandbox, hosts: Sequence[Host]) -> None:
    """Restarts the sandbox by SIGTERM, then by SIGKILL, then reloads the hosts, and so on."""
    until = time.monotonic() + seconds
    turn = 0
    while True:
        pause = rng.uniform(1.5, 2.25)
        # After the last disturbance each host needs a moment to show that it is back.
        if time.monotonic() + pause + 1.5 > until:
            time.sleep(max(0.0, until - time.monotonic()))
            return
        time.sleep(pause)
        turn += 1
        if turn % 3 == 0:
            for host in hosts:
                host.reload()
        else:
            # Half of the time it is long enough for a call to find nobody.
            down_for = rng.choice([0.0, 0.3])
            sandbox.restart(signal.SIGTERM if turn % 3 == 1 else signal.SIGKILL, down_for)


def measured(hosts: Sequence[Host]) -> Dict[str, Dict[str, int]]:
    return {host.name: usage(host.processes()) for host in hosts if host.processes()}


def play(
    sandbox: Sandbox, hosts: Sequence[Host], seconds: float, rng: random.Random
) -> Dict[str, List[Dict[str, int]]]:
    """Runs everything. Returns what the hosts' processes used when they were warm, and at the end."""
    try:
        for host in hosts:
            host.start()
        for host in hosts:
            host.begin(seconds, rng)
        warm_up = min(10.0, seconds / 5)
        time.sleep(warm_up)
        warm = measured(hosts)
        disturb(seconds - warm_up, rng, sandbox, hosts)
        for host in hosts:
            host.end()
        end = measured(hosts)
    finally:
        for host in hosts:
            host.stop()
        sandbox.stop()
    return {name: [warm[name], end[name]] for name in warm}


def judge(
    sandbox: Sandbox, hosts: Sequence[Host], account: Account, used: Dict[str, List[Dict[str, int]]]
) -> List[str]:
    """Everything that is not as it should be."""
    problems = [problem for host in hosts for problem in host.problems] + sandbox.problems + account.problems
    problems += [f"{host.name}: {what}" for host in hosts for what in unsettled(host.answers, sandbox.outages)]
    problems += [f"{host.name}: it was not reloaded" for host in hosts if host.has_reloads and not host.reloaded]
    if not sandbox.outages:
        problems.append("the sandbox was not restarted")
    # PHP-FPM finishes its pages before it is reloaded.
    pages = account.rows.get("php-fpm")
    if pages and pages.lost:
        problems.append(f"php-fpm: pages lost: {dict(pages.lost)}")
    for name, (warm, end) in used.items():
        # A connection for each call that can be under way at once, and what the host itself needs for it.
        if end["descriptors"] > warm["descriptors"] + 2 * HOSTS[name].callers:
            problems.append(f"{name}: {warm['descriptors']} descriptors became {end['descriptors']}")
    return problems


def run(names: List[str], arguments: argparse.Namespace) -> bool:
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        program = str(REPOSITORY / "target" / "release" / "paywall-sandbox")
        sandbox = Sandbox(program, Path(folder), arguments.seed, arguments.percent)
        sandbox.start()
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PAYWALL_")}
        environment = {**kept, **sandbox.environment(), "PAYWALL_TIMEOUT_MS": str(TIMEOUT_MS), "SOAK_FOLDER": folder}
        hosts: List[Host] = [HOSTS[name](environment) for name in names]
        used = play(sandbox, hosts, arguments.seconds, rng)
        account = Account(list(sandbox.journal()), sandbox.outages, TIMEOUT_MS / 1000)
    account.take([answer for host in hosts for answer in host.answers])
    show(account)
    for name, (warm, end) in used.items():
        print(f"{name}: " + ", ".join(f"{warm[what]} {what} warm and {end[what]} at the end" for what in warm))
    reloads = "".join(f", {host.reloaded} reloads of {host.name}" for host in hosts if host.has_reloads)
    print(f"{len(sandbox.outages)} restarts of the sandbox, every second one by SIGKILL{reloads}\n")
    problems = judge(sandbox, hosts, account, used)
    for problem in problems[:20]:
        print(f"PROBLEM {problem}")
    if len(problems) > 20:
        print(f"... and {len(problems) - 20} more")
    return not problems


def show(account: Account) -> None:
    names = ["calls", "ok", "rejected", "not_sent", "in_doubt", "lost pages", "doubled", "wrong"]
    print(f"{'':14}" + "".join(f"{name:>11}" for name in names))
    for name, row in sorted(account.rows.items()):
        counts = [row.statuses[status] for status in ("ok", "rejected", "not_sent", "in_doubt")]
        lost = sum(row.lost.values())
        numbers = [row.statuses.total() + lost, *counts, lost, row.doubled, row.wrong]
        print(f"{name:14}" + "".join(f"{number:>11}" for number in numbers))
    print(f"unaccounted in the journal: {account.unaccounted}")
    for status in ("in_doubt", "not_sent"):
        for name, row in sorted(account.rows.items()):
            kinds = Counter({kind: count for (of, kind), count in row.kinds.items() if of == status})
            if kinds:
                print(f"{status} {name}: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("hosts", nargs="+", choices=sorted(HOSTS))
    parser.add_argument("--together", action="store_true")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--percent", type=int, default=10)
    arguments = parser.parse_args()
    # SIGTERM must also stop what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    rounds = [arguments.hosts] if arguments.together else [[name] for name in arguments.hosts]
    for names in rounds:
        print(f"== {', '.join(names)}: {arguments.seconds:g} s, seed {arguments.seed}", flush=True)
        if not run(names, arguments):
            soak = "soak " if arguments.together else ""
            sys.exit(f"FAILED; again: tests/hosts/run.sh {soak}--seconds {arguments.seconds:g} --seed {arguments.seed}")


main()
