"""Batches and targets made of rendered pictures agree with one another."""

import dataclasses

import pytest
import torch

from core.body import load_body
from core.geometry.boxes import apply_affine
from core.methods.base import InputSpec, Roi
from core.nn.batch import Batch, MethodOutput, Target
from training.heads.held_out import measure
from training.heads.samples import method_samples
from training.pictures.shards import Pictures
from training.pictures.test_set import shipped_test_set

SPEC = InputSpec(kind="crop", size_hw=(128, 128))


@pytest.fixture(scope="module")
def body():
    return load_body("embedded")


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return shipped_test_set()[:12]


def projected(batch: Batch, target: Target) -> torch.Tensor:
    """(B, K, 2) the true 3D joints in pixels of the whole picture."""
    points = target.joints_3d + target.camera_full[:, None]
    pixels = points[..., :2] / points[..., 2:] * batch.focal_px[:, None, None]
    return pixels + batch.image_size.flip(-1)[:, None] / 2


@pytest.mark.parametrize("jitter", [False, True])
def test_true_joints_project_onto_their_crop(body, pictures: Pictures, jitter: bool) -> None:
    torch.manual_seed(0)
    batch, target = method_samples(pictures, body, SPEC, jitter=jitter)
    seen = apply_affine(projected(batch, target), batch.T_crop_image)
    assert (seen / 64 - 1 - target.joints_2d).abs().max() < 3e-3
    assert batch.image.shape == (12, 3, 128, 128)


def test_without_jitter_the_crop_is_the_rendered_picture(body, pictures: Pictures) -> None:
    batch, _ = method_samples(pictures, body, SPEC, jitter=False)
    mean, std = (torch.tensor(v).reshape(1, 3, 1, 1) for v in (SPEC.mean, SPEC.std))
    assert ((batch.image * std + mean) * 255 - pictures.image.float()).abs().max() < 1e-2
    assert torch.allclose(batch.box_center, pictures.box_center)


def test_every_roi_is_cut_where_its_box_says(body, pictures: Pictures) -> None:
    """A white dot in the middle of the picture lies in each crop where the crop's box puts it."""
    dotted = dataclasses.replace(pictures, image=torch.zeros_like(pictures.image))
    dotted.image[:, :, 62:66, 62:66] = 255
    rois = (Roi(), Roi((0.1, 0.0), 1.5), Roi((0.0, -0.1), 0.65))
    spec = dataclasses.replace(SPEC, rois=rois, mean=(0.0,) * 3, std=(1.0,) * 3)
    batch, _ = method_samples(dotted, body, spec, jitter=False)
    assert batch.image.shape == (12, 9, 128, 128)
    steps = (torch.arange(128) + 0.5) / 128 * 2 - 1
    for number, roi in enumerate(rois):
        light = batch.image[:, 3 * number]
        light = light / light.sum((1, 2), keepdim=True)
        found = torch.stack([(light.sum(1) * steps).sum(-1), (light.sum(2) * steps).sum(-1)], -1)
        wanted = -2 * torch.tensor(roi.offset_xy) / roi.scale
        assert (found - wanted).abs().max() < 0.02
        moved = (batch.box_center - batch.roi_center[:, number]) / batch.roi_size[:, number, None]
        assert (2 * moved - wanted).abs().max() < 1e-3


class Oracle(torch.nn.Module):
    """Knows the truth of the pictures that it is shown, in their order, scaled by ``wrong``."""

    input_spec = SPEC

    def __init__(self, body, pictures: Pictures, wrong: float) -> None:
        super().__init__()
        self.body, self.pictures, self.wrong = body, pictures, wrong
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, batch: Batch) -> MethodOutput:
        vertices = self.body(self.pictures.rotmat, self.pictures.betas).vertices * self.wrong
        joints = self.body.regress(vertices, "lsp14")
        return MethodOutput(vertices, joints, camera_full=self.pictures.camera_full)


def test_the_truth_has_no_error_and_a_larger_body_only_an_unaligned_one(
    body, pictures: Pictures
) -> None:
    right = measure(Oracle(body, pictures, 1.0), pictures, body)  # type: ignore[arg-type]
    assert max(right.values()) < 0.15
    large = measure(Oracle(body, pictures, 1.2), pictures, body)  # type: ignore[arg-type]
    assert large["mpjpe_mm"] > 40
    assert large["pa_mpjpe_mm"] < 0.1
