"""Reading files for the window: expanding folders and videos, thumbnails, pictures with their marks."""

from __future__ import annotations

import logging
import threading
from functools import singledispatchmethod
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from app.engine.datasets import load_person
from app.engine.ready import BringRequest, Brought, Ready, ReadyRequest, bring, what_is_ready
from app.engine.requests import (
    ClipFrameRequest,
    ExpandRequest,
    LoadRequest,
    MarksRequest,
    PeopleRequest,
    PoseRequest,
    ThumbnailRequest,
)
from app.state.values import Item, Loaded
from core.errors import Cancelled, InputError, MeshLoupeError
from core.types import Detection, Frame, Truth

log = logging.getLogger(__name__)
VIDEO_ROWS = 24
# Frames are found by reading forwards, so a long film shows its first minute.
VIDEO_SPAN = 1500
KEPT_FRAMES = 8
# Fewer joints than these hardly tell a pose.
LEAST_JOINTS = 8
DISPLAY_PX = 4096
MARK_FILE_NAMES = ("joints2d.json", "joints.json")
MAX_THUMBNAIL_PIXELS = 120_000_000


class MediaReader:
    """Answers each kind of request about files. Keeps the last video frames it met."""

    def __init__(self) -> None:
        self._frames: dict[tuple[Path, int | None], Frame] = {}
        self._reel: Reel | None = None
        self._clip: Clip | None = None

    @singledispatchmethod
    def _answer(self, request: Any, cancel: threading.Event) -> Any:
        raise TypeError(f"no answer to {type(request).__name__}")

    def __call__(self, request: Any, cancel: threading.Event) -> Any:
        """Answer by the request's type."""
        return self._answer(request, cancel)

    @_answer.register
    def _(
        self, request: ExpandRequest, cancel: threading.Event
    ) -> tuple[tuple[Path, int | None], ...]:
        from core.pipeline.sources import expand_inputs, is_video

        rows: list[tuple[Path, int | None]] = []
        for path in expand_inputs(request.paths):
            if cancel.is_set():
                raise Cancelled("stopped")
            if is_video(path):
                rows += [(path, index) for index in video_rows(path)]
            else:
                rows.append((path, None))
        return tuple(rows)

    @_answer.register
    def _(self, request: ThumbnailRequest, cancel: threading.Event) -> QImage:
        item = request.item
        if item.data is not None:
            frame, _, people = load_person(item.data)
            return person_thumbnail(frame, people[0], request.size)
        if item.frame_index is None:
            return picture_thumbnail(item.path, request.size)
        return frame_thumbnail(self._frame(item, cancel), request.size)

    @_answer.register
    def _(self, request: LoadRequest, cancel: threading.Event) -> Loaded:
        if request.item.data is not None:
            frame, truths, people = load_person(request.item.data)
            return Loaded(request.item, frame, display_image(frame), truths, people, "the data set")
        frame = self._frame(request.item, cancel)
        truths = truths_beside(frame)
        suggested, origin = marks_beside(frame, truths)
        return Loaded(request.item, frame, display_image(frame), truths, suggested, origin)

    @_answer.register
    def _(self, request: ClipFrameRequest, cancel: threading.Event) -> Frame:
        if self._clip is None or self._clip.path != request.path:
            self._close_clip()
            self._clip = Clip(request.path)
        return self._clip.frame(request.index)

    @_answer.register
    def _(self, request: PeopleRequest, cancel: threading.Event) -> tuple[Detection, ...]:
        return people_in(request.frame)

    @_answer.register
    def _(self, request: ReadyRequest, cancel: threading.Event) -> Ready:
        return what_is_ready()

    @_answer.register
    def _(self, request: BringRequest, cancel: threading.Event) -> Brought:
        return bring(request.path)

    @_answer.register
    def _(self, request: PoseRequest, cancel: threading.Event) -> Detection:
        if request.frame is None:
            return default_marks(request.box_xyxy)
        return marks_in_box(request.frame, request.box_xyxy)

    @_answer.register
    def _(self, request: MarksRequest, cancel: threading.Event) -> tuple[Detection, ...]:
        found = marks_in(request.path, request.frame_key)
        if not found:
            raise InputError(
                f"has no joints of {request.frame_key}",
                path=request.path,
                cure="choose the joint file that names this picture",
            )
        return found

    def _frame(self, item: Item, cancel: threading.Event) -> Frame:
        key = (item.path, item.frame_index)
        if key not in self._frames:
            if item.frame_index is None:
                from core.pipeline.sources import read_picture

                frame = read_picture(item.path)
            else:
                frame = self._reel_for(item.path, item.frame_index).frame(item.frame_index, cancel)
            if len(self._frames) >= KEPT_FRAMES:
                self._frames.pop(next(iter(self._frames)))
            self._frames[key] = frame
        return self._frames[key]

    def _reel_for(self, path: Path, index: int) -> Reel:
        if self._reel is None or self._reel.path != path or self._reel.position >= index:
            self.close()
            self._reel = Reel(path)
        return self._reel

    def close(self) -> None:
        """Let go of open videos."""
        if self._reel is not None:
            self._reel.close()
            self._reel = None
        self._close_clip()

    def _close_clip(self) -> None:
        if self._clip is not None:
            self._clip.close()
            self._clip = None


class Clip:
    """A video from which any frame can be had; the one after the last costs least."""

    def __init__(self, path: Path) -> None:
        from core.pipeline.videos import VideoFile

        self.path = path
        self._video = VideoFile(path)
        self._next, self._frames = 0, self._video.frames()

    def frame(self, index: int) -> Frame:
        """Frame ``index``."""
        if index != self._next:
            self._frames = self._video.frames(index)
        frame = next(self._frames, None)
        if frame is None:
            raise InputError(f"has no frame {index}", path=self.path, cure="open the video again")
        self._next = index + 1
        return frame

    def close(self) -> None:
        """Let go of the file."""
        self._video.close()


class Reel:
    """A video read forwards: frames in rising order cost one pass together."""

    def __init__(self, path: Path) -> None:
        from core.pipeline.sources import open_source

        self.path, self.position = path, -1
        self._source = open_source([path])
        self._frames = iter(self._source)

    def frame(self, index: int, cancel: threading.Event) -> Frame:
        """Frame ``index``, which lies ahead."""
        for frame in self._frames:
            self.position = frame.index or 0
            if cancel.is_set():
                raise Cancelled("stopped")
            if self.position == index:
                return frame
        raise InputError(f"has no frame {index}", path=self.path, cure="open the video again")

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()


def video_rows(path: Path) -> tuple[int, ...]:
    """Frame numbers shown of a video: at most ``VIDEO_ROWS``, evenly spread over its beginning."""
    from core.pipeline.sources import open_source

    source = open_source([path])
    count = min(max(1, source.len_hint), VIDEO_SPAN)
    source.close()
    rows = min(VIDEO_ROWS, count)
    return tuple(sorted({round(step * (count - 1) / max(1, rows - 1)) for step in range(rows)}))


def truths_beside(frame: Frame) -> tuple[Truth, ...]:
    """Truth of the people of a picture, from beside it; a damaged one is logged and left out."""
    from core.pipeline.truth import truths_for

    try:
        return truths_for(frame.path, frame.index)
    except MeshLoupeError as error:
        log.warning("%s", error)
        return ()


def marks_beside(frame: Frame, truths: tuple[Truth, ...]) -> tuple[tuple[Detection, ...], str]:
    """Who is in a picture, and who says so: a joint file beside it, or its truth; else nobody yet."""
    folder = Path() if frame.path is None else frame.path.parent
    for name in MARK_FILE_NAMES if frame.path is not None else ():
        path = folder / name
        if path.exists():
            try:
                found = marks_in(path, frame.key)
            except MeshLoupeError as error:
                log.warning("%s", error)
                continue
            if found:
                return found, f"joints from {name}"
    if truths:
        return tuple(map(marks_of_truth, truths)), "joints of the ground truth"
    return (), ""


def people_in(frame: Frame) -> tuple[Detection, ...]:
    """The people that a detector finds, with joints; a standing pose to drag where it finds none."""
    from core.detection import create_detector

    found = create_detector("auto").detect(frame)
    marked = tuple(person for person in found if person.joints_2d is not None)
    height, width = frame.size_hw
    middle = (width * 0.25, height * 0.06, width * 0.75, height * 0.94)
    return marked or (default_marks(middle),)


def marks_in_box(frame: Frame, box: tuple[float, float, float, float]) -> Detection:
    """The joints found in a box, or a standing pose where they cannot be told."""
    import numpy as np

    from core.detection import default_pose
    from core.detection.choose import embedded_is_installed

    area = np.asarray(box, np.float32)
    if embedded_is_installed():
        from core.detection.embedded import embedded_detector

        found = embedded_detector().joints_in(frame, area[None])[0]
        known = 0 if found.joint_scores is None else int((found.joint_scores > 0).sum())
        if known >= LEAST_JOINTS:
            return found
    return default_pose(area)


def marks_in(path: Path, frame_key: str) -> tuple[Detection, ...]:
    """People that a joint file names in a frame."""
    from core.pipeline.joints_file import read_joints_file

    return tuple(read_joints_file(path).detections(frame_key))


def marks_of_truth(truth: Truth) -> Detection:
    """The true box and joints, as if marked without error."""
    return Detection(
        box_xyxy=truth.box_xyxy,
        joint_names=truth.joint_names,
        joints_2d=truth.joints_2d,
        joint_source="own",
    )


def default_marks(box: tuple[float, float, float, float]) -> Detection:
    """The mean pose placed in a box, to be dragged onto the person."""
    import numpy as np

    from core.detection import default_pose

    return default_pose(np.asarray(box, np.float32))


def picture_thumbnail(path: Path, size: int) -> QImage:
    """A small upright picture of a file, decoded at reduced size where the format can."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    full = reader.size()
    if full.width() * full.height() > MAX_THUMBNAIL_PIXELS:
        return QImage()
    if full.isValid():
        reader.setScaledSize(
            full.scaled(QSize(size, size), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        )
    return reader.read()


def person_thumbnail(frame: Frame, person: Detection, size: int) -> QImage:
    """A small square about a person."""
    x0, y0, x1, y1 = (float(value) for value in person.box_xyxy)
    side, middle_x, middle_y = max(x1 - x0, y1 - y0, 2.0), (x0 + x1) / 2, (y0 + y1) / 2
    height, width = frame.size_hw
    image = QImage(frame.image.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    left, top = round(middle_x - side / 2), round(middle_y - side / 2)
    cut = image.copy(left, top, round(side), round(side))
    return cut.scaled(
        size,
        size,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )


def display_image(frame: Frame) -> QImage:
    """A copy in the format that painting takes as it is; huge pictures are made smaller."""
    height, width = frame.size_hw
    image = QImage(frame.image.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    if max(height, width) > DISPLAY_PX:
        image = image.scaled(
            DISPLAY_PX,
            DISPLAY_PX,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    return image.convertToFormat(QImage.Format.Format_RGB32)


def frame_thumbnail(frame: Frame, size: int) -> QImage:
    """A small copy of a decoded frame."""
    height, width = frame.size_hw
    image = QImage(frame.image.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.scaled(
        size,
        size,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
