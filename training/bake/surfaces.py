"""Mesh levels by decimation, and linear maps between point sets that survive posing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]


@dataclass(frozen=True)
class Rows:
    """A sparse matrix with the same number of entries in each row.

    Attributes:
        index: (N, k) int64, column numbers.
        weight: (N, k) float64, values; every row sums to one.
    """

    index: Ints
    weight: Floats

    def apply(self, points: Floats) -> Floats:
        """(..., M, 3) -> (..., N, 3)."""
        return np.einsum("nk,...nkd->...nd", self.weight, points[..., self.index, :])


def decimate(points: Floats, faces: Ints, vertex_count: int) -> tuple[Ints, Ints]:
    """Quadric decimation to exactly ``vertex_count`` vertices, snapped to source vertices.

    Returns:
        (vertex_count,) source vertex of each new vertex, all different; (F, 3) new faces.

    Raises:
        RuntimeError: no face count near twice the vertex count gives that many vertices.
    """
    import fast_simplification

    triangles = faces.astype(np.int32)
    guess = 2 * vertex_count - 4
    targets = sorted(range(guess - 60, guess + 16), key=lambda n: abs(n - guess))
    rng = np.random.default_rng(0)
    for attempt in range(40):
        # A little noise changes the order of collapses, when a first try pinches the skin.
        noise = rng.normal(0, 5e-5 * attempt, points.shape) if attempt else 0.0
        source = (points + noise).astype(np.float32)
        for target in targets:
            new, new_faces = fast_simplification.simplify(
                source, triangles, target_count=target, agg=3
            )
            if len(new) == vertex_count:
                break
        if len(new) == vertex_count and not _pinched(new_faces):
            return _snap(new, points), new_faces.astype(np.int64)
    raise RuntimeError(f"decimation never gives {vertex_count} vertices of a clean surface")


def _pinched(faces: Ints) -> bool:
    """Whether more than two triangles meet at an edge, where the skin touches itself."""
    edges = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    return bool((np.unique(edges, axis=0, return_counts=True)[1] > 2).any())


def _snap(points: Floats, source: Floats) -> Ints:
    """The nearest source vertex of each point, each used once, nearest pairs first."""
    distance, candidates = cKDTree(source).query(points, k=12)
    used: set[int] = set()
    result = np.full(len(points), -1, np.int64)
    for i in np.argsort(distance[:, 0], kind="stable"):
        free = next((int(c) for c in candidates[i] if int(c) not in used), None)
        if free is None:
            raise RuntimeError("two decimated vertices fight for the same source vertex")
        used.add(free)
        result[i] = free
    return result


def surface_rows(points: Floats, vertices: Floats, faces: Ints, near: int = 40) -> Rows:
    """Barycentric coordinates of the surface point nearest to each of ``points``.

    Only the ``near`` triangles with the nearest centroids are tried, which is exact enough for
    meshes with triangles of similar size.
    """
    corners = vertices[faces]
    _, candidates = cKDTree(corners.mean(1)).query(points, k=min(near, len(faces)))
    weight = _closest_barycentric(points[:, None], corners[candidates])
    found = np.einsum("nkc,nkcd->nkd", weight, corners[candidates])
    best = np.linalg.norm(found - points[:, None], axis=-1).argmin(1)
    rows = np.arange(len(points))
    return Rows(faces[candidates[rows, best]].astype(np.int64), weight[rows, best])


def _closest_barycentric(point: Floats, triangle: Floats) -> Floats:
    """(..., 3) points and (..., 3, 3) triangles -> (..., 3) weights of the closest points."""
    a, ab, ac = triangle[..., 0, :], *(triangle[..., i, :] - triangle[..., 0, :] for i in (1, 2))
    ap = point - a
    d00, d01, d11 = ((x * y).sum(-1) for x, y in ((ab, ab), (ab, ac), (ac, ac)))
    d20, d21 = (ap * ab).sum(-1), (ap * ac).sum(-1)
    det = np.maximum(d00 * d11 - d01 * d01, 1e-18)
    v, w = (d11 * d20 - d01 * d21) / det, (d00 * d21 - d01 * d20) / det
    options = [np.stack([1 - v - w, v, w], -1)]
    inside = (options[0] >= 0).all(-1)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        edge = triangle[..., j, :] - triangle[..., i, :]
        along = ((point - triangle[..., i, :]) * edge).sum(-1)
        t = (along / np.maximum((edge * edge).sum(-1), 1e-18)).clip(0, 1)
        weight = np.zeros((*t.shape, 3))
        weight[..., i], weight[..., j] = 1 - t, t
        options.append(weight)
    stacked = np.stack(options)
    gap = np.linalg.norm(np.einsum("o...c,...cd->o...d", stacked, triangle) - point, axis=-1)
    gap[0][~inside] = np.inf
    return np.take_along_axis(stacked, gap.argmin(0)[None, ..., None], 0)[0]


def spread_out(points: Floats, count: int) -> Ints:
    """``count`` rows of ``points`` by farthest-point sampling, starting with the first."""
    chosen = [0]
    distance = np.full(len(points), np.inf)
    for _ in range(count - 1):
        gap = np.linalg.norm(points - points[chosen[-1]], axis=1)
        distance = np.minimum(distance, gap)
        chosen.append(int(distance.argmax()))
    return np.array(chosen)


def fit_rows(
    sources: Floats, targets: Floats, index: Ints, prior: Floats, ridge: float = 1e-7
) -> Rows:
    """Rows that best give ``targets`` from ``sources`` over many posed bodies, each summing to one.

    Args:
        sources: (S, M, 3) metres, the same bodies as ``targets`` (S, N, 3).
        index: (N, k) source points each row may use.
        prior: (N, k) weights towards which ``ridge`` (square metres) pulls.
    """
    k = index.shape[1]
    flat = np.ascontiguousarray(sources.transpose(1, 0, 2).reshape(sources.shape[1], -1), float)
    wanted = targets.transpose(1, 0, 2).reshape(targets.shape[1], -1).astype(float)
    samples = flat.shape[1]
    weight = np.empty(index.shape)
    system = np.zeros((k + 1, k + 1))
    system[:k, k] = system[k, :k] = 1.0
    for row, columns in enumerate(index):
        a = flat[columns]
        # Centring on the target keeps the normal equations well scaled; it changes no solution,
        # since each row sums to one.
        a = a - wanted[row]
        system[:k, :k] = a @ a.T / samples + ridge * np.eye(k)
        weight[row] = np.linalg.solve(system, np.append(ridge * prior[row], 1.0))[:k]
    return Rows(index, weight)


def upsampling_rows(
    fine: Floats, coarse: Floats, rest: Rows, rest_fine: Floats, rest_coarse: Floats, k: int = 12
) -> Rows:
    """Up-sampling by least squares over the ``k`` nearest coarse vertices.

    Args:
        fine, coarse: (S, N, 3) and (S, M, 3) metres, the same posed bodies.
        rest: barycentric rows of the fine vertices on the coarse mesh, the prior.
        rest_fine, rest_coarse: (N, D), (M, D) features in which nearness is measured (position,
            and skin weights so that a row does not reach across to another limb).
    """
    _, index = cKDTree(rest_coarse).query(rest_fine, k=k)
    prior = np.zeros(index.shape)
    for c in range(rest.index.shape[1]):
        prior += np.where(index == rest.index[:, c : c + 1], rest.weight[:, c : c + 1], 0.0)
    prior += (1.0 - prior.sum(1, keepdims=True)) / k
    return fit_rows(coarse, fine, index, prior)
