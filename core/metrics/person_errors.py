"""What an evaluation remembers of each person: one JSON line, written once, never changed.

A folder of ``*.jsonl`` files, one for each run that worked on it. A line that a killed run left half
written is no line; a person that several runs measured counts once, the last line winning.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import InputError

SUFFIX = ".jsonl"
Vector = tuple[float, float, float]


@dataclass(frozen=True)
class PersonErrors:
    """Errors of one person of a data set.

    Attributes:
        row: number of the person in the split.
        key: name of the person in the split.
        errors: by name (``MPJPE``): in the unit of the result file's measure of that name; NaN where
            undefined; empty where the data set has no truth of the person.
        joints: prediction minus truth of each joint after centring, mm, camera axes; NaN where the
            truth is unknown. Empty for protocols that measure in the picture.
        sequence, action, subject, camera, frame, person: as the data set says.
        occlusion: share of the marked joints that are not visible, in [0, 1]; NaN when nothing says.
        picture: path of the picture.
        keypoints: (17 x 2 numbers) predicted pixels, for protocols that measure in the picture.
        failure: why there are no numbers; empty if all went well.
    """

    row: int
    key: str
    errors: Mapping[str, float] = field(default_factory=dict)
    joints: tuple[Vector, ...] = ()
    sequence: str = ""
    action: str = ""
    subject: str = ""
    camera: str = ""
    frame: int = -1
    person: int = 0
    occlusion: float = math.nan
    picture: str = ""
    keypoints: tuple[float, ...] = ()
    failure: str = ""

    @property
    def joint_errors(self) -> tuple[float, ...]:
        """Distance of each joint, mm; NaN where unknown."""
        return tuple(math.sqrt(x * x + y * y + z * z) for x, y, z in self.joints)

    def line(self) -> str:
        """One line of JSON; numbers that are not finite become null."""
        content: dict[str, Any] = {"row": self.row, "key": self.key}
        if self.errors:
            content["errors"] = {name: _rounded(value) for name, value in self.errors.items()}
        if self.joints:
            content["joints"] = [[_rounded(v, 1) for v in joint] for joint in self.joints]
        if self.keypoints:
            content["keypoints"] = [_rounded(v, 2) for v in self.keypoints]
        for name in ("sequence", "action", "subject", "camera", "picture", "failure"):
            if getattr(self, name):
                content[name] = getattr(self, name)
        content |= {"frame": self.frame, "person": self.person}
        if math.isfinite(self.occlusion):
            content["occlusion"] = _rounded(self.occlusion)
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def read_person_errors(folder: str | Path) -> Iterator[PersonErrors]:
    """All persons of a folder in no order, a person maybe several times: the last one counts.

    Raises:
        InputError: there is no such folder, or a whole line is no person.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            "there is no such folder of persons", path=folder, cure="keep it beside result.json"
        )
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.endswith(b"\n"):
                    yield _person(line, path, number)


def _person(line: bytes, path: Path, number: int) -> PersonErrors:
    try:
        content = json.loads(line)
        errors = {str(name): _number(value) for name, value in content.pop("errors", {}).items()}
        joints = tuple(_vector(joint) for joint in content.pop("joints", ()))
        keypoints = tuple(_number(value) for value in content.pop("keypoints", ()))
        return PersonErrors(
            row=int(content.pop("row")),
            key=str(content.pop("key")),
            errors=errors,
            joints=joints,
            frame=int(content.pop("frame", -1)),
            person=int(content.pop("person", 0)),
            occlusion=_number(content.pop("occlusion", None)),
            keypoints=keypoints,
            **{str(name): str(value) for name, value in content.items()},
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"line {number} is no person of an evaluation",
            path=path,
            cure="delete the file and run the evaluation again",
        ) from error


def _vector(values: Any) -> Vector:
    x, y, z = (_number(value) for value in values)
    return x, y, z


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _rounded(value: float, digits: int = 4) -> float | None:
    return round(float(value), digits) if math.isfinite(value) else None
