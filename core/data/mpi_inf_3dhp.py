"""MPI-INF-3DHP (Mehta et al. 2017).

Layout of the published files, the training videos taken apart into pictures:

    S1..S8/Seq1|Seq2/annot.mat               annot2, annot3: (14, 1) cells, one (N, 56) px and one
                                             (N, 84) mm, camera frame, for each camera
    S1..S8/Seq1|Seq2/camera.calibration      seven lines a camera after one of title
    S1..S8/Seq1|Seq2/imageFrames/video_<k>/frame_000001.jpg
    mpi_inf_3dhp_test_set/TS1..TS6/annot_data.mat   MATLAB 7.3 (HDF5): annot2 (N, 1, 17, 2) px,
                                             annot3, univ_annot3 (N, 1, 17, 3) mm, valid_frame (N, 1)
    mpi_inf_3dhp_test_set/TS1..TS6/imageSequence/img_000001.jpg

Training takes the eight chest-high and low cameras 0-2 and 4-8 and every tenth frame, as SPIN and
its successors. Testing takes the valid frames and the universal skeleton, whose bones have been
brought to one length; its file needs the package h5py, which is not part of the installation.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.checks import AGAIN, as_list, need_file, need_folder, numbers, reading
from core.data.dataset import DataSet
from core.data.human36m import MM
from core.data.index import Index, Progress, cached_index, no_progress
from core.data.mat5 import read_mat
from core.data.record import Joints, PersonRecord, PictureRef, PinholeCamera
from core.errors import InputError
from core.geometry.boxes import box_of_points

CAMERAS = (0, 1, 2, 4, 5, 6, 7, 8)
EVERY = 10
TEST_FOLDER = "mpi_inf_3dhp_test_set"
_CURE = "unpack MPI-INF-3DHP and name the folder that holds S1 to S8 and the test set"


# Rows of the 28 joints that SPIN and its successors use; boxes and visibility follow them.
_USED = (4, 18, 19, 20, 23, 24, 25, 3, 5, 6, 7, 9, 10, 11, 14, 15, 16)
_View = tuple[NDArray[np.float64], NDArray[np.float64]]


class _Scene(NamedTuple):
    """Annotations of one camera of a sequence: pixels (N, K, 2), metres (N, K, 3), valid (N,)."""

    marks: NDArray[np.float64]
    joints: NDArray[np.float64]
    valid: NDArray[np.bool_]
    camera: PinholeCamera | None


class MpiInf3dhp(DataSet):
    """People of MPI-INF-3DHP.

    Args:
        root: folder of the files above.
        split: ``train`` or ``test``.
        every: of the training frames, keeps every n-th.
        cameras: numbers of the training cameras.
        progress: told while the index is made.
    """

    id = "mpi_inf_3dhp"

    def __init__(
        self,
        root: str | Path,
        split: Literal["train", "test"] = "test",
        *,
        every: int = EVERY,
        cameras: tuple[int, ...] = CAMERAS,
        progress: Progress = no_progress,
    ) -> None:
        if split not in ("train", "test"):
            raise InputError(f"no split {split!r}", cure="use train or test")
        self.split, self.root, self._cameras = split, need_folder(Path(root), _CURE), cameras
        self._folders = _sequences(self.root, split)
        name = "annot.mat" if split == "train" else "annot_data.mat"
        files = [need_file(folder / name, _CURE) for folder in self._folders]
        self._index = cached_index(
            "mpi_inf_3dhp-1",
            files,
            lambda tell: self._build(every, tell),
            options=f"{split} {every} {cameras}",
            progress=progress,
        )

    def _scene(self, folder: Path, camera: int) -> _Scene:
        return _train_scene(folder, camera) if self.split == "train" else _test_scene(folder)

    def _build(self, every: int, tell: Progress) -> Index:
        rows = []
        for number, folder in enumerate(self._folders):
            for camera in self._cameras if self.split == "train" else (0,):
                tell(number / len(self._folders), f"{folder.parent.name}/{folder.name}")
                frames = np.flatnonzero(self._scene(folder, camera).valid)
                frames = frames[:: every if self.split == "train" else 1]
                rows += [(number, camera, int(frame)) for frame in frames]
        tell(1.0, "done")
        return {"rows": np.array(rows, np.int32).reshape(-1, 3)}

    def __len__(self) -> int:
        return len(self._index["rows"])

    def _record(self, row: int) -> PersonRecord:
        number, camera, frame = (int(value) for value in self._index["rows"][row])
        folder = self._folders[number]
        scene = self._scene(folder, camera)
        train = self.split == "train"
        inside = f"imageFrames/video_{camera}/frame" if train else "imageSequence/img"
        path = folder / f"{inside}_{frame + 1:06d}.jpg"
        joint_set = "mpi28" if train else "mpi17"
        ones = np.ones(scene.marks.shape[1])
        return PersonRecord(
            dataset=self.id,
            split=self.split,
            key=path.relative_to(self.root).as_posix(),
            picture=PictureRef(path),
            box_xyxy=box_of_points(
                scene.marks[frame][list(_USED)] if train else scene.marks[frame]
            ),
            joints_2d=Joints(joint_set, scene.marks[frame], ones, "picture"),
            joints_3d=Joints(
                joint_set, scene.joints[frame], ones, "camera" if train else "relative"
            ),
            camera=scene.camera,
            subject=folder.parent.name if train else folder.name,
            sequence=folder.relative_to(self.root).as_posix(),
            camera_id=str(camera),
            frame=frame,
        )


def _sequences(root: Path, split: str) -> list[Path]:
    pattern = "S[1-8]/Seq[12]" if split == "train" else f"{TEST_FOLDER}/TS[1-6]"
    found = sorted(folder for folder in root.glob(pattern) if folder.is_dir())
    if not found:
        raise InputError(f"holds no folder {pattern}", path=root, cure=_CURE)
    return found


@lru_cache(maxsize=4)
def _read_train(path: Path, _changed: int) -> list[_View]:
    table = read_mat(path, ("annot2", "annot3"))
    views: list[_View] = []
    with reading(path, "the layout of MPI-INF-3DHP's annotations"):
        for number, pair in enumerate(
            zip(np.ravel(table["annot2"]), np.ravel(table["annot3"]), strict=True)
        ):
            marks = numbers(pair[0], (None, 56), f"annot2 of camera {number}", path)
            joints = numbers(pair[1], (len(marks), 84), f"annot3 of camera {number}", path)
            views.append((marks.reshape(-1, 28, 2), joints.reshape(-1, 28, 3) * MM))
    return views


def _train_scene(folder: Path, camera: int) -> _Scene:
    path = need_file(folder / "annot.mat", _CURE)
    views = _read_train(path, path.stat().st_mtime_ns)
    if camera >= len(views):
        raise InputError(f"has no camera {camera}", path=path, cure=AGAIN)
    marks, joints = views[camera]
    lens, size = _calibration(folder / "camera.calibration", camera)
    # Whoever leaves the picture is left out, as by SPIN.
    used = marks[:, _USED]
    inside = ((used >= 0) & (used < size)).reshape(len(used), -1)
    return _Scene(marks, joints, np.atleast_1d(inside.all(1)), lens)


def _calibration(path: Path, camera: int) -> tuple[PinholeCamera, NDArray[np.float64]]:
    """Lens and (width, height) of a camera."""
    try:
        lines = need_file(path, _CURE).read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError("is no calibration file", path=path, cure=AGAIN) from error
    with reading(path, "the layout of a calibration file"):
        starts = [i for i, line in enumerate(lines) if line.split()[:1] == ["name"]]
        fields = {
            words[0]: [float(word) for word in words[1:]]
            for words in (line.split() for line in lines[starts[camera] : starts[camera] + 7])
        }
        K = numbers(fields["intrinsic"], (16,), "intrinsic", path).reshape(4, 4)
        size = numbers(fields["size"], (2,), "size", path)
    return PinholeCamera(K[[0, 1], [0, 1]], K[:2, 2]), size


def _test_scene(folder: Path) -> _Scene:
    path = need_file(folder / "annot_data.mat", _CURE)
    return _read_test(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read_test(path: Path, _changed: int) -> _Scene:
    try:
        import h5py
    except ImportError as error:
        raise InputError(
            "is an HDF5 file, which needs h5py", path=path, cure="run `pip install h5py`"
        ) from error
    try:
        with h5py.File(path, "r") as file:
            names = ("annot2", "univ_annot3", "valid_frame")
            arrays = {name: np.array(file[name]) for name in names if name in file}
    except OSError as error:
        raise InputError("is cut off or is no HDF5 file", path=path, cure=AGAIN) from error
    with reading(path, "the layout of the test set"):
        marks = numbers(arrays["annot2"], (None, 1, 17, 2), "annot2", path)[:, 0]
        count = len(as_list(marks, path))
        joints = numbers(arrays["univ_annot3"], (count, 1, 17, 3), "univ_annot3", path)[:, 0]
        valid = numbers(np.ravel(arrays["valid_frame"]), (count,), "valid_frame", path) > 0
    return _Scene(marks, joints * MM, valid, None)
