"""The files of one input and one method, written while its results arrive.

Arrays, motion and videos of a whole input are completed by `OutputWriter.finish`; leaving without it
leaves nothing of them behind but the parts of a video, which a later run takes up.
"""

from __future__ import annotations

from contextlib import ExitStack
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from core.body import BodyModel
from core.errors import Cancelled
from core.export import (
    COCO17,
    AmassWriter,
    AnimatedGlbWriter,
    BvhWriter,
    CocoWriter,
    HumanDataWriter,
    NpzWriter,
    Origin,
    SpinWriter,
    TrackWriter,
    VideoWriter,
    motion_of,
    onto_ground,
    output_path,
    write_mesh,
    write_person_glb,
    write_png,
)
from core.export.report import ExportReport
from core.methods.base import Method
from core.pipeline.video_parts import VideoParts
from core.pipeline.videos import VideoFile
from core.render import MeshLayer, Renderer, SceneOptions, overlay, person_color, turntable
from core.types import FrameResult, GroundPlane, Reconstruction

SaveKind = Literal[
    "obj",
    "ply",
    "glb",
    "bvh",
    "npz",
    "overlay",
    "video",
    "coco",
    "amass",
    "humandata",
    "spin",
    "phalp",
]
SAVE_KINDS: tuple[SaveKind, ...] = get_args(SaveKind)
MESH_KINDS = ("obj", "ply", "glb")
DATA_KINDS = {"humandata": HumanDataWriter, "spin": SpinWriter}
OVERLAY_ALPHA = 0.9
PICTURE_FPS = 24.0
TURNTABLE_SIZE = (640, 640)
# Half of a still picture's: 0.7 of 255 tones apart in the mean, and a third of the drawing saved.
VIDEO_OCCLUSION_RAYS = 16


class OutputWriter:
    """Writes what was asked for; every file is whole or not there.

    Args:
        out: folder.
        source: the input file; results are named after it.
        method: the method whose results come; its body gives the triangles.
        kinds: what to write.
        parts: for a video: where its overlay is drawn. Results are then frames of one video, so
            that meshes and overlays carry frame numbers, and people keep theirs along it.
        on_ground: `finish` will be told the ground that motion moves over; else skeletons and
            animated meshes move in place.
    """

    def __init__(
        self,
        out: Path,
        source: Path,
        method: Method,
        kinds: tuple[SaveKind, ...],
        parts: VideoParts | None = None,
        *,
        on_ground: bool = False,
    ) -> None:
        self.out, self.source, self.kinds = out, source, kinds
        self.parts = parts
        self._method = method
        self._faces = np.asarray(method.body.faces(), np.int32)
        options = SceneOptions(occlusion_rays=VIDEO_OCCLUSION_RAYS)
        self._renderer = Renderer() if parts is None else Renderer(options)
        self._stack = ExitStack()
        self._npz: NpzWriter | None = None
        self._turntable: VideoWriter | None = None
        self._motion: dict[int, BvhWriter] = {}
        self._animated: dict[int, AnimatedGlbWriter] = {}
        self._amass: dict[int, AmassWriter] = {}
        self._coco: CocoWriter | None = None
        self._tracks: TrackWriter | None = None
        self._data: dict[str, HumanDataWriter | SpinWriter] = {}
        self._fps: float | None = None
        self._origin: Origin = "camera" if on_ground else "pelvis"

    @cached_property
    def _body(self) -> BodyModel:
        """The method's body where results are: they have left the device that the method runs on."""
        body = self._method.body
        return body if body.v_bind.device.type == "cpu" else deepcopy(body).cpu()

    def add(self, result: FrameResult) -> tuple[Path, ...]:
        """Take the result of one frame; returns the files completed by it."""
        self.collect(result)
        written: list[Path] = []
        frame = None if self.parts is None else result.frame.index
        for row, person in enumerate(result.people):
            for kind in MESH_KINDS:
                if kind in self.kinds and not (kind == "glb" and self._animates(person)):
                    path = self._path(kind, frame=frame, person=self._number(row, person))
                    written.append(self._write_mesh(path, person).path)
        if "overlay" in self.kinds and result.people:
            drawn = self._overlay(result)
            written.append(write_png(self._path("png", frame=frame), drawn).path)
        if "video" in self.kinds and self.parts is not None:
            self.parts.add(self._overlay(result), result.frame.time_s)
        elif "video" in self.kinds and result.people:
            self._add_turntable(result)
        return tuple(written)

    def _write_mesh(self, path: Path, person: Reconstruction) -> ExportReport:
        if path.suffix == ".glb":
            return write_person_glb(path, person, self._body, faces=self._faces)
        return write_mesh(path, person, faces=self._faces)

    def collect(self, result: FrameResult) -> None:
        """Take the result of one frame into the files of the whole input, and write none of its own.

        Enough for a frame whose own files and picture an earlier run has made.
        """
        if result.people and "npz" in self.kinds:
            self._arrays().add(result)
        if "coco" in self.kinds:
            self._add_keypoints(result)
        if any(kind in self.kinds for kind in DATA_KINDS):
            self._add_people(result)
        if "phalp" in self.kinds:
            self._tracks = self._tracks or TrackWriter(self._path("phalp.pkl"))
            self._tracks.add(result, [self._place(person) for person in result.people])
        for row, person in enumerate(result.people):
            number = self._number(row, person)
            if "amass" in self.kinds:
                self._add_pose(number, person)
            if "bvh" in self.kinds:
                self._add_motion(number, person, result)
            if "glb" in self.kinds and self._animates(person):
                self._add_animated(number, person, result)

    def _add_motion(self, number: int, person: Reconstruction, result: FrameResult) -> None:
        clip = motion_of([person], self._body, self._frames_per_second(), self._origin)
        if number not in self._motion:
            writer = BvhWriter(self._path("bvh", person=number), self._frames_per_second())
            self._stack.callback(writer.close)
            self._motion[number] = writer
        self._motion[number].add(clip, result.frame.index)

    def _add_animated(self, number: int, person: Reconstruction, result: FrameResult) -> None:
        assert person.betas is not None
        fps = self._frames_per_second()
        clip = motion_of([person], self._body, fps, self._origin)
        if number not in self._animated:
            writer = AnimatedGlbWriter(self._path("glb", person=number), self._body)
            self._stack.callback(writer.close)
            self._animated[number] = writer
        frame = result.frame
        time_s = (frame.index or 0) / fps if frame.time_s is None else frame.time_s
        self._animated[number].add(clip, person.betas, time_s)

    def _add_pose(self, number: int, person: Reconstruction) -> None:
        if number not in self._amass:
            path = self._path("amass.npz", person=number)
            self._amass[number] = AmassWriter(path, self._frames_per_second())
        betas = np.zeros((1, 10), np.float32) if person.betas is None else person.betas[None]
        root = self._body.rest_joints(torch.from_numpy(betas.copy()))[0, 0]
        self._amass[number].add(person, root.numpy())

    def _add_keypoints(self, result: FrameResult) -> None:
        """The 17 joints of COCO, found on each mesh and projected into the picture."""
        if self._coco is None:
            self._coco = CocoWriter(self._path("coco.json"))
        joints = np.zeros((len(result.people), len(COCO17), 2), np.float32)
        centre = np.array(result.frame.size_hw[::-1], np.float32) / 2
        for row, person in enumerate(result.people):
            vertices = torch.from_numpy(np.array(person.vertices))[None]
            found = self._body.regress(vertices, "coco17")[0].numpy() + person.camera_full
            joints[row] = person.focal_px * found[:, :2] / found[:, 2:] + centre
        self._coco.add(result, joints)

    def _add_people(self, result: FrameResult) -> None:
        """Rows of data-set files; without anybody there is still a file, which says so."""
        for kind, make in DATA_KINDS.items():
            if kind in self.kinds and kind not in self._data:
                self._data[kind] = make(self._path(f"{kind}.npz"))
        for person in result.people:
            place = self._place(person)
            for writer in self._data.values():
                writer.add(result.frame.key, person, place)

    @torch.no_grad()
    def _place(self, person: Reconstruction) -> NDArray[np.float64]:
        """(3,) metres from the posed body to where the person is in the camera frame."""
        if person.rotmat is None or person.betas is None:
            return np.zeros(3)
        rotmat, betas = (torch.from_numpy(np.array(a)) for a in (person.rotmat, person.betas))
        like = self._body.v_bind
        posed = self._body(rotmat[None].to(like), betas[None].to(like)).vertices[0]
        return (person.vertices_camera.astype(np.float64) - posed.cpu().numpy()).mean(0)

    def _animates(self, person: Reconstruction) -> bool:
        """Whether a person of a video becomes one moving GLB rather than one per frame."""
        return self.parts is not None and person.rotmat is not None and person.betas is not None

    def finish(self, ground: GroundPlane | None = None) -> tuple[Path, ...]:
        """Complete the files of the whole input; returns them.

        Args:
            ground: of the video; None leaves motion where the camera saw it.
        """
        move = None if ground is None else onto_ground(ground)
        written = [writer.finish(move).path for _, writer in sorted(self._motion.items())]
        written += [writer.finish(move).path for _, writer in sorted(self._animated.items())]
        written += [writer.finish(move).path for _, writer in sorted(self._amass.items())]
        written += [writer.finish().path for writer in self._data.values()]
        if self._coco is not None:
            written.append(self._coco.finish().path)
        if self._tracks is not None:
            written.append(self._tracks.finish().path)
        self._motion.clear()
        self._animated.clear()
        self._amass.clear()
        self._data.clear()
        self._coco = self._tracks = None
        self._stack.close()
        archives = (self._npz, self._turntable)
        written += [writer.report.path for writer in archives if writer and writer.report]
        if "video" in self.kinds and self.parts is not None:
            self.parts.commit()
            written.append(self.parts.join(self._path("mp4"), self.source).path)
        return tuple(written)

    def close(self) -> None:
        """Drop what is not complete; harmless after `finish`."""
        self._amass.clear()
        self._data.clear()
        self._coco = self._tracks = None
        self._motion.clear()
        self._animated.clear()
        self._stack.__exit__(Cancelled, Cancelled("not finished"), None)
        if self.parts is not None:
            self.parts.close()

    def _number(self, row: int, person: Reconstruction) -> int:
        """What tells a person's own files from the others'."""
        known = self.parts is not None and person.track_id is not None
        return row if not known or person.track_id is None else person.track_id

    def _path(self, ext: str, *, frame: int | None = None, person: int | None = None) -> Path:
        method = self._method.method_id
        return output_path(self.out, self.source.name, method, ext, frame=frame, person=person)

    def _arrays(self) -> NpzWriter:
        if self._npz is None:
            self._npz = self._stack.enter_context(NpzWriter(self._path("npz"), faces=self._faces))
        return self._npz

    def _turntable_writer(self) -> VideoWriter:
        if self._turntable is None:
            writer = VideoWriter(self._path("mp4"), PICTURE_FPS)
            self._turntable = self._stack.enter_context(writer)
        return self._turntable

    def _frames_per_second(self) -> float:
        if self._fps is None:
            self._fps = PICTURE_FPS if self.parts is None else video_fps(self.source)
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
            self._turntable_writer().add(view.rgb)


def person_layers(people: tuple[Reconstruction, ...], faces: NDArray[np.int32]) -> list[MeshLayer]:
    """One coloured layer per person, in the camera frame of the picture."""
    return [
        MeshLayer(
            vertices=person.vertices_camera,
            faces=faces,
            colors=person_color(_color_of(row, person)),
        )
        for row, person in enumerate(people)
    ]


def _color_of(row: int, person: Reconstruction) -> int:
    """People keep their colour along a video."""
    return row if person.track_id is None else person.track_id


def video_fps(path: Path) -> float:
    """Average frame rate of a video file."""
    video = VideoFile(path)
    try:
        return video.frames_per_second
    finally:
        video.close()
