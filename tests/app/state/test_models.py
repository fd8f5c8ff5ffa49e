"""Session, results, view options, choice and attention: what they announce and what they keep."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.state.activity import ActivityModel
from app.state.attention import AttentionModel, nearest_vertex_token, token_of
from app.state.choice import ChoiceModel
from app.state.results import KEEP_RECORDS, ResultsModel
from app.state.session import Role, SessionModel
from app.state.skeleton import bones_of, plain_name, side_of
from app.state.values import Choice, Notice, RunResult
from app.state.view import ViewModel
from core.body.joint_sets import JOINT_SETS
from core.methods.registry import list_methods
from core.types import Frame
from tests.app.fakes import JOINTS, FakeEngine, attention

FRAME = Frame(np.zeros((30, 20, 3), np.uint8), "a.png")


def result(item=1, number=1, method="metro", quality="full", inspect=True):
    choice = Choice(method)
    found = FakeEngine(choice).run(FRAME, None, inspect=inspect)
    return RunResult(number, item, choice, quality, found, (), None)


def test_a_file_is_listed_once(qtbot):
    session = SessionModel()
    session.add([(Path("a"), None), (Path("a"), None), (Path("v"), 1), (Path("v"), 2)])
    assert len(session.add([(Path("a"), None), (Path("b"), None)])) == 1
    assert [item.title for item in session.items()] == ["a", "v #1", "v #2", "b"]


def test_removing_the_current_item_selects_its_neighbour(qtbot):
    session = SessionModel()
    a, b, c = session.add([(Path(name), None) for name in "abc"])
    session.select(b.id)
    session.remove([b.id])
    assert session.current == c
    session.remove([c.id])
    assert session.current == a
    session.remove([a.id])
    assert session.current is None


def test_a_live_result_is_shown_but_not_kept(qtbot):
    results = ResultsModel()
    results.put(result(quality="live"), show=True)
    assert results.shown is not None
    assert results.get(1, Choice("metro")) is None


def test_only_the_newest_results_keep_their_inside(qtbot):
    results = ResultsModel()
    for item in range(KEEP_RECORDS + 3):
        results.put(result(item=item, number=item), show=False)
    kept = [results.get(item, Choice("metro")).inspected for item in range(KEEP_RECORDS + 3)]
    assert kept == [False] * 3 + [True] * KEEP_RECORDS


def test_results_belong_to_item_and_choice(qtbot):
    results = ResultsModel()
    results.put(result(item=1), show=False)
    results.put(result(item=1, method="pose_lift"), show=False)
    assert results.get(2, Choice("metro")) is None
    results.forget(1)
    assert results.get(1, Choice("metro")) is results.get(1, Choice("pose_lift")) is None


def test_view_options_tell_exactly_what_changed(qtbot):
    view, seen = ViewModel(), []
    view.changed.connect(lambda options, names: seen.append(names))
    view.set(wireframe=True, grid=view.options.grid)
    view.set(wireframe=True)
    assert seen == [frozenset({"wireframe"})]


def test_a_choice_is_always_possible(qtbot):
    model = ChoiceModel(list_methods(), Choice("gone", "no", "such"))
    entry = model.entry
    assert (model.choice.preset, model.choice.variant) == (
        entry.presets[0].id,
        entry.presets[0].default.id,
    )
    for known in list_methods():
        model.choose_method(known.id)
        for preset in known.presets:
            model.choose_preset(preset.id)
            for variant in preset.variants:
                model.choose_variant(variant.id)
                assert model.choice.key == f"{known.id}/{preset.id}/{variant.id}"


def test_weights_of_one_network_are_not_given_to_another(qtbot):
    known = {"metro/paper/body_r50": "r50.bin"}
    model = ChoiceModel(list_methods(), Choice("metro"), known.get)
    assert model.choice.weights is None
    model.choose_preset("paper")
    model.choose_variant("body_r50")
    assert model.choice.weights == Path("r50.bin")
    model.choose_weights(None)
    assert model.choice.weights is None
    model.choose_variant("body_h64")
    assert model.choice.weights is None


def test_busy_shows_the_latest_until_all_is_done(qtbot):
    activity = ActivityModel()
    activity.set_busy("a", "reading")
    activity.set_busy("b", "running")
    assert activity.busy == "running"
    activity.set_busy("b", "")
    assert activity.busy == "reading"
    activity.notify(Notice("error", "bad", "cure"))
    assert activity.lines[-1].text == "bad; cure"


@pytest.fixture
def model(qtbot):
    made = AttentionModel()
    made.set_records((attention(JOINTS), replace(attention(JOINTS, seed=1), name="other")))
    return made


def test_a_row_sums_to_one_for_any_layer_and_head(model):
    for layer in (None, 0, 1):
        for head in (None, 0, 2):
            model.choose(layer=layer, head=head, query=3)
            assert np.isclose(model.row().sum(), 1.0, atol=5e-3)


def test_the_mean_is_the_mean_of_the_heads(model):
    heads = []
    for head in range(3):
        model.choose(layer=1, head=head)
        heads.append(model.matrix())
    model.choose(head=None)
    assert np.allclose(model.matrix(), np.mean(heads, axis=0), atol=1e-3)


def test_a_choice_that_no_longer_exists_is_dropped(model):
    model.choose(record=1, layer=1, head=2, query=27)
    small = attention(JOINTS[:4])
    model.set_records((replace(small, layers=("only",), weights=small.weights[:1, :1]),))
    assert model.choice.record == 0
    assert (model.choice.layer, model.choice.head, model.choice.query) == (None, None, -1)
    model.set_records(())
    assert model.matrix() is None


def test_tokens_are_found_by_meaning(model):
    tokens = model.record.queries
    assert token_of(tokens, "joint", 5) == 5
    assert token_of(tokens, "vertex", 6 * 4) == 14 + 4
    assert token_of(tokens, "grid", 0) == -1
    places = np.zeros((84, 3), np.float32)
    places[:, 0] = np.arange(84)
    assert nearest_vertex_token(tokens, places, 6 * 4 + 2) == 14 + 4


def test_skeletons_exist_for_every_body_joint_set():
    for name in ("lsp14", "coco17", "coco23", "h36m17", "lift25", "hand21"):
        names = JOINT_SETS[name].joint_names
        bones = bones_of(names)
        assert bones, name
        assert all(0 <= a < len(names) and 0 <= b < len(names) for a, b in bones)


def test_sides_and_words_come_from_names():
    assert [side_of(n) for n in ("L_Knee", "left_knee", "R_Hip", "Neck", "Left")] == [
        "left", "left", "right", "middle", "middle",
    ]  # fmt: skip
    assert plain_name("R_Big_Toe") == "right big toe"
    assert plain_name("left_ear") == "left ear"


def test_a_row_that_comes_back_knows_what_was_computed_meanwhile(qtbot):
    session = SessionModel()
    items = session.add([(Path(f"{name}.jpg"), None) for name in "abc"])
    gone = session.remove([items[1].id])
    session.mark_done(items[1].id)
    assert session.put_back(gone) == items[1].id
    assert session.items() == items
    assert session.index(1).data(Role.DONE)
    assert not session.index(0).data(Role.DONE)
