"""Laws of averaging over views of a crop."""

import pytest
import torch

from core.body import load_body
from core.geometry.rotations import axis_angle_to_rotmat, rotation_angle
from core.methods import create_method
from core.methods.base import InputSpec, Roi
from core.nn.batch import Batch, MethodOutput
from core.refine.averaging import (
    VIEWS,
    View,
    averaged,
    mean_output,
    mean_rotmat,
    mirrored_output,
    viewed,
)

ONE_CROP = InputSpec(kind="crop", size_hw=(128, 128))
SIDES = InputSpec(kind="crop", size_hw=(32, 32), rois=(Roi(), Roi((0.2, 0.0)), Roi((-0.2, 0.0))))


@pytest.fixture(scope="module")
def body():
    return load_body("embedded")


def make_batch(rois=1, side=128, count=2):
    generator = torch.Generator().manual_seed(0)
    center = torch.tensor([[200.0, 150.0]]).repeat(count, 1)
    offsets = torch.tensor([[0.0, 0.0], [20.0, 0.0], [-20.0, 0.0]])[:rois]
    return Batch(
        box_center=center,
        box_size=torch.full((count,), 100.0),
        image_size=torch.tensor([[300.0, 640.0]]).repeat(count, 1),
        focal_px=torch.full((count,), 700.0),
        image=torch.rand(count, 3 * rois, side, side, generator=generator),
        roi_center=center[:, None] + offsets,
        roi_size=torch.full((count, rois), 100.0),
    )


def output_of(body, turns):
    rotmat = axis_angle_to_rotmat(turns)
    betas = torch.zeros(len(turns), 10)
    vertices = body(rotmat, betas).vertices
    joints = body.regress(vertices, "lsp14")
    place = torch.tensor([[0.3, 0.1, 5.0]]).repeat(len(turns), 1)
    return MethodOutput(vertices, joints, camera_full=place, rotmat=rotmat, betas=betas)


def turns_of(seed, size=0.4):
    return torch.randn(2, 24, 3, generator=torch.Generator().manual_seed(seed)) * size


def test_the_mean_of_equal_rotations_is_the_rotation():
    rotmat = axis_angle_to_rotmat(turns_of(1))
    assert torch.allclose(mean_rotmat(torch.stack([rotmat] * 3)), rotmat, atol=1e-6)


def test_the_mean_of_two_turns_about_an_axis_is_the_turn_half_way():
    low, high = (axis_angle_to_rotmat(torch.tensor([0.0, 0.0, a])) for a in (2.9, 3.3))
    middle = mean_rotmat(torch.stack([low, high]))
    want = axis_angle_to_rotmat(torch.tensor([0.0, 0.0, 3.1]))
    assert rotation_angle(middle, want) < 1e-5


def test_mirroring_twice_changes_nothing(body):
    output = output_of(body, turns_of(2))
    names = body.joint_names_of("lsp14")
    twice = mirrored_output(mirrored_output(output, body, names), body, names)
    assert (twice.vertices - output.vertices).norm(dim=-1).mean() < 1e-3
    assert torch.allclose(twice.rotmat, output.rotmat, atol=1e-6)
    assert torch.allclose(twice.joints_3d, output.joints_3d, atol=1e-6)


def test_mirrored_rotations_pose_the_mirrored_mesh(body):
    output = mirrored_output(output_of(body, turns_of(3)), body, body.joint_names_of("lsp14"))
    posed = body(output.rotmat, output.betas).vertices
    assert (posed - output.vertices).norm(dim=-1).mean() < 5e-3


@pytest.mark.parametrize("bare", [False, True])
def test_the_mean_of_one_answer_repeated_is_the_answer(body, bare):
    output = output_of(body, turns_of(4))
    if bare:
        output = MethodOutput(output.vertices, output.joints_3d, camera_full=output.camera_full)
    mean = mean_output([output, output], body)
    assert torch.allclose(mean.vertices, output.vertices, atol=1e-5)
    assert torch.allclose(mean.joints_3d, output.joints_3d, atol=1e-5)
    assert torch.allclose(mean.camera_full, output.camera_full, atol=1e-5)


def test_a_mean_of_rotations_is_still_a_body(body):
    first, second = output_of(body, turns_of(5)), output_of(body, turns_of(6))
    mean = mean_output([first, second], body)
    posed = body(mean.rotmat, mean.betas).vertices
    gap = posed - mean.vertices
    assert (gap - gap.mean(1, keepdim=True)).abs().max() < 1e-4


def test_mirrored_views_exchange_the_crops_of_the_sides():
    batch = make_batch(rois=3, side=32)
    view = viewed(batch, View(mirrored=True), SIDES)
    assert torch.equal(view.image[:, 3:6], batch.image[:, 6:9].flip(-1))
    assert torch.allclose(view.roi_center[:, 1, 0], 640 - batch.roi_center[:, 2, 0])
    assert torch.allclose(view.box_center[:, 0], 640 - batch.box_center[:, 0])


def test_a_larger_view_shows_the_same_pixel_nearer_to_the_middle():
    batch = make_batch()
    dot = torch.zeros_like(batch.image)
    dot[..., 60:68, 96:104] = 1.0  # 36 of 64 pixels right of the middle
    seen = viewed(Batch(**{**vars(batch), "image": dot}), View(scale=1.2), ONE_CROP)
    column = (seen.image[0, 0].sum(0) * (torch.arange(128) + 0.5)).sum() / seen.image[0, 0].sum()
    assert float(column) - 64 == pytest.approx(36 / 1.2, abs=0.5)
    assert torch.allclose(seen.box_size, batch.box_size * 1.2)


def test_one_view_is_the_plain_answer_and_all_views_answer_for_every_person():
    torch.manual_seed(0)
    method = create_method("metro", preset="lite").eval()
    batch = make_batch()
    with torch.inference_mode():
        plain, single = method(batch), averaged(method, batch, 1)
        many = averaged(method, batch, len(VIEWS))
    assert torch.equal(plain.vertices, single.vertices)
    assert many.vertices.shape == plain.vertices.shape
    assert many.camera_full.shape == (2, 3)
    assert torch.isfinite(many.vertices).all()


def test_a_mirrored_crop_gives_the_mirrored_average():
    """Averaged with its mirror image, an answer has no preferred side."""
    torch.manual_seed(0)
    method = create_method("metro", preset="lite").eval()
    batch = make_batch()
    mirror = viewed(batch, View(mirrored=True), method.input_spec)
    with torch.inference_mode():
        one, other = averaged(method, batch, 2), averaged(method, mirror, 2)
    back = mirrored_output(other, method.body, method.joint_names)
    about = [o.joints_3d - o.joints_3d.mean(1, keepdim=True) for o in (one, back)]
    assert torch.allclose(*about, atol=2e-3)
