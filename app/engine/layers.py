"""What the 3D views draw: bodies, truth, skeletons and markers as layers of the renderer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.body_colours import Painted
from app.settings.language import tr
from app.state.skeleton import bones_of
from app.state.values import Alignment
from core.render.colors import TRUTH, person_color
from core.render.layers import MeshLayer
from core.render.skeleton import skeleton_layer
from core.types import MeshStageRecord, Reconstruction, Truth

Vec3 = tuple[float, float, float]
MARKER_RADIUS_M = 0.022


@dataclass(frozen=True, eq=False)
class Marker:
    """A small ball on the body: the clicked joint or vertex."""

    position: NDArray[np.float32]
    colour: Vec3


def body_layers(
    people: Sequence[Reconstruction],
    faces: NDArray[np.int32],
    painted: Painted,
    looked_at: int,
    *,
    wireframe: bool = False,
    skeleton: bool = False,
    markers: Sequence[Marker] = (),
) -> list[MeshLayer]:
    """One layer per person in the picture's camera frame, first in the list; markers and skeletons follow.

    Only the person looked at is painted.
    """
    layers: list[MeshLayer] = []
    for number, person in enumerate(people):
        mine = painted if number == looked_at else Painted()
        colours = mine.colours if mine.colours is not None else person_color(number)
        layers.append(
            MeshLayer(
                vertices=person.vertices_camera,
                faces=faces,
                colors=colours,
                wireframe=wireframe,
                finish="clay" if mine.colours is None else "data",
                by_normals=mine.by_normals,
                alpha=0.35 if skeleton else 1.0,
                name=tr("Person {number}", number=number + 1) if len(people) > 1 else "",
            )
        )
    for person in people if skeleton else ():
        layers.append(
            skeleton_layer(
                person.joints_camera, bones_of(person.joint_names), person.joint_names, name=""
            )
        )
    for marker in markers:
        layers.append(
            skeleton_layer(
                marker.position[None],
                (),
                colors=np.asarray([marker.colour], np.float32),
                radius=MARKER_RADIUS_M,
                name="",
            )
        )
    return layers


def stage_layer(
    record: MeshStageRecord, person: Reconstruction, *, by_normals: bool = False
) -> MeshLayer:
    """A mesh of an earlier stage where its final mesh would be; its edges show how coarse it is."""
    return MeshLayer(
        vertices=record.vertices + person.camera_full,
        faces=record.faces,
        wireframe=True,
        flat=True,
        by_normals=by_normals,
        pickable=False,
    )


def truth_layer(
    person: Reconstruction, truth: Truth, faces: NDArray[np.int32], alignment: Alignment
) -> MeshLayer | None:
    """The true body as a translucent layer, laid over the person as the alignment says."""
    if truth.vertices is None or truth.vertices.shape != person.vertices.shape:
        return None
    vertices = truth.vertices + truth.camera_full
    if alignment == "pelvis":
        vertices = vertices + (_hips(person) - _hips(truth))
    elif alignment == "procrustes":
        from core.metrics import aligned

        vertices = aligned(truth.vertices, person.vertices) + person.camera_full
    return MeshLayer(
        vertices=vertices.astype(np.float32),
        faces=faces,
        colors=TRUTH,
        alpha=0.38,
        pickable=False,
        casts_shadow=False,
        name=tr("True body"),
    )


def _hips(body: Reconstruction | Truth) -> NDArray[np.float32]:
    names = body.joint_names
    rows = [names.index(name) for name in ("R_Hip", "L_Hip") if name in names] or [0]
    return body.joints_3d[rows].mean(axis=0) + body.camera_full
