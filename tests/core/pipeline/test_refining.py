"""The engine with refinement and averaging, on rendered people of the samples."""

from dataclasses import replace

import numpy as np
import pytest

from core.assets import asset_path
from core.errors import BodyError, InputError
from core.geometry.cameras import project_perspective
from core.pipeline.config import EngineConfig
from core.pipeline.engine import open_engine
from core.pipeline.refining import LIVE_TRIALS
from core.pipeline.sources import read_picture
from core.types import Detection

CONFIG = EngineConfig("metro", preset="lite", device="cpu", detector="embedded")


@pytest.fixture(scope="module")
def picture():
    return read_picture(asset_path("samples", "02-walking.jpg"))


@pytest.fixture(scope="module")
def plain(picture):
    with open_engine(CONFIG) as engine:
        return engine.run(picture).people[0]


@pytest.fixture(scope="module", params=["quick", "thorough"])
def engine(request):
    with open_engine(replace(CONFIG, refine=request.param)) as engine:
        yield engine


def test_a_refined_person_lies_nearer_to_the_joints_seen(engine, picture, plain):
    result = engine.run(picture)
    person = result.people[0]
    record = person.refinement
    assert record.level == engine.config.refine
    assert record.accepted
    assert record.after_percent < record.before_percent
    assert "refined:" in person.note
    assert "refine" in [stage.stage for stage in result.timing]
    assert plain.refinement is None
    assert not np.allclose(plain.vertices, person.vertices, atol=1e-3)


def test_a_refined_person_keeps_the_law_of_projection(engine, picture):
    person = engine.run(picture).people[0]
    height, width = picture.size_hw
    seen = project_perspective(person.joints_camera, person.focal_px, (width / 2, height / 2))
    assert np.abs(seen - person.joints_2d).max() < 0.5
    assert person.rotmat.shape == (24, 3, 3)
    assert person.betas.shape == (10,)


def test_joints_of_a_hand_are_followed(engine, picture):
    """Somebody drags a wrist: the body's wrist follows in the picture."""
    person = engine.run(picture).people[0]
    joints = person.joints_2d.copy()
    wrist = person.joint_names.index("R_Wrist")
    side = float(np.ptp(joints, axis=0).max())
    joints[wrist] += (0.12 * side, 0.0)
    marks = Detection(
        person.box_xyxy, joint_names=person.joint_names, joints_2d=joints, joint_source="hand"
    )
    moved = engine.run(picture, [marks]).people[0].joints_2d[wrist]
    before, after = (
        np.linalg.norm(place - joints[wrist]) for place in (person.joints_2d[wrist], moved)
    )
    assert after < 0.6 * before


def test_streamed_frames_are_refined_quickly_or_not_at_all(engine, picture, monkeypatch):
    person = engine.run(picture, quality="live").people[0]
    assert person.refinement is None or person.refinement.level == "quick"
    monkeypatch.setattr("core.pipeline.refining.LIVE_BUDGET_S", -1.0)
    for _ in range(LIVE_TRIALS):
        engine._refining.took(1.0)
    assert engine.run(picture, quality="live").people[0].refinement is None
    assert engine.run(picture).people[0].refinement is not None


def test_the_lifter_has_already_done_what_quick_does(picture):
    config = replace(CONFIG, method="pose_lift", preset=None)
    with open_engine(config) as engine:
        plain = engine.run(picture).people[0]
    with open_engine(replace(config, refine="quick")) as engine:
        person = engine.run(picture).people[0]
    np.testing.assert_allclose(plain.vertices, person.vertices, atol=1e-5)
    assert not person.refinement.accepted
    assert person.refinement.before_percent > 0


def test_averaging_changes_the_body_a_little(picture, plain):
    with open_engine(replace(CONFIG, average=4)) as engine:
        person = engine.run(picture).people[0]
        live = engine.run(picture, quality="live").people[0]
    apart = np.linalg.norm(person.joints_3d - plain.joints_3d, axis=-1).mean()
    assert 1e-4 < apart < 0.15
    np.testing.assert_allclose(live.vertices, plain.vertices, atol=1e-5)


def test_what_cannot_be_done_is_said(standing):
    with pytest.raises(InputError, match="ask for 1"):
        open_engine(replace(CONFIG, average=99))
    hand = EngineConfig(
        "metro", "paper", "hand_h64", refine="quick", device="cpu", untrained=True, detector="none"
    )
    with pytest.raises(BodyError, match="leave the refinement off"):
        open_engine(hand)
