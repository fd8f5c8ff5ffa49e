"""Measuring shipped methods with refinement and averaging, on a small part of the test set."""

import pytest

from training.heads.held_out import measure
from training.heads.refined import measure_refined, refined_table
from training.heads.remeasure import create_method, load_body, load_embedded
from training.pictures.test_set import shipped_test_set

COUNT = 16


@pytest.fixture(scope="module")
def plain():
    return measure_refined("metro", "off", 1, COUNT)


def test_without_either_it_is_the_method_itself(plain):
    method = create_method("metro", preset="lite")
    load_embedded(method)
    numbers = measure(method, shipped_test_set()[:COUNT], load_body("embedded"))
    for name in ("mpjpe_mm", "pa_mpjpe_mm", "mpvpe_mm"):
        assert plain[name] == pytest.approx(numbers[name], abs=0.05)


def test_refined_people_lie_nearer_in_the_picture_and_not_farther_in_space(plain):
    refined = measure_refined("metro", "thorough", 4, COUNT)
    assert refined["error_2d_percent_of_crop"] < plain["error_2d_percent_of_crop"]
    assert refined["mpjpe_mm"] < 1.02 * plain["mpjpe_mm"]
    assert refined["refined_percent"] > 80
    assert "thorough" in refined_table("metro", {"thorough": refined})


def test_a_method_that_reads_joints_is_given_those_found():
    numbers = measure_refined("pose_lift", "quick", 1, COUNT)
    assert numbers["refined_percent"] == 0
    assert numbers["pa_mpjpe_mm"] < 200
