"""Truth beside a picture, and the samples that come with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.export import write_npz
from core.geometry.cameras import project_perspective
from core.pipeline.config import EngineConfig
from core.pipeline.engine import open_engine
from core.pipeline.joints_file import read_joints_file
from core.pipeline.pictures import read_picture
from core.pipeline.samples import bundled_samples, sample_joints
from core.pipeline.truth import truth_for, truths_for
from core.types import Detection, Frame


def test_no_truth_is_no_error(tmp_path: Path) -> None:
    assert truth_for(tmp_path / "a.png") is None
    assert truth_for(None) is None


def test_results_written_as_truth_come_back(standing, frame: Frame, tmp_path: Path) -> None:
    people = (Detection(np.array([10, 10, 90, 190])), Detection(np.array([90, 10, 190, 190])))
    config = EngineConfig("standing", device="cpu", untrained=True)
    with open_engine(config) as engine:
        result = engine.run(frame, people)
    picture = tmp_path / "a.png"
    write_npz(tmp_path / "a.png.truth.npz", result)
    both = truths_for(picture)
    assert len(both) == 2
    for person, truth in zip(result.people, both, strict=True):
        np.testing.assert_array_equal(truth.vertices, person.vertices)
        np.testing.assert_array_equal(truth.joints_2d, person.joints_2d)
        np.testing.assert_array_equal(truth.camera_full, person.camera_full)
    assert truth_for(picture) is not None


@pytest.mark.skipif(not bundled_samples(), reason="no samples in this checkout")
def test_every_sample_has_truth_that_lies_on_its_person() -> None:
    joints = sample_joints()
    assert joints is not None
    marked = read_joints_file(joints)
    for path in bundled_samples():
        frame = read_picture(path)
        height, width = frame.size_hw
        people = truths_for(path)
        assert people, path
        assert len(marked.detections(frame.key)) == len(people), path
        for truth in people:
            seen = project_perspective(
                truth.joints_3d + truth.camera_full, truth.focal_px, (width / 2, height / 2)
            )
            assert np.abs(seen - truth.joints_2d).max() < 0.5, path
