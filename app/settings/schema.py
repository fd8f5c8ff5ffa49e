"""The settings of the workbench as one frozen value; a broken file costs its broken entries only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from app.settings.entries import entries_of, entry_of, hidden, shown
from app.settings.language import mark

VERSION = 1
MAX_RECENT = 12
MAX_BUDGET_MS = 60_000
LOOKS, RUNNING = mark("Looks"), mark("Running")
DRAWN, FILES = mark("What is drawn"), mark("Files")
THEMES = (("system", mark("As the system")), ("dark", mark("Dark")), ("light", mark("Light")))
LANGUAGES = (("system", mark("As the system")), ("en", "English"), ("de", "Deutsch"))
REFINE = (
    ("off", mark("Off")),
    ("quick", mark("Quick, by joints")),
    ("thorough", mark("Thorough, and outline")),
)
COLOURS = (
    ("shading", mark("Shading")),
    ("part", mark("Body part")),
    ("normals", mark("Surface direction")),
    ("error", mark("Error to the truth")),
    ("attention", mark("Attention")),
)
ALIGNMENTS = (
    ("none", mark("None: as predicted")),
    ("pelvis", mark("Pelvis moved onto the true one")),
    ("procrustes", mark("Best move, turn and scale")),
)
ORDERS = (
    ("added", mark("As added")),
    ("name", mark("By name")),
    ("folder", mark("By folder")),
    ("error", mark("Worst first")),
    ("disagreement", mark("Disputed first")),
)


@dataclass(frozen=True)
class Settings:
    """Everything kept between two starts; what is `shown` has a row among the preferences.

    Attributes:
        version: of this schema, for later migrations.
        theme: ``system``, ``dark`` or ``light``.
        language: of the window, ``system``, ``en`` or ``de``; read when the program starts.
        method, preset, variant: last choice; empty means the method's default.
        weights: (method/preset/variant, file) pairs chosen by the person.
        body: ``embedded`` or a file.
        device: ``auto``, ``cpu``, ``cuda``...
        refine: how bodies are brought onto what is seen.
        live_half: play cameras and videos in half precision, where the device has it.
        live_budget_ms: milliseconds a played picture may take before a lighter method is taken; 0:
            however long it takes.
        auto_run: run as soon as something changes.
        colour_by, alignment: how the body is coloured, and how errors are aligned.
        overlay_opacity: 0..1, of the mesh over the picture.
        show_wireframe, show_grid, show_skeleton, show_boxes, show_joints, show_truth: view toggles.
        show_inspection: whether the attention and heatmap panel is open.
        gl_links: whether attention links are drawn by OpenGL where it can be had.
        item_sort: order of the list.
        recent: files and folders, newest first.
        last_folder: where file dialogs begin.
        geometry, layout: saved window geometry and splitter state (base64), empty at first.
    """

    version: int = hidden(VERSION)
    theme: str = shown(
        "dark", mark("Theme"), mark("Colours of the whole window"), LOOKS, choices=THEMES
    )
    language: str = shown(
        "system",
        mark("Language"),
        mark("Of menus and panels; counts from the next start"),
        LOOKS,
        choices=LANGUAGES,
    )
    method: str = hidden("pose_lift")
    preset: str = hidden("")
    variant: str = hidden("")
    weights: tuple[tuple[str, str], ...] = hidden(())
    item_sort: str = shown(
        "added",
        mark("Order of the list"),
        mark("How open pictures are ordered"),
        LOOKS,
        choices=ORDERS,
    )
    auto_run: bool = shown(
        True,
        mark("Run by itself"),
        mark("Run as soon as the picture, the marks or the method change"),
        RUNNING,
    )
    device: str = shown(
        "auto",
        mark("Device"),
        mark("What networks compute on: auto, cpu, cuda or cuda:0"),
        RUNNING,
        pattern=r"auto|cpu|(cuda|mps|xpu)(:\d+)?",
    )
    refine: str = shown(
        "off",
        mark("Refine"),
        mark("How bodies are brought onto what is seen"),
        RUNNING,
        choices=REFINE,
    )
    live_half: bool = shown(
        True,
        mark("Half precision while playing"),
        mark("Cameras and videos in half precision, where the device has it"),
        RUNNING,
    )
    live_budget_ms: int = shown(
        0,
        mark("Latency budget while playing"),
        mark("Milliseconds a frame; a lighter method steps in where it is missed, 0 never"),
        RUNNING,
        span=(0, MAX_BUDGET_MS),
    )
    body: str = shown(
        "embedded",
        mark("Body model"),
        mark("embedded, or a body file of your own"),
        RUNNING,
        pattern=r"[^\0]+",
        browse="file",
    )
    colour_by: str = shown(
        "shading",
        mark("Colour by"),
        mark("What the colours of the body mean"),
        DRAWN,
        choices=COLOURS,
    )
    alignment: str = shown(
        "pelvis",
        mark("Alignment"),
        mark("How the body is moved onto the truth before errors are taken"),
        DRAWN,
        choices=ALIGNMENTS,
    )
    overlay_opacity: float = shown(
        0.65, mark("Opacity of the body"), mark("Of the body drawn over the picture"), DRAWN
    )
    show_wireframe: bool = shown(
        False, mark("Wireframe"), mark("Draw the edges of the mesh"), DRAWN
    )
    show_grid: bool = shown(
        True, mark("Ground grid"), mark("Draw the ground under the person"), DRAWN
    )
    show_skeleton: bool = shown(
        False, mark("Skeleton"), mark("Draw the reconstructed joints"), DRAWN
    )
    show_boxes: bool = shown(True, mark("Boxes"), mark("Draw the boxes of people"), DRAWN)
    show_joints: bool = shown(True, mark("Marks"), mark("Draw the marked joints"), DRAWN)
    show_truth: bool = shown(
        False, mark("Truth"), mark("Draw the true body where the picture has one"), DRAWN
    )
    show_inspection: bool = shown(
        True, mark("Attention"), mark("Open the panel of what a network looked at"), DRAWN
    )
    gl_links: bool = shown(
        False,
        mark("Links by OpenGL"),
        mark("Hundreds of attention lines on a graphics card; without one the painter is quicker"),
        DRAWN,
    )
    last_folder: str = shown(
        "",
        mark("Folder to begin in"),
        mark("Where the next file dialog begins"),
        FILES,
        browse="folder",
    )
    recent: tuple[str, ...] = hidden(())
    geometry: str = hidden("")
    layout: str = hidden("")

    def with_recent(self, path: str) -> Settings:
        """The same settings with ``path`` first among the recent ones."""
        others = tuple(known for known in self.recent if known != path)
        return replace(self, recent=(path, *others)[:MAX_RECENT])

    def with_weights(self, key: str, path: str | None) -> Settings:
        """The same settings with the weights file of ``key`` set, or forgotten."""
        others = tuple(pair for pair in self.weights if pair[0] != key)
        return replace(self, weights=others if path is None else (*others, (key, path)))

    def weights_of(self, key: str) -> str | None:
        """The weights file chosen for ``key`` (``method/preset/variant``), if any."""
        return dict(self.weights).get(key)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Settings:
        """Settings from parsed JSON; unknown, mistyped or impossible entries keep their default."""
        if not isinstance(data, Mapping):
            return cls()
        default = cls()
        known: dict[str, Any] = {}
        for field in fields(cls):
            if field.name in data and field.name != "version":
                value, usual = data[field.name], getattr(default, field.name)
                entry = entry_of(field)
                known[field.name] = (
                    _checked(field.name, value, usual)
                    if entry is None
                    else entry.checked(value, usual)
                )
        return replace(default, **known)


ENTRIES = entries_of(Settings)


def _checked(name: str, value: object, default: Any) -> Any:
    """``value`` if it can be the hidden entry ``name``, else ``default``."""
    if name == "recent":
        texts = value if isinstance(value, list | tuple) else ()
        return tuple(text for text in texts if isinstance(text, str))[:MAX_RECENT]
    if name == "weights":
        return _pairs(value)
    return value if isinstance(value, str) else default


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    rows = value if isinstance(value, list | tuple) else ()
    return tuple(
        (row[0], row[1])
        for row in rows
        if isinstance(row, list | tuple)
        and len(row) == 2
        and all(isinstance(text, str) for text in row)
    )
