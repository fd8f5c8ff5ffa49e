"""Data sets for the window: opened with progress, listed in parts, one person read when it is looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.state.data_model import DataSource
from app.state.data_people import DataPeople, DataRow, Words, people_of
from core.errors import Cancelled, MeshLoupeError
from core.metrics.person_errors import PersonErrors, read_person_errors
from core.metrics.regression_list import RegressionList, write_regression_list
from core.metrics.result_file import EvaluationResult, read_result
from core.types import Detection, Frame, Truth

if TYPE_CHECKING:
    from core.data import BodyFamily, DataSet, PersonRecord

# People that are listed in one go: a window that shows them is not held up.
PART = 1000
KEPT_SETS = 2


@dataclass(frozen=True, eq=False)
class OpenDataRequest:
    """Open a data set; ``progress`` is told the share done and what is read, from the thread."""

    reader: str
    path: Path
    split: str
    body: str
    progress: Callable[[float, str], None]


@dataclass(frozen=True, eq=False)
class ListPeopleRequest:
    """The people ``start`` to ``stop`` of an opened data set."""

    source: DataSource
    start: int
    stop: int


@dataclass(frozen=True, eq=False)
class OpenEvaluationRequest:
    """Read the result of an evaluation and its people; ``compare`` puts it beside the one shown."""

    path: Path
    body: str
    compare: bool = False


@dataclass(frozen=True, eq=False)
class OpenedEvaluation:
    """A result, its people, and where they are from."""

    result: EvaluationResult
    people: DataPeople
    source: DataSource


@dataclass(frozen=True, eq=False)
class SaveListRequest:
    """Write a regression list."""

    path: Path
    listed: RegressionList


class DataReader:
    """Answers each kind of request about data sets."""

    def __call__(self, request: Any, cancel: threading.Event) -> Any:
        """Answer by the request's type."""
        match request:
            case OpenDataRequest():
                return _opened(request)
            case ListPeopleRequest():
                return _listed(request, cancel)
            case OpenEvaluationRequest():
                return _evaluation(request, cancel)
            case SaveListRequest():
                return write_regression_list(request.path, request.listed)
        raise TypeError(f"no answer to {type(request).__name__}")


def _opened(request: OpenDataRequest) -> DataSource:
    from core.data import open_dataset

    data = open_dataset(request.reader, request.path, request.split, progress=request.progress)
    return DataSource(
        data.id,
        request.path,
        data.split if request.split else "",
        request.body,
        len(data),
        f"{data.id} {data.split}",
    )


def _listed(request: ListPeopleRequest, cancel: threading.Event) -> DataPeople:
    source = request.source
    data = _dataset(source.reader, source.path, source.split)
    found: list[tuple[int, PersonRecord]] = []
    for row in range(request.start, min(request.stop, len(data))):
        if cancel.is_set():
            raise Cancelled("stopped")
        found.append((row, data[row]))
    return DataPeople(
        row=np.array([row for row, _ in found], np.int64),
        key=tuple(record.key for _, record in found),
        picture=tuple(str(record.picture.path) for _, record in found),
        sequence=Words.of([record.sequence for _, record in found]),
        action=Words.of([record.action for _, record in found]),
        occlusion=np.array([_hidden(record) for _, record in found], np.float32),
    )


def _hidden(record: PersonRecord) -> float:
    if record.joints_2d is None or not record.has_2d:
        return float("nan")
    return 1.0 - float(record.joints_2d.scores.mean())


def _evaluation(request: OpenEvaluationRequest, cancel: threading.Event) -> OpenedEvaluation:
    result = read_result(request.path)
    persons: list[PersonErrors] = []
    for person in read_person_errors(result.people_folder):
        if cancel.is_set():
            raise Cancelled("stopped")
        persons.append(person)
    units = {measure.name: measure.unit for measure in result.measures}
    names = joint_names(str(result.protocol.get("joint_set", "")))
    people = people_of(persons, units, names)
    data = result.data
    split = data.split if data.split in splits_of(data.id) else ""  # containers have names only
    method = result.method
    source = DataSource(
        data.id,
        Path(data.path),
        split,
        request.body,
        len(people),
        result.title,
        f"{method.id} {method.variant}" if method.preset == "paper" else f"{method.id} lite",
        result.label,
        "\n".join([*map(str, result.measures), *(d.text for d in result.deviations)]),
    )
    return OpenedEvaluation(result, people, source)


def splits_of(reader: str) -> tuple[str, ...]:
    """Splits that a reader can open."""
    from core.data import dataset_row

    return dataset_row(reader).splits


def joint_names(joint_set: str) -> tuple[str, ...]:
    """Names of the joints of a set; none for an unknown one."""
    from core.data.joint_names import JOINT_NAMES

    return JOINT_NAMES.get(joint_set, ())


# ---- one person


def load_person(row: DataRow) -> tuple[Frame, tuple[Truth, ...], tuple[Detection, ...]]:
    """Picture, truth and box of one person.

    Raises:
        InputError: the data set or the picture cannot be read, or the person is another one now.
    """
    from core.data import load_pixels
    from core.errors import InputError

    data, cure = (
        _dataset(row.reader, row.path, row.split),
        "run the evaluation again: it has changed",
    )
    if row.row >= len(data):
        raise InputError(f"has no person {row.row}", path=row.path, cure=cure)
    record = data[row.row]
    if record.key != row.key:
        what = f"person {row.row} is {record.key}, not {row.key}"
        raise InputError(what, path=row.path, cure=cure)
    picture = record.picture
    path = None if picture.offset is not None else picture.path
    frame = Frame(load_pixels(picture), row.key if path is None else path.name, path)
    truth = truth_of(record, row.body, frame.size_hw)
    return frame, () if truth is None else (truth,), (detection_of(record),)


def detection_of(record: PersonRecord) -> Detection:
    """The person's box, with the marks of the data set that joint methods know."""
    marks = None if record.joints_2d is None else record.joints_2d.as_set("lift25")
    if marks is None or not marks.known.any():
        return Detection(record.box_xyxy, joint_source="file")
    return Detection(
        record.box_xyxy,
        joint_names=marks.names,
        joints_2d=marks.points,
        joint_scores=marks.scores,
        joint_source="file",
    )


def truth_of(record: PersonRecord, body: str, size_hw: tuple[int, int]) -> Truth | None:
    """The truth in the window's terms; None where the data set knows nothing in space.

    The window's camera looks through the middle of the picture with one focal length, so a person is
    shifted sideways by what the true camera's centre is off at the person's depth.
    """
    mesh, name = _mesh(record, body)
    hand = record.joints_3d is not None and record.joints_3d.joint_set == "hand21"
    joint_set = "hand21" if hand else "lsp14"
    joints = None if record.joints_3d is None else record.joints_3d.as_set(joint_set)
    if joints is None or not joints.known.all():
        joints_camera = None if mesh is None else _regressed(mesh, record.body_name or body)
    else:
        joints_camera = joints.points.astype(np.float64)
    if mesh is not None and record.joints_3d is not None and record.joints_3d.frame != "camera":
        # Measured about an unknown origin.
        joints_camera = _regressed(mesh, record.body_name or body)
    if joints_camera is None:
        return None
    focal, at = _camera(record, joints_camera, size_hw)
    names = joint_names(joint_set)
    origin = ("Wrist",) if hand else ("R_Hip", "L_Hip")
    root = joints_camera[[names.index(joint) for joint in origin]].mean(0)
    moved = joints_camera + at
    marks = moved[:, :2] / np.maximum(moved[:, 2:], 1e-3) * focal + np.array(size_hw[::-1]) / 2
    return Truth(
        body=name,
        vertices=None if mesh is None else (mesh - root).astype(np.float32),
        joints_3d=(joints_camera - root).astype(np.float32),
        joint_names=names,
        joints_2d=marks.astype(np.float32),
        camera_full=(root + at).astype(np.float32),
        focal_px=float(focal),
        box_xyxy=record.box_xyxy,
    )


def _camera(
    record: PersonRecord, joints: np.ndarray, size_hw: tuple[int, int]
) -> tuple[float, np.ndarray]:
    """Focal length in pixels, and the shift (3,) metres into the window's camera frame."""
    from core.geometry.cameras import default_focal_px

    height, width = size_hw
    if record.camera is None or joints[:, 2].mean() < 0.1:
        focal = float(default_focal_px(height, width))
        return focal, _placed_by_box(record, joints, focal, size_hw)
    focal = float(record.camera.focal_px.mean())
    off = record.camera.center_px.astype(np.float64) - [width / 2, height / 2]
    depth = float(joints[:, 2].mean())
    return focal, np.array([*(off / focal * depth), 0.0])


def _placed_by_box(
    record: PersonRecord, joints: np.ndarray, focal: float, size_hw: tuple[int, int]
) -> np.ndarray:
    """Where the person stands if its joints fill its box, for data sets that do not say."""
    box = record.box_xyxy.astype(np.float64)
    extent = max(float(np.ptp(joints[:, :2], axis=0).max()), 1e-3)
    depth = focal * extent / max(float((box[2:] - box[:2]).max()), 1.0)
    middle = (box[:2] + box[2:]) / 2 - np.array(size_hw[::-1]) / 2
    centre = (joints.min(0) + joints.max(0)) / 2
    return np.array([*(middle / focal * depth - centre[:2]), depth - centre[2]])


def _mesh(record: PersonRecord, body: str) -> tuple[np.ndarray | None, str]:
    """(V, 3) metres and the name of the body that it belongs to."""
    from core.data import true_vertices

    if record.body_name:
        return record.vertices, record.body_name
    if body in ("", "embedded", "embedded_hand"):
        return None, ""  # SMPL's numbers mean nothing to the embedded body
    try:
        family = _family(body)
        mesh = true_vertices(record, family)
    except MeshLoupeError:
        return None, ""
    if mesh is None or len(mesh) != family.neutral.vertex_count:
        return None, ""
    return np.asarray(mesh), family.neutral.name


def _regressed(mesh: np.ndarray, body: str) -> np.ndarray | None:
    import torch

    model = _family(body).neutral
    if len(mesh) != model.vertex_count or "lsp14" not in model.joint_sets():
        return None
    points = torch.from_numpy(np.array(mesh, np.float32))[None]
    return model.regress(points, "lsp14")[0].numpy().astype(np.float64)


@lru_cache(maxsize=2)
def _family(body: str) -> BodyFamily:
    from core.body import load_body
    from core.data import BodyFamily
    from core.pipeline.bodies import open_body

    return BodyFamily(open_body(body) or load_body(), any_gender=True)


@lru_cache(maxsize=KEPT_SETS)
def _dataset(reader: str, path: Path, split: str) -> DataSet:
    from core.data import open_dataset

    return open_dataset(reader, path, split)
