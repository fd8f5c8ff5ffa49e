"""The files of one input and one method, written while its results arrive.

Arrays and videos of a whole input are completed by `OutputWriter.finish`; leaving without it leaves
nothing of them behind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.errors import Cancelled
from core.export import (
    MotionClip,
    NpzWriter,
    VideoWriter,
    motion_of,
    output_path,
    write_bvh,
    write_mesh,
    write_png,
)
from core.methods.base import Method
from core.pipeline.videos import VideoFile
from core.render import MeshLayer, Renderer, overlay, person_color, turntable
from core.types import FrameResult, Reconstruction

SaveKind = Literal["obj", "ply", "glb", "bvh", "npz", "overlay", "video"]
SAVE_KINDS: tuple[SaveKind, ...] = get_args(SaveKind)
MESH_KINDS = ("obj", "ply", "glb")
OVERLAY_ALPHA = 0.9
PICTURE_FPS = 24.0
TURNTABLE_SIZE = (640, 640)


class OutputWriter:
    """Writes what was asked for; every file is whole or not there.

    Args:
        out: folder.
        source: the input file; results are named after it.
        method: the method whose results come; its body gives the triangles.
        kinds: what to write.
        is_video: results are frames of one video, so that meshes and overlays carry frame numbers.
    """

    def __init__(
        self, out: Path, source: Path, method: Method, kinds: tuple[SaveKind, ...], is_video: bool
    ) -> None:
        self.out, self.source, self.kinds, self.is_video = out, source, kinds, is_video
        self._method = method
        self._faces = np.asarray(method.body.faces(), np.int32)
        self._renderer = Renderer()
        self._stack = ExitStack()
        self._npz: NpzWriter | None = None
        self._video: VideoWriter | None = None
        self._motion: dict[int, list[MotionClip]] = defaultdict(list)
        self._fps: float | None = None

    def add(self, result: FrameResult) -> tuple[Path, ...]:
        """Take the result of one frame; returns the files completed by it."""
        written: list[Path] = []
        frame = result.frame.index if self.is_video else None
        if result.people and "npz" in self.kinds:
            self._arrays().add(result)
        for row, person in enumerate(result.people):
            if "bvh" in self.kinds:
                number = row if person.track_id is None else person.track_id
                clip = motion_of([person], self._method.body, self._frames_per_second())
                self._motion[number].append(clip)
            for kind in MESH_KINDS:
                if kind in self.kinds:
                    path = self._path(kind, frame=frame, person=row)
                    written.append(write_mesh(path, person, faces=self._faces).path)
        if "overlay" in self.kinds and result.people:
            drawn = self._overlay(result)
            written.append(write_png(self._path("png", frame=frame), drawn).path)
        if "video" in self.kinds and self.is_video:
            self._video_writer().add(self._overlay(result), result.frame.time_s)
        elif "video" in self.kinds and result.people:
            self._add_turntable(result)
        return tuple(written)

    def finish(self) -> tuple[Path, ...]:
        """Complete the files of the whole input; returns them."""
        self._stack.close()
        written = [
            writer.report.path for writer in (self._npz, self._video) if writer and writer.report
        ]
        for number, clips in sorted(self._motion.items()):
            path = self._path("bvh", person=number)
            written.append(write_bvh(path, joined_clips(clips)).path)
        self._motion.clear()
        return tuple(written)

    def close(self) -> None:
        """Drop what is not complete; harmless after `finish`."""
        self._motion.clear()
        self._stack.__exit__(Cancelled, Cancelled("not finished"), None)

    def _path(self, ext: str, *, frame: int | None = None, person: int | None = None) -> Path:
        method = self._method.method_id
        return output_path(self.out, self.source.name, method, ext, frame=frame, person=person)

    def _arrays(self) -> NpzWriter:
        if self._npz is None:
            self._npz = self._stack.enter_context(NpzWriter(self._path("npz"), faces=self._faces))
        return self._npz

    def _video_writer(self) -> VideoWriter:
        if self._video is None:
            self._video = self._stack.enter_context(
                VideoWriter(self._path("mp4"), self._frames_per_second())
            )
        return self._video

    def _frames_per_second(self) -> float:
        if self._fps is None:
            self._fps = video_fps(self.source) if self.is_video else PICTURE_FPS
        return self._fps

    def _layers(self, result: FrameResult) -> list[MeshLayer]:
        return person_layers(result.people, self._faces)

    def _overlay(self, result: FrameResult) -> NDArray[np.uint8]:
        if not result.people:
            return np.asarray(result.frame.image)
        focal = result.people[0].focal_px
        layers = self._layers(result)
        drawn = overlay(result.frame.image, layers, focal, OVERLAY_ALPHA, self._renderer)
        self._renderer.clear()
        return drawn.rgb

    def _add_turntable(self, result: FrameResult) -> None:
        """A picture's people, turned once around."""
        layers = self._layers(result)
        for view in turntable(layers, TURNTABLE_SIZE, renderer=self._renderer, quality="live"):
            self._video_writer().add(view.rgb)


def joined_clips(clips: Sequence[MotionClip]) -> MotionClip:
    """Clips of one person, one after the other, with the mean of their bone lengths.

    Single frames are kept as clips of one frame: they hold no surface, so a long video stays small.
    """
    return replace(
        clips[0],
        offsets=np.mean([clip.offsets for clip in clips], axis=0),
        rotmat=np.concatenate([clip.rotmat for clip in clips]),
        root=np.concatenate([clip.root for clip in clips]),
    )


def person_layers(people: tuple[Reconstruction, ...], faces: NDArray[np.int32]) -> list[MeshLayer]:
    """One coloured layer per person, in the camera frame of the picture."""
    return [
        MeshLayer(vertices=person.vertices_camera, faces=faces, colors=person_color(number))
        for number, person in enumerate(people)
    ]


def video_fps(path: Path) -> float:
    """Average frame rate of a video file."""
    video = VideoFile(path)
    try:
        return video.frames_per_second
    finally:
        video.close()
