import dataclasses
import json

import numpy as np
import pytest

from core import metrics
from core.data import dataset_row
from core.errors import InputError

RNG = np.random.default_rng(9)


IN_SPACE = [protocol for protocol in metrics.list_protocols() if protocol.unit == "mm"]
MOST_JOINTS = 21


def _people(offset=(0.0, 0.0, 0.0), noise=0.0, count=4, joints=14):
    rng = np.random.default_rng(1)
    joints, vertices = rng.normal(0, 0.4, (count, joints, 3)), rng.normal(0, 0.4, (count, 60, 3))
    pelvis = vertices[:, :5].mean(1)
    moved = [
        points + offset + noise * RNG.normal(size=points.shape) for points in (joints, vertices)
    ]
    return metrics.PoseSet(*moved, pelvis + offset)


@pytest.mark.parametrize("protocol", IN_SPACE, ids=lambda p: p.id)
def test_every_protocol_ignores_where_the_person_stands(protocol):
    pred, gt = _people((3.0, -1.0, 2.0), joints=MOST_JOINTS), _people(joints=MOST_JOINTS)
    for measure in metrics.evaluate(pred, gt, protocol):
        perfect = {"mm": 0.0, "%": 100.0, "": 1.0}[measure.unit]
        if measure.name.endswith("AUC"):
            # A rounding error is more than the first threshold, zero.
            assert 96 < measure.value <= 100
        else:
            assert measure.value == pytest.approx(perfect, abs=1e-5)
        assert measure.protocol == protocol.id
        assert (measure.n, measure.undefined) == (4, 0)


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
    pred, gt = _people(noise=0.05, joints=MOST_JOINTS), _people(joints=MOST_JOINTS)
    values = {protocol.id: metrics.evaluate(pred, gt, protocol)[0].value for protocol in IN_SPACE}
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


@pytest.mark.parametrize("protocol", metrics.list_protocols(), ids=lambda p: p.id)
def test_a_protocol_says_all_that_a_number_depends_on(protocol):
    record = json.loads(json.dumps(protocol.record()))
    told = " ".join(protocol.lines())
    for name in (
        "joint_set",
        "regressor",
        "truth",
        "gender",
        "centring",
        "frames",
        "crop",
        "source",
    ):
        assert record[name], name
        assert str(record[name]) in told, name
    assert "alignment" in told
    if protocol.dataset:
        dataset, split = protocol.dataset.split("/")
        assert split in dataset_row(dataset).splits


def test_each_family_has_its_own_benchmarks_by_name():
    for benchmark, rule in (("h36m-p2", "lsp14"), ("3dpw", "lsp14")):
        metro, multi = (metrics.get_protocol(f"{benchmark}-{f}") for f in ("metro", "multi-roi"))
        assert metro.joint_origin == metrics.get_protocol(f"metro-{rule}").joint_origin
        assert multi.joint_origin == metrics.get_protocol(f"multi-roi-{rule}").joint_origin
        assert metro.h36m17_to_joint_set != multi.h36m17_to_joint_set
    genders = [metrics.get_protocol(f"3dpw-{f}").gender for f in ("metro", "multi-roi")]
    assert genders == ["neutral", "gendered"]


def test_the_server_forgives_a_mirrored_hand_and_we_do_not():
    gt = _people(joints=21)
    pred = metrics.PoseSet(gt.joints * [-1, 1, 1], gt.vertices * [-1, 1, 1])
    server = {
        m.name: m for m in metrics.evaluate(pred, gt, metrics.get_protocol("freihand-online"))
    }
    ours = {m.name: m for m in metrics.evaluate(pred, gt, metrics.get_protocol("hand21-wrist"))}
    assert server["PA-MPVPE"].value == pytest.approx(0, abs=1e-3)
    assert server["F@5mm"].value == 1
    assert ours["PA-MPVPE"].value > 20
    assert "F@5mm" not in ours
    assert "PCK@150mm" not in server


def test_pck_and_auc_of_the_test_set_of_mpi_inf_3dhp():
    gt = metrics.PoseSet(np.zeros((2, 17, 3)) + RNG.normal(size=(2, 17, 3)))
    joints = gt.joints.copy()
    joints[0, :5, 0] += 0.2
    joints[0, 5:10, 1] -= 0.0751
    found = metrics.evaluate(metrics.PoseSet(joints), gt, metrics.get_protocol("3dhp-univ"))
    by_name = {measure.name: measure for measure in found}
    assert by_name["PCK@150mm"].value == pytest.approx(100 * (12 / 17 + 1) / 2)
    assert by_name["PCK@150mm"].unit == "%"
    # Of 31 thresholds the 15 from 80 mm on hold a joint that is 75.1 mm off.
    assert by_name["AUC"].value == pytest.approx(100 * ((7 + 5 * 15 / 31) / 17 + 1) / 2)
    assert by_name["PA-AUC"].protocol == "3dhp-univ"


def test_keypoints_in_the_picture_are_not_measured_in_space():
    with pytest.raises(ValueError, match="in the picture"):
        metrics.evaluate(_people(), _people(), metrics.get_protocol("coco-oks"))
