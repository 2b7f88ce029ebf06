"""The package frees the memory that it takes."""

import os
import subprocess
import sys

import pytest
from sandbox import Sandbox

BEGIN = """
import gc, os, sys, paywall
SESSION = "6489433e-f36b-1410-825e-001264113a90"

def resident():
    gc.collect()
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def refused(token, session=SESSION):
    try:
        client.resend_otp(token, session)
    except paywall.PaywallError:
        pass

def opened(**options):
    try:
        paywall.Client.from_env(**options).close()
    except paywall.PaywallError:
        pass

def calls(times):
    for turn in range(times):
        work(turn)

client = paywall.Client.from_env()
"""
END = """
calls(times // 10)
before = resident()
calls(times)
print(resident() - before)
"""
WORKS = {
    "calls": (20_000, 'def work(turn): client.resend_otp("sbx_ok_5001", SESSION)'),
    "failing calls": (2_000, 'def work(turn): refused(["sbx_token_invalid", "sbx_upstream", "sbx_html"][turn % 3])'),
    "refused arguments": (50_000, 'def work(turn): refused(["", "a\\0", None][turn % 3], ["x", SESSION][turn % 2])'),
    "clients": (5_000, 'def work(turn): opened(app=["Shop/1", "no"][turn % 2])'),
}


@pytest.mark.parametrize("work", WORKS)
def test_memory_stays_flat_over(work: str, sandbox: Sandbox) -> None:
    times, code = WORKS[work]
    ended = subprocess.run(
        [sys.executable, "-c", f"{BEGIN}\ntimes = {times}\n{code}\n{END}"],
        env={**os.environ, **sandbox.environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    # A leaked document would be 1,300 bytes a time.
    assert int(ended.stdout) < 1_000_000
