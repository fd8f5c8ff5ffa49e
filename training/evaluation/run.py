"""Doing an evaluation: person by person, going on where an earlier run was stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.freihand_submission import write_submission
from core.errors import Cancelled, InputError
from core.files import write_atomically
from core.metrics.published import published_rows
from core.metrics.result_file import (
    RESULT_NAME,
    Deviation,
    EvaluationResult,
    Printed,
    write_result,
)
from training.evaluation.markdown import markdown
from training.evaluation.people import batches, prepared_people
from training.evaluation.plan import Plan
from training.evaluation.rules import label_of
from training.evaluation.store import EvaluationStore
from training.evaluation.tables import make_tables

TABLES_NAME = "tables.md"
# So many failures before anybody succeeded mean that the pictures are not there at all.
HOPELESS = 20


@dataclass(frozen=True)
class Progress:
    """People measured by all runs so far, and how many there are to be."""

    done: int
    total: int
    failure: str = ""


Tell = Callable[[Progress], None]


def run_plan(
    plan: Plan, tell: Tell | None = None, cancel: threading.Event | None = None
) -> EvaluationResult | None:
    """Measure whoever is missing of this shard; write the tables when nobody is missing at all.

    Returns:
        The result; None when other shards have people left to measure.

    Raises:
        Cancelled: ``cancel`` was set; what was measured stays.
        InputError: not one of the first people could be measured.
    """
    folder = plan.spec.out
    submits = plan.spec.submission is not None
    wanted = plan.decided_by()
    with EvaluationStore(folder, wanted, len(plan.dataset), plan.spec.shard) as store:
        done = store.done(with_predictions=submits)
        mine = _shard_rows(plan)
        left = mine[~done[mine]]
        state = Progress(int(done[plan.rows].sum()), len(plan.rows))
        for step in _steps(plan, store, left, cancel):
            state = Progress(state.done + step.done, state.total, step.failure)
            if tell is not None:
                tell(state)
        if not store.done(failures=True, with_predictions=submits)[plan.rows].all():
            return None
        return finish(plan, store)


def _shard_rows(plan: Plan) -> np.ndarray:
    """A block of neighbours, so that sequences are read by one process."""
    return np.array_split(plan.rows, plan.spec.shard.count)[plan.spec.shard.index]


def _steps(
    plan: Plan,
    store: EvaluationStore,
    left: np.ndarray,
    cancel: threading.Event | None,
) -> Iterator[Progress]:
    spec = plan.engine.method.input_spec
    truths = plan.measurer.truths
    people = prepared_people(plan.dataset, left.tolist(), spec, plan.box_scale, truths)
    succeeded = failed = 0
    for group, batch in batches(people, plan.spec.batch):
        if cancel is not None and cancel.is_set():
            raise Cancelled("stopped; the same command goes on from here")
        fine = [person for person in group if person.batch is not None]
        detections = [person.detection for person in fine if person.detection is not None]
        answers = () if batch is None else plan.engine.reconstruct(batch, detections)
        if answers and plan.spec.submission is not None:
            joints, vertices = plan.measurer.hands(answers)
            store.add_predictions([person.row for person in fine], joints, vertices)
        store.add(plan.measurer.measure(group, answers))
        succeeded, failed = succeeded + len(fine), failed + len(group) - len(fine)
        first = next((person.failure for person in group if person.failure), "")
        if not succeeded and failed >= min(HOPELESS, len(left)):
            raise InputError(f"none of the first {failed} people can be measured: {first}")
        yield Progress(len(group), 0, first)


def finish(plan: Plan, store: EvaluationStore) -> EvaluationResult:
    """Tables of everybody, as JSON and Markdown, and the archive for the server if asked for."""
    tables = make_tables(store.persons(), plan.protocol, plan.label, plan.dataset, plan.rows)
    method, deviations, label = plan.method, plan.deviations, plan.label
    if tables.failures:
        text = f"{tables.failures} of {len(plan.rows)} people could not be measured"
        deviations = (*deviations, Deviation("part", text))
        label = label_of(plan.protocol, deviations)
        tables = make_tables(store.persons(), plan.protocol, label, plan.dataset, plan.rows)
    rows, refused = published_rows(label, method.id, method.preset, method.variant)
    result = EvaluationResult(
        label=label,
        protocol=plan.protocol.record(),
        deviations=deviations,
        data=plan.data,
        method=method,
        measures=tables.measures,
        groups=tables.groups,
        joints=tables.joints,
        printed=tuple(Printed(row.source, dict(row.values), row.note) for row in rows),
        refused=refused,
        failures=tables.failures,
        untrue=tables.untrue,
        path=store.folder / RESULT_NAME,
    )
    write_result(result, result.path)
    with write_atomically(store.folder / TABLES_NAME) as temporary:
        temporary.write_text(markdown(result), "utf-8")
    if plan.spec.submission is not None:
        submit(plan.spec.submission, store, len(plan.dataset))
    return result


def submit(path: Path, store: EvaluationStore, expected: int) -> Path:
    """The archive for FreiHAND's server from the kept predictions."""
    return write_submission(
        path, ((joints, vertices) for _, joints, vertices in store.predictions()), expected
    )
