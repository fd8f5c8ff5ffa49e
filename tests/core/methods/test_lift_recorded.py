"""A recorded lifter says what the unrecorded one says, of marks that it was not recorded with."""

from dataclasses import replace

import pytest
import torch

from core.body import load_body
from core.methods.lift_recorded import PARTS
from core.methods.pose_lift import build
from tests.core.methods.test_pose_lift import make_batch


@pytest.fixture(scope="module")
def pair():
    torch.manual_seed(1)
    body = load_body("embedded")
    plain, recorded = build("lite", "body", body).eval(), build("lite", "body", body).eval()
    recorded.load_state_dict(plain.state_dict())
    recorded.record()
    return plain, recorded


def hinted(batch):
    return replace(batch, limb_hints=torch.tensor([[1.0, 0, 0, -1.0, 0, 0, 0, 0]]))


def gappy(batch):
    scores = batch.joint_scores.clone()
    scores[:, 3:7] = 0
    return replace(batch, joint_scores=scores, joint_sigma=None, camera_pitch=torch.tensor([0.2]))


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("change", [lambda b: b, hinted, gappy])
def test_it_says_the_same_of_other_marks(pair, steps, change) -> None:
    plain, recorded = pair
    with torch.inference_mode():
        for seed in (0, 1, 2):  # recorded with the first
            batch = change(make_batch(1, seed))
            wanted, got = (m.reconstruct(batch, steps) for m in (plain, recorded))
            for name in PARTS:
                assert torch.allclose(getattr(got, name), getattr(wanted, name), atol=2e-5), name


def test_several_people_go_the_plain_way(pair) -> None:
    plain, recorded = pair
    with torch.inference_mode():
        wanted, got = (m.reconstruct(make_batch(3), 2) for m in (plain, recorded))
    assert torch.equal(wanted.vertices, got.vertices)


def test_the_live_answer_is_recorded_and_the_full_one_is_not(pair, monkeypatch) -> None:
    _, recorded = pair
    asked = []
    monkeypatch.setattr(recorded, "_recorded", lambda turned, steps: asked.append(steps))
    with torch.inference_mode():
        recorded.live = True
        recorded(make_batch(1))
        recorded.live = False
        assert recorded(make_batch(1)).alternatives
    assert asked == [2]
