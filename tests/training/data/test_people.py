"""Whatever happens to a picture, its truth stays true."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.body import load_body
from core.data import open_dataset
from core.data.posing import BodyFamily
from core.data.record import BodyParameters, PersonRecord
from core.errors import BodyError, InputError
from core.methods.base import InputSpec, Roi
from core.nn.batch import joined
from training.data.change import Augmentation, Change
from training.data.people import collate, prepare

SPEC = InputSpec("crop", (64, 64))
CHANGES = (
    Change(),
    Change(mirrored=True),
    Change(turn=0.5),
    Change(mirrored=True, turn=-0.4, scale=0.8, shift=(0.05, -0.1), light=(1.2, 0.9, 1.0)),
)


@pytest.fixture(scope="module")
def records(people_folder: Path) -> list[PersonRecord]:
    return list(open_dataset("truth_folder", people_folder))


@pytest.fixture(scope="module")
def family() -> BodyFamily:
    body = load_body("embedded")
    return BodyFamily(body, body, body)


@pytest.mark.parametrize("change", CHANGES)
def test_the_3d_truth_projects_onto_the_2d_truth(records, family, change: Change) -> None:
    people = [prepare(record, SPEC, "lsp14", change) for record in records]
    batch, target = collate(people, SPEC, family)
    body = family.neutral
    for points in (
        target.joints_3d,
        body.regress(target.vertices, "lsp14") + target.camera_full[:, None],
    ):
        pixels = points[..., :2] / points[..., 2:] * batch.focal_px[:, None, None]
        pixels = pixels + batch.image_size.flip(-1)[:, None] / 2
        seen = (pixels - batch.box_center[:, None]) * (2 / batch.box_size)[:, None, None]
        # The embedded body is symmetric to a few millimetres: so is its mirrored truth.
        limit = 0.06 if change.mirrored else 2e-3
        assert float((seen - target.joints_2d).norm(dim=-1).max()) < limit


@pytest.mark.parametrize("change", CHANGES)
def test_pose_and_shape_give_the_mesh(records, family, change: Change) -> None:
    people = [prepare(record, SPEC, "lsp14", change) for record in records]
    _, target = collate(people, SPEC, family)
    posed = family.neutral(target.rotmat, target.betas).vertices
    assert torch.allclose(posed, target.vertices, atol=1e-5)
    assert target.has_mesh.all()
    assert target.has_3d.all()
    assert target.has_2d.all()


def test_a_turned_picture_shows_what_a_turned_camera_sees(tmp_path: Path) -> None:
    """A white spot at a marked joint is still there after any change."""
    import cv2

    from core.data.record import Joints, PictureRef

    picture = np.zeros((120, 160, 3), np.uint8)
    picture[40:45, 100:105] = 255
    cv2.imwrite(str(tmp_path / "spot.png"), picture)
    marks = np.full((14, 2), 102.5)
    marks[:, 1] = 42.5
    record = PersonRecord(
        "x", "y", "z", PictureRef(tmp_path / "spot.png"), np.array([60.0, 10, 140, 110]),
        joints_2d=Joints("lsp14", marks, np.ones(14), "picture"),
    )  # fmt: skip
    for change in CHANGES:
        person = prepare(record, InputSpec("crop", (96, 96)), "lsp14", change)
        rows, columns = np.nonzero(person.pixels[0].max(-1) > 120)
        found = np.array([columns.mean() + 0.5, rows.mean() + 0.5]) / 96 * 2 - 1
        assert np.abs(found - person.joints_2d[0]).max() < 0.03


def test_several_crops_lie_as_the_method_asks(records, family) -> None:
    spec = InputSpec("crop", (64, 48), rois=(Roi(), Roi((0.1, 0.0), 0.9)))
    people = [prepare(record, spec, "lsp14", Change(scale=0.9)) for record in records[:2]]
    batch, _ = collate(people, spec, family)
    assert batch.image.shape == (2, 6, 64, 48)
    assert torch.allclose(batch.roi_size[:, 1], batch.roi_size[:, 0] * 0.9)
    apart = (batch.roi_center[:, 1] - batch.roi_center[:, 0]) / batch.roi_size[:, :1]
    width = 48 / 64 / 1.2 * 0.1
    assert torch.allclose(apart, torch.tensor([[width, 0.0]]).expand(2, -1), atol=1e-4)


def test_what_is_unknown_is_zero_and_flagged(records, family) -> None:
    from dataclasses import replace

    bare = replace(records[0], joints_3d=None, body=None, camera=None)
    people = [prepare(r, SPEC, "lsp14", Change()) for r in (bare, records[1])]
    _, target = collate(people, SPEC, family)
    assert target.has_mesh.tolist() == [0, 1]
    assert target.has_3d.tolist() == [0, 1]
    assert target.has_2d.tolist() == [1, 1]
    assert not target.vertices[0].any()
    assert torch.isfinite(target.vertices).all()


def test_a_missing_gender_and_a_method_of_joints_are_said(records) -> None:
    from dataclasses import replace

    woman = records[0].body
    woman = BodyParameters("smpl", woman.rotmat, woman.betas, "female")
    person = prepare(replace(records[0], body=woman), SPEC, "lsp14", Change())
    with pytest.raises(BodyError, match="female"):
        collate([person], SPEC, BodyFamily(load_body("embedded")))
    with pytest.raises(InputError, match="pose_lift"):
        prepare(records[0], InputSpec("joints", joint_set="lift25"), "lsp14", Change())


def test_batches_are_joined_with_what_both_know(records, family) -> None:
    people = [prepare(record, SPEC, "lsp14", Change()) for record in records[:3]]
    batch, target = collate(people, SPEC, family)
    both = joined(batch, batch)
    assert len(both) == 6
    assert both.camera_pitch is None
    assert joined(target, target).vertices.shape[0] == 6


def test_changes_are_drawn_within_their_bounds() -> None:
    wide = Augmentation(mirror=0.5, turn=30.0, scale=(0.7, 1.3), shift=0.1, light=0.4, erased=0.5)
    random = np.random.default_rng(0)
    drawn = [wide.draw(random) for _ in range(400)]
    assert 0.4 < np.mean([c.mirrored for c in drawn]) < 0.6
    assert max(abs(c.turn) for c in drawn) <= np.radians(30)
    assert 0.7 <= min(c.scale for c in drawn) < 0.75
    assert any(c.patch for c in drawn)
    assert Augmentation().draw(random) == Change(light=(1.0, 1.0, 1.0), shift=(0.0, 0.0))
