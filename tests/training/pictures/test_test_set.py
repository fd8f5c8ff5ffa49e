"""The fixed test set is shipped, whole, and true to its own geometry."""

from pathlib import Path

import pytest
import torch

from core.assets import asset_path
from core.body import load_body
from core.types import Subject
from training.pictures.test_set import (
    COUNTS,
    FOLDER,
    file_name,
    read_test_set,
    shipped_test_set,
    write_test_set,
)
from training.subjects import SUBJECTS


@pytest.mark.parametrize("subject", ["body", "hand"])
def test_the_shipped_set_is_whole(subject: Subject) -> None:
    pictures, count = shipped_test_set(subject), COUNTS[subject]
    assert len(pictures) == count
    assert pictures.image.shape == (count, 3, 128, 128)
    assert asset_path(FOLDER, file_name(subject)).stat().st_size < 5e6
    # Well-lit, varied, and every person there: no black frames, nobody twice.
    assert pictures.image.float().mean((1, 2, 3)).min() > 10
    assert len({tuple(row.tolist()) for row in pictures.betas}) == count
    assert (pictures.joints_visible[:, :14] > 0.25).sum(1).min() >= 2


@pytest.mark.parametrize(("subject", "joint_set"), [("body", "lift25"), ("hand", "hand21")])
def test_its_parameters_project_onto_its_joints(subject: Subject, joint_set: str) -> None:
    some = shipped_test_set(subject)[:16]
    body = load_body(SUBJECTS[subject].body)
    joints = body.regress(body(some.rotmat, some.betas).vertices, joint_set)
    seen = joints + some.camera_full[:, None]
    pixels = seen[..., :2] / seen[..., 2:] * some.focal_px[:, None, None]
    pixels = pixels + some.image_size.flip(-1)[:, None] / 2
    half = some.box_size[:, None, None] / 2
    assert ((pixels - some.box_center[:, None]) / half - some.joints_2d).abs().max() < 2e-3


def test_writing_and_reading_keeps_everything_but_what_jpeg_takes(tmp_path: Path) -> None:
    some = shipped_test_set()[:4]
    write_test_set(some, tmp_path / "again.safetensors")
    again = read_test_set(tmp_path / "again.safetensors")
    assert torch.equal(again.rotmat, some.rotmat)
    assert torch.equal(again.parts, some.parts)
    assert (again.image.float() - some.image.float()).abs().mean() < 3
