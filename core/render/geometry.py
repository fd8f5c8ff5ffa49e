"""What is worked out once per mesh: normals, search tree, corner tables, ambient occlusion."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from functools import cache, cached_property
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

IMPORT_TRIES = 20
MISS = 0xFFFFFFFF
"""Face number of a ray that hits nothing."""
OCCLUSION_RAYS = 32
RAYS_AT_ONCE = 8_192
OCCLUSION_REACH = 0.45
"""Metres within which a surface darkens its neighbours."""


class Hits(NamedTuple):
    """Rays that met a mesh.

    ``index``: (M,) which ray; ``face``: (M,) int64; ``u``, ``v``: (M, 1) float32 weights of the second
    and third corner; ``t``: (M,) float32 distance along the ray, in lengths of its direction.
    """

    index: NDArray[np.intp]
    face: NDArray[np.int64]
    u: NDArray[np.float32]
    v: NDArray[np.float32]
    t: NDArray[np.float32]


def vertex_normals(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """Unit normals (V, 3), weighted by the area of the faces around; zero for unused vertices."""
    corners = vertices[faces]
    area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    flat = faces.T.ravel()
    total = np.stack(
        [np.bincount(flat, np.tile(area[:, axis], 3), len(vertices)) for axis in range(3)], axis=1
    )
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return (total / np.maximum(length, 1e-12)).astype(np.float32)


def _open3d() -> Any:
    """Open3D, imported on first use: it takes seconds, and the window comes up before.

    Its last step walks over all loaded modules; another thread that loads torch meanwhile ends that walk
    with a RuntimeError. Python then forgets the package but not its parts, so once more is quick.
    """
    for _ in range(IMPORT_TRIES):
        try:
            return import_module("open3d")
        except RuntimeError as error:
            if "changed size" not in str(error):
                raise
    return import_module("open3d")


class MeshGeometry:
    """Search tree and tables of one mesh; its vertices never change."""

    def __init__(self, vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> None:
        self.vertices = vertices
        self.all_faces = faces
        finite: NDArray[np.bool_] = np.isfinite(vertices).astype(bool)
        broken = ~np.logical_and.reduce(finite, axis=1)
        self.faces, self.face_rows, self.used = faces, None, vertices
        if bool(broken.any()):
            self.face_rows = np.flatnonzero(~np.isin(faces, np.flatnonzero(broken)).any(axis=1))
            self.faces, self.used = faces[self.face_rows], vertices[~broken]
        self._lock = threading.Lock()
        self._occlusion_lock = threading.Lock()
        self._scene: Any = None
        self._occlusion: NDArray[np.float32] | None = None

    @property
    def is_empty(self) -> bool:
        """No face to hit."""
        return len(self.faces) == 0

    @property
    def scene(self) -> Any:
        """Embree search tree, built on first use by whichever thread needs it first."""
        with self._lock:
            if self._scene is None:
                o3d = _open3d()
                scene = o3d.t.geometry.RaycastingScene()
                scene.add_triangles(
                    o3d.core.Tensor(np.array(self.vertices, np.float32)),
                    o3d.core.Tensor(np.array(self.faces, np.uint32)),
                )
                self._scene = scene
            return self._scene

    @property
    def is_ready(self) -> bool:
        """Whether a ray can be cast at once."""
        return self._scene is not None

    @cached_property
    def normals(self) -> NDArray[np.float32]:
        """(V, 3) unit vertex normals."""
        return vertex_normals(self.vertices, self.faces)

    @cached_property
    def corner_normals(self) -> tuple[NDArray[np.float32], ...]:
        """Normal of the first corner of each face (F, 3), and differences to the other two."""
        return corner_table(self.normals, self.faces)

    @cached_property
    def face_normals(self) -> NDArray[np.float32]:
        """(F, 3) unit normals."""
        a, b, c = (self.vertices[self.faces[:, k]] for k in range(3))
        normal = np.cross(b - a, c - a)
        return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)

    def cast(self, rays: NDArray[np.float32]) -> Hits:
        """First hits of rays (N, 6)."""
        from_numpy, scene = _open3d().core.Tensor.from_numpy, self.scene
        parts = [
            {name: found[name].numpy() for name in ("primitive_ids", "primitive_uvs", "t_hit")}
            for found in (scene.cast_rays(from_numpy(part)) for part in _in_turns(rays))
        ]
        faces, uv, t = (np.concatenate([part[name] for part in parts]) for name in parts[0])
        index = np.flatnonzero(faces != MISS)
        uv = uv[index]
        return Hits(index, faces[index].astype(np.int64), uv[:, :1], uv[:, 1:], t[index])

    @property
    def occlusion(self) -> NDArray[np.float32] | None:
        """(V,) openness in 0..1 if it was worked out, else None."""
        return self._occlusion

    def work_out_occlusion(self, rays: int = OCCLUSION_RAYS) -> NDArray[np.float32]:
        """Openness (V,) of every vertex: 1 sees the whole half sphere, 0 is buried.

        Cosine-weighted visibility within `OCCLUSION_REACH`, averaged over neighbours. It is worked out
        once, with so many ``rays`` a vertex (large meshes: half).
        """
        with self._occlusion_lock:
            if self._occlusion is None:
                self._occlusion = _openness(self, rays)
            return self._occlusion


def corner_table(
    values: NDArray[np.float32], faces: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Values of the first corner (F, C) and differences to the second and third.

    Interpolation is then ``first[face] + u * second[face] + v * third[face]``.
    """
    first = values[faces[:, 0]]
    return first, values[faces[:, 1]] - first, values[faces[:, 2]] - first


def _sphere_directions(count: int) -> NDArray[np.float32]:
    """Evenly spread unit vectors (N, 3) on a Fibonacci spiral."""
    k = np.arange(count) + 0.5
    polar, turn = np.arccos(1 - 2 * k / count), np.pi * (1 + 5**0.5) * k
    x, y, z = np.cos(turn) * np.sin(polar), np.sin(turn) * np.sin(polar), np.cos(polar)
    return np.stack([x, y, z], axis=1).astype(np.float32)


def _in_turns(rays: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Rays (N, 6) a few at a time, at least one part.

    Open3D keeps the interpreter's lock for as long as it casts: 220,000 rays at once made every other
    thread, that of a window too, wait 17 ms; in parts of this size 3 ms, for the same time in all.
    """
    for start in range(0, max(1, len(rays)), RAYS_AT_ONCE):
        yield rays[start : start + RAYS_AT_ONCE]


def _openness(geometry: MeshGeometry, rays_each: int) -> NDArray[np.float32]:
    normals = geometry.normals
    count = rays_each if len(normals) < 16_000 else rays_each // 2
    directions = _sphere_directions(count)
    cosine = normals @ directions.T
    rays = np.empty((len(normals), count, 6), np.float32)
    rays[..., :3] = (geometry.vertices + normals * np.float32(0.003))[:, None]
    rays[..., 3:] = directions[None] * np.where(cosine < 0, -1, 1)[..., None]
    np.nan_to_num(rays, copy=False)
    from_numpy, scene = _open3d().core.Tensor.from_numpy, geometry.scene
    hidden = np.concatenate(
        [
            scene.test_occlusions(from_numpy(part), tnear=0.0, tfar=OCCLUSION_REACH).numpy()
            for part in _in_turns(rays.reshape(-1, 6))
        ]
    ).reshape(cosine.shape)
    weight = np.abs(cosine)
    open_share = 1 - (weight * hidden).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-6)
    return _averaged(open_share.astype(np.float32), geometry.faces)


def _averaged(values: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """Values (V,) mixed half and half with the mean over the faces around."""
    per_face = values[faces].mean(axis=1)
    flat = faces.T.ravel()
    total = np.bincount(flat, np.tile(per_face, 3), len(values))
    share = np.bincount(flat, minlength=len(values))
    mean = np.where(share > 0, total / np.maximum(share, 1), values)
    return (0.3 * values + 0.7 * mean).astype(np.float32)


class GeometryCache:
    """The last few meshes, found by the identity of their arrays. Threads may share one."""

    def __init__(self, capacity: int = 16) -> None:
        self._capacity = capacity
        self._known: OrderedDict[tuple[int, int], MeshGeometry] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> MeshGeometry:
        """The geometry of two arrays; the entry keeps them alive, so that their ids stay theirs."""
        key = (id(vertices), id(faces))
        with self._lock:
            known = self._known.get(key)
            if known is None:
                known = self._known[key] = MeshGeometry(vertices, faces)
                while len(self._known) > self._capacity:
                    self._known.popitem(last=False)
            self._known.move_to_end(key)
            return known

    def clear(self) -> None:
        """Forget all meshes."""
        with self._lock:
            self._known.clear()


@cache
def shared_cache() -> GeometryCache:
    """One cache for all views of a program: two views of a body build its search tree once."""
    return GeometryCache()
