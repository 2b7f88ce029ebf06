"""Two separate networks with a wire between them that takes time, for a kernel without netem.

    wire.py DELAY_MS

Prints "PID PID" once both exist: a process in each network, for nsenter. The first has the address 10.77.0.1, the
second 10.77.0.2; every packet between them arrives DELAY_MS later. Ends when its standard input does.
"""

import collections
import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def new_network(address: str) -> int:
    """Moves this process into a new network with loopback. Returns its end of the wire, to read what leaves by it."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        sys.exit("wire.py: could not make a network: " + os.strerror(ctypes.get_errno()))
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", b"wire", IFF_TUN | IFF_NO_PI))
    for line in ("link set lo up", f"address add {address}/30 dev wire", "link set wire up"):
        subprocess.run(["ip", *line.split()], check=True)
    return end


def carry(ends: "tuple[int, int]", delay: float) -> None:
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    under_way: collections.deque[tuple[float, int, bytes]] = collections.deque()
    while True:
        wait = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
        readable, _, _ = select.select([*ends, sys.stdin], [], [], wait)
        if sys.stdin in readable:
            return
        for end in readable:
            under_way.append((time.monotonic() + delay, other[end], os.read(end, 65536)))
        while under_way and under_way[0][0] <= time.monotonic():
            _, end, packet = under_way.popleft()
            os.write(end, packet)


def main() -> None:
    first = new_network("10.77.0.1")
    # The child stays in the first network. This process moves on to the second.
    held, holder = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(holder)
        os.read(held, 1)
        os._exit(0)
    second = new_network("10.77.0.2")
    print(child, os.getpid(), flush=True)
    try:
        carry((first, second), float(sys.argv[1]) / 1000)
    finally:
        os.close(holder)
        os.waitpid(child, 0)


main()
