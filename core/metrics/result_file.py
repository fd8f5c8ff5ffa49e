"""The result of an evaluation as a JSON file: what was measured, on whom, by which rule, and the tables.

Every number's ``protocol`` is the *label* of the run: the protocol's id, with ``+what`` for everything
in which the run departs from it (``3dpw-metro+crop``). Two numbers may be compared when their labels,
their data and their counts are equal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.files.atomic import write_atomically
from core.metrics.measure import Measure

KIND = "MeshLoupe evaluation"
SCHEMA = 1
RESULT_NAME = "result.json"
ROWS_FOLDER = "people"


@dataclass(frozen=True)
class Deviation:
    """One way in which a run departs from its protocol: a word for the label, and a sentence."""

    id: str
    text: str


@dataclass(frozen=True)
class MeasuredData:
    """What was measured on.

    Attributes:
        id: reader.
        path: folder or file.
        split: of the reader.
        holds: for containers: the data set that the user says is inside, ``3dpw/test``; else empty.
        people: how many the split has.
        wanted: how many of them were to be measured.
        crop: where the boxes came from.
    """

    id: str
    path: str
    split: str
    holds: str
    people: int
    wanted: int
    crop: str


@dataclass(frozen=True)
class MeasuredMethod:
    """What was measured: a network, its weights (hash of the file) and its body."""

    id: str
    preset: str
    variant: str
    weights: str
    weights_sha256: str
    body: str


@dataclass(frozen=True)
class GroupRow:
    """Means of a group of people: a sequence, an action, a subject."""

    name: str
    people: int
    means: Mapping[str, float]


@dataclass(frozen=True)
class JointRow:
    """Mean distance of a joint after centring, mm, over the people whose truth knows it."""

    name: str
    mean_mm: float
    people: int


@dataclass(frozen=True)
class Printed:
    """A published row that may stand beside the run's numbers."""

    source: str
    values: Mapping[str, float]
    note: str = ""


@dataclass(frozen=True)
class EvaluationResult:
    """All of it.

    Attributes:
        label: stamped on every number.
        protocol: the protocol's record (`core.metrics.Protocol.record`).
        deviations: how the run departs from it.
        data, method: what was measured on, and what.
        measures: the means over all people.
        groups: by ``sequence``, ``action``, ``subject``: a row for each.
        joints: a row for each joint of the set.
        printed: published numbers under the same protocol.
        refused: why there are none.
        failures: people without numbers because something went wrong.
        untrue: people without truth.
        path: the result file; its ``people`` folder lies beside it.
    """

    label: str
    protocol: Mapping[str, Any]
    deviations: tuple[Deviation, ...]
    data: MeasuredData
    method: MeasuredMethod
    measures: tuple[Measure, ...]
    groups: Mapping[str, tuple[GroupRow, ...]] = field(default_factory=dict)
    joints: tuple[JointRow, ...] = ()
    printed: tuple[Printed, ...] = ()
    refused: str = ""
    failures: int = 0
    untrue: int = 0
    path: Path = Path()

    @property
    def people_folder(self) -> Path:
        """Where the persons are (`core.metrics.person_errors`)."""
        return self.path.parent / ROWS_FOLDER

    @property
    def title(self) -> str:
        """``metro paper body_h64 on 3dpw test``."""
        network = f"{self.method.id} {self.method.preset} {self.method.variant}"
        return f"{network} on {self.data.holds or f'{self.data.id} {self.data.split}'.strip()}"


def write_result(result: EvaluationResult, path: str | Path) -> Path:
    """Write the file whole; numbers that are not finite become null."""
    fields = {name: value for name, value in asdict(result).items() if name != "path"}
    content = {"kind": KIND, "schema": SCHEMA, **fields}
    with write_atomically(path) as temporary:
        text = json.dumps(_plain(content), ensure_ascii=False, indent=1, allow_nan=False)
        temporary.write_text(text + "\n", "utf-8")
    return Path(path)


def read_result(path: str | Path) -> EvaluationResult:
    """Read a result; a folder stands for the file in it.

    Raises:
        InputError: missing, or no result of this version.
    """
    path = Path(path)
    path = path / RESULT_NAME if path.is_dir() else path
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(
            "there is no such result", path=path, cure="run python -m training.evaluate --data ..."
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError("is no result of an evaluation", path=path, cure=_CURE) from error
    try:
        if content["kind"] != KIND or content["schema"] != SCHEMA:
            raise ValueError("another kind")
        return _result(content, path)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError("is no result of an evaluation", path=path, cure=_CURE) from error


_CURE = "give the result.json that python -m training.evaluate --data ... wrote"


def _result(content: Mapping[str, Any], path: Path) -> EvaluationResult:
    return EvaluationResult(
        label=str(content["label"]),
        protocol=dict(content["protocol"]),
        deviations=tuple(Deviation(**row) for row in content["deviations"]),
        data=MeasuredData(**content["data"]),
        method=MeasuredMethod(**content["method"]),
        measures=tuple(_measure(row) for row in content["measures"]),
        groups={
            str(kind): tuple(
                GroupRow(str(row["name"]), int(row["people"]), _numbers(row["means"]))
                for row in rows
            )
            for kind, rows in content["groups"].items()
        },
        joints=tuple(
            JointRow(str(row["name"]), _number(row["mean_mm"]), int(row["people"]))
            for row in content["joints"]
        ),
        printed=tuple(
            Printed(str(row["source"]), _numbers(row["values"]), str(row["note"]))
            for row in content["printed"]
        ),
        refused=str(content["refused"]),
        failures=int(content["failures"]),
        untrue=int(content["untrue"]),
        path=path,
    )


def _measure(row: Mapping[str, Any]) -> Measure:
    return Measure(
        _number(row["value"]),
        str(row["unit"]),
        str(row["protocol"]),
        int(row["n"]),
        str(row["name"]),
        int(row["undefined"]),
    )


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:
    return {str(name): _number(value) for name, value in values.items()}


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _plain(value: Any) -> Any:
    """JSON has no NaN: null instead."""
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value != value:
        return None
    return value
