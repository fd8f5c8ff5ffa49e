"""The settings of the workbench as one frozen value; a broken file costs its broken entries only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from core.types import REFINE_LEVELS

VERSION = 1
MAX_RECENT = 12
MAX_BUDGET_MS = 60_000
CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("system", "dark", "light"),
    "language": ("system", "en", "de"),
    "colour_by": ("shading", "part", "normals", "error", "attention"),
    "alignment": ("none", "pelvis", "procrustes"),
    "refine": REFINE_LEVELS,
    "item_sort": ("added", "name", "folder"),
}


@dataclass(frozen=True)
class Settings:
    """Everything kept between two starts.

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

    version: int = VERSION
    theme: str = "dark"
    language: str = "system"
    method: str = "pose_lift"
    preset: str = ""
    variant: str = ""
    weights: tuple[tuple[str, str], ...] = ()
    body: str = "embedded"
    device: str = "auto"
    refine: str = "off"
    live_half: bool = True
    live_budget_ms: int = 0
    auto_run: bool = True
    colour_by: str = "shading"
    alignment: str = "pelvis"
    overlay_opacity: float = 0.65
    show_wireframe: bool = False
    show_grid: bool = True
    show_skeleton: bool = False
    show_boxes: bool = True
    show_joints: bool = True
    show_truth: bool = False
    show_inspection: bool = True
    gl_links: bool = False
    item_sort: str = "added"
    recent: tuple[str, ...] = ()
    last_folder: str = ""
    geometry: str = ""
    layout: str = ""

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
                value = _checked(field.name, data[field.name], getattr(default, field.name))
                known[field.name] = value
        return replace(default, **known)


def _checked(name: str, value: object, default: Any) -> Any:
    """``value`` if it has the type and range of entry ``name``, else ``default``."""
    if name in CHOICES:
        return value if value in CHOICES[name] else default
    if isinstance(default, bool):
        return value if isinstance(value, bool) else default
    if isinstance(default, int):
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return min(MAX_BUDGET_MS, max(0, value)) if is_number else default  # type: ignore[type-var]
    if isinstance(default, float):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(min(1.0, max(0.0, value))) if is_number else default  # type: ignore[arg-type, type-var]
    if isinstance(default, str):
        return value if isinstance(value, str) else default
    if name == "recent":
        texts = value if isinstance(value, list | tuple) else ()
        return tuple(text for text in texts if isinstance(text, str))[:MAX_RECENT]
    if name == "weights":
        return _pairs(value)
    return default


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    rows = value if isinstance(value, list | tuple) else ()
    return tuple(
        (row[0], row[1])
        for row in rows
        if isinstance(row, list | tuple)
        and len(row) == 2
        and all(isinstance(text, str) for text in row)
    )
