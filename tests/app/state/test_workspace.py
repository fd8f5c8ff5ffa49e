"""Session files: a round trip, files that moved, and damage of every kind."""

import contextlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.state.values import Choice
from app.state.workspace import SavedItem, Workspace, load_workspace, save_workspace
from core.errors import InputError, MeshLoupeError
from core.types import Detection, LimbHint


def person() -> Detection:
    return Detection(
        box_xyxy=np.array([10.5, 20, 110, 220]),
        score=0.75,
        joint_names=("L_Wrist", "R_Wrist"),
        joints_2d=np.array([[12.25, 40], [np.nan, np.nan]]),
        joint_scores=np.array([1, 0]),
        joint_source="hand",
        limb_hints=(LimbHint("L_Elbow", "L_Wrist", "nearer"),),
        camera_pitch=0.125,
    )


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    folder = tmp_path / "work" / "pictures"
    folder.mkdir(parents=True)
    for name in ("a.png", "ü b.png"):
        (folder / name).write_bytes(b"x")
    return Workspace(
        items=(
            SavedItem(folder / "a.png", None, False, (person(),), True, "left arm is odd\n“here”"),
            SavedItem(folder / "ü b.png", 12, True, None),
            SavedItem(folder / "ü b.png", 14, False, ()),
        ),
        current=1,
        choice=Choice(
            "metro", "lite", "body", Path("/weights/x.safetensors"), "embedded", "cpu", "quick"
        ),
        others=(Choice("cliff", "lite", "body"),),
        comparing=True,
        view={"alignment": "procrustes", "overlay_opacity": 0.25, "truth": True},
        camera=(0.5, -0.25),
        layout="AAAA",
    )


def test_everything_comes_back(workspace, tmp_path) -> None:
    path = tmp_path / "work" / "one.meshloupe"
    save_workspace(workspace, path)
    read = load_workspace(path)
    first, second, third = read.items
    assert [i.path for i in read.items] == [i.path for i in workspace.items]
    assert (first.note, first.edited) == (workspace.items[0].note, True)
    assert second.people is None
    assert third.people == ()
    (back,) = first.people
    assert back.joint_names == ("L_Wrist", "R_Wrist")
    assert np.array_equal(back.joints_2d, person().joints_2d, equal_nan=True)
    assert np.array_equal(back.box_xyxy, person().box_xyxy)
    assert back.limb_hints == person().limb_hints
    assert (back.camera_pitch, back.joint_source, back.score) == (0.125, "hand", 0.75)
    for name in ("current", "choice", "others", "comparing", "view", "camera", "layout"):
        assert getattr(read, name) == getattr(workspace, name)


def test_a_folder_that_moved_with_its_session_is_found(workspace, tmp_path) -> None:
    save_workspace(workspace, tmp_path / "work" / "one.meshloupe")
    shutil.move(tmp_path / "work", tmp_path / "elsewhere")
    read = load_workspace(tmp_path / "elsewhere" / "one.meshloupe")
    assert read.missing == ()
    assert read.items[0].path == tmp_path / "elsewhere" / "pictures" / "a.png"


def test_pictures_that_moved_alone_are_found_below_a_folder(workspace, tmp_path) -> None:
    path = tmp_path / "work" / "one.meshloupe"
    save_workspace(workspace, path)
    new = tmp_path / "new" / "deep" / "down"
    new.parent.mkdir(parents=True)
    shutil.move(tmp_path / "work" / "pictures", new)
    read = load_workspace(path)
    assert len(read.missing) == 2
    found = read.found_in(tmp_path / "new")
    assert found.missing == ()
    assert found.items[0].path == new / "a.png"
    assert found.items[0].people is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "damaged"),
        ("[1, 2]", "no MeshLoupe session"),
        ('{"kind": "something else"}', "no MeshLoupe session"),
        ('{"kind": "MeshLoupe session", "schema": 9}', "schema 9"),
        ('{"kind": "MeshLoupe session", "schema": 1}', "damaged"),
        ("[" * 100_000, "damaged"),
    ],
)
def test_damage_is_told_in_one_line(tmp_path, text, words) -> None:
    path = tmp_path / "x.meshloupe"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as told:
        load_workspace(path)
    assert str(told.value.path) == str(path)
    assert "\n" not in told.value.what


def test_a_missing_file_and_a_folder_are_told(tmp_path) -> None:
    for path in (tmp_path / "no.meshloupe", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            load_workspace(path)


PLACES = ("items", "current", "choice", "others", "comparing", "view", "camera", "layout")
JUNK = st.one_of(
    st.none(), st.integers(), st.floats(), st.text(max_size=4), st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(place=st.sampled_from(PLACES), junk=JUNK)
def test_junk_anywhere_is_a_clear_error_or_harmless(tmp_path_factory, place, junk) -> None:
    folder = tmp_path_factory.mktemp("junk")
    path = folder / "x.meshloupe"
    whole = Workspace(items=(SavedItem(folder / "a.png", None, False, (person(),)),))
    save_workspace(whole, path)
    data = json.loads(path.read_text())
    data[place] = junk
    path.write_text(json.dumps(data))
    with contextlib.suppress(MeshLoupeError):
        load_workspace(path)


def test_a_session_of_before_refinement_opens_without(workspace, tmp_path) -> None:
    path = tmp_path / "old.meshloupe"
    save_workspace(workspace, path)
    data = json.loads(path.read_text("utf-8"))
    for choice in (data["choice"], *data["others"]):
        del choice["refine"]
    path.write_text(json.dumps(data), "utf-8")
    assert load_workspace(path).choice.refine == "off"
