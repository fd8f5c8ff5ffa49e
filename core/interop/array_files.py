"""NPZ files and pickled tables, told apart by their keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.interop.doubts import degrees, finite_share, rotations, unit_of
from core.interop.reports import Report

Arrays = Mapping[str, np.ndarray]
Facts = tuple[tuple[str, str], ...]


def array_report(path: Path, arrays: Arrays) -> Report | None:
    """What a set of named arrays is; None for arrays that nothing here knows."""
    for keys, make in _LAYOUTS:
        if keys <= arrays.keys():
            return make(path, arrays)
    return None


def _shape(array: Any) -> str:
    return " x ".join(map(str, np.shape(array)))


def _text(value: Any) -> str:
    one = np.asarray(value).item() if np.asarray(value).size == 1 else value
    return one.decode("latin-1") if isinstance(one, bytes) else str(one)


def _ours(path: Path, arrays: Arrays) -> Report:
    people = len(arrays["vertices"])
    truth = path.name.endswith(".truth.npz")
    height, width = (int(side) for side in np.ravel(arrays["image_size"]))
    facts: list[tuple[str, str]] = [
        ("people", str(people)),
        (
            "method",
            "/".join(_text(arrays[k]) for k in ("method", "preset", "variant") if k in arrays),
        ),
        ("body", f"{_text(arrays['body'])}, {arrays['vertices'].shape[1]} vertices"),
        (
            "joints",
            f"{len(arrays['joint_names'])}: {', '.join(map(str, arrays['joint_names'][:4]))}, ...",
        ),
        ("picture", f"{width} x {height} px, focal length {float(arrays['focal_px']):.0f} px"),
        (
            "frame",
            "camera: x right, y down, z forward, metres; vertices + camera_full is on the picture",
        ),
    ]
    if "frame" in arrays:
        facts.insert(1, ("frames", str(len(np.unique(arrays["frame"])))))
    if "track_id" in arrays:
        facts.append(("tracks", str(len(np.unique(arrays["track_id"])))))
    warnings = finite_share("vertices", arrays["vertices"])
    if people:
        warnings += unit_of("vertices", np.asarray(arrays["vertices"]))
    if "rotmat" in arrays:
        warnings += rotations("rotmat", np.asarray(arrays["rotmat"]))
    title = "MeshLoupe ground truth, schema 1" if truth else "MeshLoupe result, schema 1"
    return Report(path, "truth" if truth else "result", title, tuple(facts), tuple(warnings))


def _spin(path: Path, arrays: Arrays) -> Report:
    count = len(arrays["imgname"])
    facts: list[tuple[str, str]] = [
        ("people", str(count)),
        ("boxes", "center and scale, side 200 x scale px"),
    ]
    for name, words in (
        ("part", "2D joints by hand, 24"),
        ("openpose", "2D joints of OpenPose, 25"),
        ("S", "3D joints, 24, metres about the pelvis"),
        ("pose", "SMPL pose, 24 axis-angles, camera axes"),
        ("shape", "SMPL shape, 10"),
    ):
        if name in arrays:
            facts.append((name, f"{words} ({_shape(arrays[name])})"))
    warnings: list[str] = []
    if "S" in arrays and np.ndim(arrays["S"]) == 3:
        warnings += unit_of("S", np.asarray(arrays["S"])[..., :3])
    if "pose" in arrays:
        warnings += finite_share("pose", arrays["pose"]) + degrees("pose", arrays["pose"])
    return Report(
        path,
        "spin_npz",
        "training labels in the layout of SPIN",
        tuple(facts),
        tuple(warnings),
    )


def _human_data(path: Path, arrays: Arrays) -> Report:
    facts: list[tuple[str, str]] = [("people", str(len(arrays["image_path"])))]
    for name in ("keypoints2d", "keypoints3d"):
        if name in arrays:
            packed = bool(np.ravel(arrays.get("__keypoints_compressed__", np.zeros(1)))[0])
            facts.append((name, f"{_shape(arrays[name])}{', compressed' if packed else ''}"))
    for name in ("smpl", "smplx", "meta"):
        if name in arrays:
            table = (
                arrays[name].item()
                if arrays[name].dtype == object and arrays[name].size == 1
                else {}
            )
            keys = ", ".join(table) if isinstance(table, dict) else "a table"
            facts.append((name, keys))
    return Report(
        path,
        "human_data_npz",
        "HumanData file",
        tuple(facts),
    )


def _amass(path: Path, arrays: Arrays) -> Report:
    poses = np.asarray(arrays["poses"])
    joints = poses.shape[1] // 3 if poses.ndim == 2 else 0
    rate = next((arrays[k] for k in ("mocap_framerate", "mocap_frame_rate") if k in arrays), None)
    model = {52: "SMPL-H, 52 joints", 24: "SMPL, 24 joints", 55: "SMPL-X, 55 joints"}.get(
        joints, f"{joints} joints"
    )
    facts: list[tuple[str, str]] = [("frames", str(len(poses))), ("pose", model)]
    if rate is not None:
        seconds = len(poses) / max(float(np.ravel(rate)[0]), 1e-6)
        facts.append(("rate", f"{float(np.ravel(rate)[0]):g} frames a second, {seconds:.1f} s"))
    if "betas" in arrays:
        facts.append(("shape", f"{np.size(arrays['betas'])} numbers"))
    if "gender" in arrays:
        facts.append(("gender", _text(arrays["gender"])))
    facts.append(("axes", "z up, metres (AMASS)"))
    warnings = finite_share("poses", poses) + finite_share("trans", arrays["trans"])
    warnings += degrees("poses", poses)
    return Report(path, "amass", "motion in the layout of AMASS", tuple(facts), tuple(warnings))


def _session_people(path: Path, value: Mapping[str, Any]) -> Report | None:
    """Results of 4D-Humans and PHALP: a table per frame with lists over people."""
    frames = {
        key: entry for key, entry in value.items() if isinstance(entry, dict) and "smpl" in entry
    }
    if not frames:
        return None
    counts = [len(entry["smpl"]) for entry in frames.values()]
    ids = {int(i) for entry in frames.values() for i in entry.get("tid", []) if np.ndim(i) == 0}
    facts = (
        ("frames", str(len(frames))),
        ("people", f"up to {max(counts)} in a frame, {len(ids)} tracks"),
        ("pose", "SMPL rotation matrices: global_orient, body_pose (23), betas"),
        ("axes", "camera: x right, y down, z forward, metres"),
    )
    return Report(path, "phalp", "tracks in the layout of 4D-Humans and PHALP", facts)


def table_report(path: Path, value: Any) -> Report | None:
    """What an unpickled value is; None for values that nothing here knows."""
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        arrays = {key: np.asarray(part) for key, part in value.items() if np.ndim(part) > 0}
        return _session_people(path, value) or array_report(path, arrays)
    return None


def _body(path: Path, arrays: Arrays) -> Report:
    facts = (
        ("vertices", str(len(arrays["v_template"]))),
        ("joints", str(len(arrays["joint_names"]))),
        ("shape", f"{len(arrays['shapedirs'])} numbers"),
        ("source", _text(arrays["source"])[:120]),
        ("axes", "y up, x to the person's left, z out of the chest, metres"),
    )
    return Report(path, "embedded_body", "body of MeshLoupe", facts)


_LAYOUTS: tuple[tuple[set[str], Callable[[Path, Arrays], Report]], ...] = (
    ({"schema", "vertices", "camera_full", "joint_names", "image_size", "focal_px", "body"}, _ours),
    ({"imgname", "center", "scale"}, _spin),
    ({"image_path", "bbox_xywh"}, _human_data),
    ({"poses", "trans"}, _amass),
    ({"v_template", "j_template", "landmark_names", "source"}, _body),
)
