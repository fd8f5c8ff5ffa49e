"""Everything opened and decided before the first person: data, method, rule, label, and who is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.body import load_body
from core.data import BodyFamily, DataSet, open_dataset
from core.data.index import Progress, no_progress
from core.errors import BodyError, InputError
from core.metrics import Protocol, get_protocol
from core.metrics.regression_list import RegressionList, read_regression_list
from core.metrics.result_file import Deviation, MeasuredData, MeasuredMethod
from core.pipeline.engine import Engine, open_engine
from training.evaluation.joints import MeshJoints
from training.evaluation.measure import Measurer
from training.evaluation.rules import check_data, crop_rule, deviations_of, label_of
from training.evaluation.spec import EvaluationSpec
from training.evaluation.truth import Source, Truths, choose_source

# People looked at to learn where a data set's truth comes from.
PROBED = 200


@dataclass(frozen=True, eq=False)
class Plan:
    """An evaluation ready to run.

    Attributes:
        spec, dataset, engine, protocol, measurer: what it is made of.
        rows: the people to be measured, by number.
        deviations, label: see `core.metrics.result_file`.
        source: where the true joints come from; None without truth.
        crop: in words.
        box_scale: growth of the box; None for the method's own.
    """

    spec: EvaluationSpec
    dataset: DataSet
    engine: Engine
    protocol: Protocol
    measurer: Measurer
    rows: np.ndarray
    deviations: tuple[Deviation, ...]
    label: str
    source: Source | None
    crop: str
    box_scale: float | None

    @property
    def data(self) -> MeasuredData:
        """What is measured on."""
        spec, people = self.spec, len(self.dataset)
        path = str(spec.path.resolve())
        wanted = len(self.rows)
        return MeasuredData(
            self.dataset.id, path, self.dataset.split, spec.holds, people, wanted, self.crop
        )

    @property
    def method(self) -> MeasuredMethod:
        """What is measured."""
        method = self.engine.method
        return MeasuredMethod(
            method.method_id,
            method.preset,
            method.variant,
            self.engine.weights_state,
            method.weights_sha256,
            method.body.name,
        )

    def decided_by(self) -> Mapping[str, Any]:
        """Everything that the numbers depend on, as plain values."""
        data, method = self.data, self.method
        return {
            "data": {key: value for key, value in vars(data).items() if key != "wanted"},
            "people": [self.dataset[row].key for row in {0, len(self.dataset) - 1}],
            "rows": _digest(self.rows),
            "method": vars(method),
            "protocol": self.protocol.record(),
            "label": self.label,
            "views": self.spec.engine.average,
            "true joints": self.source or "none",
            "box_scale": self.box_scale or self.engine.method.input_spec.box_scale,
        }


def open_plan(spec: EvaluationSpec, progress: Progress = no_progress) -> Plan:
    """Open everything.

    Raises:
        InputError: data, protocol or list that cannot be used, or do not belong together.
        BodyError, WeightsError, DeviceError: as `open_engine`; a body that the truth needs.
    """
    protocol = get_protocol(spec.protocol)
    dataset = open_dataset(spec.data, spec.path, spec.split, progress=progress)
    if not len(dataset):
        raise InputError("holds nobody", path=spec.path, cure="check the split")
    check_data(protocol, dataset, spec.holds)
    rows = wanted_rows(spec, dataset)
    engine = open_engine(spec.engine)
    try:
        return _plan(spec, protocol, dataset, engine, rows)
    except BaseException:
        engine.close()
        raise


def _plan(
    spec: EvaluationSpec, protocol: Protocol, dataset: DataSet, engine: Engine, rows: np.ndarray
) -> Plan:
    body = engine.method.body
    counts = {"measured": len(rows), "people": len(dataset), "views": spec.engine.average}
    found = list(deviations_of(protocol, dataset, engine.method, **counts))
    joints, truths, source = None, None, None
    if protocol.unit == "mm":
        joints = MeshJoints(body, protocol, spec.regressor, spec.regressor_extra)
        family = family_of(spec, protocol, engine)
        source, more = _probe(protocol, dataset, rows, family, joints)
        found += [*joints.deviations, *more]
        if source is not None:
            truths = Truths(protocol, family, joints, source)
        elif spec.submission is None:
            raise InputError(
                f"nobody has the truth that protocol {protocol.id} measures",
                path=spec.path,
                cure="bring the truth files, or write --submission for the server",
            )
    crop = crop_rule(dataset.id, engine.method)
    return Plan(
        spec,
        dataset,
        engine,
        protocol,
        Measurer(protocol, body, joints, truths),
        rows,
        tuple(found),
        label_of(protocol, found),
        source,
        crop.text,
        crop.box_scale,
    )


def family_of(spec: EvaluationSpec, protocol: Protocol, engine: Engine) -> BodyFamily:
    """The bodies that the truth is posed with, as the protocol says.

    Raises:
        BodyError: gendered truth, and the files of the genders are not named.
    """
    neutral = engine.method.body
    if protocol.gender != "gendered":
        return BodyFamily(neutral, any_gender=True)
    if neutral.name.startswith("embedded"):
        return BodyFamily(neutral, neutral, neutral)
    if spec.male is None or spec.female is None:
        raise BodyError(
            f"protocol {protocol.id} poses the truth with the bodies of both genders",
            cure="name them with --male FILE and --female FILE",
        )
    return BodyFamily(neutral, load_body(spec.male), load_body(spec.female))


def wanted_rows(spec: EvaluationSpec, dataset: DataSet) -> np.ndarray:
    """The people to be measured: all, those of a list, or a number spread evenly.

    Raises:
        InputError: the list is of another data set, or names people who are not there.
    """
    rows = np.arange(len(dataset))
    if spec.only is not None:
        rows = _listed_rows(read_regression_list(spec.only), dataset, spec.only)
    if spec.limit and spec.limit < len(rows):
        rows = rows[np.linspace(0, len(rows) - 1, spec.limit).round().astype(int)]
    return rows


def _listed_rows(listed: RegressionList, dataset: DataSet, path: Path) -> np.ndarray:
    here = f"{dataset.id}/{dataset.split}"
    other_split = listed.split not in ("", dataset.split)
    if listed.data and (listed.data != dataset.id or other_split):
        raise InputError(
            f"lists people of {listed.data}/{listed.split}, not of {here}",
            path=path,
            cure="name that data set with --data",
        )
    rows: set[int] = set()
    missing: set[str] = set()
    for person in listed.people:
        if 0 <= person.row < len(dataset) and dataset[person.row].key == person.key:
            rows.add(person.row)
        else:
            missing.add(person.key)
    if missing:
        there = {row: dataset[row].key for row in range(len(dataset))}
        rows |= {row for row, key in there.items() if key in missing}
        gone = sorted(missing - set(there.values()))
        if gone:
            raise InputError(
                f"names {len(gone)} people who are not in {here}, such as {gone[0]}",
                path=path,
                cure="save the list anew from an evaluation of this data set",
            )
    return np.array(sorted(rows))


def _probe(
    protocol: Protocol,
    dataset: DataSet,
    rows: Sequence[int] | np.ndarray,
    family: BodyFamily,
    joints: MeshJoints,
) -> tuple[Source | None, tuple[Deviation, ...]]:
    """Where the true joints come from, by the first person who has any among some spread evenly."""
    places = np.unique(np.linspace(0, len(rows) - 1, min(PROBED, len(rows))).round().astype(int))
    for place in places:
        source, deviations = choose_source(protocol, dataset[int(rows[place])], family, joints)
        if source is not None:
            return source, deviations
    return None, ()


def _digest(rows: np.ndarray) -> str:
    import hashlib

    return hashlib.sha256(np.asarray(rows, np.int64).tobytes()).hexdigest()
