"""gevent and eventlet: a call in their thread pool, so that other greenlets go on meanwhile.

Neither is imported here: a program that uses one has imported it.
"""

import atexit
import os
import sys
from importlib import import_module
from typing import Any, Callable, List, NamedTuple, Optional

from ._outcome import Outcome


class Pool(NamedTuple):
    """The thread pool of this thread's greenlets."""

    spawn: Callable[[Callable[[], None]], Any]
    """Starts a greenlet."""
    wait: Callable[[Any], object]
    """Waits for a greenlet; raises what it raised."""
    execute: Callable[[Callable[[], Optional[Outcome]]], Optional[Outcome]]
    """Runs a function in a thread of the pool; returns what it returned."""


def pool() -> Optional[Pool]:
    """Returns the pool; None if the call may block."""
    monkey: Any = sys.modules.get("gevent.monkey")
    if monkey is not None and monkey.is_module_patched("threading"):
        return _of_gevent(sys.modules["gevent"])
    patcher: Any = sys.modules.get("eventlet.patcher")
    if patcher is not None and patcher.is_monkey_patched("thread"):
        return _of_eventlet(sys.modules["eventlet"], patcher.original("threading"))
    return None


def _of_gevent(gevent: Any) -> Optional[Pool]:
    hub = gevent.get_hub()
    # The hub runs callbacks and destructors, and cannot wait.
    if gevent.getcurrent() is hub:
        return None

    def execute(work: Callable[[], Optional[Outcome]]) -> Optional[Outcome]:
        running = hub.threadpool.spawn(work)
        # A program that ends may kill every greenlet that it finds. This one has to hand over the outcome.
        while True:
            try:
                outcome: Optional[Outcome] = running.get()
                return outcome
            except BaseException:
                if running.ready():
                    raise

    return Pool(gevent.spawn, lambda greenlet: greenlet.get(), execute)


def _of_eventlet(eventlet: Any, threads: Any) -> Optional[Pool]:
    # Its pool serves only one thread, and the hub cannot wait.
    if threads.current_thread() is not threads.main_thread():
        return None
    if eventlet.getcurrent() is eventlet.hubs.get_hub().greenlet:
        return None
    return Pool(eventlet.spawn, lambda greenlet: greenlet.wait(), import_module("eventlet.tpool").execute)


class Call:
    """A call that can be abandoned before it has begun, while it runs and after it.

    It has a greenlet of its own, because the one that waits for it may be killed. Both belong to the same thread.
    """

    def __init__(self, pool: Pool, work: Callable[[], Outcome], hand_over: Callable[[Outcome], None]) -> None:
        self._pool = pool
        self._work = work
        self._hand_over = hand_over
        self._process = os.getpid()
        # The thread that takes it decides whether the call begins.
        self._ticket: List[None] = [None]
        self._outcome: Optional[Outcome] = None
        self._is_abandoned = False
        self._greenlet: Any = None

    def outcome(self) -> Outcome:
        """Makes the call and waits for its outcome. If the wait is interrupted, hands the outcome over."""
        self._greenlet = self._pool.spawn(self._run)
        try:
            self._pool.wait(self._greenlet)
        except BaseException:
            self._abandon()
            raise
        assert self._outcome is not None, "a call that is not abandoned has an outcome"
        return self._outcome

    def _run(self) -> None:
        self._outcome = self._pool.execute(self._begin)
        if self._is_abandoned:
            self._hand_on()

    def _hand_on(self) -> None:
        if self._outcome is not None:
            self._hand_over(self._outcome)
        atexit.unregister(self._finish)

    def _begin(self) -> Optional[Outcome]:
        """Runs in a thread of the pool, where patched locks must not be used: no logging, no code of the program."""
        return self._work() if self._takes_ticket() else None

    def _takes_ticket(self) -> bool:
        try:
            self._ticket.pop()
        except IndexError:
            return False
        return True

    def _abandon(self) -> None:
        if self._takes_ticket():
            return
        self._is_abandoned = True
        if self._outcome is not None:
            # Its store may take a while, and the greenlet that is killed has to end.
            self._greenlet = self._pool.spawn(self._hand_on)
        # The program may end before the call does, and before its outcome is handed over.
        atexit.register(self._finish)

    def _finish(self) -> None:
        # A forked child has the greenlet too, but not the thread that it waits for.
        if os.getpid() == self._process:
            self._pool.wait(self._greenlet)


def _after_fork() -> None:
    """Makes eventlet start its threads again: in a child it would wait for those of the parent, for ever."""
    tpool: Any = sys.modules.get("eventlet.tpool")
    if getattr(tpool, "_setup_already", False):
        tpool._setup_already = False
        tpool._threads.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
