"""`pose_lift` for one person as one call: graphs of its operations that run without the interpreter.

An answer is some seven hundred small operations, and each of them gives the interpreter's lock back and
waits for it again. Beside a window that paints and casts rays most of the time goes into that waiting:
measured with one other busy thread, 8 ms became 360. A recorded graph waits once: 17 ms. In the window,
on two cores, 18 bodies a second follow a joint under the mouse instead of 7.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import fields
from typing import cast

import torch
from torch import Tensor

from core.methods.lift_marks import TurnedMarks
from core.methods.lift_network import Marks
from core.nn.batch import MethodOutput

Answer = Callable[[TurnedMarks, int], MethodOutput]
Graph = Callable[..., tuple[Tensor, ...]]
PARTS = ("vertices", "joints_3d", "camera_full", "rotmat", "betas")
# The first calls of a graph make it quicker and take 0.2 s each.
WARMING_CALLS = 3


class RecordedLift:
    """Answers from recorded graphs, one for each number of steps, with and without hints of depth.

    Args:
        answer: what is recorded: one person's marks and the steps of refinement to a body.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._graphs: dict[tuple[int, bool], Graph] = {}

    def __call__(self, turned: TurnedMarks, iterations: int) -> MethodOutput:
        """The same numbers as the recorded function gives."""
        given = (turned.trust, turned.R_turned_picture, *vars(turned.marks).values())
        # The only branch: without hints the steps leave their part out.
        key = (iterations, bool((turned.marks.hints != 0).any()))
        if key not in self._graphs:
            self._graphs[key] = self._recorded(given, iterations)
        vertices, joints_3d, camera_full, rotmat, betas = self._graphs[key](*given)
        return MethodOutput(
            vertices=vertices,
            joints_3d=joints_3d,
            camera_full=camera_full,
            rotmat=rotmat,
            betas=betas,
        )

    def _recorded(self, given: tuple[Tensor, ...], iterations: int) -> Graph:
        def parts(trust: Tensor, turn: Tensor, *marks: Tensor) -> tuple[Tensor, ...]:
            named = dict(zip((f.name for f in fields(Marks)), marks, strict=True))
            output = self._answer(TurnedMarks(Marks(**named), trust, turn), iterations)
            return tuple(getattr(output, name) for name in PARTS)

        with warnings.catch_warnings():
            # Of shapes that become constants, as they shall: the graph is for one person. And of its
            # being deprecated: what is to replace it needs a C++ compiler on the user's machine.
            warnings.simplefilter("ignore")
            graph = cast(Graph, torch.jit.trace(parts, given, check_trace=False))
        for _ in range(WARMING_CALLS):
            graph(*given)
        return graph
