"""Files of the field are told by what is in them, doubts are named, hostile ones cost one line."""

import json
import os
import pickle
import shutil

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.assets import asset_path
from core.body import load_body
from core.errors import InputError, MeshLoupeError
from core.export import AnimatedGlbWriter, motion_of, write_person_glb
from core.interop import inspect_any
from tests.core.temporal.walkers import Noise, stepping


def save(path, **arrays):
    np.savez(path, **arrays)
    return path


def amass(path, **more):
    arrays = {
        "poses": np.zeros((50, 156)), "trans": np.zeros((50, 3)), "betas": np.zeros(16),
        "mocap_framerate": np.array(25.0), "gender": np.array("female"),
    }  # fmt: skip
    return save(path, **{**arrays, **more})


def test_motion_of_amass(tmp_path) -> None:
    found = inspect_any(amass(tmp_path / "x.bin.npz"))
    assert found.kind == "amass"
    facts = dict(found.facts)
    assert (facts["pose"], facts["gender"]) == ("SMPL-H, 52 joints", "female")
    assert facts["rate"] == "25 frames a second, 2.0 s"
    assert found.warnings == ()


def test_degrees_and_holes_are_doubted(tmp_path) -> None:
    poses = np.zeros((4, 156))
    poses[0, 0] = 90.0
    assert "degrees" in inspect_any(amass(tmp_path / "d.npz", poses=poses)).warnings[0]
    poses[0, 0] = np.nan
    assert "NaN" in inspect_any(amass(tmp_path / "n.npz", poses=poses)).warnings[0]


def test_spin_labels_in_millimetres_are_doubted(tmp_path) -> None:
    rng = np.random.default_rng(0)
    joints = np.concatenate([rng.uniform(-800, 800, (6, 24, 3)), np.ones((6, 24, 1))], axis=-1)
    path = save(
        tmp_path / "labels",
        imgname=np.array(["a.jpg"] * 6), center=np.zeros((6, 2)), scale=np.ones(6), S=joints,
    ).with_suffix(".npz")  # fmt: skip
    found = inspect_any(path)
    assert (found.kind, dict(found.facts)["people"]) == ("spin_npz", "6")
    assert "millimetres" in found.warnings[0]
    np.savez(
        path,
        imgname=np.array(["a.jpg"] * 6),
        center=np.zeros((6, 2)),
        scale=np.ones(6),
        S=joints / 1000,
    )
    assert inspect_any(path).warnings == ()


def test_human_data(tmp_path) -> None:
    smpl = np.empty((), object)
    smpl[()] = {"global_orient": np.zeros((2, 3)), "body_pose": np.zeros((2, 23, 3))}
    np.savez(
        tmp_path / "h.npz",
        image_path=np.array(["a.jpg", "b.jpg"]),
        bbox_xywh=np.zeros((2, 5)),
        smpl=smpl,
    )
    found = inspect_any(tmp_path / "h.npz")
    assert found.kind == "human_data_npz"
    assert dict(found.facts)["smpl"] == "global_orient, body_pose"


def test_tracks_of_4d_humans(tmp_path) -> None:
    person = {
        "global_orient": np.eye(3)[None],
        "body_pose": np.zeros((23, 3, 3)),
        "betas": np.zeros(10),
    }
    value = {
        f"frame{n}.jpg": {"tid": [0, 1], "smpl": [person, person], "camera": [np.zeros(3)] * 2}
        for n in range(3)
    }
    (tmp_path / "t.pkl").write_bytes(pickle.dumps(value, 4))
    found = inspect_any(tmp_path / "t.pkl")
    assert found.kind == "phalp"
    assert dict(found.facts)["people"] == "up to 2 in a frame, 2 tracks"


def test_a_body_that_moves_says_so(tmp_path) -> None:
    body = load_body("embedded")
    _, people = stepping(0.2, Noise())
    writer = AnimatedGlbWriter(tmp_path / "a.glb", body)
    for number, person in enumerate(people):
        writer.add(motion_of([person], body, 30.0), person.betas, number / 10)
    writer.finish()
    facts = dict(inspect_any(tmp_path / "a.glb").facts)
    assert facts["skeleton"] == "24 joints"
    assert facts["animation"] == f"{len(people)} keys, {(len(people) - 1) / 10:.1f} s"
    assert "bind pose" in facts["extent"]
    still = write_person_glb(tmp_path / "b.glb", people[0], body).path
    assert "animation" not in dict(inspect_any(still).facts)


def test_angles_in_degrees_are_doubted(tmp_path) -> None:
    arrays = {"imgname": ["a.jpg"], "center": np.zeros((1, 2)), "scale": np.ones(1)}
    found = inspect_any(save(tmp_path / "a.npz", **arrays, pose=np.full((1, 72), 90.0)))
    assert any("degrees" in line for line in found.warnings)
    found = inspect_any(save(tmp_path / "b.npz", **arrays, pose=np.full((1, 72), 1.5)))
    assert found.warnings == ()


def test_meshes_by_what_is_in_them(tmp_path) -> None:
    box = trimesh.creation.icosphere(subdivisions=1)
    for ext in ("obj", "ply", "glb"):
        path = tmp_path / f"m.{ext}"
        box.export(path)
        found = inspect_any(path)
        assert (found.kind, dict(found.facts)["vertices"]) == ("mesh", "42")
    notes = tmp_path / "README.md"
    notes.write_text("# v is a letter\n")
    with pytest.raises(InputError, match="nothing that MeshLoupe knows"):
        inspect_any(notes)


def test_keypoints_sessions_and_motion_text(tmp_path) -> None:
    coco = {"images": [], "annotations": [{"image_id": 3, "keypoints": [5.0] * 51}]}
    (tmp_path / "k.json").write_text(json.dumps(coco))
    assert inspect_any(tmp_path / "k.json").kind == "coco_keypoints"
    (tmp_path / "s").write_text(
        json.dumps({"kind": "MeshLoupe session", "schema": 1, "items": [1, 2]})
    )
    assert dict(inspect_any(tmp_path / "s").facts)["items"] == "2"
    bvh = "HIERARCHY\nROOT Hips\n{\n}\nMOTION\nFrames: 3\nFrame Time: 0.04\n0 0\n0 0\n"
    (tmp_path / "b").write_text(bvh)
    found = inspect_any(tmp_path / "b")
    assert dict(found.facts)["frames"] == "3, 25 a second"
    assert "2 rows" not in "".join(found.warnings)


def test_shipped_files_know_themselves() -> None:
    weights = inspect_any(asset_path("weights/metro_lite.safetensors"))
    assert (weights.kind, dict(weights.facts)["network"]) == ("weights", "metro/lite/body")
    assert inspect_any(asset_path("bodies/embedded_body.npz")).kind == "embedded_body"


def test_weights_with_another_card_are_not_taken_for_ours(tmp_path) -> None:
    for ext in ("safetensors", "json"):
        shutil.copy(asset_path(f"weights/pointhmr_lite.{ext}"), tmp_path / f"w.{ext}")
    with pytest.raises(InputError):
        inspect_any(tmp_path / "w.safetensors")


class Attack:
    def __reduce__(self):
        return (os.system, ("touch /tmp/meshloupe-was-here",))


def test_a_malicious_pickle_does_nothing_but_an_error(tmp_path) -> None:
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"x": Attack()}))
    with pytest.raises(MeshLoupeError):
        inspect_any(tmp_path / "a.pkl")
    assert not os.path.exists("/tmp/meshloupe-was-here")


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 100, b"{", b"glTF" + b"\x00" * 20, b"ply\nx", b"HIERARCHY"]
)
def test_damage_is_one_line(tmp_path, content) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(MeshLoupeError) as told:
        inspect_any(tmp_path / "f")
    assert "\n" not in str(told.value)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, 1), at=st.floats(0, 1), junk=st.binary(min_size=1, max_size=16))
def test_mutated_files_never_surprise(tmp_path, cut, at, junk) -> None:
    whole = amass(tmp_path / "m.npz").read_bytes()
    place = int(at * len(whole))
    changed = whole[:place] if cut else whole[:place] + junk + whole[place + len(junk) :]
    (tmp_path / "f").write_bytes(changed)
    try:
        inspect_any(tmp_path / "f")
    except MeshLoupeError as error:
        told = str(error)
    else:
        told = ""
    assert "Traceback" not in told
