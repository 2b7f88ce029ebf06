"""One of Python's clients: `calls.py PEER [COUNT]`.

Without COUNT it makes one call and prints "answered". Otherwise it prints the median and the CPU microseconds of a warm
call. Each call ends with what a shop does next: it reads the token.
"""

import json
import os
import resource
import statistics
import sys
import time

WARM = 100


def recorded():
    """Address, head, body and trust store of the request that the others send."""
    with open(os.environ["BENCH_HEAD"]) as head, open(os.environ["BENCH_BODY"], "rb") as body:
        fields = dict(line.rstrip("\n").split(": ", 1) for line in head)
        return os.environ["BENCH_URL"], fields, body.read(), os.environ["BENCH_CA"]


def with_paywall():
    import paywall

    client = paywall.Client.from_env()
    return lambda: (
        client.resend_otp("67a4c0f1d2e94b6f8a1b3c5d7e9f0a2b", "6489433e-f36b-1410-825e-001264113a90").otp_token
    )


def token(envelope):
    return envelope["Body"]["Masterpass"]["Result"]["Token"]


def with_requests():
    import requests

    url, fields, body, trust = recorded()
    session = requests.Session()
    session.verify = trust
    return lambda: token(session.post(url, data=body, headers=fields, timeout=20).json())


def with_httpx():
    import ssl

    import httpx

    url, fields, body, trust = recorded()
    client = httpx.Client(verify=ssl.create_default_context(cafile=trust), timeout=20)
    return lambda: token(client.post(url, content=body, headers=fields).json())


def with_urllib3():
    import urllib3

    url, fields, body, trust = recorded()
    pool = urllib3.PoolManager(ca_certs=trust, timeout=20)
    return lambda: token(json.loads(pool.request("POST", url, body=body, headers=fields).data))


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(peer, count=None):
    call = globals()["with_" + peer]()
    if count is None:
        assert call()
        print("answered", flush=True)
        return
    taken = []
    for turn in range(WARM + int(count)):
        if turn == WARM:
            busy = cpu()
        begun = time.perf_counter_ns()
        assert call()
        taken.append(time.perf_counter_ns() - begun)
    busy = (cpu() - busy) / int(count) * 1e6
    print(statistics.median(taken[WARM:]) / 1000, busy)


main(*sys.argv[1:])
