"""Gliding from one body to the next while marks are dragged, so that depth does not jump."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.types import Reconstruction

BLEND_SECONDS = 0.08
STEP_MS = 33


class BodyBlend(QObject):
    """Moves from what is shown to what is new in about 80 ms.

    Signals:
        stepped: tuple of `Reconstruction` to show now.
    """

    stepped = Signal(object)

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__()
        self._clock = clock
        self._from: tuple[Reconstruction, ...] = ()
        self._to: tuple[Reconstruction, ...] = ()
        self._start = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._step)
        self.shown: tuple[Reconstruction, ...] = ()

    def jump(self, people: tuple[Reconstruction, ...]) -> None:
        """Show people at once."""
        self._timer.stop()
        self.shown = self._to = people
        self.stepped.emit(people)

    def glide(self, people: tuple[Reconstruction, ...]) -> None:
        """Move towards people from where the last ones are now; jump when they do not correspond."""
        if not alike(self.shown, people):
            self.jump(people)
            return
        self._from, self._to, self._start = self.shown, people, self._clock()
        if not self._timer.isActive():
            self._timer.start()
        self._step()

    @property
    def is_moving(self) -> bool:
        """Whether another step follows."""
        return self._timer.isActive()

    def stop(self) -> None:
        """Stay where it is."""
        self._timer.stop()

    @Slot()
    def _step(self) -> None:
        part = min(1.0, (self._clock() - self._start) / BLEND_SECONDS)
        # The first step must already answer the hand, so it never starts at nothing.
        part = max(part, 0.25)
        if part >= 1.0:
            self._timer.stop()
            self.shown = self._to
        else:
            self.shown = tuple(
                between(a, b, part) for a, b in zip(self._from, self._to, strict=True)
            )
        self.stepped.emit(self.shown)


def alike(a: tuple[Reconstruction, ...], b: tuple[Reconstruction, ...]) -> bool:
    """Whether two groups of people correspond one to one."""
    return len(a) == len(b) and all(
        x.vertices.shape == y.vertices.shape and x.joint_names == y.joint_names
        for x, y in zip(a, b, strict=True)
    )


def between(a: Reconstruction, b: Reconstruction, part: float) -> Reconstruction:
    """``b`` with its mesh and joints ``part`` of the way from ``a``, in the camera frame."""

    def mixed(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
        return (x + (y - x) * np.float32(part)).astype(np.float32)

    return replace(
        b,
        vertices=mixed(a.vertices_camera, b.vertices_camera) - b.camera_full,
        joints_3d=mixed(a.joints_camera, b.joints_camera) - b.camera_full,
        joints_2d=mixed(a.joints_2d, b.joints_2d),
    )
