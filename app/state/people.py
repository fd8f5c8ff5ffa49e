"""Who is marked in each item: boxes, joints and depth hints, with undo."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.state.history import History, Step
from core.types import Detection, LimbHint

People = tuple[Detection, ...]
Marks = tuple[People, bool]  # and whether a hand changed them


class PeopleModel(QObject):
    """Marks per item; every change is one undo step, a drag of many moves is one too.

    Signals:
        changed: (item id, live): live while a handle is being dragged.
        selected_changed: number of the selected person, or -1.
    """

    changed = Signal(int, bool)
    selected_changed = Signal(int)

    def __init__(self, history: History | None = None) -> None:
        super().__init__()
        self.history = history or History()
        self._people: dict[int, People] = {}
        self._before_drag: tuple[int, Marks] | None = None
        self._edited: set[int] = set()
        self.selected = -1

    def of(self, item_id: int) -> People:
        """The people of an item."""
        return self._people.get(item_id, ())

    def knows(self, item_id: int) -> bool:
        """Whether the item has marks of any origin (possibly none left after deleting)."""
        return item_id in self._people

    def edited(self, item_id: int) -> bool:
        """Whether a person changed the marks by hand."""
        return item_id in self._edited

    def suggest(self, item_id: int, people: Sequence[Detection], *, select: bool = True) -> None:
        """Marks found elsewhere (file, detector); kept unless edited by hand already."""
        if item_id in self._edited:
            return
        self._people[item_id] = tuple(people)
        if select:
            self.select(0 if people else -1)
        self.changed.emit(item_id, False)

    def restore(self, item_id: int, people: Sequence[Detection], *, edited: bool) -> None:
        """Marks of a session that was saved; no undo step."""
        self._people[item_id] = tuple(people)
        if edited:
            self._edited.add(item_id)

    def clear(self) -> None:
        """Forget everybody, and all steps back."""
        self._people.clear()
        self._edited.clear()
        self._before_drag = None
        self.history.clear()
        self.select(-1)

    def select(self, person: int) -> None:
        """Select a person by number; -1 for none."""
        if person != self.selected:
            self.selected = person
            self.selected_changed.emit(person)

    @property
    def is_dragging(self) -> bool:
        """Whether a handle is being dragged."""
        return self._before_drag is not None

    def begin_drag(self, item_id: int) -> None:
        """The changes until `end_drag` are one undo step, announced as live."""
        self.end_drag()  # of another item, whose end was never heard
        self._before_drag = (item_id, self._marks(item_id))

    def end_drag(self) -> None:
        """Finish a drag: one undo step, announced once more, not live."""
        before, self._before_drag = self._before_drag, None
        if before is not None and before[1] != self._marks(before[0]):
            self._push(*before)
            self.changed.emit(before[0], False)

    def set_people(
        self, item_id: int, people: Sequence[Detection], *, key: Hashable = None
    ) -> None:
        """Replace all marks of an item; changes that follow with the same ``key`` are one step."""
        before = self._marks(item_id)
        self._people[item_id] = tuple(people)
        self._edited.add(item_id)
        if self._before_drag is None:
            self._push(item_id, before, key)
        if self.selected >= len(people):
            self.select(len(people) - 1)
        self.changed.emit(item_id, self._before_drag is not None)

    def add(self, item_id: int, person: Detection) -> None:
        """One person more, selected."""
        people = (*self.of(item_id), person)
        self.selected = len(people) - 1
        self.set_people(item_id, people)
        self.selected_changed.emit(self.selected)

    def remove(self, item_id: int, person: int) -> None:
        """One person less."""
        people = self.of(item_id)
        self.set_people(item_id, people[:person] + people[person + 1 :])

    def replace(
        self, item_id: int, person: int, detection: Detection, *, key: Hashable = None
    ) -> None:
        """Another mark of a person."""
        people = list(self.of(item_id))
        if 0 <= person < len(people):
            people[person] = detection
            self.set_people(item_id, people, key=key)

    def _put(self, item_id: int, marks: Marks) -> int:
        """Marks of a step back or forward."""
        people, edited = marks
        self._people[item_id] = people
        (self._edited.add if edited else self._edited.discard)(item_id)
        self.select(min(self.selected, len(people) - 1) if people else -1)
        self.changed.emit(item_id, False)
        return item_id

    def _push(self, item_id: int, before: Marks, key: Hashable = None) -> None:
        after = self._marks(item_id)
        self.history.push(Step(partial(self._put, item_id), before, after, key))

    def _marks(self, item_id: int) -> Marks:
        return self.of(item_id), item_id in self._edited


def moved_joint(person: Detection, joint: int, xy: tuple[float, float]) -> Detection:
    """The same person with one joint placed by hand, which makes it known."""
    joints, scores = _writable(person)
    joints[joint] = xy
    scores[joint] = 1.0
    return replace(person, joints_2d=joints, joint_scores=scores, joint_source="hand")


def set_joint_known(person: Detection, joint: int, known: bool) -> Detection:
    """The same person with a joint taken into account or not; its place is kept when it has one."""
    joints, scores = _writable(person)
    if known and not np.isfinite(joints[joint]).all():
        joints[joint] = person.box_xyxy.reshape(2, 2).mean(axis=0)
    scores[joint] = 1.0 if known else 0.0
    return replace(person, joints_2d=joints, joint_scores=scores, joint_source="hand")


def moved_box(person: Detection, box: Sequence[float]) -> Detection:
    """The same person in another box; joints that were never touched by hand move along with it."""
    new = np.asarray(box, np.float32)
    new = np.array(
        [min(new[0], new[2]), min(new[1], new[3]), max(new[0], new[2]), max(new[1], new[3])]
    )
    if person.joint_source != "default" or person.joints_2d is None:
        return replace(person, box_xyxy=new.astype(np.float32))
    old = person.box_xyxy
    scale = (new[2:] - new[:2]) / np.maximum(old[2:] - old[:2], 1e-3)
    joints = (person.joints_2d - old[:2]) * scale + new[:2]
    return replace(person, box_xyxy=new.astype(np.float32), joints_2d=joints.astype(np.float32))


def with_hint(
    person: Detection, parent: str, child: str, side: Literal["nearer", "farther"] | None
) -> Detection:
    """The same person with the depth of one limb said (or no longer said)."""
    others = tuple(h for h in person.limb_hints if (h.parent, h.child) != (parent, child))
    hints = others if side is None else (*others, LimbHint(parent, child, side))
    return replace(person, limb_hints=hints)


def hint_of(person: Detection, parent: str, child: str) -> str:
    """``nearer``, ``farther`` or ``''``."""
    for hint in person.limb_hints:
        if (hint.parent, hint.child) == (parent, child):
            return hint.side
    return ""


def known_joints(person: Detection) -> NDArray[np.bool_]:
    """(K,) whether each joint has a place and counts."""
    if person.joints_2d is None or person.joint_scores is None:
        return np.zeros(len(person.joint_names), dtype=bool)
    return np.isfinite(person.joints_2d).all(axis=1) & (person.joint_scores > 0)


def _writable(person: Detection) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    count = len(person.joint_names)
    joints = person.joints_2d if person.joints_2d is not None else np.full((count, 2), np.nan)
    scores = person.joint_scores if person.joint_scores is not None else np.zeros(count)
    return np.array(joints, np.float32), np.array(scores, np.float32)
