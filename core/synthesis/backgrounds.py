"""Backgrounds: a bank of procedural pictures, or photographs from a folder of the user's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import InputError
from core.opencv import cv2

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


@dataclass(frozen=True)
class PhotoBank:
    """Where backgrounds come from: drawn ones, and half of them crops of a user's photographs.

    Attributes:
        folder: photographs without the people that are to be found; None for drawn ones alone.
        count: drawn pictures, and as many crops.
        side: of the pictures, pixels.
    """

    folder: Path | None = None
    count: int = 600
    side: int = 192

    def pictures(self, seed: int) -> Tensor:
        """(N, 3, side, side) uint8.

        Raises:
            InputError: the folder holds no readable picture of at least ``side`` pixels.
        """
        made = procedural_bank(self.count, self.side, seed)
        if self.folder is None:
            return made
        return torch.cat([made, photograph_bank(self.folder, self.count, self.side, seed)])


def procedural_bank(count: int, size: int, seed: int) -> Tensor:
    """(count, 3, size, size) uint8 pictures of walls, floors, objects and clutter."""
    rng = np.random.default_rng(seed)
    pictures = np.stack([_procedural(rng, size) for _ in range(count)])
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous()


def photograph_bank(folder: Path, count: int, size: int, seed: int) -> Tensor:
    """(count, 3, size, size) uint8 random crops of the photographs below ``folder``.

    Raises:
        InputError: no readable picture of at least ``size`` pixels is there.
    """
    rng = np.random.default_rng(seed)
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in PICTURE_SUFFIXES)
    pictures = [picture for path in files if (picture := _photograph(path, size)) is not None]
    if not pictures:
        raise InputError(
            f"no picture of at least {size} pixels found",
            path=folder,
            cure="name a folder with photographs, or leave --backgrounds out",
        )
    crops = np.stack([_crop(rng, pictures[i % len(pictures)], size) for i in range(count)])
    return torch.from_numpy(crops).permute(0, 3, 1, 2).contiguous()


def _photograph(path: Path, size: int) -> NDArray[np.uint8] | None:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None or min(picture.shape[:2]) < size:
        return None
    scale = 1000 / min(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(picture[..., ::-1])


def _crop(rng: np.random.Generator, picture: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    side = int(rng.uniform(size, min(picture.shape[:2]) + 1))
    top = int(rng.integers(0, picture.shape[0] - side + 1))
    left = int(rng.integers(0, picture.shape[1] - side + 1))
    crop = picture[top : top + side, left : left + side]
    crop = cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA)
    return crop[:, ::-1] if rng.random() < 0.5 else crop


def _noise(rng: np.random.Generator, size: int, octaves: int, base: int) -> NDArray[np.float32]:
    """(size, size, 3) float32 value noise around zero."""
    out = np.zeros((size, size, 3), np.float32)
    amount, coloured = 1.0, rng.random() < 0.15
    for octave in range(octaves):
        cells = base * 2**octave + 1
        grid = rng.random((cells, cells, 3 if coloured else 1), dtype=np.float32) - 0.5
        grid = np.repeat(grid, 3 // grid.shape[2], axis=2)
        out += amount * cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)
        amount *= rng.uniform(0.4, 0.8)
    return out


def _colour(rng: np.random.Generator) -> NDArray[np.float32]:
    grey, saturation = rng.uniform(0.1, 1.0), rng.random() ** 2 * 0.8
    mixed = grey * ((1 - saturation) + saturation * 2 * rng.random(3))
    return np.clip(mixed + rng.normal(0, 0.02, 3), 0, 1).astype(np.float32)


def _procedural(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32) / size
    turn = rng.uniform(0, 2 * np.pi)
    ramp = (columns - 0.5) * np.cos(turn) + (rows - 0.5) * np.sin(turn) + 0.5
    ramp = np.clip(ramp, 0, 1)[..., None]
    picture = _colour(rng) * (1 - ramp) + _colour(rng) * ramp
    octaves, base = int(rng.integers(3, 7)), int(rng.integers(2, 6))
    picture = picture + _noise(rng, size, octaves, base) * rng.uniform(0, 0.5)
    if rng.random() < 0.6:
        picture = _with_floor(rng, picture, rows, columns)
    picture = np.ascontiguousarray(picture, dtype=np.float32)
    for _ in range(int(rng.integers(0, 14))):
        picture = _with_object(rng, picture)
    if rng.random() < 0.3:  # blinds, bricks, window bars
        across, down = rng.uniform(2, 25, 2)
        width = rng.uniform(0.1, 0.4)
        bars = ((columns * across) % 1 < width) | ((rows * down) % 1 < width)
        picture = np.where(bars[..., None], picture * rng.uniform(0.5, 1.3), picture)
    if rng.random() < 0.6:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 3.0))
    return (np.clip(picture, 0, 1) * 255).astype(np.uint8)


def _with_floor(
    rng: np.random.Generator,
    picture: NDArray[np.float32],
    rows: NDArray[np.float32],
    columns: NDArray[np.float32],
) -> NDArray[np.float32]:
    horizon, slope = rng.uniform(0.45, 0.9), rng.normal(0, 0.08)
    below = (rows > horizon + slope * (columns - 0.5))[..., None]
    floor = _colour(rng) + _noise(rng, len(rows), 5, 4) * rng.uniform(0.05, 0.4)
    if rng.random() < 0.4:  # tiles in perspective
        depth = 1 / np.clip(rows - horizon + 0.12, 0.02, 9)
        u, v = (columns - 0.5) * depth * rng.uniform(2, 8), depth * rng.uniform(1, 5)
        checks = ((np.floor(u) + np.floor(v)) % 2)[..., None]
        floor = floor * (1 - rng.uniform(0.1, 0.6) * checks)
    return np.where(below, floor, picture)


def _with_object(rng: np.random.Generator, picture: NDArray[np.float32]) -> NDArray[np.float32]:
    size = len(picture)
    colour = tuple(float(c) for c in _colour(rng))
    drawn = picture.copy()

    def point() -> tuple[int, int]:
        x, y = rng.uniform(-0.2, 1.2, 2) * size
        return int(x), int(y)

    kind = int(rng.integers(5))
    if kind == 0:
        cv2.rectangle(drawn, point(), point(), colour, -1, cv2.LINE_AA)
    elif kind == 1:
        axes = (int(rng.uniform(0.02, 0.3) * size), int(rng.uniform(0.02, 0.3) * size))
        cv2.ellipse(drawn, point(), axes, rng.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA)
    elif kind == 2:
        cv2.line(drawn, point(), point(), colour, int(rng.integers(1, 14)), cv2.LINE_AA)
    elif kind == 3:
        corners = np.array([point() for _ in range(int(rng.integers(3, 6)))], np.int32)
        cv2.fillPoly(drawn, [corners], colour, cv2.LINE_AA)
    else:  # limb-like chains, so that not every capsule is an arm
        here = np.array(point(), float)
        for _ in range(int(rng.integers(1, 4))):
            there = here + rng.normal(0, 0.18 * size, 2)
            ends = [tuple(int(c) for c in p) for p in (here, there)]
            cv2.line(drawn, ends[0], ends[1], colour, int(rng.integers(3, 22)), cv2.LINE_AA)
            here = there
    texture = _noise(rng, size, 5, 4) * rng.uniform(0, 0.35)
    opacity = rng.uniform(0.5, 1)
    changed = np.abs(drawn - picture).sum(2, keepdims=True) > 1e-6
    return np.where(changed, picture * (1 - opacity) + (drawn + texture) * opacity, picture)
