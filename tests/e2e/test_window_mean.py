"""Attention averaged over the list: asked for by a button, seen with its count, stopped, saved."""

import numpy as np
import pytest

from tests.app.fakes import JOINTS, FakeEngine, attention
from tests.e2e.window_fixtures import lab, photos  # noqa: F401


@pytest.fixture
def seeds(monkeypatch) -> list[int]:
    """Every inspected person gets attention of another seed, kept here."""
    used: list[int] = []

    def records(_vertices) -> tuple:
        used.append(len(used))
        return (attention(JOINTS, seed=used[-1]),)

    monkeypatch.setattr(FakeEngine, "_records", staticmethod(records))
    return used


@pytest.fixture
def looking(lab, photos, seeds):  # noqa: F811
    """A window with three pictures that shows attention."""
    window = lab.start(*photos)
    window.choice.choose_method("metro")
    window.view.set(inspection=True)
    lab.until(lambda: window.attention.record is not None)
    lab.until(lambda: all(worker.is_idle for worker in window.workers.all))
    return window


def averaged(window, lab) -> None:  # noqa: F811
    window.attention_panel.average.click()
    lab.until(lambda: not window.means.is_running)


def test_the_mean_over_the_list_is_the_mean_of_its_people(looking, lab, seeds) -> None:  # noqa: F811
    second = list(looking.session.items())[1].id
    # The next picture is run ahead; that run is not one of the three that are counted.
    lab.until(lambda: looking.results.get(second, looking.choice.choice) is not None)
    lab.until(lambda: looking.workers.engine.is_idle)
    first = len(seeds)
    averaged(looking, lab)
    mean = looking.attention.mean
    assert (mean.people, mean.pictures) == (3, 3)
    each = [attention(JOINTS, seed=seed).weights.mean((0, 1), np.float32) for seed in seeds[first:]]
    assert len(each) == 3
    assert np.allclose(mean.matrix, np.mean(each, axis=0), atol=1e-6)
    assert np.allclose(mean.matrix.sum(axis=1), 1, atol=1e-2)
    assert looking.attention.matrix() is mean.matrix
    assert "Mean of 3 people in 3 pictures" in looking.attention_panel.title + (
        looking.attention_panel._where.toolTip()
    )


def test_the_mean_stays_with_another_picture_and_ends_with_another_layer(looking, lab) -> None:  # noqa: F811
    averaged(looking, lab)
    looking.items_panel.step(1)
    lab.until_result()
    lab.until(lambda: looking.attention.record is not None)
    assert looking.attention.mean is not None
    looking.looks.choose_joint("L_Wrist")
    assert "in the mean" in looking.attention_panel._chosen.text()
    looking.attention_panel.choice_made.emit("layer", 1)
    assert looking.attention.mean is None
    assert looking.attention_panel.average.text() == "Mean over the list"


def test_the_button_leads_back_to_the_person(looking, lab) -> None:  # noqa: F811
    own = looking.attention.matrix().copy()
    averaged(looking, lab)
    assert not np.allclose(looking.attention.matrix(), own)
    looking.attention_panel.average.click()
    assert np.array_equal(looking.attention.matrix(), own)


def test_a_stopped_mean_keeps_what_is_done(looking, lab) -> None:  # noqa: F811
    looking.attention_panel.average.click()
    assert looking.attention_panel.average.text() == "Stop"
    lab.until(lambda: looking.attention.mean is not None and looking.attention.mean.people > 0)
    if looking.means.is_running:
        looking.attention_panel.average.click()
    assert not looking.means.is_running
    assert 1 <= looking.attention.mean.people <= 3
    assert "Averaging" not in looking.activity.busy


def test_looking_at_another_picture_meanwhile_only_delays_it(looking, lab) -> None:  # noqa: F811
    looking.attention_panel.average.click()
    looking.items_panel.step(1)
    looking.runs.run()
    lab.until(lambda: not looking.means.is_running)
    assert looking.attention.mean.people == 3
    assert looking.means._under_way is None


def test_a_broken_file_is_left_out_and_said(looking, lab, photos) -> None:  # noqa: F811
    photos[2].write_bytes(b"no picture")
    averaged(looking, lab)
    assert looking.attention.mean.people == 2
    assert any("photo10" in line.text for line in looking.activity.lines if line.tone == "error")


def test_another_method_ends_it(looking, lab) -> None:  # noqa: F811
    looking.attention_panel.average.click()
    looking.choice.choose_method("fastmetro")
    assert not looking.means.is_running
    assert looking.attention.mean is None


def test_matrix_and_names_are_saved(looking, lab, tmp_path) -> None:  # noqa: F811
    averaged(looking, lab)
    looking.looks.save_matrix(tmp_path / "mean.npz", "npz")
    kept = np.load(tmp_path / "mean.npz", allow_pickle=False)
    assert np.array_equal(kept["attention"], looking.attention.mean.matrix)
    assert kept["queries.names"][3] == JOINTS[3]
    assert "mean of 3 people" in str(kept["title"])
    looking.looks.save_matrix(tmp_path / "mean.png", "png")
    assert (tmp_path / "mean.png").read_bytes().startswith(b"\x89PNG")


def test_a_matrix_that_cannot_be_written_is_said(looking, tmp_path) -> None:
    (tmp_path / "taken").mkdir()
    looking.looks.save_matrix(tmp_path / "taken", "png")
    assert looking.activity.notice.tone == "error"


def test_another_record_lists_its_own_tokens(looking, monkeypatch) -> None:
    other = attention(("R_Hip", "L_Hip"))
    looking.attention.set_records((looking.attention.record, other))
    panel = looking.attention_panel
    assert panel.tokens.count() == 2 * len(JOINTS)
    looking.attention.choose(record=1)
    assert [panel.tokens.item(row).text() for row in range(panel.tokens.count())] == [
        "Right hip",
        "Left hip",
        "Vertex 0",
        "Vertex 1",
    ]
