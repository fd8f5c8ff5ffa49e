"""The shipped lifter: its card tells the truth, and it finds sampled people again."""

import json

import cv2
import numpy as np
import pytest
import torch

from core.body import load_body
from core.methods import create_method
from core.methods.lift_body import lift_body_of
from core.weights import embedded_weights, load_embedded
from training.evaluate import main
from training.lift.held_out import trunk_lean_deg
from training.lift.marked_pictures import evaluate_marked_pictures
from training.lift.shipping import check_numbers
from training.lift.tables import first_held_out, upright_people

# Processors round differently; a wrong or older file is off by several times this.
TOLERANCE_MM = 1.5


@pytest.fixture(scope="module")
def method():
    lifter = create_method("pose_lift")
    load_embedded(lifter)
    return lifter


@pytest.fixture(scope="module")
def body():
    return lift_body_of(load_body("embedded"), coarse=True)


def test_the_card_states_what_is_measured_again(method):
    card = embedded_weights("pose_lift", "lite", "body")
    assert card is not None
    stated = {(n.name, n.protocol): n.value for n in card.numbers if "quick check" in n.data}
    measured = check_numbers(method)
    assert len(measured) == len(stated) > 0
    for number in measured:
        assert number.value == pytest.approx(
            stated[number.name, number.protocol], abs=TOLERANCE_MM
        ), number


def test_the_weights_are_small_and_their_card_complete():
    card = embedded_weights("pose_lift", "lite", "body")
    assert card is not None
    size = sum(part.path.stat().st_size for part in card.parts)
    assert size < 25e6
    assert card.pictures_seen > 1e6
    assert "training.train --method pose_lift --start" in card.recipe
    assert {"MPJPE", "PA-MPJPE", "MPVPE"} <= {n.name for n in card.numbers}


def test_upright_people_stay_upright(method, body):
    upright = upright_people(body, 100)
    marks = upright.marks()
    with torch.inference_mode():
        fit = method.fit(marks, marks.known.float(), method.lift(marks), 2)
        landmarks = body.pose(fit.rotmat, fit.betas)[2]
    lean = trunk_lean_deg(landmarks) - trunk_lean_deg(upright.people.landmarks)
    assert lean.abs().median() < 5


def test_marked_pictures_are_measured_and_printed(method, body, tmp_path, capsys):
    """Sampled people projected into a grey picture come back within a few per cent of their box."""
    from core.body import JOINT_SETS

    people = first_held_out(body, 3).people
    height, width = 480, 640
    focal = float(np.hypot(height, width))
    entries = {}
    for row in range(3):
        center = np.array([width / 2, height / 2])
        pixels = people.rays[row, :14].numpy() * focal + center
        entries[f"p{row}.png"] = {"joints_2d": [[float(x), float(y)] for x, y in pixels]}
        cv2.imwrite(str(tmp_path / f"p{row}.png"), np.full((height, width, 3), 128, np.uint8))
    names = JOINT_SETS["lift25"].joint_names[:14]
    path = tmp_path / "joints.json"
    path.write_text(json.dumps({"joint_names": names, "people": entries}))
    rows = evaluate_marked_pictures(path, tmp_path, method)
    assert [row.key for row in rows] == sorted(entries)
    assert max(row.refined_percent for row in rows) < 2.5
    assert all(row.refined_percent < row.lifted_percent for row in rows)
    assert main(["--joints", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "p1.png" in printed
    assert "mean" in printed


def test_evaluate_without_anything_to_do_is_wrong_use(capsys):
    assert main([]) == 2
    assert main(["--method", "nonsense", "--held-out"]) == 1
