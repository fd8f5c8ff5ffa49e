"""Principal shapes of many sampled people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class ShapeSpace:
    """Mean and principal directions of vertices and joints together, unit variance each.

    Attributes:
        v_mean: (V, 3); v_dirs: (V, 3, K); j_mean: (J, 3); j_dirs: (J, 3, K), metres.
        kept: mean distance in metres between a sampled person and its K-number approximation.
    """

    v_mean: Floats
    v_dirs: Floats
    j_mean: Floats
    j_dirs: Floats
    kept: float


def principal_shapes(vertices: Floats, joints: Floats, components: int) -> ShapeSpace:
    """PCA of (S, V, 3) and (S, J, 3) through the S x S Gram matrix.

    Components are ordered by variance; the sign of each is chosen so that the person grows in y
    where the component changes the height, else so that its largest entry is positive.
    """
    samples, count = vertices.shape[:2]
    data = np.concatenate([vertices, joints], 1).reshape(samples, -1).astype(np.float64)
    mean = data.mean(0)
    data -= mean
    values, vectors = np.linalg.eigh(data @ data.T / samples)
    order = np.argsort(values)[::-1][:components]
    scores = vectors[:, order] * np.sqrt(samples)  # unit variance over the sample
    directions = (data.T @ scores / samples).reshape(-1, 3, components)
    template = mean.reshape(-1, 3)[:count]
    low, high = template[:, 1].argmin(), template[:, 1].argmax()
    for k in range(components):
        grows = directions[high, 1, k] - directions[low, 1, k]
        entries = directions[..., k].ravel()
        lead = grows if abs(grows) > 2e-3 else entries[np.abs(entries).argmax()]
        if lead < 0:
            directions[..., k] *= -1
            scores[:, k] *= -1
    rest = data - scores @ directions.reshape(-1, components).T
    error = np.linalg.norm(rest.reshape(samples, -1, 3)[:, :count], axis=-1).mean()
    base = mean.reshape(-1, 3)
    return ShapeSpace(
        base[:count], directions[:count], base[count:], directions[count:], float(error)
    )
