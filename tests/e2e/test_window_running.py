"""Running, stopping, missing weights, attention, export, themes, closing."""

from __future__ import annotations

import json
import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import QTimer

from core.errors import WeightsError
from tests.e2e.window_fixtures import lab, photos  # noqa: F401


@pytest.fixture
def metro(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    window.choice.choose_method("metro")
    lab.until(lambda: bool(window.attention.records))
    return window


def test_stop_frees_the_window_at_once(lab, photos):  # noqa: F811
    lab.gate = threading.Event()
    window = lab.start(photos[0])
    lab.until(lambda: bool(lab.calls))
    assert window.method_panel.run_button.text() == "Stop"
    start = time.perf_counter()
    window.acts["cancel"].trigger()
    assert window.method_panel.run_button.text() == "Run"
    assert time.perf_counter() - start < 1.0
    lab.gate.set()
    lab.until(lambda: window.workers.engine.is_idle)
    assert window.results.shown is None, "the dropped result must not appear"


def test_without_auto_run_nothing_runs_until_asked(lab, photos):  # noqa: F811
    window = lab.start()
    window.choice.set_auto_run(False)
    window.files.open_paths([photos[0]])
    lab.until(lambda: window.session.current_loaded is not None)
    assert not lab.calls
    window.acts["run"].trigger()
    lab.until_result()
    assert len(lab.calls) == 1


def test_missing_weights_say_the_cure_and_offer_a_file(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    lab.fail_with = lambda choice: WeightsError(
        "metro body_h64 has no weights", cure="choose a file"
    )
    window.choice.choose_method("metro")
    window.choice.choose_preset("paper")
    lab.until(lambda: window.banner.isVisible() and "paper" in window.banner.text)
    assert "no weights for metro/paper/body_h64" in window.banner.text
    assert "Choose the file" in window.banner.text
    assert window.activity.notice.action == "weights"


def test_a_refused_method_is_not_tried_again_on_every_change(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    tries = []

    def fail(choice):
        tries.append(choice)
        return WeightsError("no weights", cure="choose a file")

    lab.fail_with = fail
    window.choice.choose_method("metro")
    lab.until(lambda: window.banner.isVisible())
    window.people.remove(window.session.current.id, 0)
    window.history.undo()
    lab.until(lambda: window.workers.engine.is_idle)
    assert len(tries) == 1


def test_a_chosen_weights_file_is_remembered_for_its_network(lab, photos, tmp_path):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    window.choice.choose_method("metro")
    file = tmp_path / "metro.bin"
    file.write_bytes(b"")
    window.wiring.use_weights(file)
    lab.until(lambda: lab.engines[-1].choice.weights == file)
    window.choice.choose_method("pose_lift")
    assert window.choice.choice.weights is None
    window.choice.choose_method("metro")
    assert window.choice.choice.weights == file


def test_a_click_on_a_joint_shows_what_it_attends_to(lab, metro):  # noqa: F811
    assert metro.looks.choose_joint("left_wrist")
    record = metro.attention.record
    assert record.queries.names[metro.attention.choice.query] == "L_Wrist"
    assert metro.view.options.colour_by == "attention"
    assert metro.attention_panel.strongest.entries
    assert metro.picture.view.links is not None
    lab.until(lambda: metro.stage.main.layers and metro.stage.main.layers[0].colors.ndim == 2)


def test_a_click_on_a_vertex_chooses_the_nearest_token(lab, metro):  # noqa: F811
    metro.stage.vertex_picked.emit(0, 6 * 3 + 2)
    record = metro.attention.record
    assert record.queries.names[metro.attention.choice.query] == "vertex 3"
    assert "vertex 20" in metro.log_panel.text


def test_a_click_on_a_row_of_the_matrix_chooses_its_token(metro):
    metro.attention_panel.matrix.cell_clicked.emit(5, 2)
    assert metro.attention.choice.query == 5
    assert metro.attention_panel.tokens.currentRow() == 5
    assert metro.linked.pick.column == 2


def test_layers_and_heads_are_chosen_or_averaged(metro):
    whole = metro.attention.matrix()
    metro.attention_panel.choice_made.emit("layer", 1)
    metro.attention_panel.choice_made.emit("head", 2)
    record = metro.attention.record
    assert np.allclose(metro.attention.matrix(), record.weights[1, 2], atol=1e-3)
    metro.attention_panel.choice_made.emit("layer", -1)
    metro.attention_panel.choice_made.emit("head", -1)
    assert np.allclose(metro.attention.matrix(), whole)


def test_inspection_is_only_paid_for_when_it_is_shown(lab, photos):  # noqa: F811
    window = lab.start()
    window.view.set(inspection=False)
    window.choice.choose_method("metro")
    window.files.open_paths([photos[0]])
    lab.until_result()
    assert [inspect for _, _, inspect in lab.calls] == [False]
    window.acts["inspection"].trigger()
    lab.until(lambda: bool(window.attention.records))
    assert lab.calls[-1][2] is True


def test_another_method_is_another_result_and_both_are_kept(lab, metro):  # noqa: F811
    calls = len(lab.calls)
    metro.choice.choose_method("pose_lift")
    assert metro.results.shown.choice.method == "pose_lift"
    metro.choice.choose_method("metro")
    assert metro.results.shown.choice.method == "metro"
    assert len(lab.calls) == calls


def test_export_writes_files_and_shows_the_report(lab, photos, tmp_path):  # noqa: F811
    import trimesh

    window = lab.start(photos[0])
    lab.until_result()
    window.acts["export"].trigger()
    dialog = window.wiring.exports.dialog
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.save.click()
    lab.until(lambda: dialog.save.text() == "Save again")
    assert "read back" in dialog.report.toPlainText()
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == [
        "photo1.png.pose_lift.npz",
        "photo1.png.pose_lift.p0.obj",
        "photo1.png.pose_lift.png",
    ]
    mesh = trimesh.load(tmp_path / "out" / "photo1.png.pose_lift.p0.obj")
    assert len(mesh.faces) == 14 * 8
    dialog.reject()


def test_an_unwritable_folder_is_explained(lab, photos, tmp_path):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    window.acts["export"].trigger()
    dialog = window.wiring.exports.dialog
    dialog.folder.setText(str(blocked / "out"))
    dialog.save.click()
    lab.until(lambda: "✗" in dialog.report.toPlainText())
    assert str(blocked) in dialog.report.toPlainText()
    dialog.reject()


def test_the_theme_changes_and_is_remembered(lab):  # noqa: F811
    window = lab.start()
    assert window.theme.is_dark
    window.acts["theme"].trigger()
    assert not window.theme.is_dark
    window.close()
    assert json.loads(lab.store.path.read_text())["theme"] == "light"


def test_closing_while_running_leaves_no_thread(lab, photos):  # noqa: F811
    lab.gate = threading.Event()
    window = lab.start(*photos)
    lab.until(lambda: bool(lab.calls))
    window.close()
    assert not any(worker.isRunning() for worker in window.workers.all)
    assert lab.engines[0].closed
    ours = {"engine", "loader", "files", "painter", "exporter"}
    assert not ours & {thread.name for thread in threading.enumerate()}


def test_a_busy_engine_never_blocks_the_window(lab, photos):  # noqa: F811
    lab.gate = threading.Event()
    window = lab.start(photos[0])
    lab.until(lambda: bool(lab.calls))
    ticks: list[float] = []
    timer = QTimer()
    timer.setInterval(5)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start()
    lab.until(lambda: len(ticks) > 40)
    timer.stop()
    assert window.method_panel.run_button.text() == "Stop"


def test_every_action_has_words_and_a_tip(lab):  # noqa: F811
    from app.windows.actions import SPECS

    window = lab.start()
    keys = [key for spec in SPECS for key in spec.keys]
    assert len(keys) == len(set(keys)), "two actions with one key would block each other"
    for spec in SPECS:
        assert window.acts[spec.name].text()
        assert window.acts[spec.name].toolTip()


def test_a_coarser_mesh_can_be_looked_at(lab, metro):  # noqa: F811
    full = len(metro.stage.main.layers[0].faces)
    metro.display.option_chosen.emit("stage", "coarse mesh")
    lab.until(lambda: len(metro.stage.main.layers[0].faces) < full)
    metro.choice.choose_method("pose_lift")
    assert metro.view.options.stage == ""
    lab.until(lambda: len(metro.stage.main.layers[0].faces) == full)


def test_a_dragged_joint_runs_no_method_that_reads_pixels_only(lab, metro):  # noqa: F811
    item = metro.session.current.id
    from app.state.people import moved_box, moved_joint

    metro.people.replace(item, 0, moved_box(metro.people.of(item)[0], (10, 10, 150, 250)))
    lab.until(lambda: metro.results.shown is not None and len(metro.results.shown.detections) == 1)
    lab.until(lambda: metro.workers.engine.is_idle)
    calls = len(lab.calls)
    metro.people.replace(item, 0, moved_joint(metro.people.of(item)[0], 2, (60.0, 60.0)))
    assert metro.workers.engine.is_idle
    assert len(lab.calls) == calls
    metro.people.replace(item, 0, moved_box(metro.people.of(item)[0], (20, 10, 150, 250)))
    lab.until(lambda: len(lab.calls) == calls + 1)
    metro.choice.choose_method("pose_lift")
    lab.until(lambda: len(lab.calls) == calls + 2)


def test_the_refinement_is_a_choice_that_runs_anew_and_is_kept(lab, photos):  # noqa: F811
    window = lab.start(photos[0])
    lab.until_result()
    assert lab.engines[-1].choice.refine == "off"
    combo = window.method_panel.refine
    combo.setCurrentIndex(combo.findData("thorough"))
    combo.activated.emit(combo.currentIndex())
    lab.until(lambda: lab.engines[-1].choice.refine == "thorough")
    lab.until_result()
    assert window.results.shown.choice.refine == "thorough"
    assert window.settings.refine == "thorough"
    window.choice.choose_method("metro")
    assert window.choice.choice.refine == "thorough"
    assert combo.currentData() == "thorough"
