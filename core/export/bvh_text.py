"""The BVH text format: a tree of offsets and channels, then one line of numbers a frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.body.joint_sets import SMPL24_NAMES
from core.errors import InputError

_CURE = "give a BVH file with one HIERARCHY and one MOTION part"
MAX_JOINTS = 4096
_LEAF_OFFSET = "0.0 0.0 0.0"


@dataclass(frozen=True, eq=False)
class BvhTree:
    """Content of a BVH file, in the file's own units (degrees).

    Attributes:
        names, parents: J joints, parents before children, -1 for the root.
        offsets: (J, 3).
        channels: per joint its channel names, in order.
        values: (T, sum of channels), joints in the order of ``names``.
        frame_time: seconds.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: NDArray[np.float64]
    channels: tuple[tuple[str, ...], ...]
    values: NDArray[np.float64]
    frame_time: float


def format_bvh(tree: BvhTree) -> str:
    """Text of a tree. A file lists joints depth first, so the columns are sorted to match."""
    order: list[int] = []
    lines = ["HIERARCHY"]
    _format_joint(tree, 0, 0, lines, order)
    starts = np.cumsum([0, *map(len, tree.channels)])
    columns = [c for joint in order for c in range(starts[joint], starts[joint + 1])]
    lines += ["MOTION", f"Frames: {len(tree.values)}", f"Frame Time: {tree.frame_time:.9g}"]
    lines += [" ".join(f"{value:.9g}" for value in row) for row in tree.values[:, columns].tolist()]
    return "\n".join(lines) + "\n"


def _format_joint(
    tree: BvhTree, joint: int, depth: int, lines: list[str], order: list[int]
) -> None:
    order.append(joint)
    pad = "  " * depth
    lines.append(f"{pad}{'JOINT' if depth else 'ROOT'} {tree.names[joint]}")
    lines.append(pad + "{")
    lines.append(f"{pad}  OFFSET " + " ".join(f"{x:.9g}" for x in tree.offsets[joint].tolist()))
    channels = tree.channels[joint]
    lines.append(f"{pad}  CHANNELS {len(channels)} " + " ".join(channels))
    children = [child for child, parent in enumerate(tree.parents) if parent == joint]
    for child in children:
        _format_joint(tree, child, depth + 1, lines, order)
    if not children:
        lines += [f"{pad}  End Site", pad + "  {", f"{pad}    OFFSET {_LEAF_OFFSET}", pad + "  }"]
    lines.append(pad + "}")


def parse_bvh(text: str, path: Path) -> BvhTree:
    """Tree of a text.

    Files list joints depth first, and so does the tree, except that a skeleton with exactly the 24
    names of ours gets our order back.

    Raises:
        InputError: not BVH; the message names the line.
    """
    return _Parser(text, path).parse()


class _Parser:
    def __init__(self, text: str, path: Path) -> None:
        self.lines = text.splitlines()
        self.path = path
        self.at = 0
        self.names: list[str] = []
        self.parents: list[int] = []
        self.offsets: list[list[float]] = []
        self.channels: list[tuple[str, ...]] = []

    def parse(self) -> BvhTree:
        if self._next()[:1] != ["HIERARCHY"]:
            raise self._wrong("a file begins with HIERARCHY")
        self._hierarchy()
        if self._next()[:1] != ["MOTION"]:
            raise self._wrong("MOTION must follow the hierarchy")
        count = self._labelled("Frames:", 1)[0]
        frame_time = self._labelled("Frame", 2)[0]
        width = sum(map(len, self.channels))
        if not (0 <= count <= len(self.lines)) or not frame_time > 0:
            raise self._wrong("frame count or frame time makes no sense")
        rows = [self._numbers(self._next(), width) for _ in range(int(count))]
        tree = BvhTree(
            tuple(self.names),
            tuple(self.parents),
            np.array(self.offsets, np.float64).reshape(-1, 3),
            tuple(self.channels),
            np.array(rows, np.float64).reshape(len(rows), width),
            frame_time,
        )
        return _in_skeleton_order(tree)

    def _hierarchy(self) -> None:
        stack: list[int | None] = []  # None stands for an end site
        while True:
            words = self._next()
            if words[0] in ("ROOT", "JOINT"):
                inside = stack[-1] if stack else -1
                if len(words) < 2 or inside is None or (words[0] == "ROOT") != (not self.names):
                    raise self._wrong("a joint is not where one may stand")
                if len(self.names) >= MAX_JOINTS:
                    raise self._wrong("too many joints")
                self.names.append(" ".join(words[1:]))
                self.parents.append(inside)
                self.offsets.append([0.0, 0.0, 0.0])
                self.channels.append(())
                self._open(stack, len(self.names) - 1)
            elif words[0] == "End":
                self._open(stack, None)
            elif words[0] == "OFFSET" and stack:
                offset = self._numbers(words[1:], 3)
                if stack[-1] is not None:
                    self.offsets[stack[-1]] = offset
            elif words[0] == "CHANNELS" and stack and stack[-1] is not None:
                self.channels[stack[-1]] = self._channel_names(words[2:])
            elif words[0] == "}" and stack:
                stack.pop()
                if not stack:
                    return
            else:
                raise self._wrong(f"{words[0]!r} is not expected here")

    def _open(self, stack: list[int | None], joint: int | None) -> None:
        if self._next() != ["{"]:
            raise self._wrong("{ is missing")
        stack.append(joint)

    def _channel_names(self, words: list[str]) -> tuple[str, ...]:
        for word in words:
            if word[:1] not in "XYZ" or word[1:] not in ("position", "rotation"):
                raise self._wrong(f"{word!r} is no channel")
        turning = [word for word in words if word.endswith("rotation")]
        if len(turning) not in (0, 3) or len(set(words)) != len(words):
            raise self._wrong("a joint needs three different rotation channels or none")
        return tuple(words)

    def _labelled(self, label: str, words: int) -> list[float]:
        line = self._next()
        if line[0] != label:
            raise self._wrong(f"{label} is missing")
        return self._numbers(line[words:], 1)

    def _numbers(self, words: list[str], count: int) -> list[float]:
        try:
            values = [float(word) for word in words]
        except ValueError:
            raise self._wrong("numbers are expected") from None
        if len(values) != count or not np.isfinite(values).all():
            raise self._wrong(f"{count} finite numbers are expected")
        return values

    def _next(self) -> list[str]:
        while self.at < len(self.lines):
            self.at += 1
            if words := self.lines[self.at - 1].split():
                return words
        raise self._wrong("the file ends too early")

    def _wrong(self, what: str) -> InputError:
        return InputError(f"line {self.at}: {what}", path=self.path, cure=_CURE)


def _in_skeleton_order(tree: BvhTree) -> BvhTree:
    """Joints in the order of the 24-joint skeleton when the names are exactly its names."""
    if sorted(tree.names) != sorted(SMPL24_NAMES):
        return tree
    rows = [tree.names.index(name) for name in SMPL24_NAMES]
    place = {row: new for new, row in enumerate(rows)}
    parents = tuple(place.get(tree.parents[row], -1) for row in rows)
    if any(parent >= child for child, parent in enumerate(parents)):
        return tree
    starts = np.cumsum([0, *map(len, tree.channels)])
    columns = [c for row in rows for c in range(starts[row], starts[row + 1])]
    return BvhTree(
        SMPL24_NAMES,
        parents,
        tree.offsets[rows],
        tuple(tree.channels[row] for row in rows),
        tree.values[:, columns],
        tree.frame_time,
    )
