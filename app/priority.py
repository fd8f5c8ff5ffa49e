"""Threads that compute give way to the window's own, so that it answers while all processors are busy.

Networks and ray casting use every processor there is, and the window's thread is one among many that want
to run. On Linux every thread has a nice value; threads that a library starts from one that gives way
(OpenMP, TBB) inherit it. Elsewhere nothing is done: Windows raises the window in front by itself.
"""

from __future__ import annotations

import os
import sys
import threading

# A third of the window's weight: it is served first, yet other programs do not starve the network.
NICE = 5


def give_way() -> None:
    """Let the calling thread, and those that it starts, run after the thread of the window."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
