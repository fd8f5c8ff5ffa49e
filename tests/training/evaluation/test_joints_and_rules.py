"""Whose regressor, whose rows, whose crop; and when a published number may stand beside ours."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.body.asset import read_embedded
from core.body.joint_sets import H36M17_TO_LSP14, METRO24_FROM_SMPL24_AND_EXTRA
from core.body.model import BodyModel
from core.body.sparse import SparseMatrix
from core.errors import BodyError, InputError
from core.metrics import get_protocol
from core.metrics.result_file import Deviation
from core.pipeline.config import EngineConfig
from training.evaluation.joints import MeshJoints
from training.evaluation.plan import open_plan
from training.evaluation.rules import label_of
from training.evaluation.run import run_plan
from training.evaluation.spec import EvaluationSpec

RIGHT, LEFT = [0, 1, 2, 3, 4, 5, 6], [0, 4, 5, 6, 1, 2, 3]  # legs of the 17


def rows_of(scene, legs):
    """The 17 rows of the embedded body, legs in METRO's order or in the other one."""
    rows = scene.body.regressor("h36m17").numpy()
    return rows[[*legs, *range(7, 17)]]


@pytest.fixture
def smpl(scene):
    """The embedded body, passing for a user's SMPL file with a Human3.6M regressor of its own."""

    def make(legs=RIGHT, **regressors):
        sets = {"h36m17": SparseMatrix.of(rows_of(scene, legs))} if legs else {}
        arrays = replace(
            read_embedded("embedded"),
            name="SMPL.pkl",
            regressors=sets | {k: SparseMatrix.of(v) for k, v in regressors.items()},
        )
        return BodyModel(arrays)

    return make


def mesh(scene):
    return torch.from_numpy(np.array(scene.vertices, np.float32))[None]


@pytest.mark.parametrize(("protocol", "legs"), [("metro-lsp14", RIGHT), ("multi-roi-lsp14", LEFT)])
def test_both_families_give_the_same_joints_from_their_own_files(scene, smpl, protocol, legs):
    joints = MeshJoints(smpl(legs), get_protocol(protocol))
    assert joints.deviations == ()
    np.testing.assert_allclose(
        joints.of_mesh(mesh(scene))[0], scene.h36m[list(H36M17_TO_LSP14)], atol=1e-5
    )
    np.testing.assert_allclose(joints.pelvis(mesh(scene))[0], scene.h36m[0], atol=1e-5)


def test_the_other_familys_file_is_never_used_silently(scene, smpl, tmp_path):
    protocol = get_protocol("multi-roi-lsp14")
    with pytest.raises(BodyError, match=r"starts with the right leg.*J_regressor_h36m.npy"):
        MeshJoints(smpl(RIGHT), protocol)
    np.save(tmp_path / "left.npy", rows_of(scene, LEFT))
    joints = MeshJoints(smpl(RIGHT), protocol, tmp_path / "left.npy")
    assert joints.deviations == ()
    np.testing.assert_allclose(
        joints.of_mesh(mesh(scene))[0], scene.h36m[list(H36M17_TO_LSP14)], atol=1e-5
    )
    np.save(tmp_path / "wrong.npy", np.zeros((24, 6890)))
    with pytest.raises(InputError, match=r"wrong\.npy.*shape"):
        MeshJoints(smpl(RIGHT), protocol, tmp_path / "wrong.npy")


def test_stand_in_landmarks_are_stamped(scene, smpl):
    (deviation,) = MeshJoints(smpl(None), get_protocol("metro-lsp14")).deviations
    assert deviation.id == "regressor"
    assert "--regressor" in deviation.text


def test_metros_24_points_need_its_further_regressor(scene, smpl, tmp_path):
    protocol = get_protocol("3dpw-metro")
    assert MeshJoints(smpl(), protocol).metro24(mesh(scene)) is None
    extra = np.zeros((14, 6890))
    extra[np.arange(14), np.arange(14) * 7] = 1
    np.save(tmp_path / "extra.npy", extra)
    points = MeshJoints(smpl(), protocol, extra=tmp_path / "extra.npy").metro24(mesh(scene))[0]
    skeleton = scene.body.regress(mesh(scene), "smpl24")[0].numpy()
    both = np.concatenate([skeleton, scene.vertices[np.arange(14) * 7]])
    np.testing.assert_allclose(points, both[list(METRO24_FROM_SMPL24_AND_EXTRA)], atol=1e-4)
    np.save(tmp_path / "spins.npy", extra[:9])
    with pytest.raises(InputError, match="has 9 rows where METRO's has 14"):
        MeshJoints(smpl(), protocol, extra=tmp_path / "spins.npy")


def test_labels_name_every_departure_once():
    protocol = get_protocol("3dpw-metro")
    found = (Deviation("crop", "a"), Deviation("body", "b"), Deviation("crop", "c"))
    assert label_of(protocol, ()) == "3dpw-metro"
    assert label_of(protocol, found) == "3dpw-metro+crop+body"


@pytest.fixture
def outdoors(tmp_path, scene, kit, sets):
    mini, root = sets("test_threedpw"), tmp_path / "3DPW"
    mini.write(root, mini.table(scene, kit))
    for frame in range(mini.FRAMES):
        kit.save_picture(root / f"imageFiles/courtyard_mini_00/image_{frame:05d}.jpg", frame)
    return root


def measured(known, smpl, outdoors, tmp_path, monkeypatch, scene, protocol, legs, **options):
    engine = known(lambda _: scene.vertices, smpl(legs))
    for name, value in {"method_id": "multi_roi", "preset": "paper", "variant": "r50"}.items():
        setattr(engine.method, name, value)
    monkeypatch.setattr("training.evaluation.plan.load_body", lambda _: smpl(legs))
    spec = EvaluationSpec(
        "3dpw", outdoors, "test", protocol, EngineConfig(method="multi_roi"), tmp_path / "out",
        **options,
    )  # fmt: skip
    return run_plan(open_plan(spec))


def test_the_papers_row_stands_beside_exactly_its_own_protocol(
    known, smpl, outdoors, tmp_path, monkeypatch, scene
):
    genders = {"male": tmp_path / "m.pkl", "female": tmp_path / "f.pkl"}
    arguments = known, smpl, outdoors, tmp_path, monkeypatch, scene
    result = measured(*arguments, "3dpw-multi-roi", LEFT, **genders)
    assert result.label == "3dpw-multi-roi"
    (row,) = result.printed
    assert dict(row.values) == {"MPVPE": 81.9, "MPJPE": 68.2, "PA-MPJPE": 43.2}
    tables = (tmp_path / "out/tables.md").read_text()
    assert "| measured here | 0.0 | 0.0 | 0.0 |" in tables
    assert "| Multi-RoI HMR, table 1 | 68.2 | 43.2 | 81.9 |" in tables


@pytest.mark.parametrize(
    ("protocol", "legs", "options", "why"),
    [
        ("multi-roi-lsp14", LEFT, {}, "follow 3dpw-multi-roi"),
        ("3dpw-metro", RIGHT, {}, "3dpw-metro+crop+joints is not the papers' protocol"),
        ("3dpw-multi-roi", LEFT, {"limit": 2}, "3dpw-multi-roi+part is not the papers'"),
    ],
)
def test_and_beside_no_other(
    known, smpl, outdoors, tmp_path, monkeypatch, scene, protocol, legs, options, why
):
    genders = {"male": tmp_path / "m.pkl", "female": tmp_path / "f.pkl"}
    arguments = known, smpl, outdoors, tmp_path, monkeypatch, scene
    result = measured(*arguments, protocol, legs, **genders, **options)
    assert result.printed == ()
    assert why in result.refused
    assert result.refused in (tmp_path / "out/tables.md").read_text()


def test_gendered_truth_asks_for_both_bodies(known, smpl, outdoors, tmp_path, monkeypatch, scene):
    arguments = known, smpl, outdoors, tmp_path, monkeypatch, scene
    with pytest.raises(BodyError, match="--male FILE and --female FILE"):
        measured(*arguments, "3dpw-multi-roi", LEFT)
