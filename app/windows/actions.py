"""Every action of the window in one table: text, icon, shortcut, tip."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.settings.icons import icon
from app.settings.language import tr
from app.settings.theme import Theme


@dataclass(frozen=True)
class ActionSpec:
    """One row of the table; ``checkable`` ones keep a state."""

    name: str
    text: str
    tip: str
    icon: str = ""
    keys: tuple[str, ...] = ()
    checkable: bool = False


SPECS: tuple[ActionSpec, ...] = (
    ActionSpec("open", "&Open…", "Open pictures or videos", "picture", ("Ctrl+O",)),
    ActionSpec(
        "open_folder", "Open &folder…", "Open all pictures of a folder", "open", ("Ctrl+Shift+O",)
    ),
    ActionSpec(
        "samples",
        "Open &samples",
        "Show the bundled pictures with ground truth",
        "samples",
        ("Ctrl+L",),
    ),
    ActionSpec(
        "load_joints",
        "Load &joints…",
        "Read marked joints from a joint file",
        "joints",
        ("Ctrl+J",),
    ),
    ActionSpec(
        "open_data",
        "Open &data set…",
        "Open a data set: its people with their truth, worst first once they are measured",
        "samples",
        ("Ctrl+D",),
    ),
    ActionSpec(
        "open_evaluation",
        "Open e&valuation…",
        "Read the result of training.evaluate: every person with its error",
        "sort",
        ("Ctrl+Shift+D",),
    ),
    ActionSpec(
        "compare_evaluation",
        "Compare with evaluation…",
        "A second result beside the one that is open, person by person",
        "compare",
        ("Ctrl+Alt+D",),
    ),
    ActionSpec(
        "save_list",
        "Save people as a regression list…",
        "The selected people of the data set, or all that are shown, for training.evaluate --only",
        "",
        ("Ctrl+Alt+S",),
    ),
    ActionSpec("open_session", "Open s&ession…", "Open a saved session", "open", ("Ctrl+Alt+O",)),
    ActionSpec(
        "save_session", "&Save session", "Pictures, marks, choices and notes", "log", ("Ctrl+S",)
    ),
    ActionSpec(
        "save_session_as", "Save session &as…", "Save under another name", "", ("Ctrl+Shift+S",)
    ),
    ActionSpec(
        "open_last", "&Reopen the last session", "What was open, unsaved, when the window closed"
    ),
    ActionSpec("export", "&Export…", "Save mesh, numbers or overlay", "export", ("Ctrl+E",)),
    ActionSpec("quit", "&Quit", "Close the window", "", ("Ctrl+Q",)),
    ActionSpec(
        "undo",
        "&Undo",
        "Take back the last change of marks, notes or the list",
        "undo",
        ("Ctrl+Z",),
    ),
    ActionSpec("redo", "&Redo", "Do it again", "redo", ("Ctrl+Shift+Z", "Ctrl+Y")),
    ActionSpec(
        "draw_box",
        "Draw a &box",
        "Draw a box around a person, then drag its joints",
        "box_add",
        ("B",),
        True,
    ),
    ActionSpec(
        "delete_person",
        "&Delete person",
        "Take the selected person's marks away",
        "delete",
        ("Del",),
    ),
    ActionSpec(
        "remove_item",
        "Remove from &list",
        "Take the selected pictures off the list",
        "close",
        ("Ctrl+Del",),
    ),
    ActionSpec("run", "&Run", "Run the method on this picture", "run", ("Ctrl+R", "F5")),
    ActionSpec(
        "run_all",
        "Run on &all",
        "Run the method, or all compared methods, on every picture of the list",
        "next",
        ("Ctrl+Shift+R",),
    ),
    ActionSpec(
        "play",
        "&Play video",
        "Play the video of this row, every frame with its body",
        "run",
        ("Space",),
    ),
    ActionSpec(
        "play_camera", "Open &camera…", "Play a camera, a stream or a file", "camera", ("Ctrl+K",)
    ),
    ActionSpec("frame_on", "Frame &on", "The next frame of the video", "", (".",)),
    ActionSpec("frame_back", "Frame &back", "The frame before", "", (",",)),
    ActionSpec("cancel", "&Stop", "Stop what is running", "stop", ("Esc",)),
    ActionSpec("auto_run", "Run by &itself", "Run as soon as something changes", "", (), True),
    ActionSpec(
        "weights", "Choose &weights…", "Use a weights file of your own", "weights", ("Ctrl+W",)
    ),
    ActionSpec(
        "files",
        "Weights and &bodies…",
        "What is ready, what is missing, and a place to bring files",
        "weights",
        ("Ctrl+B",),
    ),
    ActionSpec("fit_picture", "Fit &picture", "Show the whole picture", "fit", ("Ctrl+0",)),
    ActionSpec("fit_body", "Fit &body", "Show the whole body in 3D", "fit", ("F",)),
    ActionSpec(
        "view_picture",
        "From the &camera",
        "Look at the body as the picture's camera did",
        "camera",
        ("0",),
    ),
    ActionSpec("view_front", "From the &front", "Look at the body from the front", "", ("1",)),
    ActionSpec(
        "view_side", "From the &left side", "Look at the body from its left side", "", ("3",)
    ),
    ActionSpec("view_top", "From &above", "Look down on the body", "", ("7",)),
    ActionSpec("wireframe", "&Wireframe", "Draw the edges of the mesh", "wireframe", ("W",), True),
    ActionSpec("grid", "&Ground grid", "Draw the ground under the person", "grid", ("G",), True),
    ActionSpec("skeleton", "S&keleton", "Draw the reconstructed joints", "skeleton", ("K",), True),
    ActionSpec("truth", "&Truth", "Draw the true body where it is known", "truth", ("T",), True),
    ActionSpec("boxes", "Bo&xes", "Draw the boxes of people", "box", ("X",), True),
    ActionSpec("joints", "&Marks", "Draw the marked joints", "joints", ("J",), True),
    ActionSpec(
        "mirror",
        "Mi&rror",
        "Show the picture as a mirror does; what is saved stays as it is",
        "",
        ("M",),
        True,
    ),
    ActionSpec(
        "side_view", "Side &view", "A second view, turned by 90 degrees", "side", ("V",), True
    ),
    ActionSpec(
        "gl_links",
        "Links by &OpenGL",
        "For hundreds of attention lines on a graphics card; without one the painter is quicker",
        checkable=True,
    ),
    ActionSpec(
        "inspection",
        "&Attention",
        "What joints and vertices attend to, for methods that read the picture",
        "attention",
        ("A",),
        True,
    ),
    ActionSpec(
        "compare",
        "&Compare methods",
        "Several methods on the same person, and the difference between them",
        "compare",
        ("C",),
        True,
    ),
    ActionSpec(
        "why",
        "What &moves this point?",
        "Which part of the picture, or which joint, moves the clicked point of the body",
        "heatmap",
        ("Y",),
    ),
    ActionSpec(
        "cover",
        "Co&ver by hand",
        "Drag a grey patch over the picture and watch the body",
        "box",
        ("P",),
        True,
    ),
    ActionSpec("data_set", "Data &set", "The people of the open data set", "sort", ("D",), True),
    ActionSpec("log", "&Log", "What was said so far", "log", ("L",), True),
    ActionSpec(
        "next", "&Next picture", "The next picture of the list", "next", ("Right", "PgDown")
    ),
    ActionSpec("previous", "Pre&vious picture", "The picture before", "previous", ("Left", "PgUp")),
    ActionSpec("search", "&Search the list", "Find a picture by name", "search", ("Ctrl+F",)),
    ActionSpec(
        "theme",
        "Light or &dark",
        "Change between the light and the dark theme",
        "theme",
        ("Ctrl+T",),
    ),
    ActionSpec(
        "preferences",
        "Pre&ferences…",
        "Everything that is remembered: looks, running, what is drawn",
        "",
        ("Ctrl+,",),
    ),
    ActionSpec(
        "palette", "&Command palette…", "Find any command by its name", "search", ("Ctrl+P",)
    ),
    ActionSpec("shortcuts", "&Keyboard and mouse", "All shortcuts on one page", "info", ("F1",)),
    ActionSpec("about", "&About MeshLoupe", "Versions and licences", "meshloupe"),
)

VIEW_TOGGLES = (
    "wireframe",
    "grid",
    "skeleton",
    "truth",
    "boxes",
    "joints",
    "side_view",
    "mirror",
    "gl_links",
    "inspection",
    "log",
)
# Letters alone would swallow typing in a search field, so they work only where no text is edited.
PLAIN_KEYS = frozenset(
    [
        "B",
        "W",
        "G",
        "K",
        "T",
        "X",
        "J",
        "M",
        "V",
        "A",
        "C",
        "D",
        "Space",
        ".",
        ",",
        "Y",
        "P",
        "F",
        "0",
        "1",
        "3",
        "7",
        "Del",
        "Left",
        "Right",
        "PgUp",
        "PgDown",
    ]
)


class Actions:
    """All actions of a window as attributes named after their row."""

    def __init__(self, parent: QWidget) -> None:
        self._all: dict[str, QAction] = {}
        self._typing = False
        for spec in SPECS:
            action = QAction(tr(spec.text), parent)
            action.setObjectName(spec.name)
            action.setCheckable(spec.checkable)
            action.setShortcuts([QKeySequence(keys) for keys in spec.keys])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            keys = (
                QKeySequence(spec.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
                if spec.keys
                else ""
            )
            action.setToolTip(f"{tr(spec.tip)} ({keys})" if keys else tr(spec.tip))
            action.setStatusTip(tr(spec.tip))
            parent.addAction(action)
            self._all[spec.name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._all[name]

    @property
    def all(self) -> tuple[QAction, ...]:
        """Every action in the order of the table."""
        return tuple(self._all.values())

    def set_typing(self, typing: bool) -> None:
        """Take shortcuts of one letter away while text is edited, and give them back."""
        if typing == self._typing:
            return
        self._typing = typing
        for spec in SPECS:
            keys = [k for k in spec.keys if not (typing and k in PLAIN_KEYS)]
            self._all[spec.name].setShortcuts([QKeySequence(k) for k in keys])

    def set_theme(self, theme: Theme) -> None:
        """Tint the icons."""
        for spec in SPECS:
            if spec.icon:
                self._all[spec.name].setIcon(icon(spec.icon, theme))
