import base64
import json

import cv2
import numpy as np
import pytest

from core.data.metro_tsv import MetroTsv
from core.data.pictures import load_pixels
from core.data.posing import true_vertices
from core.data.tsv_rows import read_flat_yaml
from core.errors import InputError


def write_tsv(path, rows, with_index=True):
    lines = ["\t".join(row) + "\n" for row in rows]
    path.write_text("".join(lines))
    if with_index:
        starts = np.concatenate([[0], np.cumsum([len(line) for line in lines])[:-1]])
        path.with_suffix(".lineidx").write_text("".join(f"{start}\n" for start in starts))


def person(scene, kit, **changes):
    marks, joints = np.zeros((1, 24, 3)), np.zeros((1, 24, 4))
    marks[0, :14, :2], marks[0, :14, 2] = kit.project(scene.lsp), 1
    joints[0, :14, :3], joints[0, :14, 3] = scene.lsp - scene.lsp[2:4].mean(0), 1
    label = {"center": [80.0, 60.0], "scale": 0.4, "2d_joints": marks, "has_2d_joints": 1}
    label |= {"3d_joints": joints, "has_3d_joints": 1, "has_smpl": 1}
    return label | {"pose": scene.camera_pose, "betas": scene.betas} | changes


def encode(label):
    return json.dumps([label], default=lambda a: a.tolist())


def picture(kit, seed):
    pixels = np.random.default_rng(seed).integers(0, 255, (kit.HEIGHT, kit.WIDTH, 3), np.uint8)
    ok, data = cv2.imencode(".png", pixels)
    assert ok
    return base64.b64encode(data).decode(), pixels[..., ::-1]


@pytest.fixture
def root(tmp_path, scene, kit):
    size = json.dumps([{"height": kit.HEIGHT, "width": kit.WIDTH}])
    labels = [
        person(scene, kit),
        person(scene, kit, has_3d_joints=0, has_smpl=0),
        person(scene, kit, gender="female", has_2d_joints=0),
    ]
    write_tsv(tmp_path / "a.img.tsv", [[f"s/{i}.jpg", picture(kit, i)[0]] for i in range(3)])
    write_tsv(
        tmp_path / "a.label.tsv", [[f"s/{i}.jpg", encode(label)] for i, label in enumerate(labels)]
    )
    write_tsv(tmp_path / "a.hw.tsv", [["s/0.jpg", size], ["s/1.jpg", size], ["s/2.jpg", "120 160"]])
    (tmp_path / "a.linelist.tsv").write_text("2\n0\n1\n0\n")
    (tmp_path / "train.yaml").write_text(
        "img: a.img.tsv  # pictures\nlabel: 'a.label.tsv'\nhw: a.hw.tsv\nlinelist: a.linelist.tsv\n"
    )
    return tmp_path


def test_rows_pictures_flags_and_mesh(root, scene, kit):
    people = MetroTsv(root / "train.yaml")
    assert [record.key for record in people] == ["s/2.jpg", "s/0.jpg", "s/1.jpg", "s/0.jpg"]
    flags = [(r.has_2d, r.has_3d, r.has_mesh) for r in people]
    assert flags == [(False, True, True), (True, True, True), (True, False, False), (True,) * 3]
    assert people[0].body.gender == "female"
    assert not people[0].body.fitted
    record = people[1]
    np.testing.assert_allclose(record.box_xyxy, [40, 20, 120, 100])
    np.testing.assert_array_equal(load_pixels(record.picture), picture(kit, 0)[1])
    np.testing.assert_allclose(
        record.joints_3d.as_set("lsp14").points, scene.lsp - scene.lsp[2:4].mean(0), atol=1e-6
    )
    mesh = true_vertices(record, scene.family)
    np.testing.assert_allclose(mesh + scene.camera_trans, scene.vertices, atol=2e-5)
    # Moved to where the person stands, the joints meet the marks.
    moved = record.joints_3d.as_set("lsp14").points + scene.lsp[2:4].mean(0)
    marks = record.joints_2d.as_set("lsp14").points
    assert np.abs(kit.project(moved) - marks).max() < 1


def test_a_missing_line_index_is_made(root):
    before = [record.key for record in MetroTsv(root / "train.yaml")]
    for path in root.glob("*.lineidx"):
        path.unlink()
    told = []
    people = MetroTsv(root / "train.yaml", progress=lambda done, what: told.append(what))
    assert [record.key for record in people] == before
    assert "a.img.tsv" in told
    assert not list(root.glob("*.lineidx"))


@pytest.mark.parametrize("listing", [True, False])
def test_composite_lists(root, scene, kit, listing):
    write_tsv(root / "b.img.tsv", [["b.jpg", picture(kit, 7)[0]]])
    write_tsv(root / "b.label.tsv", [["b.jpg", encode(person(scene, kit))]])
    write_tsv(root / "b.hw.tsv", [["b.jpg", "120 160"]])
    (root / "mix.linelist.tsv").write_text("1\t0\n0\t1\n1\t0\n")
    text = "composite: true\nlinelist: mix.linelist.tsv\n"
    for part in ("img", "label", "hw"):
        if listing:
            (root / f"{part}.list").write_text(f"a.{part}.tsv\nb.{part}.tsv\n")
            text += f"{part}: {part}.list\n"
        else:
            text += f"{part}:\n  - a.{part}.tsv\n  - b.{part}.tsv\n"
    (root / "mix.yaml").write_text(text)
    people = MetroTsv(root / "mix.yaml")
    assert [record.key for record in people] == ["b.jpg", "s/1.jpg", "b.jpg"]
    np.testing.assert_array_equal(load_pixels(people[0].picture), picture(kit, 7)[1])
    (root / "mix.linelist.tsv").write_text("2\t0\n")
    with pytest.raises(InputError, match="names file 2 of 2"):
        MetroTsv(root / "mix.yaml")[0]


def test_hands(root, kit):
    rng = np.random.default_rng(1)
    label = {"center": [112, 112], "scale": 1.12, "2d_joints": rng.random((21, 3)) + 0.1}
    label |= {"3d_joints": rng.random((21, 4)) + 0.1, "pose": np.zeros(48), "betas": np.zeros(10)}
    label |= {"has_2d_joints": 1, "has_3d_joints": 1, "has_smpl": 1}
    write_tsv(root / "a.label.tsv", [["h.jpg", encode(label)]] * 3)
    record = MetroTsv(root / "train.yaml")[0]
    assert (record.joints_3d.joint_set, record.body.model) == ("hand21", "mano")
    assert record.body.from_mean
    np.testing.assert_allclose(record.box_xyxy, [0, 0, 224, 224], atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"pose": [0] * 66}, "pose has shape"),
        ({"2d_joints": [[1, 2]]}, r"2d_joints has shape \(1, 2\)"),
        ({"3d_joints": np.zeros((1, 17, 4))}, "24 and 17 joints"),
        ({"gender": "x"}, "lacks 'x'"),
        ({"scale": "wide"}, "has not a person of METRO's layout"),
        ({"center": None}, "center"),
    ],
)
def test_broken_labels(root, scene, kit, changes, match):
    write_tsv(root / "a.label.tsv", [["k", encode(person(scene, kit, **changes))]] * 3)
    with pytest.raises(InputError, match=f"a.label.tsv: .*{match}"):
        MetroTsv(root / "train.yaml")[0]


def test_broken_rows(root, kit):
    write_tsv(root / "a.label.tsv", [["k", '[{"center": [1,']] * 2 + [["k", "[]"]])
    people = MetroTsv(root / "train.yaml")
    for row, match in ((0, "holds no person"), (1, "row 1 is cut off or holds no JSON")):
        with pytest.raises(InputError, match=match):
            people[row]


def test_broken_files(root, kit):
    yaml = root / "train.yaml"
    kit.cut(root / "a.img.tsv")
    with pytest.raises(InputError, match=r"a\.img\.lineidx: does not fit a\.img\.tsv"):
        MetroTsv(yaml)
    (root / "a.img.lineidx").write_text("0\nx\n")
    with pytest.raises(InputError, match="no list of whole numbers"):
        MetroTsv(yaml)
    (root / "a.img.tsv").unlink()
    with pytest.raises(InputError, match=r"a\.img\.tsv: there is no such file"):
        MetroTsv(yaml)
    yaml.write_text("img: a.img.tsv\n")
    with pytest.raises(InputError, match="names no label file"):
        MetroTsv(yaml)
    yaml.unlink()
    with pytest.raises(InputError, match="there is no such file"):
        MetroTsv(yaml)


def test_line_lists_and_pictures(root):
    (root / "a.linelist.tsv").write_text("0\n9\n")
    people = MetroTsv(root / "train.yaml")
    with pytest.raises(InputError, match="has 3 rows, no number 9"):
        people[1]
    (root / "a.linelist.tsv").write_text("0\t1\n")
    with pytest.raises(InputError, match="must have 1 numbers a line"):
        MetroTsv(root / "train.yaml")
    write_tsv(root / "a.img.tsv", [["k", "no base64!"]] * 3)
    (root / "a.linelist.tsv").write_text("0\n")
    record = MetroTsv(root / "train.yaml")[0]
    with pytest.raises(InputError, match="no picture in base64 in the row at byte 0"):
        load_pixels(record.picture)


def test_flat_yaml(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("---\n# note\nimg: [a.tsv, 'b.tsv']\nhw:\n- c.tsv\n- \"d.tsv\"\nlabel: e.tsv\n")
    assert read_flat_yaml(path) == {
        "img": ["a.tsv", "b.tsv"], "hw": ["c.tsv", "d.tsv"], "label": "e.tsv",
    }  # fmt: skip
    for text in ("img: a\n- b\n", "just words\n", "- a\n"):
        path.write_text(text)
        with pytest.raises(InputError, match="is not understood"):
            read_flat_yaml(path)
