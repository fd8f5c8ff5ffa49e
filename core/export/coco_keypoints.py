"""COCO keypoints of reconstructed people: images, one category, an annotation per person.

Places follow COCO, where (0, 0) is the middle of the top-left pixel: ours less half a pixel. A joint
has visibility 2 inside the picture and 0 (and no place) outside of it or where the body has none.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import OutputError
from core.export.report import ExportReport
from core.files.atomic import write_atomically
from core.types import FrameResult

HALF_PX = 0.5
SEEN = 2
COCO17 = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
    "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee",
    "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip


class CocoWriter:
    """Collects people over the frames of one input.

    Args:
        path: the file, written by `finish`.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._images: list[dict[str, Any]] = []
        self._people: list[dict[str, Any]] = []

    def add(self, result: FrameResult, joints: NDArray[np.float32]) -> None:
        """Take a frame and its people's joints (P, 17, 2), pixels of the picture, in COCO's order."""
        height, width = result.frame.size_hw
        number = len(self._images) + 1
        self._images.append(
            {"id": number, "file_name": result.frame.key, "width": width, "height": height}
        )
        for person, places in zip(result.people, joints, strict=True):
            inside = ((places >= 0) & (places <= (width, height))).all(axis=1)
            rows = [
                [round(float(x) - HALF_PX, 3), round(float(y) - HALF_PX, 3), SEEN]
                if fine
                else [0, 0, 0]
                for (x, y), fine in zip(places, inside.tolist(), strict=True)
            ]
            x0, y0, x1, y1 = (float(value) for value in person.box_xyxy)
            self._people.append(
                {
                    "id": len(self._people) + 1,
                    "image_id": number,
                    "category_id": 1,
                    "iscrowd": 0,
                    "bbox": [round(v, 3) for v in (x0, y0, x1 - x0, y1 - y0)],
                    "area": round((x1 - x0) * (y1 - y0), 3),
                    "num_keypoints": int(inside.sum()),
                    "keypoints": [value for row in rows for value in row],
                    "score": round(float(person.score), 5),
                    **({} if person.track_id is None else {"track_id": person.track_id}),
                }
            )

    def finish(self) -> ExportReport:
        """Write the file and read it back."""
        content = {
            "images": self._images,
            "annotations": self._people,
            "categories": [{"id": 1, "name": "person", "keypoints": list(COCO17), "skeleton": []}],
        }
        with write_atomically(self.path) as part:
            part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        if json.loads(self.path.read_text("utf-8")) != content:
            raise OutputError("the written file does not read back equal", path=self.path)
        size = self.path.stat().st_size
        return ExportReport(self.path, "coco", size, people=len(self._people), reader="json")
