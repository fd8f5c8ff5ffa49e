"""Worst first: a data set and its evaluations in the window."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.state.data_model import CHANGE, ERROR
from core.assets import asset_files
from core.metrics import Measure, get_protocol
from core.metrics.person_errors import PersonErrors
from core.metrics.regression_list import read_regression_list
from core.metrics.result_file import (
    RESULT_NAME,
    ROWS_FOLDER,
    EvaluationResult,
    MeasuredData,
    MeasuredMethod,
    write_result,
)
from tests.e2e.window_fixtures import lab  # noqa: F401

SAMPLES = asset_files("samples", "*.truth.npz")[0].parent


def keys() -> list[str]:
    from core.data import open_dataset

    return [record.key for record in open_dataset("truth_folder", SAMPLES)]


def write_evaluation(folder: Path, errors: dict[str, float], label="synthetic-lsp14") -> Path:
    """The result of a made-up evaluation of the samples."""
    data = MeasuredData("truth_folder", str(SAMPLES), SAMPLES.name, "", 13, len(errors), "box")
    mean = float(np.mean(list(errors.values())))
    result = EvaluationResult(
        label,
        get_protocol("synthetic-lsp14").record(),
        (),
        data,
        MeasuredMethod(folder.name, "lite", "body", "embedded", "", "embedded"),
        (Measure(mean, "mm", label, len(errors), "MPJPE"),),
    )
    (folder / ROWS_FOLDER).mkdir(parents=True)
    places = {key: row for row, key in enumerate(keys())}
    lines = [
        PersonErrors(
            places[key],
            key,
            {"MPJPE": error},
            tuple((error if joint == 5 else 1.0, 0.0, 0.0) for joint in range(14)),
            sequence="odd" if places[key] % 2 else "even",
            action=f"act{places[key] % 3}",
            occlusion=places[key] / 20,
            picture=str(SAMPLES / key.split("#")[0]),
        ).line()
        for key, error in errors.items()
    ]
    (folder / ROWS_FOLDER / "1of1-a.jsonl").write_text("\n".join(lines) + "\n")
    return write_result(replace(result), folder / RESULT_NAME)


@pytest.fixture
def errors() -> dict[str, float]:
    return {key: 10.0 * (1 + (row * 5) % 13) for row, key in enumerate(keys())}


def opened(lab, tmp_path, errors):  # noqa: F811
    window = lab.start()
    window.evaluations.open_evaluation(write_evaluation(tmp_path / "first", errors))
    lab.until(lambda: window.data.rowCount() == len(errors))
    return window


def test_a_data_set_opens_like_a_folder(lab) -> None:  # noqa: F811
    window = lab.start()
    window.evaluations.open_data("truth_folder", SAMPLES, "")
    lab.until(lambda: len(window.data.people) == 13)
    assert window.acts["data_set"].isChecked()
    assert window.data_panel.isVisible()
    assert "13 of 13 people" in window.data_panel._told.accessibleName()
    index = window.data.index(2, 0)
    QTest.mouseClick(
        window.data_panel.table.viewport(),
        Qt.MouseButton.LeftButton,
        pos=window.data_panel.table.visualRect(index).center(),
    )
    lab.until_result()
    item = window.session.current
    assert item.title == keys()[2]
    loaded = window.session.current_loaded
    assert len(loaded.truths) == 1
    assert loaded.truths[0].vertices.shape == (6890, 3)
    truth = loaded.truths[0]
    pixels = (truth.joints_3d + truth.camera_full)[:, :2] * truth.focal_px
    pixels /= (truth.joints_3d + truth.camera_full)[:, 2:]
    pixels += np.array(loaded.frame.size_hw[::-1]) / 2
    assert np.abs(pixels - truth.joints_2d).max() < 0.1
    assert loaded.suggested[0].joints_2d is not None


def test_the_dialog_names_reader_folder_and_split(lab) -> None:  # noqa: F811
    window = lab.start()
    window.acts["open_data"].trigger()
    dialog = window.wiring.data_files.dialog
    dialog.reader.setCurrentIndex(dialog.reader.findData("3dpw"))
    assert [dialog.split.itemText(i) for i in range(3)] == ["test", "train", "validation"]
    assert not dialog._open.isEnabled()
    dialog.reader.setCurrentIndex(dialog.reader.findData("truth_folder"))
    dialog.path.setText(str(SAMPLES))
    dialog.accept()
    lab.until(lambda: len(window.data.people) == 13)


def test_what_is_no_data_set_is_said(lab, tmp_path) -> None:  # noqa: F811
    window = lab.start()
    window.evaluations.open_data("truth_folder", tmp_path, "")
    lab.until(lambda: window.activity.notice is not None)
    assert "holds no truth file" in window.activity.notice.text
    window.activity.dismiss()
    (tmp_path / "result.json").write_text("{}")
    window.evaluations.open_evaluation(tmp_path / "result.json")
    lab.until(lambda: window.activity.notice is not None)
    assert "is no result of an evaluation" in window.activity.notice.text


def test_the_worst_come_first_and_a_bar_names_its_people(
    lab,  # noqa: F811
    tmp_path,
    errors,
) -> None:
    window = opened(lab, tmp_path, errors)
    model, panel = window.data, window.data_panel
    worst = max(errors, key=errors.get)
    assert model.data(model.index(0, 0)) == worst
    assert model.data(model.index(0, ERROR)) == "130.0"
    values = [float(model.data(model.index(row, ERROR))) for row in range(model.rowCount())]
    assert values == sorted(values, reverse=True)
    assert panel.histogram.counts.sum() == len(errors)
    bar = int(np.flatnonzero(panel.histogram.counts)[0])
    centre = panel.histogram.edges[bar : bar + 2].mean()
    box = panel.histogram._plot.getViewBox()
    at = panel.histogram.mapFromScene(box.mapViewToScene(QPointF(centre, 0.5)))
    QTest.mouseClick(panel.histogram.viewport(), Qt.MouseButton.LeftButton, pos=at)
    lab.until(lambda: model.rowCount() == 1)
    assert model.data(model.index(0, 0)) == min(errors, key=errors.get)
    panel.everybody.click()
    assert model.rowCount() == len(errors)


def test_arrows_go_from_bad_to_better(lab, tmp_path, errors) -> None:  # noqa: F811
    window = opened(lab, tmp_path, errors)
    ranking = sorted(errors, key=errors.get, reverse=True)
    window.evaluations.look_at(int(window.data.shown[0]))
    assert window.session.current.data.key == ranking[0]
    window.acts["next"].trigger()
    window.acts["next"].trigger()
    assert window.session.current.data.key == ranking[2]
    window.acts["previous"].trigger()
    assert window.session.current.data.key == ranking[1]
    lab.until_result()
    assert "MPJPE 70 mm (synthetic-lsp14, n = 13)" in window.data_panel._title.toolTip()


def test_the_folder_of_an_evaluation_can_be_dropped(lab, tmp_path, errors) -> None:  # noqa: F811
    window = lab.start()
    window.open_paths([write_evaluation(tmp_path / "first", errors).parent])
    lab.until(lambda: window.data.rowCount() == len(errors))


def test_filters_and_joints(lab, tmp_path, errors) -> None:  # noqa: F811
    window = opened(lab, tmp_path, errors)
    model, panel = window.data, window.data_panel
    panel.sequence.setCurrentIndex(panel.sequence.findData("odd"))
    assert model.rowCount() == 6
    panel.action.setCurrentIndex(panel.action.findData("act1"))
    assert {int(model.people.row[n]) for n in model.shown} == {1, 7}
    panel.sequence.setCurrentIndex(0)
    panel.action.setCurrentIndex(0)
    panel.hidden.setCurrentIndex(panel.hidden.findData(0.5))
    assert {int(model.people.row[n]) for n in model.shown} == {10, 11, 12}
    panel.hidden.setCurrentIndex(0)
    panel.search.setText("SQUAT")
    assert model.rowCount() == 1
    panel.search.setText("")
    joint = panel.error.findText("L_Ankle, mm")
    panel.error.setCurrentIndex(joint)
    assert np.allclose(np.sort(model.values), np.sort(list(errors.values())))
    panel.error.setCurrentIndex(panel.error.findText("Neck, mm"))
    assert np.allclose(model.values, 1.0)
    panel.error.setCurrentIndex(panel.error.findText("MPJPE mm"))
    assert model.data(model.index(0, ERROR)) == "130.0"


def test_two_evaluations_person_by_person(lab, tmp_path, errors) -> None:  # noqa: F811
    window = opened(lab, tmp_path, errors)
    model, panel = window.data, window.data_panel
    other = dict.fromkeys(list(errors)[:12], 60.0)
    window.evaluations.open_evaluation(write_evaluation(tmp_path / "second", other), compare=True)
    lab.until(lambda: model.compares)
    assert model.comparable
    assert panel.plots.currentWidget() is panel.scatter
    assert len(panel.scatter._rows) == 12
    assert model.data(model.index(0, CHANGE)) == "+70.0"
    number = int(model.shown[3])
    at = panel.scatter.mapFromScene(panel.scatter.scene_point(number))
    lab.until(panel.scatter.isVisible)
    QTest.mouseClick(panel.scatter.viewport(), Qt.MouseButton.LeftButton, pos=at)
    lab.until(lambda: window.session.current is not None)
    assert window.session.current.data.key == model.people.key[number]
    panel.close_other.click()
    assert not model.compares
    assert panel.plots.currentWidget() is panel.histogram


def test_numbers_of_other_protocols_are_called_incomparable(
    lab,  # noqa: F811
    tmp_path,
    errors,
) -> None:
    window = opened(lab, tmp_path, errors)
    path = write_evaluation(tmp_path / "second", errors, label="metro-lsp14+crop")
    window.evaluations.open_evaluation(path, compare=True)
    lab.until(lambda: window.data.compares)
    assert not window.data.comparable
    assert "cannot be compared" in window.activity.notice.text
    assert "NOT COMPARABLE" in window.data_panel._told.accessibleName()


def test_a_selection_becomes_a_regression_list(lab, tmp_path, errors) -> None:  # noqa: F811
    window = opened(lab, tmp_path, errors)
    panel = window.data_panel
    panel.table.selectionModel().clear()
    for row in (0, 2):
        index = window.data.index(row, 0)
        flag = panel.table.selectionModel().SelectionFlag
        panel.table.selectionModel().select(index, flag.Select | flag.Rows)
    window.evaluations.save_list(tmp_path / "list.json")
    lab.until(lambda: (tmp_path / "list.json").is_file())
    listed = read_regression_list(tmp_path / "list.json")
    shown = sorted(errors, key=errors.get, reverse=True)
    assert [person.key for person in listed.people] == [shown[0], shown[2]]
    assert listed.data == "truth_folder"
    assert json.loads((tmp_path / "list.json").read_text())["note"].startswith("first lite body")


def test_a_session_leaves_people_of_data_sets_out(lab, tmp_path, errors) -> None:  # noqa: F811
    window = opened(lab, tmp_path, errors)
    window.evaluations.look_at(0)
    lab.until_result()
    assert window.workspaces.workspace().items == ()
    assert window.workspaces.workspace().current == -1
