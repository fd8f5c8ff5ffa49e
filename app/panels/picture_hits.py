"""What is under the mouse, and what a drag does to it. Pure functions; the view only draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.state.people import known_joints
from core.types import Detection

Point = tuple[float, float]
Part = Literal["joint", "corner", "edge", "box"]
MIN_BOX_PX = 8.0


@dataclass(frozen=True)
class Hit:
    """A grabbable thing of a person.

    Attributes:
        person: number in the picture.
        part: corners count clockwise from the top left, edges from the top.
        number: of the joint, corner or edge; 0 for the box itself.
    """

    person: int
    part: Part
    number: int = 0


def hit_test(
    people: Sequence[Detection],
    point: Point,
    reach: float,
    *,
    selected: int = -1,
    boxes: bool = True,
    joints: bool = True,
) -> Hit | None:
    """The nearest grabbable thing within ``reach`` pixels; joints before corners before edges.

    The selected person wins over others, so that overlapping people can be told apart.
    """
    order = sorted(range(len(people)), key=lambda number: number != selected)
    finders = [*([_joint_hit] if joints else []), *([_box_hit] if boxes else [])]
    for find in finders:
        for number in order:
            hit = find(people[number], number, point, reach)
            if hit is not None:
                return hit
    return None


def person_at(people: Sequence[Detection], point: Point) -> int:
    """Number of the smallest box around a point; -1 for none."""
    inside = [
        (float((p.box_xyxy[2] - p.box_xyxy[0]) * (p.box_xyxy[3] - p.box_xyxy[1])), number)
        for number, p in enumerate(people)
        if p.box_xyxy[0] <= point[0] <= p.box_xyxy[2] and p.box_xyxy[1] <= point[1] <= p.box_xyxy[3]
    ]
    return min(inside)[1] if inside else -1


def _joint_hit(person: Detection, number: int, point: Point, reach: float) -> Hit | None:
    if person.joints_2d is None or not len(person.joint_names):
        return None
    distance = np.linalg.norm(person.joints_2d - np.asarray(point, np.float32), axis=1)
    distance = np.where(np.isfinite(distance), distance, np.inf)
    # Marks that count win over ghosts of unknown ones lying below them.
    distance = distance + np.where(known_joints(person), 0.0, reach / 2)
    nearest = int(distance.argmin())
    return Hit(number, "joint", nearest) if distance[nearest] <= reach * 1.5 else None


def _box_hit(person: Detection, number: int, point: Point, reach: float) -> Hit | None:
    x0, y0, x1, y1 = map(float, person.box_xyxy)
    x, y = point
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    for corner, (cx, cy) in enumerate(corners):
        if abs(x - cx) <= reach and abs(y - cy) <= reach:
            return Hit(number, "corner", corner)
    within_x, within_y = x0 - reach <= x <= x1 + reach, y0 - reach <= y <= y1 + reach
    sides = (abs(y - y0), abs(x - x1), abs(y - y1), abs(x - x0))
    for edge, distance in enumerate(sides):
        along = within_x if edge % 2 == 0 else within_y
        if along and distance <= reach * 0.7:
            return Hit(number, "edge", edge)
    return None


def dragged_box(
    box: NDArray[np.float32], hit: Hit, start: Point, now: Point, size_hw: tuple[int, int]
) -> tuple[float, float, float, float]:
    """The box after dragging a corner, an edge or the whole from ``start`` to ``now``, in the picture."""
    height, width = size_hw
    x0, y0, x1, y1 = map(float, box)
    dx, dy = now[0] - start[0], now[1] - start[1]
    if hit.part == "box":
        dx = min(max(dx, -x0), max(0.0, width - x1)) if x0 >= 0 and x1 <= width else dx
        dy = min(max(dy, -y0), max(0.0, height - y1)) if y0 >= 0 and y1 <= height else dy
        return x0 + dx, y0 + dy, x1 + dx, y1 + dy
    moves_left = (hit.part == "corner" and hit.number in (0, 3)) or (hit.part, hit.number) == (
        "edge",
        3,
    )
    moves_right = (hit.part == "corner" and hit.number in (1, 2)) or (hit.part, hit.number) == (
        "edge",
        1,
    )
    moves_top = (hit.part == "corner" and hit.number in (0, 1)) or (hit.part, hit.number) == (
        "edge",
        0,
    )
    moves_bottom = (hit.part == "corner" and hit.number in (2, 3)) or (hit.part, hit.number) == (
        "edge",
        2,
    )
    if moves_left:
        x0 = min(max(0.0, x0 + dx), x1 - MIN_BOX_PX)
    if moves_right:
        x1 = max(min(float(width), x1 + dx), x0 + MIN_BOX_PX)
    if moves_top:
        y0 = min(max(0.0, y0 + dy), y1 - MIN_BOX_PX)
    if moves_bottom:
        y1 = max(min(float(height), y1 + dy), y0 + MIN_BOX_PX)
    return x0, y0, x1, y1


def drawn_box(
    start: Point, end: Point, size_hw: tuple[int, int]
) -> tuple[float, float, float, float] | None:
    """A box between two corners, clipped to the picture; None when it is too small to be meant."""
    height, width = size_hw
    x0, x1 = sorted((min(max(start[0], 0.0), width), min(max(end[0], 0.0), width)))
    y0, y1 = sorted((min(max(start[1], 0.0), height), min(max(end[1], 0.0), height)))
    if x1 - x0 < MIN_BOX_PX or y1 - y0 < MIN_BOX_PX:
        return None
    return float(x0), float(y0), float(x1), float(y1)


def cell_at(region: NDArray[np.float32], grid_hw: tuple[int, int], point: Point) -> int:
    """Row-major grid cell of a picture region under a point; -1 outside."""
    rows, columns = grid_hw
    x0, y0, x1, y1 = map(float, region)
    if not (x0 <= point[0] < x1 and y0 <= point[1] < y1) or not rows or not columns:
        return -1
    column = int((point[0] - x0) / (x1 - x0) * columns)
    row = int((point[1] - y0) / (y1 - y0) * rows)
    return row * columns + column
