"""People with joints from keypoint files of COCO: annotations with their images, or a list of results.

COCO counts places from the middle of the top-left pixel; half a pixel is added. Visibility 0 means
unknown, 1 hidden (half the confidence), 2 seen; results carry a score instead of these, in [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.body.joint_sets import JOINT_SETS
from core.detection.from_joints import box_around_joints
from core.errors import InputError
from core.types import Detection

HALF_PX = 0.5
HIDDEN, SEEN = 1.0, 2.0
CURE = "give COCO keypoints: annotations with 17 x 3 keypoints each, and images with file_name"


def is_coco(content: Mapping[str, Any]) -> bool:
    """Whether parsed JSON has the shape of COCO's keypoint files."""
    people = content.get("annotations")
    return isinstance(people, list) and all(
        isinstance(person, dict) and "keypoints" in person for person in people[:3]
    )


def coco_people(content: Mapping[str, Any], path: Path) -> dict[str, tuple[Detection, ...]]:
    """People by file name of their picture.

    Raises:
        InputError: an annotation is not as COCO has it, or names no picture.
    """
    names = _file_names(content, path)
    people: dict[str, list[Detection]] = {name: [] for name in names.values()}
    for row, person in enumerate(content["annotations"]):
        where = f"annotations[{row}]"
        if not isinstance(person, dict):
            raise InputError(f"{where} is not an object", path=path, cure=CURE)
        name = person.get("file_name") or names.get(str(person.get("image_id")))
        if not isinstance(name, str):
            # Lists of results name pictures by number alone: their file names are that number.
            name = _numbered(person.get("image_id"), where, path)
        found = _person(person, where, path)
        if found is not None:
            people.setdefault(name, []).append(found)
    return {name: tuple(found) for name, found in people.items()}


def _file_names(content: Mapping[str, Any], path: Path) -> dict[str, str]:
    images = content.get("images", [])
    if not isinstance(images, list):
        raise InputError("images is not a list", path=path, cure=CURE)
    names = {}
    for row, image in enumerate(images):
        if not isinstance(image, dict) or not isinstance(image.get("file_name"), str):
            raise InputError(f"images[{row}] has no file_name", path=path, cure=CURE)
        names[str(image.get("id"))] = Path(image["file_name"]).name
    return names


def _numbered(number: Any, where: str, path: Path) -> str:
    if not isinstance(number, int | str):
        raise InputError(f"{where} names no picture", path=path, cure=CURE)
    return f"{number:012d}.jpg" if isinstance(number, int) else number


def _person(entry: Mapping[str, Any], where: str, path: Path) -> Detection | None:
    try:
        table = np.asarray(entry["keypoints"], np.float32).reshape(-1, 3)
    except (KeyError, TypeError, ValueError):
        raise InputError(
            f"{where}: keypoints are not 17 x 3 numbers", path=path, cure=CURE
        ) from None
    names = JOINT_SETS["coco17"].joint_names
    if len(table) != len(names) or not np.isfinite(table).all():
        raise InputError(f"{where}: keypoints are not 17 x 3 numbers", path=path, cure=CURE)
    # Results give a score where annotations give 0, 1 or 2.
    told = set(np.unique(table[:, 2]).tolist()) <= {0.0, HIDDEN, SEEN}
    scores = table[:, 2] / SEEN if told and (table[:, 2] > HIDDEN).any() else table[:, 2]
    known = table[:, 2] > 0
    if not known.any():
        return None
    joints = np.where(known[:, None], table[:, :2] + HALF_PX, np.nan).astype(np.float32)
    return Detection(
        box_xyxy=_box(entry.get("bbox"), joints),
        score=_score(entry.get("score")),
        joint_names=names,
        joints_2d=joints,
        joint_scores=np.where(known, np.clip(scores, 0, 1), 0).astype(np.float32),
        joint_source="file",
        track_id=entry["track_id"] if isinstance(entry.get("track_id"), int) else None,
    )


def _box(bbox: Any, joints: np.ndarray) -> np.ndarray:
    try:
        x, y, width, height = (float(value) for value in bbox)
    except (TypeError, ValueError):
        return box_around_joints(joints)
    fine = np.isfinite([x, y, width, height]).all() and width > 0 and height > 0
    box = np.array([x, y, x + width, y + height], np.float32)
    return box if fine else box_around_joints(joints)


def _score(value: Any) -> float:
    fine = isinstance(value, int | float) and np.isfinite(value)
    return float(np.clip(value, 0.0, 1.0)) if fine else 1.0
