"""Bodies of several methods on one person: laid together, measured, and as layers. Numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.engine.body_colours import ALIGNMENT_WORDS as BODY_WORDS
from app.engine.measure import match_truths
from app.settings.language import mark, tr
from app.state.comparison import NOTHING, TRUTH, Arrangement
from app.state.skeleton import plain_name
from app.state.table import Table
from app.state.values import Alignment, Choice, MeshInfo, RunResult, Scores
from core.geometry.boxes import iou
from core.metrics import Distances, disagreement, distances, laid_onto
from core.render.colors import TRUTH as TRUTH_COLOUR
from core.render.colors import VIRIDIS, Legend, legend_for
from core.render.layers import MeshLayer
from core.types import Reconstruction, Truth

# Told apart by colour-blind people (after Okabe and Ito), as bright as clay on both themes.
METHOD_COLOURS = (
    (0.902, 0.667, 0.278),
    (0.443, 0.706, 0.902),
    (0.310, 0.690, 0.545),
    (0.835, 0.545, 0.702),
)
TOGETHER_ALPHA = 0.62
NO_SCORES = Scores()
ALIGNMENT_WORDS: dict[Alignment, str] = {**BODY_WORDS, "none": mark("as placed by each camera")}


@dataclass(frozen=True, eq=False)
class ComparedBody:
    """One method's answer for the person looked at.

    Attributes:
        title: of the method, for people.
        choice: what was run.
        colour: sRGB that stands for it.
        result: None while it is not there yet.
        body: None where there is no result, or the method did not find this person.
        mesh: its topology.
        scores: against marks and truth.
        distances: to the reference; None for the reference itself, or without one.
    """

    title: str
    choice: Choice
    colour: tuple[float, float, float]
    result: RunResult | None = None
    body: Reconstruction | None = None
    mesh: MeshInfo | None = None
    scores: Scores = NO_SCORES
    distances: Distances | None = None


@dataclass(frozen=True, eq=False)
class Compared:
    """All of them.

    Attributes:
        bodies: in order; the first is the current method's.
        truth: of the person, if known.
        reference_title: ``the truth`` or a method's title; '' without a reference.
        legend: of the distances, the same for all; None without.
        disagreement_mm: mean distance over all pairs, pelvis aligned; None for fewer than two.
    """

    bodies: tuple[ComparedBody, ...] = ()
    truth: Truth | None = None
    reference_title: str = ""
    legend: Legend | None = None
    disagreement_mm: float | None = None


def compare(
    rows: Sequence[tuple[str, Choice, RunResult | None]],
    person: int,
    truths: Sequence[Truth],
    reference: int,
    alignment: Alignment,
) -> Compared:
    """Bodies of person ``person`` of the first result, and how far each lies from the reference.

    Args:
        rows: (title, choice, result) per method; the first result says who is meant.
        person: number in the first result.
        truths: of the picture.
        reference: ``NOTHING``, ``TRUTH`` or the place of a row.
        alignment: how bodies are laid onto the reference before distances are taken.
    """
    first = rows[0][2] if rows else None
    leader = None
    if first is not None and person < len(first.result.people):
        leader = first.result.people[person]
    bodies = []
    for place, (title, choice, result) in enumerate(rows):
        number = _same_person(leader, person, result)
        colour = METHOD_COLOURS[place % len(METHOD_COLOURS)]
        if result is None or number is None:
            bodies.append(ComparedBody(title, choice, colour, result))
            continue
        bodies.append(
            ComparedBody(
                title,
                choice,
                colour,
                result,
                result.result.people[number],
                result.mesh,
                result.scores_of(number),
            )
        )
    truth = None if leader is None else match_truths([leader], truths).get(0)
    return _measured(tuple(bodies), truth, reference, alignment)


def _measured(
    bodies: tuple[ComparedBody, ...], truth: Truth | None, reference: int, alignment: Alignment
) -> Compared:
    target = reference_body(bodies, truth, reference)
    found = [
        None
        if target is None or b.body is None or b.body is target
        else distances(b.body, target, alignment)
        for b in bodies
    ]
    values = [d.vertices for d in found if d is not None and d.vertices is not None]
    title = ""
    if target is not None:
        title = tr("the truth") if reference == TRUTH else bodies[reference].title
    legend = None
    if values:
        words = tr(
            "Distance to {title}, {alignment}",
            title=title,
            alignment=tr(ALIGNMENT_WORDS[alignment]),
        )
        legend = legend_for(np.concatenate(values), words, "mm", VIRIDIS)
    return Compared(
        tuple(
            ComparedBody(b.title, b.choice, b.colour, b.result, b.body, b.mesh, b.scores, d)
            for b, d in zip(bodies, found, strict=True)
        ),
        truth,
        title,
        legend,
        disagreement([b.body for b in bodies if b.body is not None]),
    )


def reference_body(
    bodies: Sequence[ComparedBody], truth: Truth | None, reference: int
) -> Reconstruction | Truth | None:
    """Whom the others are measured against, where that body is known."""
    if reference == TRUTH:
        return truth
    if reference == NOTHING or not 0 <= reference < len(bodies):
        return None
    return bodies[reference].body


def _same_person(
    leader: Reconstruction | None, person: int, result: RunResult | None
) -> int | None:
    """Number of the leader's person in another result: the same mark, else the most similar box."""
    if leader is None or result is None or not result.result.people:
        return None
    people = result.result.people
    if person < len(people) and np.allclose(people[person].box_xyxy, leader.box_xyxy, atol=1.0):
        return person
    shares = [float(iou(p.box_xyxy, leader.box_xyxy)) for p in people]
    best = int(np.argmax(shares))
    return best if shares[best] > 0 else None


def layers_of(
    compared: Compared,
    reference: int,
    alignment: Alignment,
    arrangement: Arrangement,
    *,
    truth: bool,
    wireframe: bool,
) -> tuple[tuple[MeshLayer, ...], ...]:
    """The layers of each view: one view per method side by side, or a single view of all.

    Bodies are laid onto the reference, or onto the first body where there is none, so that they can
    be looked at with one camera.
    """
    target = reference_body(compared.bodies, compared.truth, reference)
    base = target or next((b.body for b in compared.bodies if b.body is not None), None)
    single: list[tuple[MeshLayer, ...]] = []
    for body in compared.bodies:
        layer = _layer(body, base, compared.legend, alignment, arrangement, wireframe=wireframe)
        single.append(() if layer is None else (layer,))
    extra: tuple[MeshLayer, ...] = ()
    if truth and compared.truth is not None and base is not None:
        extra = _truth_layer(compared, base, alignment)
    if arrangement == "together":
        return ((*(layer for layers in single for layer in layers), *extra),)
    return tuple((*layers, *extra) if layers else () for layers in single)


def _layer(
    compared: ComparedBody,
    base: Reconstruction | Truth | None,
    legend: Legend | None,
    alignment: Alignment,
    arrangement: Arrangement,
    *,
    wireframe: bool,
) -> MeshLayer | None:
    body, mesh = compared.body, compared.mesh
    if body is None or mesh is None or base is None:
        return None
    vertices = laid_onto(body, base, alignment).vertices
    assert vertices is not None
    values = None if compared.distances is None else compared.distances.vertices
    painted = values is not None and legend is not None
    return MeshLayer(
        vertices=vertices,
        faces=mesh.faces,
        colors=legend.colors(values) if painted else compared.colour,
        finish="data" if painted else "clay",
        alpha=TOGETHER_ALPHA if arrangement == "together" and not painted else 1.0,
        wireframe=wireframe,
        name=compared.title,
    )


def _truth_layer(
    compared: Compared, base: Reconstruction | Truth, alignment: Alignment
) -> tuple[MeshLayer, ...]:
    truth = compared.truth
    mesh = next((b.mesh for b in compared.bodies if b.mesh is not None), None)
    if truth is None or truth.vertices is None or mesh is None:
        return ()
    if len(truth.vertices) <= int(mesh.faces.max()):
        return ()
    vertices = laid_onto(truth, base, alignment).vertices
    assert vertices is not None
    return (
        MeshLayer(
            vertices=vertices,
            faces=mesh.faces,
            colors=TRUTH_COLOUR,
            alpha=0.38,
            pickable=False,
            casts_shadow=False,
            name=tr("True body"),
        ),
    )


def methods_table(compared: Compared) -> Table:
    """One row per method: errors, distance to the reference, time."""
    columns = [tr("Method"), tr("2D error, %"), "MPJPE, mm", "PA-MPJPE, mm", "MPVPE, mm"]
    if compared.reference_title:
        columns += [tr("Distance, mm"), tr("Largest, mm")]
    columns.append(tr("Time, ms"))
    rows = []
    for body in compared.bodies:
        scores = body.scores
        row: list[str | float | None] = [
            body.title,
            scores.marks_percent,
            scores.mpjpe_mm,
            scores.pa_mpjpe_mm,
            scores.mpvpe_mm,
        ]
        if compared.reference_title:
            far = body.distances
            worst = None if far is None or far.vertices is None else float(far.vertices.max())
            row += [None if far is None else far.mean, worst]
        row.append(None if body.result is None else 1e3 * body.result.result.seconds)
        rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows))


def joints_table(compared: Compared) -> Table:
    """One row per joint: distance of each method to the reference, millimetres."""
    measured = [b for b in compared.bodies if b.distances is not None]
    names: list[str] = []
    for body in measured:
        assert body.distances is not None
        names += [name for name in body.distances.joint_names if name not in names]
    rows: list[tuple[str | float | None, ...]] = []
    for name in names:
        row: list[str | float | None] = [plain_name(name)]
        for body in measured:
            far = body.distances
            assert far is not None
            at = far.joint_names.index(name) if name in far.joint_names else -1
            row.append(None if at < 0 else float(far.joints[at]))
        rows.append(tuple(row))
    return Table((tr("Joint"), *(f"{body.title}, mm" for body in measured)), tuple(rows))
