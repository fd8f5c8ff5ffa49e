"""Filters, order and comparison of a data set's people."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.state.data_model import CHANGE, ERROR, SEQUENCE, DataModel, DataSource
from app.state.data_people import NOBODY, Words, people_of
from core.metrics.person_errors import PersonErrors

NAMES = ("a", "b")


def person(row, error=1.0, **more):
    joints = ((error, 0.0, 0.0), (0.0, 2 * error, 0.0))
    return PersonErrors(row, f"p{row}", {"MPJPE": error, "F@5mm": 0.5}, joints, **more)


def model_of(*persons, label="x"):
    model = DataModel()
    people = people_of(persons, {"MPJPE": "mm", "F@5mm": ""}, NAMES)
    source = DataSource("3dpw", Path("/d"), "test", total=len(people), label=label)
    model.set_people(people, source)
    return model, people, source


def shown(model):
    return [model.people.key[n] for n in model.shown]


def test_the_worst_first_the_unknown_last():
    model, _, _ = model_of(person(0, 5), person(1, float("nan")), person(2, 9), person(3, 7))
    assert shown(model) == ["p2", "p3", "p0", "p1"]
    model.sort(ERROR, Qt.SortOrder.AscendingOrder)
    assert shown(model) == ["p0", "p3", "p2", "p1"]


def test_lines_of_several_runs_count_once_and_a_number_beats_a_failure():
    failed = PersonErrors(0, "p0", failure="no picture")
    model, people, _ = model_of(
        failed, person(0, 4), person(1, 3), PersonErrors(2, "p2", failure="x")
    )
    assert shown(model) == ["p0", "p1"]
    assert people.failed == 1


def test_filters_meet():
    model, _, _ = model_of(
        person(0, 1, sequence="s", occlusion=0.5),
        person(1, 2, sequence="s"),
        person(2, 3, sequence="t", occlusion=0.9),
    )
    model.set_filter(sequence="s")
    assert shown(model) == ["p1", "p0"]
    model.set_filter(hidden=0.4)
    assert shown(model) == ["p0"]
    model.set_filter(sequence="", limits=(2.5, np.inf))
    assert shown(model) == ["p2"]
    assert set(model.in_groups) == {0, 2}  # the distribution shows what the bar was chosen from
    model.set_filter(joint=1)
    assert model.filter.limits is None
    assert model.values.tolist() == [2, 4, 6]
    assert model.unit == "mm"


def test_ratios_have_three_digits():
    model, _, _ = model_of(person(0))
    model.set_filter(error="F@5mm")
    assert model.data(model.index(0, ERROR)) == "0.500"


def test_two_evaluations_meet_by_row_and_key():
    model, _, source = model_of(person(0, 5), person(1, 5), person(2, 5))
    other = people_of(
        [person(2, 1), person(0, 6), PersonErrors(1, "somebody else", {"MPJPE": 9.0})],
        {"MPJPE": "mm"},
        NAMES,
    )
    model.set_other(other, source)
    assert model.comparable
    assert model.order == (CHANGE, True)
    assert shown(model) == ["p2", "p0", "p1"]
    assert model.data(model.index(0, CHANGE)) == "+4.0"
    assert model.data(model.index(2, CHANGE)) == "–"
    model.set_filter(joint=1)
    assert model.others.tolist()[0] == pytest.approx(12)
    model.set_other(other, DataSource("3dpw", Path("/d"), "test", label="another"))
    assert not model.comparable
    model.set_other(NOBODY, None)
    assert not model.compares
    assert model.order == (ERROR, True)


def test_people_arrive_in_parts():
    model = DataModel()
    model.set_people(NOBODY, DataSource("3dpw", Path("/d"), "test", total=4))
    part = people_of([person(0, sequence="s"), person(1, sequence="t")], {}, NAMES)
    later = people_of([person(2, sequence="t"), person(3, sequence="u")], {}, NAMES)
    model.add_people(part)
    model.add_people(later)
    assert shown(model) == ["p0", "p1", "p2", "p3"]
    assert [model.people.sequence[n] for n in range(4)] == ["s", "t", "t", "u"]
    model.sort(SEQUENCE, Qt.SortOrder.DescendingOrder)
    assert shown(model)[0] == "p3"


def test_words_join():
    words = Words.of(["a", "b", "a"]).joined(Words.of(["c", "b"])).joined(Words.of([]))
    assert [words[n] for n in range(5)] == ["a", "b", "a", "c", "b"]
    assert len(words.names) == 3
