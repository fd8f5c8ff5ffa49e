"""One person over time: smoothed pose, held shape, feet that stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from core.body import BodyModel
from core.geometry.cameras import project_perspective
from core.temporal.foot_lock import LEVEL_UP, FootLock
from core.temporal.leg_reach import reached
from core.temporal.measures import JitterMeter, SlidingMeter
from core.temporal.one_euro import MAX_PAUSE_S, PointFilter, RotationFilter
from core.temporal.settings import STRENGTHS, TemporalSettings
from core.temporal.shape import RunningShape
from core.temporal.soles import Soles
from core.types import Reconstruction

# A method's mesh is its body posed by its own numbers if no vertex or joint differs by more.
SAME_BODY_M = 3e-3
MIN_DEPTH_M = 0.05
MIN_REACH_M = 1e-4


class PersonOverTime:
    """Takes one person's reconstructions frame by frame and gives the steadier ones back.

    Where mesh and joints are the body posed by ``rotmat`` and ``betas``, those are smoothed and the
    body is posed anew, so that it stays a body; otherwise vertices and joints are smoothed as points
    about the method's own centre. The place in the camera frame is smoothed as viewing direction and
    log depth, because a camera tells them so differently well.

    Args:
        settings: what to do.
        body: the method's body; without it meshes are smoothed as points and shape is not held.
        soles: its contact places; None if it has no feet.

    Attributes:
        before, after: jitter of the joints in the camera frame, raw and as given back.
        sliding_before, sliding_after: of the contact places, by the same contacts.
        standing: (N, 3) metres, camera frame, contact places that stand in the last frame.
    """

    def __init__(
        self,
        settings: TemporalSettings,
        body: BodyModel | None = None,
        soles: Soles | None = None,
    ) -> None:
        self.settings = settings
        self._body, self._soles = body, soles
        self._posable: bool | None = None
        self._joint_set: str | None = None
        self._shape = RunningShape()
        self._lock = FootLock()
        self._time: float | None = None
        self.standing: NDArray[np.float64] = np.zeros((0, 3))
        self.before, self.after = JitterMeter(), JitterMeter()
        self.sliding_before, self.sliding_after = SlidingMeter(), SlidingMeter()
        if settings.smoothing != "off":
            strength = STRENGTHS[settings.smoothing]
            self._points = PointFilter(strength.points)
            self._rotations = RotationFilter(strength.rotations)
            self._center = PointFilter(strength.points)
            self._direction = PointFilter(strength.direction)
            self._depth = PointFilter(strength.depth)

    def step(
        self,
        person: Reconstruction,
        size_hw: tuple[int, int],
        time_s: float,
        up: Sequence[float] = LEVEL_UP,
    ) -> Reconstruction:
        """The person of the frame at ``time_s`` as steady as asked for.

        Args:
            up: (3,) unit vector away from the ground, camera frame.
        """
        if self._time is not None and not 0.0 <= time_s - self._time < MAX_PAUSE_S:
            self._restart()
        self._time = time_s
        steady = self._steady(person, size_hw, time_s)
        raw_points = self._contacts(person)
        points = self._contacts(steady)
        if points is not None and raw_points is not None:
            shift = self._lock.step(points, time_s, up, reaches=bool(self._posable))
            if self.settings.lock_feet:
                steady = _projected(self._standing_on_spots(steady, shift), size_hw)
                points = self._contacts(steady)
                assert points is not None
            self.sliding_before.add(raw_points, self._lock.standing)
            self.sliding_after.add(points, self._lock.standing)
            self.standing = points[self._lock.standing]
        self.before.add(person.joints_camera)
        self.after.add(steady.joints_camera)
        return steady

    def _restart(self) -> None:
        """Somebody who was out of sight: filters begin anew by themselves, meters here."""
        self._lock = FootLock()
        for jitter in (self.before, self.after):
            jitter.restart()
        for sliding in (self.sliding_before, self.sliding_after):
            sliding.restart()

    def _steady(
        self, person: Reconstruction, size_hw: tuple[int, int], time_s: float
    ) -> Reconstruction:
        if self._posable is None:
            self._posable = self._is_posed_body(person)
        wants_shape = self.settings.hold_shape and person.betas is not None
        if self._posable and (self.settings.smoothing != "off" or wants_shape):
            return self._posed(person, size_hw, time_s)
        if self.settings.smoothing == "off":
            return person
        both = np.concatenate([person.vertices, person.joints_3d])
        smooth = self._points.step(both, time_s).astype(np.float32)
        rotmat = person.rotmat
        if rotmat is not None:
            rotmat = self._rotations.step(rotmat, time_s).astype(np.float32)
        place = self._placed(person.camera_full.astype(np.float64), time_s)
        count = len(person.vertices)
        moved = replace(
            person,
            vertices=smooth[:count],
            joints_3d=smooth[count:],
            rotmat=rotmat,
            camera_full=place.astype(np.float32),
        )
        return _projected(moved, size_hw)

    def _posed(
        self, person: Reconstruction, size_hw: tuple[int, int], time_s: float
    ) -> Reconstruction:
        """The body posed anew by smoothed rotations and the held shape."""
        assert person.rotmat is not None
        assert person.betas is not None
        rotmat, betas = person.rotmat.astype(np.float64), person.betas.astype(np.float64)
        raw_vertices, _ = self._pose(rotmat, betas)
        # Where the method puts the body's origin, and that origin in the camera frame.
        center = (person.vertices - raw_vertices).mean(0).astype(np.float64)
        origin = person.camera_full + center
        if self.settings.hold_shape:
            betas = self._shape.step(betas, person.score)
        if self.settings.smoothing != "off":
            rotmat = self._rotations.step(rotmat, time_s)
            center = self._center.step(center, time_s)
            origin = self._placed(origin, time_s)
        vertices, joints = self._pose(rotmat, betas)
        moved = replace(
            person,
            vertices=(vertices + center).astype(np.float32),
            joints_3d=(joints + center).astype(np.float32),
            rotmat=rotmat.astype(np.float32),
            betas=betas.astype(np.float32),
            camera_full=(origin - center).astype(np.float32),
        )
        return _projected(moved, size_hw)

    def _standing_on_spots(
        self, person: Reconstruction, shift: NDArray[np.float64]
    ) -> Reconstruction:
        """The person moved by the lock's shift, and where it can be posed, its legs by their reach."""
        moved = replace(person, camera_full=(person.camera_full + shift).astype(np.float32))
        if not np.abs(self._lock.reach).max(initial=0.0) > MIN_REACH_M:
            return moved
        assert self._body is not None
        assert person.rotmat is not None
        assert person.betas is not None
        betas = person.betas.astype(np.float64)
        rotmat = reached(self._body, person.rotmat, betas, self._lock.reach)
        before, after = (self._pose(turns, betas) for turns in (person.rotmat, rotmat))
        return replace(
            moved,
            vertices=person.vertices + after[0] - before[0],
            joints_3d=person.joints_3d + after[1] - before[1],
            rotmat=rotmat.astype(np.float32),
        )

    def _placed(self, place: NDArray[np.float64], time_s: float) -> NDArray[np.float64]:
        """(3,) metres, camera frame: smoothed as direction and log depth."""
        depth = max(float(place[2]), MIN_DEPTH_M)
        direction = self._direction.step(place[:2] / depth, time_s)
        depth = float(np.exp(self._depth.step(np.log([depth]), time_s)[0]))
        return np.array([direction[0] * depth, direction[1] * depth, depth])

    def _pose(
        self, rotmat: NDArray[np.floating], betas: NDArray[np.floating]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        assert self._body is not None
        assert self._joint_set is not None
        device = self._body.v_bind.device
        with torch.inference_mode():
            turns = torch.from_numpy(np.array(rotmat[None], np.float32)).to(device)
            shape = torch.from_numpy(np.array(betas[None], np.float32)).to(device)
            vertices = self._body(turns, shape).vertices
            joints = self._body.regress(vertices, self._joint_set)
        return vertices[0].cpu().numpy(), joints[0].cpu().numpy()

    def _is_posed_body(self, person: Reconstruction) -> bool:
        """Whether mesh and joints are what the body gives for the person's own numbers."""
        body = self._body
        if body is None or person.rotmat is None or person.betas is None:
            return False
        if body.name != person.body or body.vertex_count != len(person.vertices):
            return False
        for name in body.joint_sets():
            if body.joint_names_of(name) != person.joint_names:
                continue
            self._joint_set = name
            vertices, joints = self._pose(
                person.rotmat.astype(np.float64), person.betas.astype(np.float64)
            )
            center = (person.vertices - vertices).mean(0)
            away = np.abs(person.vertices - vertices - center).max()
            if max(away, np.abs(person.joints_3d - joints - center).max()) < SAME_BODY_M:
                return True
        return False

    def _contacts(self, person: Reconstruction) -> NDArray[np.float64] | None:
        if self._soles is None:
            return None
        return self._soles.points(person.vertices_camera)


def _projected(person: Reconstruction, size_hw: tuple[int, int]) -> Reconstruction:
    """The person with ``joints_2d`` projected anew."""
    height, width = size_hw
    points = person.joints_camera.astype(np.float64)
    seen = project_perspective(points, person.focal_px, (width / 2, height / 2))
    return replace(person, joints_2d=seen.astype(np.float32))
