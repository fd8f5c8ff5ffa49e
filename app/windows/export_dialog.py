"""Choosing what to save of a picture, or of all pictures of the list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.panels.controls import Segments, label
from app.settings.language import mark, tr
from app.windows.save_dialog import Kind, SaveDialog

KINDS = (
    Kind("obj", mark("Mesh, OBJ"), mark("Text mesh that every program reads"), True),
    Kind("ply", mark("Mesh, PLY"), mark("Binary mesh")),
    Kind(
        "glb",
        mark("Mesh, GLB"),
        mark("Binary glTF with the skeleton where there is one, for the web"),
    ),
    Kind(
        "npz",
        mark("Numbers, NPZ"),
        mark("Vertices, joints, camera and pose as arrays (schema 1)"),
        True,
    ),
    Kind("overlay", mark("Overlay, PNG"), mark("The body drawn over the picture"), True),
    Kind("turntable", mark("Turntable, MP4"), mark("The body turned once around")),
    Kind(
        "panels",
        mark("Panels, PNG"),
        mark("Picture, 3D view and the panel below, as they look now"),
    ),
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
        super().__init__(parent, tr("Export"), tr("Export {title}", title=subject.title), "", KINDS)
        self._subject = subject
        self.origin_id = "pelvis"
        several = subject.people > 1
        self.scope_id = PEOPLE if subject.people else LIST
        self.scope = Segments(
            (
                (
                    ONE,
                    tr("Person {person}", person=subject.person + 1),
                    tr("Only the person that is looked at"),
                ),
                (
                    PEOPLE,
                    tr("Everybody") if several else tr("This picture"),
                    tr("All people of this picture"),
                ),
                (
                    LIST,
                    tr("All {pictures} of the list", pictures=subject.pictures),
                    tr("Every picture and frame of the list"),
                ),
            ),
            tr("What is saved"),
        )
        self.scope.set_available(ONE, several, tr("Only the person that is looked at"))
        self.scope.set_available(PEOPLE, subject.people > 0, tr("All people of this picture"))
        self.scope.set_available(
            LIST, subject.pictures > 0, tr("Every picture and frame of the list")
        )
        self.scope.chosen.connect(self.choose_scope)
        self.before_kinds.addWidget(self.scope)
        self.origin = Segments(
            (
                ("pelvis", tr("Pelvis"), tr("The pelvis is at zero")),
                ("ground", tr("On the ground"), tr("The lowest point is at height zero")),
                ("camera", tr("Camera frame"), tr("As the camera sees it")),
            ),
            tr("Origin of meshes"),
        )
        self.origin.set_current("pelvis")
        self.origin.chosen.connect(self._origin_chosen)
        self.terms = label(subject.terms, "muted", wrap=True)
        self.terms.setAccessibleName(tr("Units, axes and licence"))
        self.after_kinds.addWidget(label(tr("Origin of meshes"), "section"))
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
        panels.setToolTip("" if scope != LIST else tr("Only what is on the screen can be saved so"))
        self.words.setText(self._words(scope))
        self._show_ready()

    def _words(self, scope: str) -> str:
        s = self._subject
        if scope == LIST:
            run = tr("; {missing} are run first", missing=s.missing) if s.missing else ""
            return tr(
                "{pictures} pictures by {method}{run}",
                pictures=s.pictures,
                method=s.method,
                run=run,
            )
        if scope == ONE:
            return tr(
                "Person {person} of {people} by {method}",
                person=s.person + 1,
                people=s.people,
                method=s.method,
            )
        one = s.people == 1
        words = mark("{count} person by {method}") if one else mark("{count} people by {method}")
        return tr(words, count=s.people, method=s.method)

    def _origin_chosen(self, origin: str) -> None:
        self.origin_id = origin
