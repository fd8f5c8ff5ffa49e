"""Human3.6M (Ionescu et al. 2014) with the pseudo SMPL truth that the METRO family trains on.

Layout, as I2L-MeshNet and Pose2Mesh published the annotations (Moon and Lee 2020, Choi et al. 2020):

    annotations/Human36M_subject<S>_data.json        COCO-style images and annotations
    annotations/Human36M_subject<S>_camera.json      camera -> R (3, 3), t (3) mm, f (2), c (2)
    annotations/Human36M_subject<S>_joint_3d.json    action -> subaction -> frame -> (17, 3) mm, world
    annotations/Human36M_subject<S>_smpl_param.json  ... -> frame -> pose (72), shape (10), trans (3) m
    images/<file_name>

Protocol 2 (Kanazawa et al. 2018): subjects 1, 5, 6, 7, 8 train, 9 and 11 test, the frontal camera (4)
only. The smpl_param file of a test subject may be missing: mesh errors are then not measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from core.data.checks import as_list, as_mapping, need_folder, numbers, read_json, reading
from core.data.dataset import DataSet
from core.data.index import Index, Progress, cached_index, no_progress
from core.data.posing import rotmat_of
from core.data.record import BodyParameters, Joints, PersonRecord, PictureRef, PinholeCamera
from core.errors import InputError

SUBJECTS = {"train": (1, 5, 6, 7, 8), "test": (9, 11)}
CAMERAS = {"train": (1, 2, 3, 4), "test": (4,)}
EVERY = 5
MM = 1e-3
FAR_BETA = 3.0
"""Shapes with a number beyond it are fits gone wrong; METRO takes the mean shape for them."""
ACTIONS = (
    "", "", "Directions", "Discussion", "Eating", "Greeting", "Phoning", "Posing", "Purchases",
    "Sitting", "SittingDown", "Smoking", "Photo", "Waiting", "Walking", "WalkDog", "WalkTogether",
)  # fmt: skip
_CURE = "download the Human3.6M annotations of I2L-MeshNet or Pose2Mesh into `annotations`"
_SHAPES = {"box": 4, "joints": 51, "pose": 72, "betas": 10, "trans": 3, "camera": 16}


class Human36M(DataSet):
    """People of Human3.6M, protocol 2.

    Args:
        root: folder with ``annotations`` and ``images``.
        split: ``train`` or ``test``.
        every: keeps frames whose number is a multiple of it: 5 as METRO; I2L-MeshNet tests on 64.
        cameras: numbers 1 to 4; default all for training, 4 for testing.
        progress: told while the index is made.
    """

    id = "human36m"

    def __init__(
        self,
        root: str | Path,
        split: Literal["train", "test"] = "test",
        *,
        every: int = EVERY,
        cameras: Sequence[int] | None = None,
        progress: Progress = no_progress,
    ) -> None:
        if split not in SUBJECTS:
            raise InputError(f"no split {split!r}", cure="use train or test")
        self.split = split
        self.root = Path(root)
        folder = need_folder(self.root / "annotations", _CURE)
        wanted = tuple(cameras or CAMERAS[split])
        needed = [
            _file(folder, s, p) for s in SUBJECTS[split] for p in ("data", "camera", "joint_3d")
        ]
        fits = [_file(folder, s, "smpl_param") for s in SUBJECTS[split]]
        self._index = cached_index(
            "human36m-1",
            needed + [path for path in fits if split == "train" or path.is_file()],
            lambda tell: _build(folder, SUBJECTS[split], every, wanted, tell),
            options=f"{split} {every} {wanted}",
            progress=progress,
        )

    def __len__(self) -> int:
        return len(self._index["box"])

    def _record(self, row: int) -> PersonRecord:
        index = self._index
        subject, action, sub, camera_id, frame, height, width, fitted = map(int, index["ids"][row])
        camera_row = index["camera"][row]
        R, t = camera_row[:9].reshape(3, 3), camera_row[9:12] * MM
        camera = PinholeCamera(camera_row[12:14], camera_row[14:16])
        joints = index["joints"][row].reshape(17, 3) * MM @ R.T + t
        ones = np.ones(17)
        name = str(index["file"][row])
        x, y, w, h = index["box"][row]
        return PersonRecord(
            dataset=self.id,
            split=self.split,
            key=name,
            picture=PictureRef(self.root / "images" / name, size_hw=(height, width)),
            box_xyxy=np.array([x, y, x + w, y + h], np.float32),
            joints_2d=Joints("h36m17", camera.project(joints), ones, "picture"),
            joints_3d=Joints("h36m17", joints, ones, "camera"),
            body=self._body(row, np.concatenate([R, t[:, None]], 1)) if fitted else None,
            camera=camera,
            subject=f"S{subject}",
            action=ACTIONS[action] if 0 <= action < len(ACTIONS) else str(action),
            sequence=f"S{subject}_{action:02d}_{sub:02d}_cam{camera_id}",
            camera_id=str(camera_id),
            frame=frame,
        )

    def _body(self, row: int, T_camera_world: np.ndarray) -> BodyParameters:
        betas = self._index["betas"][row]
        far = bool((np.abs(betas) > FAR_BETA).any())
        return BodyParameters(
            "smpl",
            rotmat_of(self._index["pose"][row]),
            np.zeros(10) if far else betas,
            translation=self._index["trans"][row],
            T_camera_world=T_camera_world,
            fitted=True,
        )


def _file(folder: Path, subject: int, part: str) -> Path:
    return folder / f"Human36M_subject{subject}_{part}.json"


def _build(
    folder: Path, subjects: Sequence[int], every: int, cameras: Sequence[int], tell: Progress
) -> Index:
    rows: dict[str, list[Any]] = {name: [] for name in (*_SHAPES, "ids", "file")}
    for done, subject in enumerate(subjects):
        tell(done / len(subjects), f"subject {subject}")
        _read_subject(rows, folder, subject, every, cameras)
    if not rows["ids"]:
        raise InputError("holds no picture of this protocol", path=folder, cure=_CURE)
    tell(1.0, "done")
    index: dict[str, np.ndarray] = {
        name: np.array(rows[name], np.float32).reshape(-1, size) for name, size in _SHAPES.items()
    }
    index["ids"] = np.array(rows["ids"], np.int32)
    index["file"] = np.array(rows["file"])
    return index


def _read_subject(
    rows: dict[str, list[Any]], folder: Path, subject: int, every: int, cameras: Sequence[int]
) -> None:
    path = _file(folder, subject, "data")
    data = as_mapping(read_json(path, _CURE), path)
    joint_path, camera_path = _file(folder, subject, "joint_3d"), _file(folder, subject, "camera")
    joints = as_mapping(read_json(joint_path, _CURE), joint_path)
    views = _read_cameras(camera_path)
    fit_path = _file(folder, subject, "smpl_param")
    fits = as_mapping(read_json(fit_path), fit_path) if fit_path.is_file() else {}
    with reading(path, "the layout of Human3.6M's data file"):
        images = {image["id"]: image for image in data["images"]}
        for person in data["annotations"]:
            image = images[person["image_id"]]
            frame, camera = int(image["frame_idx"]), int(image["cam_idx"])
            if frame % every or camera not in cameras:
                continue
            act, sub = int(image["action_idx"]), int(image["subaction_idx"])
            with reading(joint_path, "the joints of every frame"):
                world = joints[str(act)][str(sub)][str(frame)]
            fit = _nested(fits, act, sub, frame)
            with reading(camera_path, "all cameras"):
                rows["camera"].append(views[str(camera)])
            size = int(image["height"]), int(image["width"])
            rows["ids"].append([subject, act, sub, camera, frame, *size, int(fit is not None)])
            rows["file"].append(str(image["file_name"]))
            rows["box"].append(numbers(person["bbox"], (4,), "bbox", path))
            rows["joints"].append(numbers(world, (17, 3), "joints", joint_path).ravel())
            _add_fit(rows, fit, fit_path)


def _read_cameras(path: Path) -> dict[str, np.ndarray]:
    """Each camera's R, t, f and c, end to end: (16,)."""
    table = as_mapping(read_json(path, _CURE), path)
    shapes = {"R": (3, 3), "t": (3,), "f": (2,), "c": (2,)}
    with reading(path, "the layout of Human3.6M's camera file"):
        return {
            str(number): np.concatenate(
                [numbers(view[part], shape, part, path).ravel() for part, shape in shapes.items()]
            )
            for number, view in table.items()
        }


def _nested(table: Mapping[str, Any], *keys: int) -> Any:
    """The value under nested keys; None when a frame has none."""
    value: Any = table
    for key in keys:
        value = value.get(str(key)) if isinstance(value, Mapping) else None
    return value


def _add_fit(rows: dict[str, list[Any]], fit: Any, path: Path) -> None:
    if fit is None:
        for name in ("pose", "betas", "trans"):
            rows[name].append(np.zeros(_SHAPES[name]))
        return
    with reading(path, "the layout of Human3.6M's SMPL file"):
        for name, key in (("pose", "pose"), ("betas", "shape"), ("trans", "trans")):
            flat = np.asarray(as_list(fit[key], path, key), np.float64).ravel()
            rows[name].append(numbers(flat, (_SHAPES[name],), key, path))
