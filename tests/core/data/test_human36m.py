import json

import numpy as np
import pytest

from core.data.human36m import Human36M
from core.data.pictures import load_pixels
from core.errors import InputError


def write_subject(root, scene, kit, subject, frames=(0, 5, 7), cameras=(1, 4), fits=True):
    images, people, number = [], [], subject * 1000
    for frame in frames:
        for cam in cameras:
            name = f"s_{subject:02d}_act_02_subact_01_ca_{cam:02d}/frame_{frame:06d}.jpg"
            images.append(
                {"id": number, "file_name": name, "height": kit.HEIGHT, "width": kit.WIDTH}
                | {"subject": subject, "action_name": "Directions", "action_idx": 2}
                | {"subaction_idx": 1, "cam_idx": cam, "frame_idx": frame}
            )
            people.append({"id": number, "image_id": number, "bbox": [10.0, 20.0, 30.0, 40.0]})
            number += 1
            kit.save_picture(root / "images" / name, number)
    view = {"R": scene.R, "t": scene.t * 1000, "f": kit.FOCAL, "c": kit.CENTER}
    joints = {"2": {"1": {str(f): scene.h36m_world * 1000 for f in frames}}}
    fit = {"pose": scene.pose, "shape": scene.betas, "trans": scene.trans}
    start = root / "annotations" / f"Human36M_subject{subject}"
    kit.save_json(_part(start, "data"), {"images": images, "annotations": people})
    kit.save_json(_part(start, "camera"), {str(c): view for c in (1, 2, 3, 4)})
    kit.save_json(_part(start, "joint_3d"), joints)
    if fits:
        kit.save_json(_part(start, "smpl_param"), {"2": {"1": {"0": fit}}})


def _part(start, part):
    return start.with_name(f"{start.name}_{part}.json")


@pytest.fixture
def root(tmp_path, scene, kit):
    for subject in (9, 11):
        write_subject(tmp_path, scene, kit, subject)
    return tmp_path


def test_protocol_2_takes_the_frontal_camera_and_every_fifth_frame(root):
    people = Human36M(root, "test")
    assert [(r.subject, r.camera_id, r.frame) for r in people] == [
        ("S9", "4", 0),
        ("S9", "4", 5),
        ("S11", "4", 0),
        ("S11", "4", 5),
    ]
    assert {r.action for r in people} == {"Directions"}
    assert len(Human36M(root, "test", every=1, cameras=(1, 4))) == 12
    assert len(Human36M(root, "test", every=64)) == 2


def test_joints_mesh_and_camera(root, scene, kit):
    record, unfitted = Human36M(root, "test")[0], Human36M(root, "test")[1]
    np.testing.assert_allclose(record.joints_3d.points, scene.h36m, atol=1e-5)
    np.testing.assert_allclose(record.joints_2d.points, kit.project(scene.h36m), atol=1e-2)
    np.testing.assert_array_equal(record.box_xyxy, [10, 20, 40, 60])
    kit.check_projection(record)
    kit.check_mesh(record, scene)
    assert record.body.fitted
    assert unfitted.has_3d
    assert not unfitted.has_mesh
    assert load_pixels(record.picture).shape == (kit.HEIGHT, kit.WIDTH, 3)


def test_shapes_gone_wrong_become_the_mean_shape(root, scene, kit):
    path = root / "annotations/Human36M_subject9_smpl_param.json"
    fit = {"pose": scene.pose, "shape": np.full(10, 3.2), "trans": scene.trans}
    kit.save_json(path, {"2": {"1": {"0": fit}}})
    assert not Human36M(root, "test")[0].body.betas.any()


def test_training_needs_its_five_subjects_and_their_fits(root, scene, kit):
    with pytest.raises(InputError, match=r"subject1_data\.json: there is no such file"):
        Human36M(root, "train")
    for subject in (1, 5, 6, 7, 8):
        write_subject(root, scene, kit, subject, frames=(0,))
    people = Human36M(root, "train")
    assert {r.subject for r in people} == {"S1", "S5", "S6", "S7", "S8"}
    assert {r.camera_id for r in people} == {"1", "4"}
    (root / "annotations/Human36M_subject5_smpl_param.json").unlink()
    with pytest.raises(InputError, match="subject5_smpl_param"):
        Human36M(root, "train")
    assert len(Human36M(root, "test")) == 4


def _json(root, part, change):
    path = root / f"annotations/Human36M_subject9_{part}.json"
    value = json.loads(path.read_text())
    path.write_text(json.dumps(change(value)))


@pytest.mark.parametrize(
    ("part", "change", "match"),
    [
        ("data", lambda v: {"images": v["images"]}, "data.json: lacks 'annotations'"),
        ("data", lambda v: [v], "data.json: the file is no table"),
        ("joint_3d", lambda v: {"2": {"1": {"0": v["2"]["1"]["0"]}}}, "joint_3d.json: lacks '5'"),
        ("joint_3d", lambda v: {"2": {"1": {key: [[1, 2, 3]] for key in "057"}}}, r"\(1, 3\)"),
        ("camera", lambda v: {"1": v["1"]}, "camera.json: lacks '4'"),
        ("camera", lambda v: {k: {"R": 1} for k in v}, "camera.json"),
        ("smpl_param", lambda v: {"2": {"1": {"0": {"pose": [0] * 66}}}}, "pose has shape"),
    ],
)
def test_broken_annotations_say_what_is_wrong(root, part, change, match):
    _json(root, part, change)
    with pytest.raises(InputError, match=match):
        Human36M(root, "test")


def test_cut_files_and_wrong_splits(root, kit):
    kit.cut(root / "annotations/Human36M_subject11_joint_3d.json")
    with pytest.raises(InputError, match=r"subject11_joint_3d\.json: is cut off"):
        Human36M(root, "test")
    with pytest.raises(InputError, match="train or test"):
        Human36M(root, "val")
