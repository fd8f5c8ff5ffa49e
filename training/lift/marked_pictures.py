"""2D error on photographs with marked joints: the only truth that real pictures give here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import InputError
from core.methods.pose_lift import PoseLift
from core.nn.batch import Batch
from core.pipeline.batching import make_batch
from core.pipeline.joints_file import read_joints_file
from core.pipeline.pictures import read_picture
from core.pipeline.results import to_reconstructions
from core.pipeline.videos import VideoFile
from core.types import Detection, Frame, Reconstruction
from training.lift.held_out import trunk_lean_deg


@dataclass(frozen=True, eq=False)
class MarkedPicture:
    """One marked person, reconstructed.

    Errors are mean distances of the marked joints in per cent of the longer side of their box.

    Attributes:
        key: ``photo.jpg`` or ``clip.mp4#65``.
        lifted_percent: straight from the network, with the best translation.
        refined_percent, worst_percent: after refinement, mean and worst joint.
        lean_deg: by how much the trunk leans towards the camera.
    """

    key: str
    lifted_percent: float
    refined_percent: float
    worst_percent: float
    lean_deg: float
    frame: Frame
    detection: Detection
    result: Reconstruction


def evaluate_marked_pictures(
    joints_json: Path, media_dir: Path, method: PoseLift
) -> tuple[MarkedPicture, ...]:
    """Every marked person of a joints file, in its order.

    Args:
        joints_json: joints of pictures and video frames (``clip.mp4#65``).
        media_dir: folder of the pictures.
        method: with its weights, in evaluation mode.
    """
    people = read_joints_file(joints_json).people
    rows = []
    for key, frame in frames_of(media_dir, list(people)):
        for detection in people[key]:
            rows.append(_measure(method, key, frame, detection))
    return tuple(rows)


def frames_of(folder: Path, keys: list[str]) -> Iterator[tuple[str, Frame]]:
    """The frames called ``name`` or ``name#number`` of a folder."""
    for key in keys:
        name, _, number = key.partition("#")
        if not number:
            yield key, read_picture(folder / name)
            continue
        for frame in VideoFile(folder / name):
            if frame.index == int(number):
                yield key, frame
                break
        else:
            raise InputError(f"the video has no frame {number}", path=folder / name)


@torch.inference_mode()
def _measure(method: PoseLift, key: str, frame: Frame, detection: Detection) -> MarkedPicture:
    batch = make_batch(frame, [detection], method.input_spec)
    lifted = to_reconstructions(method, batch, method.reconstruct(batch, 0), [detection])[0]
    refined = to_reconstructions(method, batch, method(batch), [detection])[0]
    errors = marked_errors_percent(batch, refined)
    joints = torch.from_numpy(np.array(refined.joints_3d))
    padded = torch.cat([joints, joints.new_zeros(11, 3)])[None]
    return MarkedPicture(
        key=key,
        lifted_percent=float(marked_errors_percent(batch, lifted).mean()),
        refined_percent=float(errors.mean()),
        worst_percent=float(errors.max()),
        lean_deg=float(trunk_lean_deg(padded)),
        frame=frame,
        detection=detection,
        result=refined,
    )


def marked_errors_percent(batch: Batch, result: Reconstruction) -> NDArray[np.float64]:
    """(marked joints,) distances in per cent of the box of the marked joints; one person."""
    assert batch.joints_2d is not None
    assert batch.joint_scores is not None
    count = len(result.joint_names)
    known = batch.joint_scores[0, :count].numpy() > 0
    marks = batch.joints_2d[0, :count].double().numpy()[known]
    box = np.ptp(marks, axis=0).max()
    return np.linalg.norm(result.joints_2d[known] - marks, axis=1) / box * 100
