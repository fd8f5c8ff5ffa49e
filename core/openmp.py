"""How long threads that compute wait for one another before they sleep; set before torch is loaded.

Torch's Linux wheel computes with GNU OpenMP, whose threads spin for milliseconds at the end of every
layer. On a core that another program holds as well, that spinning keeps the very thread from running
that is waited for: measured with two threads on two busy cores, METRO lite went from 0.4 to 13 pictures
a second with a bounded spin, by turns.
"""

from __future__ import annotations

import os

# Turns of the spinning loop, some microseconds: longer than a layer's threads are apart.
SPIN_COUNT = "1000"


def bound_spinning() -> None:
    """Bound it, unless the environment says otherwise."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)
