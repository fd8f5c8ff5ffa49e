"""Weights go in whole or not at all, and a file of another network is called by its name."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from core.errors import OutputError, WeightsError
from core.weights import WeightPart, convert, inspect_file, load_weights, signatures
from core.weights.signatures import SIGNATURES, Signature


class Tiny(nn.Module):
    """A method as far as loading is concerned: official names begin with ``net.``."""

    method_id, preset, variant = "tiny", "paper", "small"
    unused_keys = ("net.pooler.",)
    weights_sha256 = ""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))

    @classmethod
    def from_official(cls, state: Mapping[str, Tensor], variant: str) -> dict[str, Tensor]:
        return {
            name.replace("net.0", "body.0").replace("net.1", "body.1"): t
            for name, t in state.items()
        }


def official() -> dict[str, Tensor]:
    torch.manual_seed(1)
    state = Tiny().state_dict()
    state = {k: torch.randn_like(v) if v.is_floating_point() else v for k, v in state.items()}
    return {name.replace("body.", "net."): tensor for name, tensor in state.items()}


def saved(tmp_path, state, name="x.pt"):
    torch.save(state, tmp_path / name)
    return tmp_path / name


def assert_loaded(method, state) -> None:
    for name, tensor in method.state_dict().items():
        torch.testing.assert_close(tensor, state[name.replace("body.", "net.")], rtol=0, atol=0)


def test_official_names(tmp_path):
    method, state = Tiny(), official()
    extra = {"net.pooler.weight": torch.zeros(1), "strange": torch.zeros(2)}
    report = load_weights(method, saved(tmp_path, {"state_dict": state | extra}))
    assert_loaded(method, state)
    assert report.container == "state_dict"
    assert report.loaded == len(state)
    assert report.unused == ("net.pooler.weight",)
    assert report.unexpected == ("strange",)
    assert method.weights_sha256 == report.sha256 == inspect_file(tmp_path / "x.pt").sha256


def test_own_names_and_half_precision(tmp_path):
    method, state = Tiny(), official()
    own = {name.replace("net.", "body."): tensor.half() for name, tensor in state.items()}
    load_weights(method, saved(tmp_path, own))
    assert method.body[0].weight.dtype == torch.float32
    torch.testing.assert_close(method.body[0].weight, state["net.0.weight"].half().float())


def test_parts_with_prefixes(tmp_path):
    method, state = Tiny(), official()
    head = {n.replace("net.1.", ""): t for n, t in state.items() if n.startswith("net.1.")}
    rest = {n.replace("net.", "body."): t for n, t in state.items() if n.startswith("net.0.")}
    parts = (
        WeightPart(saved(tmp_path, rest, "a.pt")),
        WeightPart(saved(tmp_path, head, "b.pt"), "body.1."),
    )
    load_weights(method, parts)
    assert_loaded(method, state)


def test_counters_may_be_absent(tmp_path):
    state = {n: t for n, t in official().items() if "num_batches" not in n}
    load_weights(Tiny(), saved(tmp_path, state))


def drop(state):
    del state["net.0.bias"]


def reshape(state):
    state["net.0.weight"] = torch.zeros(4, 5)


def spoil(state):
    state["net.0.weight"] = torch.full((4, 3), float("nan"))


def rename(state):
    for name in list(state):
        state[f"other.{name}"] = state.pop(name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop, r"missing tensors: 1 \(body\.0\.bias\)"),
        (reshape, "another shape"),
        (spoil, "no numbers"),
        (rename, "not weights of tiny paper small"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(tmp_path, change, message):
    state = official()
    change(state)
    method = Tiny()
    before = {name: tensor.clone() for name, tensor in method.state_dict().items()}
    with pytest.raises(WeightsError, match=message):
        load_weights(method, saved(tmp_path, state))
    for name, tensor in method.state_dict().items():
        assert torch.equal(tensor, before[name])
    assert method.weights_sha256 == ""


def test_weights_of_another_network_name_both(tmp_path):
    metro = next(row for row in SIGNATURES if row.network == "metro_body_h64")
    path = saved(tmp_path, {name: torch.zeros(shape) for name, shape in metro.present})
    with pytest.raises(WeightsError, match=r"METRO body .*not of tiny paper small.*--method metro"):
        load_weights(Tiny(), path)


def test_conversion_keeps_every_bit(tmp_path):
    state = official() | {"shared": torch.zeros(4)}
    state["again"] = state["shared"]
    state["turned"] = torch.randn(3, 4).t()
    state["nan"] = torch.tensor([float("nan")])
    source = saved(tmp_path, state)
    report = convert(source)
    assert report.path == tmp_path / "x.safetensors"
    back = load_file(report.path)
    assert set(back) == set(state)
    for name, tensor in state.items():
        torch.testing.assert_close(back[name], tensor, rtol=0, atol=0, equal_nan=True)
    method = Tiny()
    load_weights(method, report.path)
    assert_loaded(method, state)
    with pytest.raises(OutputError, match="replace the old one"):
        convert(report.path)


def test_conversion_remembers_the_network(tmp_path):
    metro = next(row for row in SIGNATURES if row.network == "metro_body_h64")
    path = saved(tmp_path, {name: torch.zeros(shape) for name, shape in metro.present})
    report = convert(path, tmp_path / "new" / "metro.safetensors")
    assert (report.method, report.variant, report.layout) == ("metro", "body_h64", "safetensors")


def test_released_weights_are_known_in_whatever_layout(tmp_path, monkeypatch):
    state = official()
    row = Signature("n", "Tiny", "tiny", "small", (("net.0.weight", (4, 3)),))
    monkeypatch.setattr(signatures, "SIGNATURES", (row,))
    theirs = saved(tmp_path, state)
    converted = convert(theirs).path
    own = saved(tmp_path, {n.replace("net.", "body."): t for n, t in state.items()}, "own.pt")
    told = [load_weights(Tiny(), path).released for path in (theirs, converted, own)]
    assert told == [True, True, False]
