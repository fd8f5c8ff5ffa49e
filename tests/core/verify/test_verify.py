"""Verification passes what is equal, fails what is not, and says what it cannot check."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import InputError
from core.methods import list_methods
from core.methods.registry import MethodEntry, Preset, Variant
from core.verify import networks, verify
from core.verify.compare import compare
from core.verify.fixtures import Expected, find_fixtures, read_fixture
from core.weights.synthetic import fill, make_bbox_info, make_image

MODEL_FREE = ("metrics", "smpl_metro", "hybrik_ik")


@pytest.mark.parametrize("name", MODEL_FREE)
def test_what_has_no_network_agrees(parity_dir, name):
    (report,) = verify(parity_dir, only=name, salt="public")
    assert report.status == "passed", report.message
    assert len(report.checks) > 20
    assert 0 < report.worst.used < 1
    compared = {(check.case, check.name) for check in report.checks}
    fixture = read_fixture(parity_dir / name)
    for case, outputs in fixture.outputs.items():
        for output in outputs:
            assert "input" in output or output == "has_3d" or (case, output) in compared


def changed_copy(parity_dir, tmp_path, name, change) -> None:
    shutil.copytree(parity_dir / name, tmp_path / name)
    arrays = dict(np.load(parity_dir / name / "cases.npz"))
    change(arrays)
    np.savez(tmp_path / name / "cases.npz", **arrays)


@pytest.mark.parametrize(
    ("name", "output"), [("metrics", "case1/mpjpe@full"), ("smpl_metro", "case0/vertices_431@full")]
)
def test_a_changed_output_fails(parity_dir, tmp_path, name, output):
    def change(arrays):
        arrays[output] = arrays[output] + 0.01

    changed_copy(parity_dir, tmp_path, name, change)
    (report,) = verify(tmp_path)
    assert report.status == "failed"
    assert "1 of" in report.message
    assert output.removesuffix("@full") in report.message


def test_what_is_not_checked_yet_is_listed(parity_dir, tmp_path):
    shutil.copytree(parity_dir / "metrics", tmp_path / "metrics")
    row = {"salt": "public", "network": "something new"}
    (tmp_path / "metrics" / "meta.json").write_text(json.dumps(row))
    (report,) = verify(tmp_path)
    assert report.status == "not supported yet"
    assert report.message


def test_every_fixture_is_found_and_read(parity_dir):
    folders = find_fixtures(parity_dir)
    assert len(folders) == 19
    for folder in folders:
        fixture = read_fixture(folder)
        assert set(fixture.outputs) == {"case0", "case1"}
        assert bool(fixture.tensors) == bool(fixture.inputs)
        assert fixture.container == (
            "model" if fixture.network.startswith("multiroi_") and fixture.tensors else ""
        )


def test_wrong_use_is_clear(parity_dir, tmp_path):
    with pytest.raises(InputError, match="no parity fixtures"):
        verify(tmp_path)
    with pytest.raises(InputError, match="no fixture called nothing"):
        verify(parity_dir, only="nothing")
    with pytest.raises(InputError, match="salt"):
        verify(parity_dir, only="metrics", salt="secret")


@pytest.mark.parametrize(
    "text", ['{"salt": 1}', "[1]", "{", '{"salt": "s", "network": "n", "inputs": [1]}']
)
def test_a_damaged_fixture_fails_and_the_others_have_their_turn(parity_dir, tmp_path, text):
    for name in ("broken", "metrics"):
        shutil.copytree(parity_dir / "metrics", tmp_path / name)
    (tmp_path / "broken" / "meta.json").write_text(text)
    broken, metrics = verify(tmp_path)
    assert (broken.status, metrics.status) == ("failed", "passed")
    assert "damaged parity fixture" in broken.message
    assert str(tmp_path / "broken") in broken.message


def test_a_hostile_fixture_fails_and_runs_nothing(parity_dir, tmp_path):
    folder = tmp_path / "metrics"
    shutil.copytree(parity_dir / "metrics", folder)

    class Attack:
        def __reduce__(self):
            return eval, (f"open({str(tmp_path / 'ran')!r}, 'w')",)

    np.savez(folder / "cases.npz", x=np.array([Attack()], object))
    (report,) = verify(tmp_path)
    assert report.status == "failed"
    assert "asks to run builtins.eval" in report.message
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("name", "lost"), [("metrics", "case1/mpjpe"), ("multiroi_losses", "case0/input/features")]
)
def test_a_fixture_without_what_its_check_reads_fails(parity_dir, tmp_path, name, lost):
    def change(arrays):
        for key in [key for key in arrays if key.startswith(lost + "@")]:
            del arrays[key]

    changed_copy(parity_dir, tmp_path, name, change)
    (report,) = verify(tmp_path)
    assert report.status == "failed"
    assert f"holds no {lost}" in report.message


# ------------------------------------------------------------- comparing


def test_the_tolerance_is_that_of_the_fixtures():
    want = np.array([1.0, 2.0, 3.0, 4.0])
    allowed = 1e-4 * want.std() + 1e-3 * want
    expected = Expected((4,), want)
    assert compare("c", "n", expected, want + 0.99 * allowed).passed
    worse = compare("c", "n", expected, want + 1.01 * allowed)
    assert not worse.passed
    assert worse.used == pytest.approx(1.01)
    assert compare("c", "n", expected, want + 1.01 * allowed, wide=0.1).passed
    assert not compare("c", "n", expected, want + 0.2, wide=0.1).passed


def test_shapes_and_missing_numbers_must_agree():
    expected = Expected((2,), np.array([1.0, np.nan]))
    assert compare("c", "n", expected, [1.0, np.nan]).passed
    assert not compare("c", "n", expected, [1.0, 1.0]).passed
    assert not compare("c", "n", expected, [np.nan, np.nan]).passed
    assert not compare("c", "n", expected, [[1.0, np.nan]]).passed


def test_sampled_outputs_are_held_to_mean_and_spread_too():
    value = np.random.default_rng(0).random(50_000)
    index = (np.arange(4096) * 2_654_435_761) % value.size
    stats = np.array([value.mean(), value.std()])
    expected = Expected(value.shape, value[index], index, stats)
    assert compare("c", "n", expected, value).passed
    hidden = np.setdiff1d(np.arange(value.size), index)
    other = value.copy()
    other[hidden] += 0.1
    assert not compare("c", "n", expected, other).passed


# ---------------------------------------------------------- a small network


class TinyMethod(nn.Module):
    """A network with a fixture of its own: one layer over the mean colour and the box information."""

    method_id, preset, variant = "tiny", "paper", "small"
    unused_keys = ()
    weights_sha256 = ""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(6, 4)
        self.broken = False

    @classmethod
    def from_official(cls, state, variant):
        return {f"layer.{name.split('.')[-1]}": tensor for name, tensor in state.items()}

    def official_outputs(self, image, bbox_info=None):
        out = self.layer(torch.cat([image.mean((2, 3)), bbox_info], 1))
        return {"camera": out[:, :3] + 1.0 * self.broken, "mid/all": out}


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A fixture folder for `TinyMethod`, which is put into the registry."""
    method = TinyMethod()
    entry = MethodEntry(
        "tiny", "Tiny", "", "", "picture", "x:y",
        (Preset("paper", (Variant("small", network="tiny_net"),)),),
    )  # fmt: skip
    monkeypatch.setattr(networks, "list_methods", lambda: (entry,))
    monkeypatch.setattr(networks, "create_method", lambda *args, **kwargs: method)
    folder = tmp_path / "tiny_net"
    folder.mkdir()
    tensors = [["head.weight", [4, 6], "float32"], ["head.bias", [4], "float32"]]
    case = {"case": "case0", "image_seed": 1, "batch": 2, "size": [32, 32], "bbox_seed": 1}
    row = {
        "salt": "s", "network": "tiny_net", "inputs": [case], "state_dict": tensors,
        "how_loaded": "torch.load(file)['model'] is the state dict",
    }  # fmt: skip
    (folder / "keys.json").write_text(json.dumps(row))
    weight, bias = (fill(name, tuple(shape), dtype, "s") for name, shape, dtype in tensors)
    seen = np.concatenate([make_image(1, 2, 32, 32).mean((2, 3)), make_bbox_info(1, 2, 1)], 1)
    camera = (seen @ weight.T + bias)[:, :3]
    np.savez(
        folder / "cases.npz", **{"case0/camera@shape": camera.shape, "case0/camera@full": camera}
    )
    return method, folder


def test_a_network_is_loaded_through_its_container_and_compared(tiny):
    (report,) = verify(tiny[1])
    assert report.status == "passed", report.message
    assert (report.method, report.preset, report.variant) == ("tiny", "paper", "small")
    assert [check.name for check in report.checks] == ["camera"]
    assert len(tiny[0].weights_sha256) == 64


def test_a_network_that_computes_something_else_fails(tiny):
    tiny[0].broken = True
    (report,) = verify(tiny[1])
    assert report.status == "failed"
    assert "times the tolerance" in report.message


def test_a_network_with_other_weights_fails_with_the_loader_s_words(tiny):
    tiny[0].layer = nn.Linear(6, 5)
    (report,) = verify(tiny[1])
    assert report.status == "failed"
    assert "another shape" in report.message


def test_a_case_of_which_nothing_is_stored_fails(tiny):
    _, folder = tiny
    stored = dict(np.load(folder / "cases.npz"))
    np.savez(folder / "cases.npz", **{k.replace("case0", "case7"): v for k, v in stored.items()})
    (report,) = verify(folder)
    assert report.status == "failed"
    assert "nothing of case0" in report.message


def test_a_missing_output_fails(tiny, monkeypatch):
    monkeypatch.setattr(tiny[0], "official_outputs", lambda image, bbox_info=None: {})
    (report,) = verify(tiny[1])
    assert report.status == "failed"
    assert "no such output" in report.message


# ------------------------------------------------- the networks of the registry

QUICK = {"metro_body_r50", "fastmetro_s_r50", "multiroi_single_r50"}


def registered() -> list:
    names = [v.network for e in list_methods() for p in e.presets for v in p.variants if v.network]
    return [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in names]


@pytest.mark.parametrize("network", registered())
def test_networks_agree_with_the_authors_code(parity_dir, network):
    (report,) = verify(parity_dir, only=network)
    assert report.status == "passed", report.message
