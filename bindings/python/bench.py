"""What a call through this package costs, and how long the first client takes.

    PAYWALL_SANDBOX=…/paywall-sandbox python bench.py [CALLS]

Starts the sandbox and prints one line per figure: medians, in microseconds. "raw" is the bare ctypes call and the
freeing of its document; "client" is Client.resend_otp with its typed result. They take turns, on warm connections.
"""

import ctypes
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any, Callable, Dict, List, Tuple

import paywall
from paywall._loading import load

TOKEN = "sbx_ok_5001"
SESSION = "6489433e-f36b-1410-825e-001264113a90"
FIRST_CLIENT = """
import time
begun = time.perf_counter(), time.process_time()
import paywall
paywall.Client.from_env()
print(time.perf_counter() - begun[0], time.process_time() - begun[1])
"""


def raw_call() -> Callable[[], None]:
    native: Any = load()
    config = native.config_new()
    context, document = ctypes.c_void_p(), ctypes.c_char_p()
    for name in ("base_url", "ca_file", "api_key", "api_client"):
        value = os.environ["PAYWALL_" + name.upper()].encode()
        assert native.config_set(config, name.encode(), value, None) == 0
    assert native.ctx_new(config, ctypes.byref(context), None) == 0
    token, session, out = TOKEN.encode(), SESSION.encode(), ctypes.byref(document)

    def call() -> None:
        status = native.resend_otp(context, token, session, out)
        native.string_free(document)
        assert status == 0

    return call


def one_after_the_other(works: Dict[str, Callable[[], Any]], times: int) -> Dict[str, float]:
    """The median time of each, in microseconds."""
    taken: Dict[str, List[int]] = {name: [] for name in works}
    for turn in range(times + 100):
        for name, work in works.items():
            begun = time.perf_counter_ns()
            work()
            if turn >= 100:
                taken[name].append(time.perf_counter_ns() - begun)
    return {name: statistics.median(values) / 1000 for name, values in taken.items()}


def resident() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def first_client() -> Tuple[float, float]:
    """Milliseconds for `import paywall` and the first client in a fresh process: all, and those on a processor."""
    runs = [subprocess.check_output([sys.executable, "-c", FIRST_CLIENT]).split() for _ in range(31)]
    elapsed, busy = (statistics.median(map(float, times)) * 1000 for times in zip(*runs))
    return elapsed, busy


def main(times: int) -> None:
    print(f"python             {sys.version.split()[0]}")
    elapsed, busy = first_client()
    print(f"import and client  {elapsed:.1f} ms, {busy:.1f} of them on a processor (aim: under 30)")
    with paywall.Client.from_env() as client:
        works = {"raw": raw_call(), "client": lambda: client.resend_otp(TOKEN, SESSION)}
        medians = one_after_the_other(works, times)
        print(f"raw call           {medians['raw']:.1f} us")
        print(f"Client.resend_otp  {medians['client']:.1f} us")
        print(f"above the raw call {medians['client'] - medians['raw']:.1f} us (aim: 20, above the call in C)")
        before = resident()
        for _ in range(20_000):
            client.resend_otp(TOKEN, SESSION)
        print(f"20000 calls        {resident() - before:+d} KiB resident")


if __name__ == "__main__":
    sandbox = subprocess.Popen([os.environ["PAYWALL_SANDBOX"]], stdout=subprocess.PIPE)
    try:
        assert sandbox.stdout is not None
        ready = json.loads(sandbox.stdout.readline())
        os.environ.update(PAYWALL_BASE_URL=ready["https"], PAYWALL_CA_FILE=ready["ca_file"])
        os.environ.update(PAYWALL_API_KEY=ready["api_key"], PAYWALL_API_CLIENT=ready["api_client"])
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
    finally:
        sandbox.terminate()
        sandbox.wait()
