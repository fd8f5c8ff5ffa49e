import json
import zipfile

import numpy as np
import pytest

from core.data.freihand import FreiHand
from core.data.freihand_submission import read_submission, write_submission
from core.data.pictures import load_pixels
from core.errors import InputError, UnsafeFileError

COUNT = 3


@pytest.fixture
def root(tmp_path, kit):
    rng = np.random.default_rng(0)
    K = np.tile([[480.0, 0, 112], [0, 482.0, 110], [0, 0, 1]], (COUNT, 1, 1))
    xyz = rng.normal(0, 0.05, (COUNT, 21, 3)) + np.array([0, 0, 0.7])
    verts = rng.normal(0, 0.05, (COUNT, 778, 3)) + np.array([0, 0, 0.7])
    mano = rng.normal(0, 0.3, (COUNT, 1, 61))
    for name, value in {"K": K, "xyz": xyz, "verts": verts, "mano": mano}.items():
        kit.save_json(tmp_path / f"training_{name}.json", value)
    kit.save_json(tmp_path / "evaluation_K.json", K)
    kit.save_json(tmp_path / "evaluation_scale.json", np.ones(COUNT))
    for i in range(4 * COUNT):
        kit.save_picture(tmp_path / f"training/rgb/{i:08d}.jpg", i, (224, 224))
    kit.save_picture(tmp_path / "evaluation/rgb/00000000.jpg", 9, (224, 224))
    return tmp_path


def _stored(root, part):
    return np.array(json.loads((root / f"training_{part}.json").read_text()))


def test_hands_pictures_and_projection(root, kit):
    hands = FreiHand(root)
    assert len(hands) == 4 * COUNT
    record = hands[COUNT + 2]
    assert (record.key, record.action) == (f"{COUNT + 2:08d}", "hom")
    np.testing.assert_allclose(record.joints_3d.points, _stored(root, "xyz")[2], atol=1e-6)
    np.testing.assert_allclose(record.vertices, _stored(root, "verts")[2], atol=1e-6)
    np.testing.assert_allclose(record.body.betas, _stored(root, "mano")[2, 0, 48:58], atol=1e-6)
    K = _stored(root, "K")[2]
    pixels = record.vertices @ K.T
    np.testing.assert_allclose(
        record.camera.project(record.vertices), pixels[:, :2] / pixels[:, 2:], atol=1e-3
    )
    kit.check_projection(record)
    assert load_pixels(record.picture).shape == (224, 224, 3)


def test_versions_choose_pictures_and_the_index_is_kept(root):
    hands = FreiHand(root, versions=("gs", "auto"))
    assert [record.key for record in hands] == [f"{i:08d}" for i in (0, 1, 2, 9, 10, 11)]
    told = []
    FreiHand(root, progress=lambda done, what: told.append(what))
    assert not told
    (root / "training_xyz.json").write_text(json.dumps(_stored(root, "xyz").tolist()) + " ")
    FreiHand(root, progress=lambda done, what: told.append(what))
    assert told


def test_evaluation_without_and_with_released_truth(root, kit):
    record = FreiHand(root, "evaluation")[0]
    assert not record.has_3d
    assert not record.has_mesh
    kit.save_json(root / "evaluation_xyz.json", _stored(root, "xyz"))
    kit.save_json(root / "evaluation_verts.json", _stored(root, "verts"))
    record = FreiHand(root, "evaluation")[1]
    assert record.has_3d
    assert record.vertices.shape == (778, 3)


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda root, kit: (root / "training_K.json").unlink(), "training_K.json: there is no"),
        (lambda root, kit: kit.cut(root / "training_verts.json"), "training_verts.json: is cut"),
        (
            lambda root, kit: kit.save_json(root / "training_xyz.json", np.zeros((COUNT, 20, 3))),
            r"xyz has shape \(3, 20, 3\)",
        ),
        (
            lambda root, kit: kit.save_json(root / "training_mano.json", np.zeros((2, 1, 61))),
            "2 samples but training_K.json 3",
        ),
        (
            lambda root, kit: kit.save_json(root / "training_xyz.json", {"version": 1}),
            "training_xyz.json: the file is no list",
        ),
    ],
)
def test_broken_sets_say_what_is_wrong(root, kit, spoil, match):
    spoil(root, kit)
    with pytest.raises(InputError, match=match):
        FreiHand(root)


def test_wrong_names_and_damaged_pictures(root, kit, tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        FreiHand(tmp_path / "nowhere")
    with pytest.raises(InputError, match="training or evaluation"):
        FreiHand(root, "test")
    with pytest.raises(InputError, match="gs, hom"):
        FreiHand(root, versions=("green",))
    hands = FreiHand(root)
    (root / "training/rgb/00000000.jpg").write_bytes(b"")
    kit.save_picture(root / "training/rgb/00000001.jpg", 1, (100, 224))
    (root / "training/rgb/00000002.jpg").unlink()
    for row, match in enumerate(("no picture", "is 224x100 pixels", "no such picture")):
        with pytest.raises(InputError, match=match):
            load_pixels(hands[row].picture)
    with pytest.raises(IndexError):
        hands[len(hands)]
    assert hands[-1].key == hands[len(hands) - 1].key


def test_submission_round_trip(tmp_path):
    rng = np.random.default_rng(1)
    joints, vertices = rng.normal(size=(4, 21, 3)), rng.normal(size=(4, 778, 3))
    path = write_submission(
        tmp_path / "out" / "pred.zip", zip(joints, vertices, strict=True), expected=4
    )
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["pred.json"]
        value = json.loads(archive.read("pred.json"))
    assert (len(value), len(value[0]), len(value[1])) == (2, 4, 4)
    np.testing.assert_allclose(value[1], vertices, atol=5e-7)
    np.testing.assert_allclose(read_submission(path).joints, joints, atol=5e-7)


def test_submission_refuses_what_the_server_would(tmp_path):
    hand = (np.zeros((21, 3)), np.zeros((778, 3)))
    with pytest.raises(InputError, match="1 hands where the server wants 3960"):
        write_submission(tmp_path / "a.zip", [hand])
    with pytest.raises(InputError, match="vertices of hand 0 has shape"):
        write_submission(tmp_path / "a.zip", [(hand[0], np.zeros((195, 3)))], expected=1)
    with pytest.raises(InputError, match="joints of hand 0 has numbers that are not finite"):
        write_submission(tmp_path / "a.zip", [(hand[0] * np.nan, hand[1])], expected=1)
    assert not list(tmp_path.iterdir())
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("other.json", "[]")
    with pytest.raises(InputError, match=r"holds no pred\.json"):
        read_submission(tmp_path / "b.zip")
    (tmp_path / "c.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises((InputError, UnsafeFileError), match=r"c\.zip"):
        read_submission(tmp_path / "c.zip")
