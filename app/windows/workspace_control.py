"""Saving and opening sessions; an autosave that survives a crash."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from PySide6.QtCore import QByteArray, QLockFile, QObject, QTimer, Slot
from PySide6.QtWidgets import QFileDialog

from app.settings.language import mark, tr
from app.state.activity import error_notice
from app.state.unfinished import Unfinished
from app.state.values import Notice
from app.state.view import ViewOptions
from app.state.workspace import SUFFIX, SavedItem, Workspace, load_workspace, save_workspace
from core.errors import MeshLoupeError

if TYPE_CHECKING:
    from app.windows.main_window import MainWindow

AUTOSAVE_MS = 1000
SESSIONS = mark("MeshLoupe sessions (*.meshloupe)")
# Options that say how things are shown, not what is being looked at in this moment.
KEPT_OPTIONS = (
    "colour_by", "alignment", "overlay_opacity", "wireframe", "grid", "skeleton", "boxes", "joints",
    "truth", "inspection", "side_view",
)  # fmt: skip


class WorkspaceControl(QObject):
    """Between the models and session files."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.w = window
        self.path: Path | None = None
        self.changed = False
        self._opening = False
        self._waiting: Workspace | None = None
        folder = window.store.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        self._autosave = folder / f"autosave-{uuid4().hex[:12]}{SUFFIX}"
        self._last = folder / f"last{SUFFIX}"
        # The lock tells a running program's autosave from one that a crash left.
        self._lock = QLockFile(_lock_name(self._autosave))
        self._lock.tryLock(0)
        self.unfinished = Unfinished(folder)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(AUTOSAVE_MS)
        self._soon.timeout.connect(self.autosave)
        w = window
        for signal in (
            w.people.changed, w.session.items_added, w.session.modelReset, w.session.noted,
            w.choice.changed, w.comparison.changed, w.view.changed,
        ):  # fmt: skip
            signal.connect(self._touched)
        w.session.current_changed.connect(self._show_note)
        w.session.noted.connect(self._noted)
        w.notes.changed.connect(self._note)
        self._show_note(-1)

    # ---- now

    def workspace(self) -> Workspace:
        """Everything that a session holds, as it is now."""
        w = self.w
        # People of data sets are found again through their data set, not through the session.
        items = [item for item in w.session.items() if item.data is None]
        current = w.session.current
        camera = w.stage.main.camera
        layout = base64.b64encode(w.layout_widget.outer.saveState().data()).decode()
        return Workspace(
            items=tuple(
                SavedItem(
                    item.path,
                    item.frame_index,
                    item.sample,
                    w.people.of(item.id) if w.people.knows(item.id) else None,
                    w.people.edited(item.id),
                    w.session.note(item.id),
                )
                for item in items
            ),
            current=items.index(current) if current in items else -1,
            choice=w.choice.choice,
            others=w.comparison.now.others,
            comparing=w.comparison.now.on,
            view={name: getattr(w.view.options, name) for name in KEPT_OPTIONS},
            camera=(camera.azimuth, camera.elevation),
            layout=layout,
        )

    @Slot()
    def _touched(self, *_: object) -> None:
        if self._opening:
            return
        self.changed = True
        if not self._soon.isActive():  # a long drag must not put it off for ever
            self._soon.start()
        self._show_title()

    def _show_title(self) -> None:
        name = "" if self.path is None else f"{self.path.stem}[*] – "
        self.w.setWindowTitle(f"{name}MeshLoupe")
        self.w.setWindowModified(self.changed and self.path is not None)

    # ---- notes

    @Slot(int)
    def _show_note(self, item_id: int) -> None:
        self.w.notes.show_note(self.w.session.note(item_id), enabled=item_id >= 0)

    @Slot(int)
    def _noted(self, item_id: int) -> None:
        """A note that a step back or forward changed."""
        current, note = self.w.session.current, self.w.session.note(item_id)
        if current is not None and current.id == item_id and self.w.notes.text != note:
            self._show_note(item_id)

    @Slot(str)
    def _note(self, text: str) -> None:
        current = self.w.session.current
        if current is not None:
            self.w.steps.set_note(current.id, text)

    # ---- save

    @Slot()
    def save(self) -> None:
        """Save where it was saved last, or ask."""
        if self.path is None:
            self.save_as()
        else:
            self.save_to(self.path)

    @Slot()
    def save_as(self) -> None:
        """Ask where to save."""
        start = self.path or Path(self.w.settings.last_folder or Path.home()) / f"session{SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(
            self.w, tr("Save the session"), str(start), tr(SESSIONS)
        )
        if name:
            path = Path(name)
            self.save_to(path if path.suffix else path.with_suffix(SUFFIX))

    def save_to(self, path: Path) -> bool:
        """Save there; False (and a message) when it cannot be."""
        if not self._write(path, tell=True):
            return False
        self.path, self.changed = path, False
        self._soon.stop()
        self._autosave.unlink(missing_ok=True)
        self.w.change_settings(recent=self.w.settings.with_recent(str(path)).recent)
        self.w.activity.log(tr("wrote {path}", path=path))
        self._show_title()
        return True

    @Slot()
    def autosave(self) -> None:
        """Keep what was done where a crash cannot take it."""
        if self.changed and self.w.session.rowCount():
            self._write(self._autosave, tell=False)

    def _write(self, path: Path, *, tell: bool) -> bool:
        self.unfinished.watch(path.parent)
        try:
            save_workspace(self.workspace(), path)
        except MeshLoupeError as error:
            self._say(error, notify=tell)
            return False
        return True

    def end(self) -> None:
        """The window closes as it should: unsaved work is kept as the last session."""
        self._soon.stop()
        unsaved = self.changed and self.w.session.rowCount() > 0
        if not unsaved or self._write(self._last, tell=False):
            self._autosave.unlink(missing_ok=True)
        self._lock.unlock()

    @Slot()
    def open_last(self) -> None:
        """What was open, unsaved, when the window was closed last."""
        if not self._last.exists():
            self.w.activity.notify(
                Notice("info", tr("There is no unsaved session of an earlier day"))
            )
            return
        if self.open(self._last):
            self.path = None
            self._show_title()

    # ---- open

    @Slot()
    def choose(self) -> None:
        """Ask for a session."""
        name, _ = QFileDialog.getOpenFileName(
            self.w, tr("Open a session"), self.w.settings.last_folder, tr(SESSIONS)
        )
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> bool:
        """Open a session file in place of what is open; False (and a message) when it cannot be."""
        try:
            workspace = load_workspace(path)
        except MeshLoupeError as error:
            self._say(error, notify=True)
            return False
        self.path = path
        self.show(workspace)
        self.w.change_settings(recent=self.w.settings.with_recent(str(path)).recent)
        return True

    def recoverable(self) -> Path | None:
        """The newest autosave of a program that ended in the middle; None when there is none."""
        found = [
            path
            for path in self._autosave.parent.glob(f"autosave-*{SUFFIX}")
            if path != self._autosave and not _runs(path)
        ]
        return max(found, key=lambda path: path.stat().st_mtime, default=None)

    def offer_recovery(self) -> None:
        """Say that something was left behind by a crash, with a button that brings it back.

        Files that were being written then are no use to anybody and are deleted.
        """
        removed = self.unfinished.sweep()
        if removed:
            self.w.activity.log(
                tr("{count} half-written files of an earlier run removed", count=removed)
            )
        if self.recoverable() is not None:
            self.w.activity.notify(
                Notice(
                    "warning",
                    tr("MeshLoupe ended unexpectedly; what was open then has been kept"),
                    tr("marks, boxes and notes come back with it"),
                    "recover",
                    tr("Bring it back"),
                )
            )

    @Slot()
    def recover(self) -> None:
        """Open what a crash left, and keep it as unsaved work."""
        path = self.recoverable()
        if path is None:
            return
        try:
            workspace = load_workspace(path)
        except MeshLoupeError as error:
            self._say(error, notify=True)
            return
        self.w.activity.dismiss()
        self.path = None
        self.show(workspace)
        self.changed = True
        if self._write(self._autosave, tell=False):
            path.unlink(missing_ok=True)  # only once it is kept under the new name

    def show(self, workspace: Workspace) -> None:
        """Show a session in place of what is open."""
        missing = workspace.missing
        self._opening = True
        try:
            self._restore(workspace)
        finally:
            self._opening = False
        self.changed = False
        self._show_title()
        if missing:
            self._waiting = workspace
            self.w.activity.notify(
                Notice(
                    "warning",
                    tr(
                        "{count} file is not where the session left it: {name}"
                        if len(missing) == 1
                        else "{count} files are not where the session left them, such as {name}",
                        count=len(missing),
                        name=missing[0].name,
                    ),
                    tr("say which folder they are in now"),
                    "relocate",
                    tr("Find the folder…"),
                )
            )

    @Slot()
    def ask_for_folder(self) -> None:
        """Ask where missing files are now."""
        folder = QFileDialog.getExistingDirectory(
            self.w, tr("Folder of the missing files"), self.w.settings.last_folder
        )
        if folder:
            self.relocate(Path(folder))

    def relocate(self, folder: Path) -> None:
        """Look for missing files in a folder and all below."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.w.activity.dismiss()
            self.show(waiting.found_in(folder))
            self._touched()

    def _restore(self, workspace: Workspace) -> None:
        w = self.w
        w.live.close()
        w.session.remove([item.id for item in w.session.items()])
        w.people.clear()
        w.comparison.set(on=False, others=())
        if workspace.choice.method:
            w.choice.restore(workspace.choice)
        w.view.set(**known_options(workspace.view))
        rows: dict[int, int] = {}
        for row, saved in enumerate(workspace.items):
            if not saved.path.exists():
                continue
            added = w.session.add([(saved.path, saved.frame_index)], sample=saved.sample)
            for item in added:
                rows[row] = item.id
                w.session.set_note(item.id, saved.note)
                if saved.people is not None:
                    w.people.restore(item.id, saved.people, edited=saved.edited)
        w.comparison.set(others=workspace.others, on=workspace.comparing)
        chosen = rows.get(workspace.current, next(iter(rows.values()), -1))
        w.session.select(chosen)
        w.stage.turn_to(*workspace.camera)
        if workspace.layout:
            state = QByteArray(base64.b64decode(workspace.layout, validate=False))
            w.layout_widget.outer.restoreState(state)

    def _say(self, error: MeshLoupeError, *, notify: bool) -> None:
        notice = error_notice(error)
        if notify:
            self.w.activity.notify(notice)
        else:
            self.w.activity.log(notice.text, "error")


def known_options(saved: Any) -> dict[str, Any]:
    """Options of a session that this program has, in the type it has them in."""
    default = ViewOptions()
    found = {}
    for name in KEPT_OPTIONS:
        value = saved.get(name)
        if isinstance(value, type(getattr(default, name))):
            found[name] = value
    return found


def _lock_name(path: Path) -> str:
    return f"{path}.lock"


def _runs(path: Path) -> bool:
    """Whether the program that writes an autosave still runs."""
    lock = QLockFile(_lock_name(path))
    free = lock.tryLock(0)
    if free:
        lock.unlock()
    return not free
