import dataclasses

import numpy as np
import pytest

from core import metrics
from core.errors import InputError

RNG = np.random.default_rng(9)


def _people(offset=(0.0, 0.0, 0.0), noise=0.0, count=4):
    rng = np.random.default_rng(1)
    joints, vertices = rng.normal(0, 0.4, (count, 14, 3)), rng.normal(0, 0.4, (count, 60, 3))
    pelvis = vertices[:, :5].mean(1)
    moved = [
        points + offset + noise * RNG.normal(size=points.shape) for points in (joints, vertices)
    ]
    return metrics.PoseSet(*moved, pelvis + offset)


@pytest.mark.parametrize("protocol", metrics.list_protocols(), ids=lambda p: p.id)
def test_every_protocol_ignores_where_the_person_stands(protocol):
    for measure in metrics.evaluate(_people((3.0, -1.0, 2.0)), _people(), protocol):
        assert measure.value == pytest.approx(0, abs=1e-9)
        assert measure.protocol == protocol.id
        assert (measure.unit, measure.n, measure.undefined) == ("mm", 4, 0)


def test_protocol_ids_are_unique_and_found():
    protocols = metrics.list_protocols()
    assert len({p.id for p in protocols}) == len(protocols)
    assert all(metrics.get_protocol(p.id) is p for p in protocols)
    assert "synthetic-lsp14" in {p.id for p in protocols}
    with pytest.raises(InputError, match="metro-lsp14"):
        metrics.get_protocol("h36m-p7")
    with pytest.raises(dataclasses.FrozenInstanceError):
        protocols[0].id = "other"


def test_origin_matters_where_protocols_differ():
    pred, gt = _people(noise=0.05), _people()
    values = {
        protocol.id: metrics.evaluate(pred, gt, protocol)[0].value
        for protocol in metrics.list_protocols()
    }
    assert values["metro-lsp14"] == values["synthetic-lsp14"]
    assert values["metro-lsp14"] != values["multi-roi-lsp14"]


def test_millimetres_names_and_counted_samples():
    gt = _people()
    joints = gt.joints.copy()
    joints[0, 0, 0] += 0.14
    pred = dataclasses.replace(gt, joints=joints)
    protocol = metrics.get_protocol("metro-lsp14")
    found = {m.name: m for m in metrics.evaluate(pred, gt, protocol, with_f_score=True)}
    assert list(found) == ["MPJPE", "PA-MPJPE", "MPVPE", "PA-MPVPE", "F@5mm", "F@15mm"]
    assert found["MPJPE"].value == pytest.approx(10 / 4)
    assert found["F@5mm"].value == 1
    some = metrics.evaluate(pred, gt, protocol, counted=[1, 0, 0, 0])[0]
    assert (some.value, some.n) == (pytest.approx(10), 1)
    assert str(some) == "MPJPE 10 mm (metro-lsp14, n = 1)"


def test_a_collapsed_prediction_cannot_improve_the_mean():
    gt = _people()
    joints = gt.joints.copy()
    joints[2] = 0.5
    protocol = metrics.get_protocol("metro-lsp14")
    aligned = metrics.evaluate(dataclasses.replace(gt, joints=joints), gt, protocol)[1]
    assert np.isnan(aligned.value)
    assert aligned.undefined == 1
    assert "1 undefined" in str(aligned)


def test_missing_parts_are_left_out_or_named():
    gt = _people()
    only_joints = metrics.PoseSet(joints=gt.joints)
    names = [m.name for m in metrics.evaluate(only_joints, gt, metrics.get_protocol("metro-lsp14"))]
    assert names == ["MPJPE", "PA-MPJPE"]
    with pytest.raises(ValueError, match="pelvis"):
        metrics.evaluate(only_joints, only_joints, metrics.get_protocol("multi-roi-lsp14"))


def test_nothing_counted_is_not_zero_error():
    measure = metrics.summarise([0.1], unit="mm", protocol="x", name="MPJPE", counted=[0])
    assert np.isnan(measure.value)
    assert measure.n == 0
