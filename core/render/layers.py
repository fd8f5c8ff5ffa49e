"""What is drawn and what comes back, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.types.arrays import freeze

CLAY = (0.845, 0.790, 0.735)
"""sRGB of a person's mesh: warm clay that reads on dark and light grounds."""

Finish = Literal["clay", "data", "unlit"]


@dataclass(frozen=True, eq=False)
class MeshLayer:
    """One mesh of a view.

    Layers that share their ``vertices`` and ``faces`` arrays share normals and search tree, so that
    changing colours or opacity with `dataclasses.replace` costs nothing.

    Attributes:
        vertices: (V, 3) float32, metres, world; NaN vertices hide their faces.
        faces: (F, 3) int32.
        colors: (V, 3) or (3,) float32, sRGB in 0..1.
        alpha: opacity in 0..1.
        wireframe: draw the edges of the faces.
        surface: draw the faces; False with ``wireframe`` leaves the lines alone.
        flat: one normal per face instead of smooth ones.
        finish: ``clay`` is studio light, ``data`` keeps colours readable against a legend,
            ``unlit`` leaves them untouched.
        by_normals: colour by the normal in the camera frame instead of ``colors``.
        in_front: draw over every other layer (a skeleton inside a body).
        pickable: answers clicks.
        casts_shadow: darkens the ground.
        name: shown to the person.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    colors: NDArray[np.float32] | tuple[float, float, float] = CLAY
    alpha: float = 1.0
    wireframe: bool = False
    surface: bool = True
    flat: bool = False
    finish: Finish = "clay"
    by_normals: bool = False
    in_front: bool = False
    pickable: bool = True
    casts_shadow: bool = True
    name: str = ""

    def __post_init__(self) -> None:
        freeze(self, "vertices", np.float32, (None, 3))
        freeze(self, "faces", np.int32, (None, 3))
        colors = np.asarray(self.colors)
        freeze(self, "colors", np.float32, (3,) if colors.ndim == 1 else (len(self.vertices), 3))
        if len(self.faces) and not 0 <= self.faces.min() <= self.faces.max() < len(self.vertices):
            raise ValueError(f"layer {self.name!r}: faces name vertices that are not there")


@dataclass(frozen=True, eq=False)
class RenderedImage:
    """Pixels of a view.

    Attributes:
        rgb: (H, W, 3) uint8.
        alpha: (H, W) float32, how much of the pixel the layers cover, 0..1.
        depth: (H, W) float32, metres along the camera's z at pixel centres; inf where nothing is.
    """

    rgb: NDArray[np.uint8]
    alpha: NDArray[np.float32]
    depth: NDArray[np.float32]

    @property
    def hit(self) -> NDArray[np.bool_]:
        """(H, W) whether a surface lies behind the pixel's centre."""
        return np.isfinite(self.depth)


@dataclass(frozen=True, eq=False)
class PickResult:
    """What lies under a pixel.

    Attributes:
        layer: index in the list of layers.
        name: of the layer.
        face: index of the face.
        vertex: the face's vertex nearest to the point.
        barycentric: (3,) float32 weights of the face's vertices.
        point: (3,) float32, metres, world.
        depth: metres along the camera's z.
    """

    layer: int
    name: str
    face: int
    vertex: int
    barycentric: NDArray[np.float32]
    point: NDArray[np.float32]
    depth: float

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, PickResult):
            return NotImplemented
        mine = (self.layer, self.face, self.vertex, self.depth)
        return mine == (other.layer, other.face, other.vertex, other.depth)

    __hash__ = None  # type: ignore[assignment]
