"""Numbers and colours on the body: laws first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.engine.body_colours import paint, spread_to_vertices
from app.engine.layers import Marker, body_layers, truth_layer
from app.engine.measure import against_truth, marks_error, match_truths, measure, measure_readings
from app.engine.overlay import premultiplied_image
from app.state.values import ALIGNMENTS, Choice, MeshInfo, Scores
from core.types import Detection, Frame, Truth
from tests.app.fakes import JOINTS, FakeEngine, TinyBody, attention

BODY = TinyBody()
MESH = MeshInfo("tiny", BODY.faces(), BODY.v_template, BODY.part_labels, BODY.part_names)


@pytest.fixture
def person():
    frame = Frame(np.zeros((300, 200, 3), np.uint8), "a.png")
    box = Detection(np.array([20, 10, 180, 290], np.float32))
    return FakeEngine(Choice("metro")).run(frame, (box,)).people[0]


def truth_of(person, move=0.0, scale=1.0, turn=None):
    turn = np.eye(3) if turn is None else turn

    def placed(points):
        return ((points @ turn.T) * scale + move).astype(np.float32)

    return Truth(
        person.body, placed(person.vertices), placed(person.joints_3d), person.joint_names,
        person.joints_2d, person.camera_full, person.focal_px, person.box_xyxy,
    )  # fmt: skip


def test_a_perfect_body_has_no_error(person):
    scores = against_truth(person, truth_of(person))
    assert scores.mpjpe_mm == scores.mpvpe_mm == 0.0
    assert scores.pa_mpjpe_mm == pytest.approx(0.0, abs=1e-4)
    for alignment in ALIGNMENTS:
        assert scores.error_on(alignment).max() == pytest.approx(0.0, abs=1e-3)


def test_a_shift_is_forgiven_by_the_pelvis_and_a_similarity_by_procrustes(person):
    shifted = against_truth(person, truth_of(person, move=0.1))
    assert shifted.error_on("none").mean() == pytest.approx(100 * np.sqrt(3), rel=1e-4)
    assert shifted.error_on("pelvis").max() < 1e-2
    angle = 0.4
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    turned = against_truth(person, truth_of(person, 0.1, 1.3, turn))
    assert turned.error_on("pelvis").mean() > 10
    assert turned.error_on("procrustes").max() < 1e-2
    assert turned.protocol


def test_the_mean_of_the_vertex_errors_is_mpvpe(person):
    rng = np.random.default_rng(0)
    truth = replace(
        truth_of(person), vertices=person.vertices + rng.normal(0, 0.02, person.vertices.shape)
    )
    scores = against_truth(person, truth)
    assert scores.error_on("pelvis").mean() == pytest.approx(scores.mpvpe_mm, rel=1e-4)


def test_marks_error_is_in_percent_of_the_longer_side(person):
    moved = person.joints_2d + np.array([2.8, 0], np.float32)
    marks = Detection(person.box_xyxy, 1.0, JOINTS, moved)
    percent, _ = marks_error(person, marks)
    assert percent == pytest.approx(1.0, rel=1e-3)  # 2.8 px of 280 px


def test_unknown_marks_do_not_count_and_the_worst_is_named(person):
    moved = np.array(person.joints_2d)
    moved[4] += 14
    moved[9] = np.nan
    percent, worst = marks_error(person, Detection(person.box_xyxy, 1.0, JOINTS, moved))
    assert worst[0] == JOINTS[4]
    assert percent == pytest.approx(worst[1] / 13, rel=1e-4)


def test_marks_of_another_joint_set_are_matched_by_name(person):
    marks = Detection(person.box_xyxy, 1.0, ("left_knee", "nose"), person.joints_2d[[4, 4]])
    assert marks_error(person, marks)[0] == pytest.approx(0.0, abs=1e-4)


def test_each_truth_is_compared_with_the_person_it_overlaps(person):
    other = replace(person, box_xyxy=person.box_xyxy + 500)
    near, far = truth_of(person), replace(truth_of(person, 0.2), box_xyxy=other.box_xyxy)
    assert match_truths((other, person), (near, far)) == {0: far, 1: near}
    assert match_truths((other,), (near,)) == {}
    assert len(match_truths((person, person), (near,))) == 1, "a truth is used once"
    scores = measure((other, person), None, (near,))
    assert scores[0].mpjpe_mm is None
    assert scores[1].mpjpe_mm == 0.0


def test_error_colours_come_with_a_legend_and_a_reason_when_missing(person):
    painted = paint("error", MESH, against_truth(person, truth_of(person, 0.1)), "none", None)
    assert painted.colours.shape == person.vertices.shape
    assert painted.legend.unit == "mm"
    assert paint("error", MESH, Scores(), "none", None).hint


def test_attention_spread_is_exact_at_tokens_and_stays_in_range():
    tokens = attention(JOINTS).keys
    values = np.random.default_rng(1).random(28).astype(np.float32)
    spread = spread_to_vertices(tokens, values, MESH.template)
    assert np.allclose(spread[tokens.full_vertex[14:]], values[14:], atol=1e-3)
    assert spread.min() >= values[14:].min() - 1e-6
    assert spread.max() <= values[14:].max() + 1e-6


def test_every_colour_mode_gives_valid_layers(person):
    tokens = attention(JOINTS).keys
    row = np.full(28, 1 / 28, np.float32)
    scores = against_truth(person, truth_of(person, 0.05))
    for mode in ("shading", "part", "normals", "error", "attention"):
        painted = paint(mode, MESH, scores, "pelvis", (tokens, row))
        marker = Marker(person.joints_camera[0], (1.0, 0.0, 0.0))
        layers = body_layers(
            (person, person), MESH.faces, painted, 0, skeleton=True, markers=[marker]
        )
        assert [layer.pickable for layer in layers] == [True, True, False, False, False]


def test_the_truth_lies_on_the_body_when_aligned(person):
    layer = truth_layer(person, truth_of(person, move=0.3), MESH.faces, "pelvis")
    assert np.allclose(layer.vertices, person.vertices_camera, atol=1e-5)
    layer = truth_layer(person, truth_of(person, move=0.3, scale=2.0), MESH.faces, "procrustes")
    assert np.allclose(layer.vertices, person.vertices_camera, atol=1e-4)


def test_an_overlay_keeps_its_colours_and_never_exceeds_its_opacity():
    rng = np.random.default_rng(2)
    alpha = rng.random((5, 6)).astype(np.float32)
    alpha[0, 0] = 0.0
    over_black = np.round(rng.integers(0, 256, (5, 6, 3)) * alpha[..., None]).astype(np.uint8)
    image = premultiplied_image(np.minimum(255, over_black + 1), alpha)
    for row in range(5):
        for column in range(6):
            pixel = image.pixelColor(column, row)
            assert abs(pixel.alpha() - 255 * alpha[row, column]) <= 1
            if pixel.alpha() > 60:
                back = np.array([pixel.red(), pixel.green(), pixel.blue()]) * pixel.alphaF()
                assert np.abs(back - over_black[row, column]).max() <= 3


def test_other_readings_are_measured_too(person):
    worse = replace(person, joints_3d=person.joints_3d + np.linspace(0, 0.1, 14)[:, None])
    both = replace(person, alternatives=(person, worse))
    (scores,) = measure_readings((both,), None, (truth_of(person),))
    assert scores[0].mpjpe_mm == 0.0
    assert scores[1].mpjpe_mm > 10.0
    assert measure_readings((both,), None, (truth_of(person),), "live") == ()
