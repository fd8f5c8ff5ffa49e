"""Checkpoints of every layout give the tensors that torch itself gives, without running a line of them."""

from __future__ import annotations

import io
import pickle
import zipfile
from argparse import Namespace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from core.errors import InputError, MeshLoupeError, UnsafeFileError, WeightsError
from core.files.state_files import read_state
from core.files.torch_files import read_torch


def network() -> nn.Module:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.TransformerEncoderLayer(8, 2, 16))
    net[1].register_buffer("scratch", torch.ones(3), persistent=False)
    return net


def odd_tensors() -> dict[str, torch.Tensor]:
    base = torch.arange(24.0)
    return {
        "half": torch.randn(5).half(),
        "bfloat": torch.randn(5).bfloat16(),
        "transposed": torch.randn(3, 4).t(),
        "empty": torch.empty(0, 3),
        "scalar": torch.tensor(3),
        "view": base[3:7],
        "shared": base.view(4, 6),
        "bool": torch.tensor([True, False]),
        "byte": torch.arange(7, dtype=torch.uint8),
        "complex": torch.randn(2, dtype=torch.complex64),
        "parameter": nn.Parameter(torch.randn(2)),
        "expanded": torch.randn(1, 3).expand(4, 3),
    }


def assert_same(got, want) -> None:
    assert set(got) == set(want)
    for name, tensor in want.items():
        assert got[name].dtype == tensor.dtype, name
        assert torch.equal(got[name], tensor), name


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("container", ["", "model", "state_dict"])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_state_dicts_of_both_layouts(tmp_path, zipped, container, prefix):
    state = {
        prefix + name: tensor for name, tensor in (network().state_dict() | odd_tensors()).items()
    }
    saved = {container: state, "epoch": 3, "optimizer": {"lr": 0.1}} if container else state
    torch.save(saved, tmp_path / "x.pt", _use_new_zipfile_serialization=zipped)
    file = read_state(tmp_path / "x.pt")
    assert file.layout == ("zip" if zipped else "legacy")
    assert file.container == container
    assert_same(file.tensors, {n.removeprefix("module."): t for n, t in state.items()})


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("wrapped", [False, True])
def test_whole_pickled_modules(tmp_path, zipped, wrapped):
    net = network()
    torch.save(
        nn.DataParallel(net) if wrapped else net,
        tmp_path / "x.pt",
        _use_new_zipfile_serialization=zipped,
    )
    file = read_state(tmp_path / "x.pt")
    assert file.container == "module"
    assert "torch.nn.modules.conv.Conv2d" in file.foreign
    assert_same(file.tensors, net.state_dict())


def test_plain_pickles_of_arrays_and_tensors(tmp_path):
    tensors = odd_tensors()
    with (tmp_path / "x.pkl").open("wb") as stream:
        pickle.dump(tensors | {"array": np.arange(3.0)}, stream)
    file = read_state(tmp_path / "x.pkl")
    assert file.layout == "pickle"
    assert_same(file.tensors, tensors | {"array": torch.arange(3.0, dtype=torch.float64)})


def test_safetensors(tmp_path):
    tensors = {"a": torch.randn(3, 4), "b": torch.arange(3)}
    save_file(tensors, tmp_path / "x.safetensors")
    assert_same(read_state(tmp_path / "x.safetensors").tensors, tensors)


def test_single_values(tmp_path):
    for value in (torch.arange(6.0).view(2, 3), torch.Size([3, 4]), [1, "a"]):
        torch.save(value, tmp_path / "x.pt")
        got = read_torch(tmp_path / "x.pt").value
        assert torch.equal(got, value) if isinstance(value, torch.Tensor) else got == value


def test_reading_leaves_the_file_alone_and_stays_readable_when_it_is_gone(tmp_path):
    path = tmp_path / "x.pt"
    torch.save({"a": torch.ones(1000)}, path)
    before = path.read_bytes()
    tensor = read_state(path).tensors["a"]
    tensor.zero_()
    assert path.read_bytes() == before
    path.unlink()
    assert tensor.sum() == 0


def test_files_without_tensors_say_what_they_hold(tmp_path):
    torch.save({"epoch": 3, "args": Namespace(lr=1)}, tmp_path / "x.pt")
    with pytest.raises(WeightsError, match="Namespace"):
        read_state(tmp_path / "x.pt")


def rewritten(path, change) -> None:
    """The archive at ``path`` with its members changed."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def saved(tmp_path):
    path = tmp_path / "x.pt"
    torch.save({"a": torch.randn(10)}, path)
    return path


def test_storages_that_are_too_short_are_refused(tmp_path):
    path = saved(tmp_path)
    rewritten(path, lambda members: members.update({"x/data/0": b"1234"}))
    with pytest.raises(UnsafeFileError, match="amount of data"):
        read_state(path)


def test_missing_storages_are_an_error(tmp_path):
    path = saved(tmp_path)
    rewritten(path, lambda members: members.pop("x/data/0"))
    with pytest.raises(MeshLoupeError):
        read_state(path)


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "a\\b", "c:evil"])
def test_odd_member_names_are_refused(tmp_path, name):
    path = saved(tmp_path)
    rewritten(path, lambda members: members.update({name: b"x"}))
    with pytest.raises(UnsafeFileError, match="odd member name"):
        read_state(path)


def test_programs_are_refused(tmp_path):
    path = saved(tmp_path)
    rewritten(path, lambda members: members.update({"x/constants.pkl": b"N."}))
    with pytest.raises(InputError, match="TorchScript"):
        read_state(path)


STORAGE = object()


def tensor_claim(size: tuple, stride: tuple, offset: int = 0) -> bytes:
    """A data.pkl whose one tensor has these claims over a storage of ten numbers."""
    buffer = io.BytesIO()

    class Writer(pickle._Pickler):
        def persistent_id(self, obj):
            return ("storage", torch.FloatStorage, "0", "cpu", 10) if obj is STORAGE else None

    class Tensor:
        def __reduce__(self):
            return torch._utils._rebuild_tensor_v2, (STORAGE, offset, size, stride, False, {})

    Writer(buffer, 2).dump({"a": Tensor()})
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("size", "stride", "offset"),
    [
        ((11,), (1,), 0),
        ((10,), (1,), 1),
        ((2,), (10,), 0),
        ((10,), (-1,), 9),
        ((-1,), (1,), 0),
        ((2**39,), (0,), 0),
        ((2**30, 2**30), (0, 0), 0),
        ((1,) * 40, (1,) * 40, 0),
        ((2,), (1, 1), 0),
        (("2",), (1,), 0),
    ],
)
def test_tensors_cannot_reach_outside_their_storage(tmp_path, size, stride, offset):
    path = saved(tmp_path)
    rewritten(
        path, lambda members: members.update({"x/data.pkl": tensor_claim(size, stride, offset)})
    )
    with pytest.raises(MeshLoupeError):
        read_state(path)


def test_the_claims_can_also_be_right(tmp_path):
    path = saved(tmp_path)
    rewritten(path, lambda members: members.update({"x/data.pkl": tensor_claim((2, 3), (3, 1), 4)}))
    assert read_state(path).tensors["a"].shape == (2, 3)


def test_modules_nested_in_themselves_end(tmp_path):
    net = nn.Sequential(nn.Linear(2, 2))
    net._modules["loop"] = net
    torch.save(net, tmp_path / "x.pt")
    with pytest.raises(UnsafeFileError, match="without end"):
        read_state(tmp_path / "x.pt")


def test_containers_nested_in_themselves_end(tmp_path):
    loop: dict[str, object] = {}
    loop["model"] = loop
    torch.save(loop, tmp_path / "x.pt")
    with pytest.raises(WeightsError, match="no named tensors"):
        read_state(tmp_path / "x.pt")
    deep = {"model": {"state_dict": {"a": torch.ones(2)}}}
    torch.save(deep, tmp_path / "x.pt")
    assert set(read_state(tmp_path / "x.pt").tensors) == {"a"}


def test_modules_with_odd_insides_are_survived(tmp_path):
    net = nn.Linear(2, 2)
    net._non_persistent_buffers_set = Namespace()
    net._modules = [1]
    net._buffers = None
    torch.save(net, tmp_path / "x.pt")
    assert set(read_state(tmp_path / "x.pt").tensors) == {"weight", "bias"}
