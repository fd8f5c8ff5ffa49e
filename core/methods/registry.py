"""The table of methods. Names and counts only: torch is imported when a method is created.

A third party adds a method through the entry-point group ``meshloupe.methods``: each entry point
loads to a `MethodEntry`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Literal

from core.errors import BodyError, InputError
from core.types import Subject

if TYPE_CHECKING:
    from core.body import BodyModel
    from core.methods.base import Method

ENTRY_POINT_GROUP = "meshloupe.methods"
# What importing somebody else's package can end in; one that is broken must not take all methods along.
_BROKEN = (
    ImportError,
    AttributeError,
    SyntaxError,
    OSError,
    LookupError,
    TypeError,
    ValueError,
    RuntimeError,
)
log = logging.getLogger(__name__)
# Joints that only one of the two has.
_JOINTS_OF: dict[Subject, str] = {"body": "smpl24", "hand": "hand21"}


@dataclass(frozen=True)
class Variant:
    """One network of a preset.

    Attributes:
        id: ``body_h64``.
        subject: what it reconstructs.
        released: whether the authors published weights for it.
        network: name of the parity fixture that proves the arithmetic; empty if none.
        proof: what proves the port, for people.
    """

    id: str
    subject: Subject = "body"
    released: bool = False
    network: str = ""
    proof: str = ""


@dataclass(frozen=True)
class Preset:
    """A size of a method with its variants; the first variant is the default."""

    id: Literal["paper", "lite"]
    variants: tuple[Variant, ...]

    @property
    def default(self) -> Variant:
        """The variant taken when none is named."""
        return self.variants[0]


@dataclass(frozen=True)
class MethodEntry:
    """A row of the registry.

    Attributes:
        id: short name used everywhere (``metro``).
        title: the paper's name for it.
        summary: one line for menus.
        family: ``model-free``, ``model-based`` or ``from joints``.
        reads: what it needs of a person.
        target: ``module:function`` building it, imported on use.
        presets: the first is the default.
    """

    id: str
    title: str
    summary: str
    family: str
    reads: Literal["picture", "joints"]
    target: str
    presets: tuple[Preset, ...]

    def preset(self, name: str | None = None) -> Preset:
        """The preset called ``name``, or the default."""
        for preset in self.presets:
            if name in (None, preset.id):
                return preset
        known = ", ".join(p.id for p in self.presets)
        raise InputError(f"method {self.id} has no preset {name}", cure=f"choose one of: {known}")

    def variant(self, preset: str | None = None, name: str | None = None) -> tuple[Preset, Variant]:
        """A preset and one of its variants; without a preset, the first that has the variant."""
        candidates = self.presets if preset is None else (self.preset(preset),)
        for candidate in candidates:
            for variant in candidate.variants:
                if name in (None, variant.id):
                    return candidate, variant
        known = ", ".join(v.id for p in candidates for v in p.variants)
        raise InputError(f"method {self.id} has no variant {name}", cure=f"choose one of: {known}")


_NARROWER = "the paper's network, narrower"
_BODY_AND_HAND = (
    Variant("body", proof=_NARROWER),
    Variant("hand", "hand", proof=_NARROWER),
)

BUILT_IN: tuple[MethodEntry, ...] = (
    MethodEntry(
        id="pose_lift",
        title="Pose lift",
        summary="2D joints to a body, refined until it projects onto them",
        family="from joints",
        reads="joints",
        target="core.methods.pose_lift:build",
        presets=(Preset("lite", (Variant("body", proof="held-out tables of its model card"),)),),
    ),
    MethodEntry(
        id="metro",
        title="METRO",
        summary="Transformer encoder over joints and vertices with progressive width reduction",
        family="model-free",
        reads="picture",
        target="core.methods.metro:build",
        presets=(
            Preset("lite", _BODY_AND_HAND),
            Preset(
                "paper",
                (
                    Variant("body_h64", "body", True, "metro_body_h64", "parity fixture"),
                    Variant("body_r50", "body", False, "metro_body_r50", "parity fixture"),
                    Variant("hand_h64", "hand", True, "metro_hand_h64", "parity fixture"),
                ),
            ),
        ),
    ),
    MethodEntry(
        id="fastmetro",
        title="FastMETRO",
        summary="Joint and vertex tokens that ask the picture's tokens, in two narrowing transformers",
        family="model-free",
        reads="picture",
        target="core.methods.fastmetro:build",
        presets=(
            Preset(
                "lite", (Variant("body", proof="tests of its laws; the paper's network, narrower"),)
            ),
            Preset(
                "paper",
                (
                    Variant("s_r50", "body", True, "fastmetro_s_r50", "parity fixture"),
                    Variant("m_r50", "body", False, "fastmetro_m_r50", "parity fixture"),
                    Variant("l_r50", "body", False, "fastmetro_l_r50", "parity fixture"),
                    Variant("l_h64", "body", True, "fastmetro_l_h64", "parity fixture"),
                    Variant("l_h64_hand", "hand", True, "fastmetro_l_h64_hand", "parity fixture"),
                    Variant("l_h64_smpl", "body", True, "fastmetro_l_h64_smpl", "parity fixture"),
                ),
            ),
        ),
    ),
    MethodEntry(
        id="coarsemetro",
        title="CoarseMETRO",
        summary="Vertex tokens made from joint tokens and multiplied from stage to stage",
        family="model-free",
        reads="picture",
        target="core.methods.coarsemetro:build",
        presets=(
            Preset(
                "lite", (Variant("body", proof="tests of its laws; the paper's network, narrower"),)
            ),
            Preset(
                "paper",
                (
                    Variant(
                        "s_r50",
                        proof="counts of its table 1: parameters, multiply-adds, activations",
                    ),
                    Variant(
                        "s_h64",
                        proof="counts of its table 1: parameters, multiply-adds, activations",
                    ),
                ),
            ),
        ),
    ),
    MethodEntry(
        id="graphormer",
        title="Mesh Graphormer",
        summary="METRO with picture tokens, and graph convolutions between neighbouring vertices",
        family="model-free",
        reads="picture",
        target="core.methods.graphormer:build",
        presets=(
            Preset(
                "paper",
                (Variant("body_h64", "body", True, "graphormer_body_h64", "parity fixture"),),
            ),
        ),
    ),
    MethodEntry(
        id="pointhmr",
        title="PointHMR",
        summary="Features sampled where each vertex projects, and attention to ever nearer vertices",
        family="model-free",
        reads="picture",
        target="core.methods.pointhmr:build",
        presets=(
            Preset("lite", _BODY_AND_HAND),
            Preset(
                "paper",
                (
                    Variant("body_h32", "body", True, "pointhmr_body_h32", "parity fixture"),
                    Variant(
                        "hand_h32", "hand", False, "", "hand: no fixture, arithmetic as body_h32"
                    ),
                ),
            ),
        ),
    ),
    MethodEntry(
        id="glnet",
        title="GLNet",
        summary="A proposal per pixel: part points found by 2D keypoints correct a global estimate",
        family="model-based",
        reads="picture",
        target="core.methods.glnet:build",
        presets=(
            Preset("lite", (Variant("body", proof="same arithmetic as the paper's, narrower"),)),
            Preset(
                "paper",
                (
                    Variant("body_w32", proof="from the paper, no public code"),
                    Variant("body_w48", proof="from the paper, no public code"),
                ),
            ),
        ),
    ),
    MethodEntry(
        id="multi_roi",
        title="Multi-RoI HMR",
        summary="Five crops of a person, fused by how their boxes lie, with one camera for all",
        family="model-based",
        reads="picture",
        target="core.methods.multi_roi:build",
        presets=(
            Preset("lite", (Variant("body", proof="the paper's network, smaller"),)),
            Preset(
                "paper",
                (
                    Variant("r50", "body", False, "multiroi_r50", "parity fixture"),
                    Variant("hr48", "body", False, "multiroi_hr48", "parity fixture"),
                ),
            ),
        ),
    ),
    MethodEntry(
        id="cliff",
        title="CLIFF",
        summary="One crop with the place of its box in the picture, baseline of Multi-RoI HMR",
        family="model-based",
        reads="picture",
        target="core.methods.multi_roi:build_cliff",
        presets=(
            Preset("lite", (Variant("body", proof="the paper's network, smaller"),)),
            Preset(
                "paper",
                (
                    Variant("r50", "body", False, "multiroi_single_r50", "parity fixture"),
                    Variant("hr48", "body", False, "multiroi_single_hr48", "parity fixture"),
                ),
            ),
        ),
    ),
)


@cache
def list_methods() -> tuple[MethodEntry, ...]:
    """All methods: the built-in ones, then those of installed plug-ins, sorted by name.

    A plug-in that cannot be loaded, or whose id is taken, is left out with a warning.
    """
    added = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
    return BUILT_IN + tuple(_plug_ins(added))


def _plug_ins(points: Iterable[EntryPoint]) -> Iterable[MethodEntry]:
    taken = {entry.id for entry in BUILT_IN}
    for point in points:
        try:
            entry = point.load()
        except _BROKEN as error:
            _left_out(point, f"it cannot be loaded ({type(error).__name__}: {error})")
            continue
        if not isinstance(entry, MethodEntry):
            _left_out(point, f"{point.value} is no MethodEntry")
        elif entry.id in taken:
            _left_out(point, f"there is a method called {entry.id} already")
        else:
            taken.add(entry.id)
            yield entry


def _left_out(point: EntryPoint, why: str) -> None:
    package = "a package" if point.dist is None else point.dist.name
    log.warning(
        "method %s of %s is left out: %s; update or uninstall %s", point.name, package, why, package
    )


def method_entry(method_id: str) -> MethodEntry:
    """The registry row called ``method_id``."""
    for entry in list_methods():
        if entry.id == method_id:
            return entry
    known = ", ".join(entry.id for entry in list_methods())
    raise InputError(f"there is no method called {method_id}", cure=f"choose one of: {known}")


def create_method(
    method_id: str,
    *,
    preset: str | None = None,
    variant: str | None = None,
    body: BodyModel | None = None,
) -> Method:
    """Build a method, untrained, in evaluation mode.

    Args:
        method_id: a registry id.
        preset: ``paper`` or ``lite``; the method's first by default.
        variant: a variant of that preset; its first by default.
        body: the body whose mesh it predicts; the embedded body (or hand) by default.

    Raises:
        InputError: no such method, preset or variant.
        BodyError: a hand where a body is reconstructed, or the other way round.
    """
    from core.body import load_body

    entry = method_entry(method_id)
    chosen_preset, chosen = entry.variant(preset, variant)
    if body is None:
        body = load_body("embedded" if chosen.subject == "body" else "embedded_hand")
    _require_subject(entry, chosen, body)
    module_name, function_name = entry.target.split(":")
    build = getattr(import_module(module_name), function_name)
    method: Method = build(chosen_preset.id, chosen.id, body)
    return method.eval()


def _require_subject(entry: MethodEntry, variant: Variant, body: BodyModel) -> None:
    known = body.joint_sets()
    other: Subject = "body" if variant.subject == "hand" else "hand"
    if _JOINTS_OF[other] not in known or _JOINTS_OF[variant.subject] in known:
        return
    fitting = [v.id for preset in entry.presets for v in preset.variants if v.subject == other]
    raise BodyError(
        f"{entry.id} {variant.id} reconstructs a {variant.subject}, but {body.name} is a {other}",
        cure=f"choose a {variant.subject} model"
        + (f", or the variant {' or '.join(dict.fromkeys(fitting))}" if fitting else ""),
    )
