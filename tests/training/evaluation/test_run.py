import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.body.joint_sets import H36M17_NAMES
from core.data import DataSet, Joints, PersonRecord, PictureRef
from core.data.joint_names import MPI17_NAMES
from core.errors import BodyError, InputError
from core.metrics.person_errors import PersonErrors, read_person_errors
from core.metrics.regression_list import ListedPerson, RegressionList, write_regression_list
from core.metrics.result_file import read_result
from core.pipeline.config import EngineConfig
from core.pipeline.shards import Shard
from training.evaluation.plan import open_plan
from training.evaluation.run import run_plan
from training.evaluation.spec import EvaluationSpec, parse_data

ENGINE = EngineConfig(method="known")


def spec(data, path, split, protocol, out, **options):
    return EvaluationSpec(data, path, split, protocol, ENGINE, out, **options)


def evaluate(*arguments, **options):
    return run_plan(open_plan(spec(*arguments, **options)))


def value(result, name):
    return next(m.value for m in result.measures if m.name == name)


@pytest.fixture
def outdoors(tmp_path, scene, kit, sets):
    """3DPW: five people in two sequences; the first sequence's pictures are there as well."""
    mini = sets("test_threedpw")
    root = tmp_path / "3DPW"
    mini.write(root, mini.table(scene, kit))
    mini.write(root, mini.table(scene, kit, "b_01", valid=((0, 0, 1),)), name="b_01")
    for name in ("courtyard_mini_00", "b_01"):
        for frame in range(mini.FRAMES):
            kit.save_picture(root / f"imageFiles/{name}/image_{frame:05d}.jpg", frame)
    return root


def test_the_true_mesh_has_no_error_wherever_it_stands(outdoors, tmp_path, scene, known):
    known(lambda _: scene.vertices + np.array([3.0, -2.0, 1.0]))
    result = evaluate("3dpw", outdoors, "test", "3dpw-multi-roi", tmp_path / "out")
    assert result.label == "3dpw-multi-roi+body+regressor"
    for name in ("MPJPE", "PA-MPJPE", "MPVPE", "PA-MPVPE"):
        assert value(result, name) == pytest.approx(0, abs=1e-2)
        assert {m.protocol for m in result.measures} == {result.label}
    assert {m.n for m in result.measures if m.name != "acceleration error"} == {5}


def test_a_mesh_twice_as_large_is_wrong_by_its_own_size_until_it_is_aligned(
    outdoors, tmp_path, scene, known
):
    known(lambda _: 2 * scene.vertices)
    result = evaluate("3dpw", outdoors, "test", "metro-lsp14", tmp_path / "out")
    centre = scene.lsp[2:4].mean(0)
    expected = 1000 * np.linalg.norm(scene.lsp - centre, axis=1).mean()
    assert value(result, "MPJPE") == pytest.approx(expected, rel=1e-3)
    assert value(result, "PA-MPJPE") == pytest.approx(0, abs=1e-2)
    by_joint = {row.name: row.mean_mm for row in result.joints}
    head = 1000 * np.linalg.norm(scene.lsp[13] - centre)
    assert by_joint["Head_top"] == pytest.approx(head, rel=1e-3)
    assert np.mean(list(by_joint.values())) == pytest.approx(expected, rel=1e-3)


def test_groups_are_the_means_of_their_people(outdoors, tmp_path, scene, known):
    sizes = [1.0, 1.1, 1.2, 1.3, 1.4]
    known(lambda i: sizes[i] * scene.vertices)
    result = evaluate("3dpw", outdoors, "test", "metro-lsp14", tmp_path / "out")
    persons = {p.row: p for p in read_person_errors(result.people_folder)}
    groups = {row.name: row for row in result.groups["sequence"]}
    assert {name: row.people for name, row in groups.items()} == {
        "b_01": 1,
        "courtyard_mini_00": 4,
    }
    expected = np.mean([persons[row].errors["MPJPE"] for row in (1, 2, 3, 4)])
    assert groups["courtyard_mini_00"].means["MPJPE"] == pytest.approx(expected, abs=1e-3)
    assert value(result, "MPJPE") == pytest.approx(
        np.mean([p.errors["MPJPE"] for p in persons.values()]), abs=1e-3
    )


def test_a_killed_run_loses_nothing_and_nobody_is_measured_twice(outdoors, tmp_path, scene, known):
    out = tmp_path / "out"
    engine = known(lambda _: scene.vertices)
    engine.stop_after = 2
    with pytest.raises(KeyboardInterrupt):
        evaluate("3dpw", outdoors, "test", "metro-lsp14", out, batch=2)
    (kept,) = (out / "people").glob("*.jsonl")
    assert len(kept.read_text().splitlines()) == 2
    with kept.open("a") as stream:
        stream.write('{"row": 4, "key": "torn')
    again = known(lambda _: scene.vertices)
    result = evaluate("3dpw", outdoors, "test", "metro-lsp14", out, batch=2)
    assert again.asked == 3
    assert result.measures[0].n == 5
    third = known(lambda _: scene.vertices)
    assert evaluate("3dpw", outdoors, "test", "metro-lsp14", out).measures[0].n == 5
    assert third.asked == 0


def test_shards_share_the_people_and_the_last_one_writes_the_tables(
    outdoors, tmp_path, scene, known
):
    out = tmp_path / "out"
    whole = known(lambda _: 1.1 * scene.vertices)
    expected = evaluate("3dpw", outdoors, "test", "metro-lsp14", tmp_path / "whole")
    parts = known(lambda _: 1.1 * scene.vertices)
    assert evaluate("3dpw", outdoors, "test", "metro-lsp14", out, shard=Shard(0, 2)) is None
    assert not (out / "result.json").exists()
    result = evaluate("3dpw", outdoors, "test", "metro-lsp14", out, shard=Shard(1, 2))
    assert parts.asked == whole.asked == 5
    assert [m.value for m in result.measures] == pytest.approx([m.value for m in expected.measures])


def test_another_evaluation_never_goes_into_the_same_folder(outdoors, tmp_path, scene, known):
    known(lambda _: scene.vertices)
    evaluate("3dpw", outdoors, "test", "metro-lsp14", tmp_path / "out")
    with pytest.raises(InputError, match=r"holds another evaluation.*protocol"):
        evaluate("3dpw", outdoors, "test", "multi-roi-lsp14", tmp_path / "out")


def test_lists_and_limits_are_stamped(outdoors, tmp_path, scene, known):
    engine = known(lambda _: scene.vertices)
    people = (
        ListedPerson("b_01/image_00002.jpg#0", 0),
        ListedPerson("courtyard_mini_00/image_00001.jpg#1"),  # the list does not know where
    )
    chosen = write_regression_list(tmp_path / "a.json", RegressionList("3dpw", "test", people))
    result = evaluate("3dpw", outdoors, "test", "metro-lsp14", tmp_path / "out", only=chosen)
    assert engine.asked == 2
    assert "+part" in result.label
    assert {p.row for p in read_person_errors(result.people_folder)} == {0, 4}
    text = tmp_path / "b.txt"
    text.write_text("courtyard_mini_00/image_00001.jpg#1\nnobody#9\n")
    with pytest.raises(InputError, match="names 1 people who are not in 3dpw/test, such as nobody"):
        evaluate("3dpw", outdoors, "test", "metro-lsp14", tmp_path / "o2", only=text)
    result = evaluate("3dpw", outdoors, "test", "metro-lsp14", tmp_path / "o3", limit=3)
    assert result.data.wanted == 3
    assert "+part" in result.label


def test_a_missing_picture_is_told_counted_and_tried_again(outdoors, tmp_path, scene, known, kit):
    lost = outdoors / "imageFiles/b_01/image_00002.jpg"
    lost.unlink()
    known(lambda _: scene.vertices)
    result = evaluate("3dpw", outdoors, "test", "metro-lsp14", tmp_path / "out")
    assert result.failures == 1
    assert result.measures[0].n == 4
    assert "+part" in result.label
    failed = [p for p in read_person_errors(result.people_folder) if p.failure]
    assert "there is no such picture" in failed[0].failure
    kit.save_picture(lost)
    again = known(lambda _: scene.vertices)
    result = evaluate("3dpw", outdoors, "test", "metro-lsp14", tmp_path / "out")
    assert again.asked == 1
    assert result.failures == 0
    assert "+part" not in result.label


def test_no_pictures_at_all_stop_the_run(outdoors, tmp_path, scene, known):
    for path in outdoors.glob("imageFiles/*/*.jpg"):
        path.unlink()
    known(lambda _: scene.vertices)
    with pytest.raises(InputError, match="none of the first 5 people can be measured"):
        evaluate("3dpw", outdoors, "test", "metro-lsp14", tmp_path / "out")


def test_measured_joints_count_as_the_data_set_has_them(tmp_path, scene, kit, sets, known):
    mini, root = sets("test_human36m"), tmp_path / "h36m"
    for subject in (9, 11):
        mini.write_subject(root, scene, kit, subject)
    known(lambda _: scene.vertices)
    result = evaluate("human36m", root, "test", "h36m-p2-multi-roi", tmp_path / "out")
    assert value(result, "MPJPE") == pytest.approx(0, abs=0.05)
    assert result.measures[0].n == 4
    mesh = next(m for m in result.measures if m.name == "MPVPE")
    assert mesh.n == 2  # the others have no fit
    assert {row.name for row in result.groups["subject"]} == {"S9", "S11"}
    assert result.label == "h36m-p2-multi-roi+body+regressor"
    metro = evaluate("human36m", root, "test", "h36m-p2-metro", tmp_path / "out2")
    assert metro.label == "h36m-p2-metro+crop+body+regressor"


def test_the_universal_skeleton_is_made_of_the_17_joints(tmp_path, kit, known, scene, monkeypatch):
    names = {"Head_top": "Head", "Head": "Nose", "Spine": "Torso"}
    rows = [H36M17_NAMES.index(names.get(name, name)) for name in MPI17_NAMES]
    kit.save_picture(tmp_path / "a.jpg")

    class TestSet(DataSet):
        id, split = "mpi_inf_3dhp", "test"

        def __len__(self):
            return 2

        def _record(self, row):
            joints = Joints("mpi17", scene.h36m[rows] - scene.h36m[0], np.ones(17), "relative")
            return PersonRecord(
                self.id, self.split, f"a#{row}", PictureRef(tmp_path / "a.jpg"),
                np.array([0, 0, 50, 50]), joints_3d=joints,
            )  # fmt: skip

    monkeypatch.setattr("training.evaluation.plan.open_dataset", lambda *_a, **_k: TestSet())
    known(lambda i: scene.vertices * (1 if i % 2 else 3))
    result = evaluate("mpi_inf_3dhp", tmp_path, "test", "3dhp-univ", tmp_path / "out")
    right = np.linalg.norm(2 * (scene.h36m[rows] - scene.h36m[0]), axis=1)
    assert value(result, "MPJPE") == pytest.approx(1000 * right.mean() / 2, rel=1e-3)
    assert value(result, "PCK@150mm") == pytest.approx(50 + 50 * (right <= 0.15).mean(), abs=0.1)
    assert value(result, "PA-PCK@150mm") == pytest.approx(100)


def test_keypoints_in_the_picture(tmp_path, kit, sets, known, scene):
    mini, root = sets("test_coco"), tmp_path / "coco"
    value_ = mini.annotations(kit)
    points = scene.body.regress(
        torch.from_numpy(np.array(scene.vertices, np.float32))[None], "coco17"
    )[0].numpy()
    pixels = points[:, :2] / points[:, 2:] * np.hypot(kit.HEIGHT, kit.WIDTH)
    pixels += [kit.WIDTH / 2 - 0.5, kit.HEIGHT / 2 - 0.5]
    for person in value_["annotations"]:
        marks = np.array(person["keypoints"], float).reshape(17, 3)
        marks[marks[:, 2] > 0, :2] = pixels[marks[:, 2] > 0]
        person["keypoints"] = marks.ravel().tolist()
        person["area"] = 2000.0
    kit.save_json(root / "annotations/person_keypoints_val2017.json", value_)
    kit.save_picture(root / "val2017/000000000007.jpg")
    known(lambda _: scene.vertices)
    result = evaluate("coco", root, "val2017", "coco-oks", tmp_path / "out")
    assert result.label == "coco-oks"
    assert value(result, "AP") == pytest.approx(100, abs=1)
    assert value(result, "OKS") == pytest.approx(1, abs=1e-3)
    known(lambda _: scene.vertices + np.array([1.0, 0, 0]))
    far = evaluate("coco", root, "val2017", "coco-oks", tmp_path / "far")
    assert value(far, "AP") == pytest.approx(0, abs=1)


def test_hands_and_their_submission(tmp_path, kit, known, hand):
    rng = np.random.default_rng(3)
    root, count = tmp_path / "hands", 3
    joints = rng.normal(0, 0.05, (count, 21, 3)) + np.array([0, 0, 0.7])
    verts = rng.normal(0, 0.05, (count, 778, 3)) + np.array([0, 0, 0.7])
    for part, stored in {"xyz": joints, "verts": verts, "K": np.tile(kit.K, (count, 1, 1))}.items():
        kit.save_json(root / f"evaluation_{part}.json", stored)
    for i in range(count):
        kit.save_picture(root / f"evaluation/rgb/{i:08d}.jpg", i, (224, 224))
    from core.data.freihand_submission import read_submission
    from core.data.joint_names import JOINT_NAMES

    mirrored = [-1.0, 1, 1]
    known(lambda i: verts[i] * mirrored, hand, joint_names=JOINT_NAMES["hand21"])
    archive = tmp_path / "pred.zip"
    result = evaluate(
        "freihand", root, "evaluation", "freihand-online", tmp_path / "out", submission=archive
    )
    # Stored MANO meshes have not the topology of the embedded hand: joints only.
    assert [m.name for m in result.measures] == ["MPJPE", "PA-MPJPE", "AUC", "PA-AUC"]
    assert result.label == "freihand-online+body"
    sent = read_submission(archive)
    assert sent.vertices.shape == (count, 778, 3)
    np.testing.assert_allclose(sent.vertices[2], verts[2] * mirrored, atol=2e-6)


def test_a_submission_needs_no_truth(tmp_path, kit, known, hand):
    root = tmp_path / "hands"
    kit.save_json(root / "evaluation_K.json", np.tile(kit.K, (2, 1, 1)))
    for i in range(2):
        kit.save_picture(root / f"evaluation/rgb/{i:08d}.jpg", i, (224, 224))
    known(lambda i: np.full((778, 3), i + 0.5), hand)
    arguments = "freihand", root, "evaluation", "freihand-online", tmp_path / "out"
    with pytest.raises(InputError, match="nobody has the truth"):
        evaluate(*arguments)
    result = evaluate(*arguments, submission=tmp_path / "a.zip")
    assert result.untrue == 2
    assert not result.measures
    assert (tmp_path / "a.zip").is_file()


@pytest.mark.parametrize(
    ("protocol", "error", "match"),
    [
        ("h36m-p2-metro", InputError, "is for human36m/test, not for 3dpw/test"),
        ("nonsense", InputError, "no protocol 'nonsense'"),
        ("hand21-wrist", BodyError, "hand21|mano"),
    ],
)
def test_protocols_that_do_not_fit_are_refused(
    outdoors, tmp_path, known, scene, protocol, error, match
):
    known(lambda _: scene.vertices)
    with pytest.raises((error, InputError), match=match):
        evaluate("3dpw", outdoors, "test", protocol, tmp_path / "out")
    assert not (tmp_path / "out" / "result.json").exists()


def test_what_a_container_holds_must_be_said(tmp_path, scene, kit, sets, known):
    mini = sets("test_npz_sets")
    np.savez(tmp_path / "a.npz", **mini.spin(scene, kit))
    for name in ("a", "b"):
        kit.save_picture(tmp_path / f"p/{name}.jpg")
    known(lambda _: scene.vertices)
    arguments = "spin_npz", tmp_path / "a.npz", "", "3dpw-multi-roi", tmp_path / "out"
    with pytest.raises(
        InputError, match="does not say what it holds; say it with --holds 3dpw/tes"
    ):
        evaluate(*arguments)
    result = evaluate(*arguments, holds="3dpw/test")
    assert result.data.holds == "3dpw/test"
    assert value(result, "MPJPE") == pytest.approx(0, abs=0.05)
    assert result.untrue == 1  # the second person's fit is not to be used


def test_results_read_back(outdoors, tmp_path, scene, known):
    known(lambda _: 1.1 * scene.vertices)
    result = evaluate("3dpw", outdoors, "test", "metro-lsp14", tmp_path / "out")
    back = read_result(tmp_path / "out")
    assert json.dumps(back.protocol) == json.dumps(result.protocol)
    assert replace(back, protocol=result.protocol) == result
    content = json.loads((tmp_path / "out/result.json").read_text())
    assert content["protocol"]["id"] == "metro-lsp14"
    assert content["data"]["split"] == "test"
    assert "weights_sha256" in content["method"]
    tables = (tmp_path / "out/tables.md").read_text()
    assert f"{value(result, 'MPJPE'):.1f} | mm | `{result.label}`" in tables
    person = next(read_person_errors(result.people_folder))
    assert PersonErrors(**vars(person)) == person


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3dpw=/data/3DPW:train", ("3dpw", "/data/3DPW", "train")),
        ("3dpw=/data/3DPW", ("3dpw", "/data/3DPW", "test")),
        ("spin_npz=C:/x.npz", ("spin_npz", "C:/x.npz", "")),
    ],
)
def test_data_is_named_by_reader_path_and_split(text, expected):
    reader, path, split = parse_data(text)
    assert (reader, path.as_posix(), split) == expected


def test_wrong_names_of_data(tmp_path):
    with pytest.raises(InputError, match=r"is not ID=PATH\[:split\]"):
        parse_data("3dpw")
    with pytest.raises(InputError, match="no data set 'x'"):
        parse_data("x=/data")
    with pytest.raises(InputError, match="3dpw has no split 'tset'"):
        parse_data(f"3dpw={tmp_path}:tset")
