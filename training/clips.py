"""Videos whose people are known in number: bundled samples beside one another, swaying about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.export import VideoWriter
from core.opencv import cv2
from core.pipeline.pictures import read_picture
from core.pipeline.samples import bundled_samples

# Samples of one person each who stands clear of the picture's border.
SUBJECTS = ("standing", "walking", "dancing", "throw")
SWAY_SECONDS = 4.0
# The share of its free room that a sample moves in, and how much larger it is than its slot.
SWAY, ZOOM = 0.8, 1.12
GROUND = (70, 90)


def make_people_clip(
    path: Path, people: int, size_hw: tuple[int, int], frames: int, fps: float = 30.0
) -> Path:
    """Write a video of ``people`` moving people; played over and over it has no seam.

    Args:
        path: the MP4.
        people: 1 to 4.
        size_hw: height and width of its pictures, pixels.
        frames, fps: how many, and a second.

    Raises:
        InputError: so many people are not among the samples of this installation.
    """
    subjects = _subjects(people)
    height, width = size_hw
    slot = width // people
    tiles = [_tile(image, (height, slot)) for image in subjects]
    with VideoWriter(path, fps) as video:
        for turn in _turns(frames, fps):
            picture = _ground(size_hw)
            for number, tile in enumerate(tiles):
                part = _shifted(tile, (height, slot), turn + number)
                top, left = (height - part.shape[0]) // 2, (slot - part.shape[1]) // 2
                left += number * slot
                picture[top : top + part.shape[0], left : left + part.shape[1]] = part
            video.add(picture)
    return path


def _turns(frames: int, fps: float) -> Iterator[float]:
    """Radians of each frame's place in its sway; whole turns over the video."""
    count = max(1, round(frames / fps / SWAY_SECONDS))
    return (2 * np.pi * count * number / frames for number in range(frames))


def _subjects(people: int) -> list[NDArray[np.uint8]]:
    found = [path for name in SUBJECTS for path in bundled_samples() if name in path.name]
    if not 1 <= people <= len(found):
        raise InputError(
            f"no clip of {people} people can be made of {len(found)} samples",
            cure=f"ask for 1 to {len(SUBJECTS)} people, and install MeshLoupe with its samples",
        )
    return [np.asarray(read_picture(path).image) for path in found[:people]]


def _tile(image: NDArray[np.uint8], slot_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """The sample as large as its slot lets it be, and a little more to move in."""
    scale = ZOOM * min(slot_hw[0] / image.shape[0], slot_hw[1] / image.shape[1])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _shifted(tile: NDArray[np.uint8], slot_hw: tuple[int, int], turn: float) -> NDArray[np.uint8]:
    """The part of a tile that is seen now."""
    size = np.array(tile.shape[:2])
    seen = np.minimum(np.floor(size / ZOOM).astype(int), slot_hw)
    place = 0.5 + SWAY / 2 * np.array([np.sin(turn), np.cos(turn)])
    y, x = np.round((size - seen) * place).astype(int)
    return tile[y : y + seen[0], x : x + seen[1]]


def _ground(size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W, 3) a plain wall, a little lighter below."""
    rows = np.linspace(*GROUND, size_hw[0]).astype(np.uint8)
    return np.repeat(np.repeat(rows[:, None, None], size_hw[1], 1), 3, 2)
