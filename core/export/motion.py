"""BVH motion of the 24-joint skeleton: writing, reading, and making clips of reconstructions.

Metres, y up, rest pose = T-pose, rotation channels Z X Y (``Rz Rx Ry``), degrees in the file only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.body import BodyModel
from core.errors import InputError, OutputError
from core.export.bvh_text import BvhTree, format_bvh, parse_bvh
from core.export.licences import body_licence
from core.export.placement import ORIGIN_TEXT, Origin, shift_of
from core.export.report import ExportReport
from core.files.atomic import write_atomically
from core.geometry.cameras import camera_to_y_up, camera_to_y_up_rotmat
from core.geometry.euler import euler_to_rotmat, rotmat_to_euler
from core.types import Reconstruction

EULER_ORDER = "ZXY"
ALLOWED_DEVIATION_RAD = 1e-5
MAX_BVH_BYTES = 512 * 2**20


@dataclass(frozen=True, eq=False)
class MotionClip:
    """A moving skeleton, y up, metres.

    Attributes:
        names: J joint names, root first, parents before children.
        parents: J rows, -1 for the root.
        offsets: (J, 3) bone offsets in the T-pose; the root's is zero.
        rotmat: (T, J, 3, 3) local rotations, the root's in y-up axes.
        root: (T, 3) positions of the root joint.
        fps: frames a second.
        note: what the header cannot say (BVH has no comments): origin and licence.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: NDArray[np.float64]
    rotmat: NDArray[np.float64]
    root: NDArray[np.float64]
    fps: float
    note: str = ""

    def joints(self) -> NDArray[np.float64]:
        """(T, J, 3) joint positions, metres."""
        turns, places = [self.rotmat[:, 0]], [self.root]
        for joint in range(1, len(self.parents)):
            above = self.parents[joint]
            turns.append(turns[above] @ self.rotmat[:, joint])
            places.append(places[above] + turns[above] @ self.offsets[joint])
        return np.stack(places, 1)


@torch.no_grad()
def motion_of(
    people: Sequence[Reconstruction],
    body: BodyModel,
    fps: float,
    origin: Origin = "pelvis",
) -> MotionClip:
    """One person over time as a clip; bone lengths are those of the mean shape over the frames.

    ``pelvis`` moves in place, ``ground`` in place with the lowest point of each frame on the floor,
    ``camera`` along the whole path seen by the camera (as uncertain as its depth).

    Args:
        people: the same person, frame by frame.
        fps: frames a second.

    Raises:
        OutputError: the method gives no joint rotations.
    """
    poses = [(p.rotmat, p.betas) for p in people if p.rotmat is not None and p.betas is not None]
    if not people or len(poses) < len(people):
        method = people[0].method if people else "nothing"
        raise OutputError(
            f"{method} gives no joint rotations, which BVH needs",
            cure="use a body-parameter method (multi_roi, cliff, glnet, pose_lift), or save a mesh",
        )
    rotmat = torch.from_numpy(np.stack([turns for turns, _ in poses]))
    betas = torch.from_numpy(np.stack([shape for _, shape in poses]))
    root = np.stack(
        [
            _root_position(person, body, rotmat[row : row + 1], betas[row : row + 1], origin)
            for row, person in enumerate(people)
        ]
    )
    turned = rotmat.double().numpy()
    turned[:, 0] = camera_to_y_up_rotmat(turned[:, 0])
    chain = body.chain
    offsets = chain.offsets_of(betas.mean(0, keepdim=True))[0].double().numpy()
    note = f"origin: {ORIGIN_TEXT[origin]}; body: {body.name}; licence: {body_licence(body.name)}"
    return MotionClip(chain.names, chain.parents, offsets, turned, root, fps, note)


def write_bvh(path: str | Path, clip: MotionClip) -> ExportReport:
    """Write a clip and read it back.

    BVH has no comments, so units, axes and licence stand in ``<path>.txt`` beside it.

    Raises:
        OutputError: unwritable folder, full disk, or it does not read back.
    """
    path = Path(path)
    euler = rotmat_to_euler(torch.from_numpy(np.array(clip.rotmat, np.float64)), EULER_ORDER)
    tree = BvhTree(
        names=clip.names,
        parents=clip.parents,
        offsets=np.asarray(clip.offsets, np.float64),
        channels=bvh_channels(len(clip.names)),
        values=np.concatenate(
            [clip.root, np.degrees(euler.numpy()).reshape(len(clip.root), -1)], axis=1
        ),
        frame_time=1.0 / clip.fps,
    )
    with write_atomically(path) as temporary:
        temporary.write_text(format_bvh(tree), "utf-8")
        deviation = _deviation(read_bvh(temporary), clip)
        if not deviation <= ALLOWED_DEVIATION_RAD:
            raise OutputError(
                "the written motion does not read back equal; nothing was kept",
                path=path,
                cure="report this as a defect",
            )
    write_bvh_note(path, clip.note)
    return ExportReport(
        path=path,
        format="bvh",
        size_bytes=path.stat().st_size,
        people=len(clip.root),
        deviation=deviation,
        reader="core.export.bvh_text",
        origin=clip.note,
    )


def write_bvh_note(path: Path, note: str) -> None:
    """Units, axes and ``note`` in ``<path>.txt``, since BVH has no comments."""
    with write_atomically(path.with_name(f"{path.name}.txt")) as temporary:
        temporary.write_text(
            "MeshLoupe motion\nunits: metres, degrees in the file\n"
            "axes: right-handed, y up; a person facing the camera faces +z\n"
            f"rest pose: T-pose, rotation order {EULER_ORDER}\n" + note + "\n",
            "utf-8",
        )


def read_bvh(path: str | Path) -> MotionClip:
    """Read a BVH file with any Euler order and one root.

    Raises:
        InputError: unreadable or not BVH; the message names the line.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BVH_BYTES:
            raise InputError("is larger than 512 MB", path=path, cure="give a shorter motion")
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=path) from None
    tree = parse_bvh(text, path)
    frames, joints = len(tree.values), len(tree.names)
    rotmat = np.tile(np.eye(3), (frames, joints, 1, 1))
    root = np.tile(tree.offsets[0], (frames, 1))
    column = 0
    for joint, channels in enumerate(tree.channels):
        values = tree.values[:, column : column + len(channels)]
        column += len(channels)
        turning = [i for i, name in enumerate(channels) if name.endswith("rotation")]
        if len(turning) == 3:
            order = "".join(channels[i][0] for i in turning)
            angles = torch.from_numpy(np.radians(values[:, turning]))
            rotmat[:, joint] = euler_to_rotmat(angles, order).numpy()
        for i, name in enumerate(channels):
            if joint == 0 and name.endswith("position"):
                root[:, "XYZ".index(name[0])] = values[:, i]
    offsets = tree.offsets.copy()
    offsets[0] = 0.0
    return MotionClip(tree.names, tree.parents, offsets, rotmat, root, 1.0 / tree.frame_time)


def bvh_channels(joints: int) -> tuple[tuple[str, ...], ...]:
    """Channel names per joint: the root moves and turns, the others turn."""
    turning = tuple(f"{axis}rotation" for axis in EULER_ORDER)
    moving = ("Xposition", "Yposition", "Zposition")
    return ((*moving, *turning), *([turning] * (joints - 1)))


def _root_position(
    person: Reconstruction,
    body: BodyModel,
    rotmat: torch.Tensor,
    betas: torch.Tensor,
    origin: Origin,
) -> NDArray[np.float64]:
    """(3,) metres, y up: the skeleton's root joint, for the person placed at ``origin``.

    The body posed by the same numbers tells where the root lies under the method's vertices.
    """
    posed = body(rotmat, betas)
    moved = person.vertices.astype(np.float64) - posed.vertices[0].double().numpy()
    root = posed.joints[0, 0].double().numpy() + moved.mean(0)
    return camera_to_y_up(root) + shift_of(person, origin, root)


def _deviation(read: MotionClip, clip: MotionClip) -> float:
    """Largest difference of rotations (radians, small-angle) and positions (metres)."""
    if read.names != clip.names or read.parents != clip.parents:
        return float("inf")
    if read.rotmat.shape != clip.rotmat.shape:
        return float("inf")
    pairs = ((read.rotmat, clip.rotmat), (read.root, clip.root), (read.offsets, clip.offsets))
    return max(float(np.abs(a - b).max(initial=0.0)) for a, b in pairs)
