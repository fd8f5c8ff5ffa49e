"""Checking what has no network: evaluation metrics and the body layer of the METRO family."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import DTypeLike, NDArray

from core import metrics
from core.body.inverse_kinematics import (
    RELEASED24,
    SMPL_LEAF_VERTICES,
    rest_skeleton,
    swing_twist_rotmats,
)
from core.geometry.cameras import (
    project_perspective,
    project_weak_perspective,
    weak_to_full_camera,
)
from core.geometry.rotations import (
    axis_angle_to_rotmat,
    quaternion_to_rotmat,
    rotmat_to_quaternion,
)
from core.losses.multi_roi import camera_consistency_loss, contrastive_loss
from core.nn.iterative_regressor import rotmat_of_pose
from core.verify.compare import OutputCheck, compare, missing
from core.verify.fixtures import Expected, Fixture
from core.verify.stand_ins import stand_in_body

Checker = Callable[[Fixture], Iterator[OutputCheck]]
# A prediction that is a perfect similarity has no error but rounding, so its spread says nothing.
_FLOOR = {"float64": 1e-14, "float32": 5e-7}
# The METRO family turns its template by this text of pi.
_TEMPLATE_TURN = 3.1416
_BOX_UNIT = 200.0  # pixels of one unit of "scale" in files of this family


def check_metrics(fixture: Fixture) -> Iterator[OutputCheck]:
    """PA-MPJPE with and without precision, and METRO's MPJPE and MPVPE."""
    for case, outputs in fixture.outputs.items():
        sets = [name.removesuffix("/input_pred") for name in outputs if "/input_pred" in name]
        for name in sets:
            pred, gt = (fixture.stored(case, f"{name}/input_{side}") for side in ("pred", "gt"))
            if f"{name}/aligned_f64" in outputs:
                yield compare(
                    case,
                    f"{name}/aligned_f64",
                    outputs[f"{name}/aligned_f64"],
                    metrics.aligned(pred, gt),
                )
            for dtype, suffix in ((np.float64, "f64"), (np.float32, "f32")):
                output = f"{name}/pa_mpjpe_{suffix}"
                if output in outputs:
                    yield _aligned_error(case, output, outputs[output], pred, gt, dtype)
        counted = fixture.stored(case, "has_3d").astype(bool)
        joints = (fixture.stored(case, f"noise/input_{side}") for side in ("pred", "gt"))
        mpjpe = metrics.metro_mpjpe(*joints)[counted]
        yield compare(case, "mpjpe", fixture.expected(case, "mpjpe"), mpjpe)
        meshes = (fixture.stored(case, f"mpvpe/input_{side}") for side in ("pred", "gt"))
        mpvpe = metrics.mean_point_error(*meshes)[counted]
        yield compare(case, "mpvpe", fixture.expected(case, "mpvpe"), mpvpe)


def _aligned_error(
    case: str,
    name: str,
    expected: Expected,
    pred: NDArray[np.floating],
    gt: NDArray[np.floating],
    dtype: DTypeLike,
) -> OutputCheck:
    mine = metrics.pa_mean_point_error(pred.astype(dtype), gt.astype(dtype), dtype)
    perfect = name.startswith("similarity/")
    floor = _FLOOR[np.dtype(dtype).name] if perfect else 0.0
    return compare(case, name, expected, mine, floor=floor)


def check_smpl(fixture: Fixture) -> Iterator[OutputCheck]:
    """Skinning, regressed joints, mesh sampling, projection and the template of the METRO family."""
    for case, outputs in fixture.outputs.items():
        with torch.inference_mode():
            got = _smpl_outputs(fixture, case)
        for name, expected in outputs.items():
            if name in got:
                yield compare(case, name, expected, got[name].numpy())
            elif not name.startswith("input/"):
                yield missing(case, name)


def _smpl_outputs(fixture: Fixture, case: str) -> dict[str, torch.Tensor]:
    body = stand_in_body(fixture.salt)
    pose, betas, camera = (
        torch.from_numpy(fixture.stored(case, f"input/{name}"))
        for name in ("pose", "betas", "camera")
    )
    turns = pose.reshape(-1, body.joint_count, 3)
    vertices = body(axis_angle_to_rotmat(turns), betas).vertices
    mid, coarse = (body.downsample(vertices, 0, level) for level in (1, 2))
    joints = body.regress(vertices, "h36m17")
    out = {
        "vertices": vertices,
        "vertices_1723": mid,
        "vertices_431": coarse,
        "joints17_h36m": joints,
        "joints24": body.regress(vertices, "metro24"),
        "up_1723_from_431": body.upsample(coarse, 2, 1),
        "up_6890_from_1723": body.upsample(mid, 1, 0),
        "projection_of_joints17": project_weak_perspective(joints, camera),
        "rodrigues": axis_angle_to_rotmat(torch.cat([turns.reshape(-1, 3), torch.zeros(1, 3)])),
    }
    upright = torch.zeros(1, body.joint_count, 3)
    upright[0, 0, 0] = _TEMPLATE_TURN
    template = body(axis_angle_to_rotmat(upright), torch.zeros(1, 10)).vertices
    pelvis = body.regress(template, "h36m17")[:, :1]
    out["template/joints14_centred"] = body.regress(template, "lsp14") - pelvis
    out["template/vertices_431_centred"] = body.downsample(template) - pelvis
    return out


def check_multi_roi_losses(fixture: Fixture) -> Iterator[OutputCheck]:
    """Contrastive and camera consistency losses, camera conversion, 6D rotations, projection."""
    for case, outputs in fixture.outputs.items():
        got = _multi_roi_outputs(fixture, case)
        for name, expected in outputs.items():
            if name in got:
                yield compare(case, name, expected, got[name].numpy())
            elif not name.startswith("input/"):
                yield missing(case, name)


def _multi_roi_outputs(fixture: Fixture, case: str) -> dict[str, torch.Tensor]:
    features, same, camera, center, scale, image_hw, focal, pose, points = (
        torch.from_numpy(fixture.stored(case, f"input/{name}"))
        for name in (
            "features",
            "mask",
            "crop_camera_s_tx_ty",
            "center_px",
            "scale_over_200",
            "full_hw",
            "focal",
            "pose_6d",
            "points",
        )
    )
    size = scale * _BOX_UNIT
    full = weak_to_full_camera(camera, center, size, image_hw, focal)
    per_person = (-1, int(same[0].sum()))  # the mask marks the crops of the same person
    consistency = camera_consistency_loss(
        camera.unflatten(0, per_person),
        full.unflatten(0, per_person),
        size.unflatten(0, per_person),
    )
    return {
        "supcon_loss": contrastive_loss(features.unflatten(0, per_person)),
        "camera_consistency_loss": consistency,
        "full_camera_tx_ty_tz": full,
        "rotmat_from_6d": rotmat_of_pose(pose),
        "perspective_projection": project_perspective(
            points + full[:, None], focal, image_hw.flip(-1) / 2
        ),
    }


def check_inverse_kinematics(fixture: Fixture) -> Iterator[OutputCheck]:
    """HybrIK's swing-twist rotations, naive and adaptive, and the bodies that follow from them."""
    for case, outputs in fixture.outputs.items():
        with torch.inference_mode():
            got = _inverse_kinematics_outputs(fixture, case)
        for name, expected in outputs.items():
            if name in got:
                yield compare(case, name, expected, got[name].numpy())
            elif not name.startswith("input/"):
                yield missing(case, name)


def _inverse_kinematics_outputs(fixture: Fixture, case: str) -> dict[str, torch.Tensor]:
    body = stand_in_body(fixture.salt)

    def given(name: str) -> torch.Tensor:
        return torch.from_numpy(fixture.stored(case, f"input/{name}"))

    betas, twists, leaves = (given(n) for n in ("betas", "phis_cos_sin", "leaf_quaternions_wxyz"))
    pose = torch.cat([given("global_orient_axis_angle"), given("body_pose_axis_angle")], 1)
    turns = axis_angle_to_rotmat(pose.unflatten(1, (-1, 3)))
    rest = rest_skeleton(body, betas, SMPL_LEAF_VERTICES)
    out = {
        "input/rest_joints29": rest,
        "quat_to_rotmat": quaternion_to_rotmat(leaves).flatten(0, 1),
        "rotmat_to_quat": rotmat_to_quaternion(turns).flatten(0, 1),
    }
    found = {
        f"{way}_{skeleton}": swing_twist_rotmats(
            given(f"skeleton_{skeleton}"), rest, twists, adaptive=way == "adaptive"
        )
        for way in ("adaptive", "naive")
        for skeleton in ("exact", "near", "noisy")
    }
    found["lbs"] = turns
    found["adaptive24"] = swing_twist_rotmats(
        given("skeleton24"),
        rest[:, :24],
        twists,
        tree=RELEASED24,
        still=quaternion_to_rotmat(leaves),
    )
    for name, rotmat in found.items():
        posed = body(rotmat, betas)
        joints = body.regress(posed.vertices, "h36m17")
        out[f"{name}/rot_mats"] = rotmat
        # The authors centre the mesh on the regressed pelvis, the skeleton on its root.
        out[f"{name}/vertices"] = posed.vertices - joints[:, :1]
        out[f"{name}/joints24"] = posed.joints - posed.joints[:, :1]
        out[f"{name}/joints17_h36m"] = joints - joints[:, :1]
    still = torch.tensor([1.0, 0.0]).expand_as(twists)
    for way in ("adaptive", "naive"):
        out[f"restpose_{way}/rot_mats"] = swing_twist_rotmats(
            rest, rest, still, adaptive=way == "adaptive"
        )
    return out


# By what the fixture's description says was run; its folder may be called anything.
_CHECKERS: dict[str, Checker] = {
    "evaluation metrics": check_metrics,
    "SMPL layer, mesh sampler and projection": check_smpl,
    "Multi-RoI losses and camera conversion": check_multi_roi_losses,
    "HybrIK analytic IK": check_inverse_kinematics,
}


def find_checker(network: str) -> Checker | None:
    """The checker of a fixture without a network; None if nothing here checks it yet."""
    found = (checker for start, checker in _CHECKERS.items() if network.startswith(start))
    return next(found, None)
