"""Skeletons as small meshes: a ball per joint, a tapered eight-sided bone between joints."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.render.colors import LEFT_SIDE, MIDDLE, RIGHT_SIDE
from core.render.layers import MeshLayer

_LIMBS = (
    ("Ankle", "Knee"),
    ("Knee", "Hip"),
    ("Wrist", "Elbow"),
    ("Elbow", "Shoulder"),
    ("Ankle", "Heel"),
    ("Ankle", "BigToe"),
    ("Heel", "BigToe"),
)
_MIDDLE_BONES = (
    ("R_Hip", "L_Hip"),
    ("R_Shoulder", "L_Shoulder"),
    ("R_Hip", "R_Shoulder"),
    ("L_Hip", "L_Shoulder"),
    ("R_Shoulder", "Neck"),
    ("L_Shoulder", "Neck"),
    ("Neck", "Head_top"),
    ("Nose", "L_Eye"),
    ("Nose", "R_Eye"),
    ("L_Eye", "L_Ear"),
    ("R_Eye", "R_Ear"),
    ("Neck", "Nose"),
)


def bones_of(joint_names: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Pairs of joint numbers to connect, by the names of the common body joint sets."""
    number = {name: index for index, name in enumerate(joint_names)}
    pairs = [(f"{side}_{a}", f"{side}_{b}") for side in "RL" for a, b in _LIMBS]
    pairs += _MIDDLE_BONES
    return tuple((number[a], number[b]) for a, b in pairs if a in number and b in number)


def side_of(name: str) -> str:
    """``left``, ``right`` or ``middle`` of a joint's name."""
    lowered = name.lower()
    if lowered.startswith(("l_", "left")):
        return "left"
    return "right" if lowered.startswith(("r_", "right")) else "middle"


def side_colors(joint_names: Sequence[str]) -> NDArray[np.float32]:
    """sRGB (J, 3): orange for the person's left, blue for the right, light for the middle."""
    table = {"left": LEFT_SIDE, "right": RIGHT_SIDE, "middle": MIDDLE}
    return np.array([table[side_of(name)] for name in joint_names], np.float32).reshape(-1, 3)


def bone_color(
    colors: NDArray[np.float32], joint_names: Sequence[str], bone: tuple[int, int]
) -> NDArray[np.float32]:
    """Colour of a bone: of its side when it has one, else of the middle."""
    sides = [side_of(joint_names[end]) for end in bone] if joint_names else ["middle", "middle"]
    if sides[0] == sides[1] or not joint_names:
        return colors[bone[0]]
    if "middle" in sides:
        return colors[bone[sides.index("middle") - 1]]
    return np.asarray(MIDDLE, np.float32)


def skeleton_layer(
    joints: ArrayLike,
    bones: Sequence[tuple[int, int]],
    joint_names: Sequence[str] = (),
    colors: NDArray[np.float32] | None = None,
    radius: float = 0.018,
    in_front: bool = True,
    name: str = "skeleton",
) -> MeshLayer:
    """Balls and bones as one mesh layer.

    Args:
        joints: (J, 3) metres, world; NaN joints and their bones are left out.
        bones: pairs of joint numbers.
        joint_names: J names that colour the sides.
        colors: (J, 3) sRGB instead of the sides' colours.
        radius: of a ball, metres.
        in_front: seen through the body.
        name: of the layer.
    """
    points = np.asarray(joints, dtype=np.float32)
    names = tuple(joint_names)
    if colors is None:
        colors = (
            side_colors(names) if names else np.tile(np.array(MIDDLE, np.float32), (len(points), 1))
        )
    known = set(np.flatnonzero(np.isfinite(points).all(axis=1)).tolist())
    pieces: list[tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]]] = []
    ball, ball_faces = _ball()
    for index in sorted(known):
        pieces.append((ball * radius + points[index], ball_faces, colors[index]))
    for first, second in bones:
        if first in known and second in known:
            shape, faces = _bone(points[first], points[second], radius * 0.8)
            pieces.append((shape, faces, bone_color(colors, names, (first, second))))
    if not pieces:
        return MeshLayer(
            np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), name=name, casts_shadow=False
        )
    starts = np.cumsum([0] + [len(shape) for shape, _, _ in pieces[:-1]])
    return MeshLayer(
        vertices=np.concatenate([shape for shape, _, _ in pieces]),
        faces=np.concatenate([f + s for (_, f, _), s in zip(pieces, starts, strict=True)]),
        colors=np.concatenate([np.tile(c, (len(shape), 1)) for shape, _, c in pieces]),
        in_front=in_front,
        pickable=False,
        casts_shadow=False,
        name=name,
    )


def _ball(rings: int = 8, sides: int = 12) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Unit sphere of rings between two poles."""
    polar = np.pi * np.arange(1, rings) / rings
    turn = 2 * np.pi * np.arange(sides) / sides
    ring = np.stack(
        [
            np.outer(np.sin(polar), np.cos(turn)),
            np.repeat(np.cos(polar)[:, None], sides, axis=1),
            np.outer(np.sin(polar), np.sin(turn)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    vertices = np.concatenate([[[0, 1, 0]], ring, [[0, -1, 0]]]).astype(np.float32)
    return vertices, _tube_faces(rings - 1, sides)


def _tube_faces(rings: int, sides: int) -> NDArray[np.int32]:
    """Faces of rings of vertices closed by one vertex before and one after them."""
    here = np.arange(sides)
    after = (here + 1) % sides
    faces = [np.stack([np.zeros(sides), 1 + after, 1 + here], axis=1)]
    for ring in range(rings - 1):
        a, b = 1 + ring * sides, 1 + (ring + 1) * sides
        faces.append(np.stack([a + here, a + after, b + here], axis=1))
        faces.append(np.stack([a + after, b + after, b + here], axis=1))
    last, pole = 1 + (rings - 1) * sides, 1 + rings * sides
    faces.append(np.stack([last + here, last + after, np.full(sides, pole)], axis=1))
    return np.concatenate(faces).astype(np.int32)


def _bone(
    start: NDArray[np.float32], end: NDArray[np.float32], radius: float, sides: int = 8
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """A spindle, thickest near its start."""
    along = end - start
    length = float(np.linalg.norm(along))
    forward = along / max(length, 1e-9)
    helper = np.eye(3, dtype=np.float32)[int(np.abs(forward).argmin())]
    x = np.cross(helper, forward)
    x /= max(float(np.linalg.norm(x)), 1e-9)
    y = np.cross(forward, x)
    turn = 2 * np.pi * np.arange(sides) / sides
    circle = np.outer(np.cos(turn), x) + np.outer(np.sin(turn), y)
    rings = [start]
    for share, width in ((0.06, 0.45), (0.2, 0.95), (0.55, 0.68), (0.94, 0.35)):
        rings.extend(start + along * share + circle * width * min(radius, length * 0.2))
    rings.append(end)
    return np.asarray(rings, np.float32), _tube_faces(4, sides)
