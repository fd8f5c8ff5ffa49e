import json

import numpy as np
import pytest

from core.data.muco import Muco
from core.errors import InputError


@pytest.fixture
def root(tmp_path, scene, kit):
    rng = np.random.default_rng(4)
    people = []
    for number, depth in enumerate((5.0, 3.0)):
        cam = (rng.normal(0, 0.4, (21, 3)) + np.array([0, 0, depth])) * 1000
        people.append(
            {"id": 100 + number, "image_id": 1, "bbox": [1.0, 2.0, 30.0, 40.0]}
            | {"keypoints_cam": cam, "keypoints_img": kit.project(cam), "keypoints_vis": [1] * 21}
        )
    image = {"id": 1, "file_name": "augmented_set/0/0_0.jpg", "width": kit.WIDTH}
    image |= {"height": kit.HEIGHT, "f": kit.FOCAL, "c": kit.CENTER}
    kit.save_json(tmp_path / "MuCo-3DHP.json", {"images": [image], "annotations": people})
    fit = {"pose": scene.camera_pose, "shape": scene.betas, "trans": scene.camera_trans}
    kit.save_json(tmp_path / "smpl_param.json", {"101": fit})
    kit.save_picture(tmp_path / "augmented_set/0/0_0.jpg")
    return tmp_path


def test_the_nearest_person_or_all(root, scene, kit):
    (record,) = Muco(root)
    assert (record.key, record.person, record.sequence) == ("101", 1, "augmented_set/0")
    assert record.joints_3d.points[14, 2] == pytest.approx(3, abs=1.5)
    kit.check_projection(record)
    kit.check_mesh(record, scene)
    everyone = Muco(root, nearest_only=False)
    assert [(r.key, r.has_mesh) for r in everyone] == [("100", False), ("101", True)]
    (root / "smpl_param.json").unlink()
    assert not Muco(root)[0].has_mesh


@pytest.mark.parametrize(
    ("name", "change", "match"),
    [
        ("MuCo-3DHP", lambda v: v.pop("annotations"), "lacks 'annotations'"),
        ("MuCo-3DHP", lambda v: v["images"][0].pop("f"), "lacks 'f'"),
        ("MuCo-3DHP", lambda v: v["annotations"][0].update(bbox=[1]), r"bbox has shape \(1,\)"),
        (
            "MuCo-3DHP",
            lambda v: v["annotations"][0].update(keypoints_img=[[1, 2]] * 17),
            r"keypoints_img has shape \(17, 2\)",
        ),
        ("MuCo-3DHP", lambda v: v["annotations"][0].update(keypoints_cam=[]), "has not the layout"),
        ("smpl_param", lambda v: v["101"].pop("trans"), "lacks 'trans'"),
        ("smpl_param", lambda v: v["101"].update(pose=[0] * 66), r"has shape \(79,\)"),
    ],
)
def test_broken_annotations(root, name, change, match):
    path = root / f"{name}.json"
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))
    with pytest.raises(InputError, match=f"{name}.json: .*{match}"):
        Muco(root)


def test_missing_and_cut(root, kit, tmp_path):
    kit.cut(root / "smpl_param.json")
    with pytest.raises(InputError, match=r"smpl_param\.json: is cut off"):
        Muco(root)
    (root / "MuCo-3DHP.json").unlink()
    with pytest.raises(InputError, match=r"MuCo-3DHP\.json: there is no such file"):
        Muco(root)
