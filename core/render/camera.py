"""The camera of a view: orbits a target, fits bounds, or repeats the camera of a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

StandardView = Literal["front", "back", "left", "right", "top", "bottom"]

STANDARD_VIEWS: dict[StandardView, tuple[float, float]] = {
    "front": (0.0, 0.0),
    "back": (math.pi, 0.0),
    "left": (math.pi / 2, 0.0),
    "right": (-math.pi / 2, 0.0),
    "top": (0.0, math.pi / 2),
    "bottom": (0.0, -math.pi / 2),
}
"""Azimuth and elevation of each standard view, radians; left and right are the person's sides."""


@dataclass(frozen=True)
class PictureIntrinsics:
    """Focal length and principal point of a picture of ``size`` (width, height), pixels."""

    focal_px: float
    center_px: tuple[float, float]
    size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Projection:
    """A camera at one output size; everything the renderer needs to make rays.

    Attributes:
        rotation: (3, 3) float64, rows are the camera's axes (x right, y down, z forward) in the world.
        eye: (3,) float64, metres, world.
        focal: pixels per unit of x/z; pixels per metre when orthographic.
        center: principal point, pixels.
        size: (width, height), pixels.
        orthographic: parallel rays.
    """

    rotation: NDArray[np.float64]
    eye: NDArray[np.float64]
    focal: float
    center: tuple[float, float]
    size: tuple[int, int]
    orthographic: bool = False

    def to_camera(self, points: ArrayLike) -> NDArray[np.float64]:
        """World points (N, 3) in the camera frame, metres."""
        return (np.asarray(points, dtype=np.float64) - self.eye) @ self.rotation.T

    def project(self, points: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Pixels (N, 2) and depths (N,) in metres of world points (N, 3).

        Points behind the eye of a perspective camera project to NaN.
        """
        local = self.to_camera(points)
        depth = local[:, 2]
        if self.orthographic:
            scale = np.full_like(depth, self.focal)
        else:
            scale = self.focal / np.where(depth > 1e-6, depth, np.nan)
        return local[:, :2] * scale[:, None] + np.asarray(self.center), depth

    def rays(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rays (N, 6) float32 through pixel positions (N, 2): origin, direction with unit depth.

        The distance along a ray is the depth, plus `depth_offset` when orthographic.
        """
        axes = self.rotation.astype(np.float32)
        xy = (pixels - np.asarray(self.center, np.float32)) * np.float32(1 / self.focal)
        rays = np.empty((len(pixels), 6), np.float32)
        if self.orthographic:
            start = (self.eye - self.rotation[2] * self.depth_offset).astype(np.float32)
            np.matmul(xy, axes[:2], out=rays[:, :3])
            rays[:, :3] += start
            rays[:, 3:] = axes[2]
        else:
            rays[:, :3] = self.eye
            np.matmul(xy, axes[:2], out=rays[:, 3:])
            rays[:, 3:] += axes[2]
        return rays

    @property
    def depth_offset(self) -> float:
        """Metres between a ray's origin and the camera plane."""
        return 100.0 if self.orthographic else 0.0

    def pixel_metres(self, depth: float) -> float:
        """Size of one pixel at ``depth``, metres."""
        return 1 / self.focal if self.orthographic else depth / self.focal


@dataclass(frozen=True)
class ViewCamera:
    """A camera that looks at a target; equal values give equal pixels.

    World frames: the camera frame of a picture (x right, y down; the default) or, with ``y_up``, the
    body frame (y up, z out of the chest). In both the front view sees the chest of a person who
    faces the camera.

    Attributes:
        target: point that the view turns about, metres, world.
        azimuth: radians; the camera moves to its own right as the angle grows.
        elevation: radians; positive looks down on the target.
        distance: depth of the target in the camera frame, metres.
        offset: x and y of the target in the camera frame, metres; (0, 0) puts it in the centre.
        fov_y: vertical field of view, radians; unused with ``intrinsics``.
        orthographic: parallel projection with the scale that the perspective has at the target.
        y_up: the world frame, see above.
        intrinsics: focal length and principal point of a picture, when the view repeats its camera.
    """

    target: tuple[float, float, float] = (0.0, 0.0, 0.0)
    azimuth: float = 0.0
    elevation: float = 0.0
    distance: float = 3.0
    offset: tuple[float, float] = (0.0, 0.0)
    fov_y: float = math.radians(28)
    orthographic: bool = False
    y_up: bool = False
    intrinsics: PictureIntrinsics | None = None

    @classmethod
    def from_picture(
        cls,
        focal_px: float,
        center_px: tuple[float, float],
        size: tuple[int, int],
        target: ArrayLike = (0.0, 0.0, 3.0),
    ) -> ViewCamera:
        """The picture's own camera: world = camera frame, eye at the origin.

        Args:
            focal_px: focal length, pixels of the picture.
            center_px: principal point, pixels of the picture.
            size: (width, height) of the picture.
            target: point (3,) that later orbiting turns about, metres.
        """
        x, y, z = (float(value) for value in np.asarray(target))
        intrinsics = PictureIntrinsics(float(focal_px), center_px, size)
        return cls(target=(x, y, z), offset=(x, y), distance=z, intrinsics=intrinsics)

    @property
    def rotation(self) -> NDArray[np.float64]:
        """(3, 3) rows are the camera's axes in the world."""
        ca, sa = math.cos(self.azimuth), math.sin(self.azimuth)
        ce, se = math.cos(self.elevation), math.sin(self.elevation)
        yaw = np.array([[ca, 0, sa], [0, 1, 0], [-sa, 0, ca]])
        pitch = np.array([[1, 0, 0], [0, ce, -se], [0, se, ce]])
        base = np.diag([1.0, -1.0, -1.0]) if self.y_up else np.eye(3)
        return pitch @ yaw @ base

    @property
    def eye(self) -> NDArray[np.float64]:
        """(3,) position of the camera, metres, world."""
        return np.asarray(self.target) - np.array([*self.offset, self.distance]) @ self.rotation

    def projection(self, size: tuple[int, int]) -> Projection:
        """This camera at an output of ``size`` (width, height) pixels.

        A picture's camera is scaled so that the whole picture fits, centred.
        """
        width, height = size
        if self.intrinsics is None:
            focal = 0.5 * height / math.tan(self.fov_y / 2)
            center = (width / 2, height / 2)
        else:
            picture_w, picture_h = self.intrinsics.size
            scale = min(width / picture_w, height / picture_h)
            focal = self.intrinsics.focal_px * scale
            center = (
                width / 2 + (self.intrinsics.center_px[0] - picture_w / 2) * scale,
                height / 2 + (self.intrinsics.center_px[1] - picture_h / 2) * scale,
            )
        if self.orthographic:
            focal /= self.distance
        return Projection(self.rotation, self.eye, focal, center, size, self.orthographic)

    def orbited(self, azimuth: float, elevation: float) -> ViewCamera:
        """Turned about the target by two angles in radians; never over the poles."""
        limit = math.pi / 2
        return replace(
            self,
            azimuth=math.remainder(self.azimuth + azimuth, 2 * math.pi),
            elevation=min(limit, max(-limit, self.elevation + elevation)),
        )

    def panned(self, dx: float, dy: float, size: tuple[int, int]) -> ViewCamera:
        """Moved sideways so that the target's plane follows a drag of (dx, dy) pixels."""
        step = self.projection(size).pixel_metres(self.distance)
        axes = self.rotation
        return self.looking_at(np.asarray(self.target) - (axes[0] * dx + axes[1] * dy) * step)

    def zoomed(
        self, factor: float, at: tuple[float, float] | None = None, size: tuple[int, int] = (1, 1)
    ) -> ViewCamera:
        """Nearer (factor < 1) or farther; the point of the target's plane under ``at`` stays put.

        Args:
            factor: of the distance.
            at: pixel under the cursor; None zooms to the target.
            size: (width, height) of the view, pixels.
        """
        distance = min(500.0, max(0.05, self.distance * factor))
        factor = distance / self.distance
        offset = (self.offset[0] * factor, self.offset[1] * factor)
        moved = replace(self, distance=distance, offset=offset)
        if at is None:
            return moved
        view = self.projection(size)
        center, _ = view.project([self.target])
        shift = (np.asarray(at) - center[0]) * view.pixel_metres(self.distance) * (1 - factor)
        return moved.looking_at(np.asarray(self.target) + shift @ self.rotation[:2])

    def looking_at(self, target: ArrayLike) -> ViewCamera:
        """The same view moved to another target (3,)."""
        x, y, z = (float(value) for value in np.asarray(target))
        return replace(self, target=(x, y, z))

    def standard(self, view: StandardView) -> ViewCamera:
        """Turned to a standard view of the same target, seen in the centre."""
        azimuth, elevation = STANDARD_VIEWS[view]
        return replace(
            self, azimuth=azimuth, elevation=elevation, offset=(0.0, 0.0), intrinsics=None
        )

    def fitted(self, points: ArrayLike, aspect: float = 1.0, margin: float = 1.12) -> ViewCamera:
        """Moved so that all points (N, 3) are seen, as large as possible.

        Args:
            points: metres, world; NaN rows are ignored.
            aspect: width / height of the view.
            margin: free space around, 1 is none.
        """
        cloud = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        cloud = cloud[np.isfinite(cloud).all(axis=1)]
        if not len(cloud):
            return self
        axes = self.rotation
        local = cloud @ axes.T
        middle = (local.min(axis=0) + local.max(axis=0)) / 2
        rest = np.abs(local - middle)
        tangent = math.tan(self.fov_y / 2) / margin
        reach = np.maximum(rest[:, 1], rest[:, 0] / aspect) / tangent
        if not self.orthographic:
            reach = reach - (local - middle)[:, 2]
        distance = max(float(reach.max()), 0.05)
        fitted = replace(self, distance=distance, offset=(0.0, 0.0), intrinsics=None)
        return fitted.looking_at(middle @ axes)
