"""What rendering bodies and rendering hands have in common: poses kept ready, and the order of work."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from core.body import BodyModel
from core.synthesis.augment import augment
from core.synthesis.backdrops import Backdrops
from core.synthesis.compose import composite
from core.synthesis.people import Painted, PeoplePainter
from core.synthesis.truth import Posed, Rendered, with_truth


class Studio(nn.Module, ABC):
    """Renders synthetic pictures; subclasses say of what.

    Args:
        body: the embedded body or hand.
        size: side of the pictures, a multiple of 8.
        bank: (N, 3, h, w) uint8 backgrounds, see `backgrounds`.
        pool: poses kept ready; some are renewed every so often by `refresh`.
    """

    painter: PeoplePainter
    joint_set: str
    shown_joints: int
    # A joint is hidden when something lies this far before it.
    hidden_m: float

    def __init__(self, body: BodyModel, size: int, bank: Tensor, pool: int) -> None:
        super().__init__()
        if size % 8:
            raise ValueError(f"the side of pictures is a multiple of 8, not {size}")
        self.body, self.size, self.pool_size = body, size, pool
        self.backdrops = Backdrops(bank, size)
        self.poses: Tensor | None = None

    @property
    def device(self) -> torch.device:
        """Where pictures are made."""
        return self.backdrops.bank.device

    @abstractmethod
    def seed_poses(self, seed: int) -> None:
        """Draw poses from a generator of their own, so that they repeat."""

    @abstractmethod
    def _sample_poses(self, count: int) -> Tensor:
        """(count, J, 3, 3) fresh local rotations."""

    @abstractmethod
    def _pose(self, people: int, poses: Tensor) -> Posed:
        """Bodies in poses of the pool, before cameras."""

    @abstractmethod
    def _paint(self, posed: Posed) -> Painted:
        """Draw them."""

    @abstractmethod
    def _set_scene(self, walls: Tensor, posed: Posed) -> None:
        """Add to the backgrounds, in place, what belongs to the place."""

    def refresh(self, count: int | None = None) -> None:
        """Draw new poses, all of them at first, later ``count`` of them, and new backdrops."""
        fresh = self._sample_poses(count or self.pool_size).to(self.device)
        kept = None if self.poses is None or count is None else self.poses[len(fresh) :]
        self.poses = fresh if kept is None else torch.cat([kept, fresh])
        if kept is not None:
            self.backdrops.refresh()

    @torch.no_grad()
    def render(self, people: int, *, photographed: bool = True) -> Rendered:
        """A fresh batch of ``people`` pictures; ``photographed`` adds blur, noise and compression."""
        if self.poses is None:
            self.refresh()
        assert self.poses is not None
        posed = self._pose(people, self.poses)
        painted = self._paint(posed)
        walls = self.backdrops.crops(people)
        self._set_scene(walls, posed)
        picture, hidden = composite(painted.layers, walls, self.backdrops)
        if photographed:
            picture = augment(picture)
        joints = self.body.regress(posed.vertices, self.joint_set)
        return with_truth(
            picture.clamp_(0, 1),
            posed,
            joints,
            self.shown_joints,
            painted,
            hidden,
            self.painter,
            self.hidden_m,
        )
