"""The call for asyncio."""

import asyncio
import contextvars
import threading
from typing import Callable, Optional

from ._outcome import Outcome


async def in_thread(work: Callable[[], Outcome], hand_over: Callable[[Outcome], None]) -> Outcome:
    """Runs the work in a thread of the loop's default executor. If nobody waits for the outcome, hands it over."""
    loop = asyncio.get_running_loop()
    call = _Call(work, hand_over, loop)
    # It shows its arguments, and this frame may raise.
    del work
    # As asyncio.to_thread does, which Python 3.8 lacks: a logger may read the context.
    context = contextvars.copy_context()
    future = loop.run_in_executor(None, context.run, call.run)
    try:
        outcome = await future
    except BaseException:
        # Cancelled, or the coroutine was thrown away with its loop.
        call.abandon()
        raise
    assert outcome is not None, "a call that is not abandoned has an outcome"
    return outcome


class _Call:
    """A call that can be abandoned. One lock decides whether that was before it began, while it ran or after."""

    def __init__(
        self, work: Callable[[], Outcome], hand_over: Callable[[Outcome], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._work = work
        self._hand_over = hand_over
        self._loop = loop
        self._lock = threading.Lock()
        self._is_abandoned = False
        self._outcome: Optional[Outcome] = None

    def run(self) -> Optional[Outcome]:
        with self._lock:
            # Nobody could get the answer.
            if self._is_abandoned or self._loop.is_closed():
                return None
        # From here on the call has begun, and runs to its end.
        outcome = self._work()
        with self._lock:
            # A closed loop never runs again, and until the coroutine is collected as garbage it could take long.
            is_abandoned = self._is_abandoned or self._loop.is_closed()
            if not is_abandoned:
                self._outcome = outcome
        if is_abandoned:
            self._hand_over(outcome)
        return outcome

    def abandon(self) -> None:
        with self._lock:
            self._is_abandoned = True
            outcome = self._outcome
        # The call ended just before, and nobody had picked up its outcome.
        if outcome is not None:
            self._hand_over(outcome)
