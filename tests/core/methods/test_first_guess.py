"""The first guess of the lite methods: what is found in the heatmaps becomes a body that fits it."""

import pytest
import torch

from core.body import load_body
from core.geometry.cameras import project_weak_perspective
from core.losses.dense import gaussian_targets
from core.methods.base import InputSpec
from core.methods.first_guess import FirstGuess
from core.nn.lite_backbone import DenseOutput
from core.weights.cards import load_shared
from training.heads.samples import method_samples
from training.pictures.test_set import shipped_test_set


@pytest.fixture(scope="module")
def guess() -> FirstGuess:
    made = FirstGuess(load_body("embedded"))
    load_shared(made.lifter, "pose_lift")
    return made


def seen_perfectly(joints_2d: torch.Tensor) -> DenseOutput:
    """The dense outputs of a network that makes no mistakes."""
    heat = gaussian_targets(joints_2d, 32, 32).clamp_min(1e-9).log().reshape(-1, 25, 32, 32)
    sure = torch.where((joints_2d.abs() < 1).all(-1), 9.0, -9.0)
    return DenseOutput(heat, heat, sure, sure)


def test_perfect_heatmaps_give_nearly_the_true_body(guess: FirstGuess) -> None:
    body = load_body("embedded")
    pictures = shipped_test_set()[:32]
    spec = InputSpec(kind="crop", size_hw=(128, 128))
    batch, target = method_samples(pictures, body, spec, jitter=False)
    made = guess(seen_perfectly(pictures.joints_2d), batch, body)
    assert made.points.shape == (32, 14 + 431, 3)
    joints = made.points[:, :14]
    whole = (target.joints_2d.abs() < 1).all(-1).all(-1)
    assert whole.sum() > 10
    # The weak camera sees its joints where the heatmaps had them, but for perspective.
    seen = project_weak_perspective(joints, made.camera)
    assert (seen - target.joints_2d)[whole].norm(dim=-1).mean() < 0.09
    centred = [p - p[:, 2:4].mean(1, keepdim=True) for p in (joints, target.joints_3d)]
    assert (centred[0] - centred[1])[whole].norm(dim=-1).mean() < 0.12
    # The body at the full camera is the same one.
    posed = body(made.rotmat, made.betas)
    points = body.regress(posed.vertices, "lsp14") + made.camera_full[:, None]
    pixels = points[..., :2] / points[..., 2:] * batch.focal_px[:, None, None]
    pixels = pixels + batch.image_size.flip(-1)[:, None] / 2
    off = (pixels - batch.box_center[:, None]) / batch.box_size[:, None, None] * 2
    assert (off - target.joints_2d)[whole].norm(dim=-1).mean() < 0.09


def test_displacements_of_vertices_are_shared_and_keep_their_mean_direction(
    guess: FirstGuess,
) -> None:
    body = load_body("embedded")
    pictures = shipped_test_set()[:2]
    spec = InputSpec(kind="crop", size_hw=(128, 128))
    batch, _ = method_samples(pictures, body, spec, jitter=False)
    made = guess(seen_perfectly(pictures.joints_2d), batch, body)
    # One step for all moves all by it; an error of its own hardly moves a vertex.
    same = torch.full((2, 14 + 431, 3), 0.1)
    assert torch.allclose(made.moved(same), made.points + 0.1, atol=1e-4)
    torch.manual_seed(0)
    noise = torch.randn(2, 14 + 431, 3) * 0.02
    moved = made.moved(noise) - made.points
    assert torch.allclose(moved[:, :14], noise[:, :14], atol=1e-6)
    assert moved[:, 14:].norm(dim=-1).mean() < 0.35 * noise[:, 14:].norm(dim=-1).mean()


def test_it_is_frozen_and_answers_in_training_as_later(guess: FirstGuess) -> None:
    guess.train()
    assert not any(module.training for module in guess.modules())
    assert not any(parameter.requires_grad for parameter in guess.parameters())
