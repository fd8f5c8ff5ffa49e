"""People over time in the layout of 4D-Humans and PHALP: one pickled table, an entry for each frame.

Frame key -> lists over its people: ``tid``, ``bbox`` (x, y, width, height) pixels, ``conf``, ``smpl``
(``global_orient (1, 3, 3)``, ``body_pose (23, 3, 3)``, ``betas (10)``) and ``camera (3)`` metres, seen with
the focal length that PHALP assumes: 5000 pixels for a picture whose longer side is 256. Their 45 joints
and embeddings of looks are not ours to give and are left out. ``joblib.load`` and ``pickle.load`` read it.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import OutputError
from core.export.report import ExportReport
from core.files import read_pickle
from core.files.atomic import write_atomically
from core.types import FrameResult, Reconstruction

FOCAL_PX, SIDE_PX = 5000.0, 256.0
LISTS = (
    "tracked_ids", "tracked_bbox", "tid", "bbox", "tracked_time", "center", "scale", "size",
    "img_path", "img_name", "class_name", "conf", "smpl", "camera",
)  # fmt: skip
# numpy 2 names its own module, which numpy 1 (that 4D-Humans pins) does not have; both know the old name.
NEW_NAME, OLD_NAME = b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n"


class TrackWriter:
    """Collects the frames of an input.

    Args:
        path: the file, written by `finish`.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._frames: dict[str, dict[str, Any]] = {}
        self._people = 0

    def add(self, result: FrameResult, places: Sequence[NDArray[np.floating]]) -> None:
        """Take a frame.

        Args:
            result: of a method that gives rotations; people without them are left out.
            places: per person (3,) metres that move the body, posed by its rotations, to where it is
                in the camera frame.
        """
        frame = result.frame
        entry: dict[str, Any] = {
            "time": len(self._frames),
            "shot": 0,
            "frame_path": frame.key,
            **{name: [] for name in LISTS},
        }
        for row, (person, place) in enumerate(zip(result.people, places, strict=True)):
            if person.rotmat is None or person.betas is None:
                raise OutputError(
                    f"{person.method} gives no joint rotations, which tracks of PHALP need",
                    path=self.path,
                    cure="use a body-parameter method (multi_roi, cliff, glnet, pose_lift)",
                )
            self._add(entry, row, person, place, frame.size_hw)
        self._frames[frame.key] = entry

    def _add(
        self,
        entry: dict[str, Any],
        row: int,
        person: Reconstruction,
        place: NDArray[np.floating],
        size_hw: tuple[int, int],
    ) -> None:
        assert person.rotmat is not None
        assert person.betas is not None
        box = np.asarray(person.box_xyxy, np.float32)
        corner, sides = box[:2], box[2:] - box[:2]
        rotmat = np.asarray(person.rotmat, np.float32)
        number = row if person.track_id is None else person.track_id
        depth = FOCAL_PX * max(size_hw) / SIDE_PX / person.focal_px
        values: dict[str, Any] = {
            "tid": number,
            "bbox": np.concatenate([corner, sides]),
            "tracked_time": 0,
            "center": corner + sides / 2,
            "scale": sides,
            "size": list(size_hw),
            "img_path": entry["frame_path"],
            "img_name": entry["frame_path"],
            "class_name": 0,
            "conf": float(person.score),
            "smpl": {
                "global_orient": rotmat[:1],
                "body_pose": rotmat[1:],
                "betas": np.asarray(person.betas, np.float32),
            },
            "camera": (np.asarray(place) * (1.0, 1.0, depth)).astype(np.float32),
        }
        values |= {"tracked_ids": number, "tracked_bbox": values["bbox"]}
        for name, value in values.items():
            entry[name].append(value)
        self._people += 1

    def finish(self) -> ExportReport:
        """Write the file and read it back.

        Raises:
            OutputError: it cannot be written, or did not read back equal.
        """
        # Protocol 2 keeps names of modules as plain lines.
        data = pickle.dumps(self._frames, 2).replace(NEW_NAME, OLD_NAME)
        with write_atomically(self.path) as part:
            part.write_bytes(data)
            if not _equal(read_pickle(part), self._frames):
                raise OutputError("the written file does not read back equal", path=self.path)
        size = self.path.stat().st_size
        return ExportReport(
            self.path, "phalp", size, people=self._people, reader="core.files.read_pickle"
        )


def _equal(a: Any, b: Any) -> bool:
    """Whether two values of containers, arrays and numbers are the same."""
    if isinstance(b, dict):
        return isinstance(a, dict) and a.keys() == b.keys() and all(_equal(a[k], b[k]) for k in b)
    if isinstance(b, list):
        return isinstance(a, list) and len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(b, np.ndarray):
        return isinstance(a, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    return bool(a == b)
