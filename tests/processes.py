"""Real processes on the real database: started, killed at a chosen statement, waited for."""

import os
import signal
import sys
from collections.abc import Callable

from django.db import connection, connections


def in_process(act: Callable[[], object]) -> int:
    """Start a process that acts and ends without tidying up; gives its id."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        act()
        os._exit(0)
    except BaseException as error:  # the parent sees the exit code
        sys.stderr.write(repr(error))
        os._exit(1)


def ended(child: int) -> int:
    """Wait for a process; its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Counter:
    """Counts the statements that are executed; dies by SIGKILL after ``stop`` of them."""

    def __init__(self, stop: int = 0) -> None:
        self.seen, self.stop = 0, stop

    def __call__(self, execute, *given):
        result = execute(*given)
        self.seen += 1
        if self.seen == self.stop:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def wrapped(counter: Counter, act: Callable[[], object]) -> None:
    """Act under a counter."""
    with connection.execute_wrapper(counter):
        act()


def killed_after(statements: int, act: Callable[[], object]) -> None:
    """Act and die by SIGKILL after so many statements."""
    wrapped(Counter(stop=statements), act)
