"""Marks by hand: what a person does in the picture and the inspector becomes changes of the model."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from app.panels.picture_panel import PicturePanel
from app.panels.reading_panel import ReadingPanel
from app.state.people import PeopleModel, moved_box, moved_joint, set_joint_known, with_hint
from app.state.session import SessionModel
from app.windows.files_control import FilesControl
from app.windows.run_control import RunControl
from core.types import Detection


class MarksControl(QObject):
    """Between the picture, the inspector and the people model."""

    def __init__(
        self,
        session: SessionModel,
        people: PeopleModel,
        files: FilesControl,
        runs: RunControl,
        picture: PicturePanel,
        reading: ReadingPanel,
    ) -> None:
        super().__init__()
        self._session, self._people, self._files, self._runs = session, people, files, runs
        self._picture, self._reading = picture, reading
        view = picture.view
        view.drag_started.connect(self._drag_started)
        view.drag_ended.connect(people.end_drag)
        view.joint_moved.connect(self._joint_moved)
        view.box_moved.connect(self._box_moved)
        view.box_drawn.connect(self._box_drawn)
        view.person_clicked.connect(self._person_clicked)
        picture.joint_known_chosen.connect(self._joint_known)
        picture.joint_placed.connect(self._joint_moved)
        picture.reset_requested.connect(self._reset)
        picture.delete_requested.connect(self._delete)
        reading.joint_known_chosen.connect(self._known_of_selected)
        reading.hint_chosen.connect(self._hint)
        reading.pitch_chosen.connect(self._pitch)
        reading.reset_requested.connect(self._reset_selected)
        people.changed.connect(self._show)
        people.selected_changed.connect(self._show_selected)
        session.loaded.connect(self.show_now)
        session.current_changed.connect(self._item_changed)

    @property
    def _item_id(self) -> int:
        item = self._session.current
        return -1 if item is None else item.id

    def _person(self, number: int) -> Detection | None:
        people = self._people.of(self._item_id)
        return people[number] if 0 <= number < len(people) else None

    def _set(self, number: int, person: Detection) -> None:
        self._people.replace(self._item_id, number, person)

    @Slot()
    def show_now(self, *_: object) -> None:
        """Show the marks that are in use, in the picture and in the inspector."""
        in_use = None
        if self._session.current_loaded is not None and not self._runs.resting:
            in_use = self._runs.marks_in_use()
        self._picture.view.set_people(in_use or (), self._people.selected)
        self._reading.show_person(self._person(max(0, self._people.selected)))

    @Slot(int)
    def _item_changed(self, _item_id: int) -> None:
        """Another picture under a mouse that still holds a handle of the one before."""
        self._people.end_drag()
        self.show_now()

    @Slot(int, bool)
    def _show(self, item_id: int, _live: bool) -> None:
        if item_id == self._item_id:
            self.show_now()

    @Slot(int)
    def _show_selected(self, _person: int) -> None:
        self.show_now()

    @Slot()
    def _drag_started(self) -> None:
        self._people.begin_drag(self._item_id)

    @Slot(int, int, float, float)
    def _joint_moved(self, number: int, joint: int, x: float, y: float) -> None:
        person = self._person(number)
        if person is not None:
            self._set(number, moved_joint(person, joint, (x, y)))

    @Slot(int, object)
    def _box_moved(self, number: int, box: tuple[float, float, float, float]) -> None:
        person = self._person(number)
        if person is not None:
            self._set(number, moved_box(person, box))

    @Slot(object)
    def _box_drawn(self, box: tuple[float, float, float, float]) -> None:
        only = self._people.of(self._item_id)
        # The suggested standing pose is only a start: the first box drawn by hand replaces it.
        start = len(only) == 1 and only[0].joint_source == "default"
        fresh = start and not self._people.edited(self._item_id)
        self._files.place_person(box, 0 if fresh else -1)

    @Slot(int)
    def _person_clicked(self, number: int) -> None:
        if number >= 0:
            self._people.select(number)

    @Slot(int, int, bool)
    def _joint_known(self, number: int, joint: int, known: bool) -> None:
        person = self._person(number)
        if person is not None:
            self._set(number, set_joint_known(person, joint, known))

    @Slot(int, bool)
    def _known_of_selected(self, joint: int, known: bool) -> None:
        self._joint_known(max(0, self._people.selected), joint, known)

    @Slot(str, str, str)
    def _hint(self, parent: str, child: str, side: str) -> None:
        number = max(0, self._people.selected)
        person = self._person(number)
        if person is not None:
            self._set(number, with_hint(person, parent, child, side or None))  # type: ignore[arg-type]

    @Slot(object)
    def _pitch(self, radians: float | None) -> None:
        number = max(0, self._people.selected)
        person = self._person(number)
        if person is not None:
            # One step for all places that the slider passes.
            self._people.replace(
                self._item_id,
                number,
                replace(person, camera_pitch=radians),
                key=("pitch", self._item_id, number),
            )

    @Slot(int)
    def _reset(self, number: int) -> None:
        person = self._person(number)
        if person is not None:
            box = tuple(map(float, person.box_xyxy))
            self._files.place_person(box, number, standing=True)  # type: ignore[arg-type]

    @Slot()
    def _reset_selected(self) -> None:
        self._reset(max(0, self._people.selected))

    @Slot(int)
    def _delete(self, number: int) -> None:
        if self._person(number) is not None:
            self._people.remove(self._item_id, number)

    def delete_selected(self) -> None:
        """Take the selected person's marks away."""
        self._delete(self._people.selected)
