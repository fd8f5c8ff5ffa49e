"""Choosing what to save of a picture, or of all pictures of the list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.panels.controls import Segments, label
from app.windows.save_dialog import Kind, SaveDialog

KINDS = (
    Kind("obj", "Mesh, OBJ", "Text mesh that every program reads", True),
    Kind("ply", "Mesh, PLY", "Binary mesh"),
    Kind("glb", "Mesh, GLB", "Binary glTF, for the web and for engines"),
    Kind("npz", "Numbers, NPZ", "Vertices, joints, camera and pose as arrays (schema 1)", True),
    Kind("overlay", "Overlay, PNG", "The body drawn over the picture", True),
    Kind("turntable", "Turntable, MP4", "The body turned once around"),
    Kind("panels", "Panels, PNG", "Picture, 3D view and the panel below, as they look now"),
)
ONE, PEOPLE, LIST = "one", "people", "list"


@dataclass(frozen=True)
class ExportSubject:
    """What the dialog is about.

    Attributes:
        title: of the picture.
        method: what ran.
        people: how many were found; 0 offers the list only.
        person: row of the person that is looked at.
        pictures: of the list.
        missing: pictures of the list without a result, which are run first.
        terms: units, axes and the licence of the body.
    """

    title: str
    method: str
    people: int
    person: int
    pictures: int
    missing: int
    terms: str


class ExportDialog(SaveDialog):
    """Whose files, kinds, place and folder."""

    def __init__(self, parent: QWidget, subject: ExportSubject, folder: Path) -> None:
        super().__init__(parent, "Export", f"Export {subject.title}", "", KINDS)
        self._subject = subject
        self.origin_id = "pelvis"
        several = subject.people > 1
        self.scope_id = PEOPLE if subject.people else LIST
        self.scope = Segments(
            (
                (ONE, f"Person {subject.person + 1}", "Only the person that is looked at"),
                (PEOPLE, "Everybody" if several else "This picture", "All people of this picture"),
                (
                    LIST,
                    f"All {subject.pictures} of the list",
                    "Every picture and frame of the list",
                ),
            ),
            "What is saved",
        )
        self.scope.set_available(ONE, several, "Only the person that is looked at")
        self.scope.set_available(PEOPLE, subject.people > 0, "All people of this picture")
        self.scope.set_available(LIST, subject.pictures > 0, "Every picture and frame of the list")
        self.scope.chosen.connect(self.choose_scope)
        self.before_kinds.addWidget(self.scope)
        self.origin = Segments(
            (
                ("pelvis", "Pelvis", "The pelvis is at zero"),
                ("ground", "On the ground", "The lowest point is at height zero"),
                ("camera", "Camera frame", "As the camera sees it"),
            ),
            "Origin of meshes",
        )
        self.origin.set_current("pelvis")
        self.origin.chosen.connect(self._origin_chosen)
        self.terms = label(subject.terms, "muted", wrap=True)
        self.terms.setAccessibleName("Units, axes and licence")
        self.after_kinds.addWidget(label("Origin of meshes", "section"))
        self.after_kinds.addWidget(self.origin)
        self.after_kinds.addWidget(self.terms)
        self.folder.setText(str(folder))
        self.choose_scope(self.scope_id)

    def choose_scope(self, scope: str) -> None:
        """``one``, ``people`` or ``list``."""
        self.scope_id = scope
        self.scope.set_current(scope)
        panels = self.kinds["panels"]
        panels.setEnabled(scope != LIST)
        panels.setToolTip("" if scope != LIST else "Only what is on the screen can be saved so")
        self.words.setText(self._words(scope))
        self._show_ready()

    def _words(self, scope: str) -> str:
        s = self._subject
        if scope == LIST:
            run = f"; {s.missing} are run first" if s.missing else ""
            return f"{s.pictures} pictures by {s.method}{run}"
        if scope == ONE:
            return f"Person {s.person + 1} of {s.people} by {s.method}"
        return f"{s.people} {'person' if s.people == 1 else 'people'} by {s.method}"

    def _origin_chosen(self, origin: str) -> None:
        self.origin_id = origin
