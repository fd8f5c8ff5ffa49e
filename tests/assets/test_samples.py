"""The bundled samples: pictures, truth and joints agree with each other and with the embedded body."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.assets import asset_files
from core.body import load_body
from core.export import read_truth, truth_path
from core.geometry.cameras import project_perspective
from core.pipeline.joints_file import read_joints_file
from core.pipeline.pictures import read_picture

SAMPLES = asset_files("samples", "*.jpg")


def test_there_is_a_dozen() -> None:
    assert len(SAMPLES) == 12


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_truth_projects_onto_its_own_joints_and_box(sample: Path) -> None:
    height, width = read_picture(sample).size_hw
    for person in read_truth(truth_path(sample)):
        center = np.array([width / 2, height / 2])
        pixels = project_perspective(
            np.asarray(person.joints_3d + person.camera_full, float), person.focal_px, center
        )
        assert np.abs(pixels - person.joints_2d).max() < 0.5
        assert person.vertices is not None
        outline = project_perspective(
            np.asarray(person.vertices + person.camera_full, float), person.focal_px, center
        )
        box = np.concatenate([outline.min(0), outline.max(0)])
        assert np.abs(box - person.box_xyxy).max() < 0.5


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_vertices_are_the_embedded_body_in_the_stored_pose(sample: Path) -> None:
    body = load_body("embedded")
    for person in read_truth(truth_path(sample)):
        assert person.rotmat is not None
        assert person.betas is not None
        assert person.vertices is not None
        rotmat, betas = torch.tensor(person.rotmat)[None], torch.tensor(person.betas)[None]
        posed = body(rotmat, betas).vertices[0].numpy()
        assert np.abs(posed - person.vertices).max() < 1e-3


def test_the_person_stands_out_where_the_truth_says() -> None:
    """Around a joint in the middle of the body the picture differs from the empty wall beside it."""
    for sample in SAMPLES:
        picture = read_picture(sample).image.astype(float)
        truth = read_truth(truth_path(sample))[0]
        x, y = truth.joints_2d[truth.joint_names.index("Neck")]
        here = picture[int(y) - 4 : int(y) + 5, int(x) - 4 : int(x) + 5].mean((0, 1))
        wall = picture[10:30, 10:30].mean((0, 1))
        assert np.abs(here - wall).max() > 15, sample.name


def test_the_joint_file_holds_the_true_joints() -> None:
    joints = read_joints_file(SAMPLES[0].parent / "joints2d.json")
    for sample in SAMPLES:
        truth = read_truth(truth_path(sample))
        people = joints.detections(sample.name)
        assert len(people) == len(truth)
        for marked, true in zip(people, truth, strict=True):
            assert marked.joints_2d is not None
            assert np.abs(marked.joints_2d - true.joints_2d).max() < 0.11
