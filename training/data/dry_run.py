"""Looking at all people of a training before its first step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.dataset import DataSet
from core.errors import InputError, MeshLoupeError
from training.data.people import prepare
from training.data.recipe import DataRecipe

# Pictures of each set that are decoded; of the others it is looked whether they are there.
DECODED = 16
TOLD_MOST = 5


@dataclass(frozen=True)
class SetReport:
    """What a data set holds.

    Attributes:
        people: all of them; with_2d, with_3d, with_mesh: those with that truth.
        missing: pictures that are not there; faults: what is wrong with the first few people.
    """

    name: str
    people: int
    with_2d: int
    with_3d: int
    with_mesh: int
    missing: int
    faults: tuple[str, ...]


def check_set(data: DataSet, recipe: DataRecipe) -> SetReport:
    """Read all records of a set, decode a few of its pictures."""
    counts = np.zeros(4, int)
    faults: list[str] = []
    decoded = set(np.linspace(0, len(data) - 1, DECODED).astype(int).tolist())
    change = recipe.settings.augmentation.draw(np.random.default_rng(0))
    for row in range(len(data)):
        try:
            record = data[row]
            counts += [
                record.has_2d,
                record.has_3d,
                record.has_mesh,
                not record.picture.path.is_file(),
            ]
            if (
                not np.isfinite(record.box_xyxy).all()
                or (record.box_xyxy[2:] <= record.box_xyxy[:2]).any()
            ):
                raise InputError(f"the box of {record.key} is empty", path=record.picture.path)
            if row in decoded and record.picture.path.is_file():
                prepare(record, recipe.spec, recipe.joint_set, change)
        except MeshLoupeError as error:
            faults.append(str(error))
            if len(faults) == TOLD_MOST:
                break
    name = f"{data.id} {data.split}".strip()
    with_2d, with_3d, with_mesh, missing = counts.tolist()
    return SetReport(name, len(data), with_2d, with_3d, with_mesh, missing, tuple(faults))


def dry_run(recipe: DataRecipe) -> tuple[SetReport, ...]:
    """Check all sets, then make one batch and one loss.

    Raises:
        InputError: pictures are missing or people are wrong; the message says how many, and which.
    """
    reports = tuple(check_set(data, recipe) for data in recipe.mix.sets)
    for report in reports:
        if report.faults:
            raise InputError(f"{report.name}: {report.faults[0]}", cure="mend the data set first")
        if report.missing:
            raise InputError(
                f"{report.name}: {report.missing} of {report.people} pictures are missing",
                cure="unpack the data set's pictures where its annotations expect them",
            )
    total = recipe.losses(recipe.build(), 0.0).total
    if not np.isfinite(float(total.detach())):
        raise InputError("the first loss is not finite", cure="look at the data set's truth")
    return reports


def report_table(reports: tuple[SetReport, ...]) -> str:
    """One line per set."""
    lines = [f"{'set':28s} {'people':>8s} {'2D':>8s} {'3D':>8s} {'mesh':>8s}"]
    lines += [
        f"{r.name:28s} {r.people:8d} {r.with_2d:8d} {r.with_3d:8d} {r.with_mesh:8d}"
        for r in reports
    ]
    return "\n".join(lines) + "\n"
