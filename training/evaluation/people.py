"""People of a data set on their way to a method: pictures decoded ahead, crops made, batches joined."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from core.data import DataSet, PersonRecord, load_pixels
from core.errors import InputError
from core.methods.base import InputSpec
from core.nn.batch import Batch
from core.pipeline.batching import join_batches, make_batch
from core.types import Detection, Frame
from training.evaluation.truth import TruePerson, Truths

READERS = 4
AHEAD = 8


@dataclass(frozen=True, eq=False)
class Prepared:
    """A person ready for a method, or the reason why not.

    Attributes:
        row: number in the split.
        record: what the data set knows; None when it cannot be read.
        batch: the person alone; None after a failure.
        detection: box and marks.
        truth: of the person; None for protocols that need none, or after a failure.
        failure: why there is no batch.
    """

    row: int
    record: PersonRecord | None = None
    batch: Batch | None = None
    detection: Detection | None = None
    truth: TruePerson | None = None
    failure: str = ""


def prepared_people(
    dataset: DataSet,
    rows: Sequence[int],
    spec: InputSpec,
    box_scale: float | None,
    truths: Truths | None = None,
) -> Iterator[Prepared]:
    """The people of these rows in order, a few of them made ahead by other threads.

    Args:
        dataset: where they are.
        rows: which ones.
        spec: what the method reads.
        box_scale: growth of the box; None for the method's own.
        truths: makes the truth of each.
    """
    wanted = spec if box_scale is None else replace(spec, box_scale=box_scale)
    waiting: deque[Future[Prepared]] = deque()
    with ThreadPoolExecutor(READERS, "read people") as pool:
        try:
            for row in rows:
                waiting.append(pool.submit(prepare, dataset, row, wanted, truths))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def prepare(dataset: DataSet, row: int, spec: InputSpec, truths: Truths | None = None) -> Prepared:
    """One person; what is wrong with its files is told, not raised."""
    record = None
    try:
        record = dataset[row]
        detection = detection_of(record, spec)
        pixels = load_pixels(record.picture)
        frame = Frame(pixels, record.picture.path.name, record.picture.path)
        batch = make_batch(frame, [detection], spec)
        truth = None if truths is None else truths.of(record)
        return Prepared(row, record, batch, detection, truth)
    except InputError as error:
        return Prepared(row, record, failure=str(error))


def detection_of(record: PersonRecord, spec: InputSpec) -> Detection:
    """The true box; with the data set's marks for methods that read joints.

    Raises:
        InputError: such a method, and no marks.
    """
    if spec.kind != "joints":
        return Detection(record.box_xyxy, joint_source="file")
    if record.joints_2d is None or not record.has_2d:
        raise InputError(f"{record.key} has no marks in the picture, which the method reads")
    marks = record.joints_2d.as_set(spec.joint_set)
    return Detection(
        record.box_xyxy,
        joint_names=marks.names,
        joints_2d=marks.points,
        joint_scores=marks.scores,
        joint_source="file",
    )


def batches(people: Iterator[Prepared], size: int) -> Iterator[tuple[list[Prepared], Batch | None]]:
    """Groups of at most ``size`` people with the batch of those who did not fail."""
    group: list[Prepared] = []
    for person in people:
        group.append(person)
        if len(group) == size:
            yield group, _joined(group)
            group = []
    if group:
        yield group, _joined(group)


def _joined(group: list[Prepared]) -> Batch | None:
    parts = [person.batch for person in group if person.batch is not None]
    return join_batches(parts) if parts else None
