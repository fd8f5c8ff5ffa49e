"""Files are known by what is in them; the tables of names hold against fixtures and registry."""

from __future__ import annotations

import json
import os
import pickle

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from scipy import sparse

from core.errors import InputError, UnsafeFileError
from core.methods import list_methods
from core.weights import inspect_file
from core.weights.signatures import SIGNATURES, recognise_network
from core.weights.synthetic import synthetic_resample


def fixture_shapes(parity_dir, network):
    rows = json.loads((parity_dir / network / "keys.json").read_text())["state_dict"]
    return {name: tuple(shape) for name, shape, _ in rows}


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda row: row.network)
def test_every_published_network_is_known_and_no_other_fits(parity_dir, signature):
    shapes = fixture_shapes(parity_dir, signature.network)
    assert [row.network for row in SIGNATURES if row.fits(shapes)] == [signature.network]


def test_every_network_fixture_has_a_signature(parity_dir):
    fixtures = {path.parent.name for path in parity_dir.glob("*/keys.json")}
    assert fixtures == {row.network for row in SIGNATURES}


def test_the_table_agrees_with_the_registry():
    known = {row.network: (row.method, row.variant) for row in SIGNATURES}
    for entry in list_methods():
        for preset in entry.presets:
            for variant in preset.variants:
                if variant.network:
                    assert known[variant.network] == (entry.id, variant.id)
                    assert preset.id == "paper"


def test_strangers_are_not_recognised():
    assert recognise_network({"fc.weight": (10, 3)}) is None


def metro_marks() -> dict[str, torch.Tensor]:
    signature = next(row for row in SIGNATURES if row.network == "metro_body_h64")
    return {name: torch.zeros(shape) for name, shape in signature.present}


@pytest.mark.parametrize("container", ["", "model"])
def test_weights_report(tmp_path, container):
    path = tmp_path / "whatever.bin"
    state = {f"module.{name}": tensor for name, tensor in metro_marks().items()}
    torch.save({container: state} if container else state, path)
    report = inspect_file(path)
    assert report.kind == "weights"
    assert (report.method, report.preset, report.variant) == ("metro", "paper", "body_h64")
    assert report.network == "metro_body_h64"
    assert report.container == container
    assert report.layout == "zip"
    assert report.parameters == sum(tensor.numel() for tensor in state.values())
    assert report.dtype == "float32"
    assert len(report.sha256) == 64
    assert report.size_bytes == path.stat().st_size


def test_our_own_files_say_what_they_are_in_their_header(tmp_path):
    path = tmp_path / "x.safetensors"
    save_file({"a": torch.zeros(3)}, path, {"method": "metro", "preset": "lite", "variant": "body"})
    report = inspect_file(path)
    assert (report.kind, report.title) == ("weights", "metro lite body")


def smpl(vertices: int) -> dict[str, np.ndarray]:
    return {
        "v_template": np.zeros((vertices, 3)),
        "shapedirs": np.zeros((vertices, 3, 10)),
        "weights": np.zeros((vertices, 24)),
        "kintree_table": np.zeros((2, 24)),
    }


@pytest.mark.parametrize(("vertices", "kind"), [(6890, "body"), (778, "hand"), (12, "unknown")])
@pytest.mark.parametrize("layout", ["npz", "pkl"])
def test_body_models(tmp_path, vertices, kind, layout):
    path = tmp_path / f"x.{layout}"
    if layout == "npz":
        np.savez(path, **smpl(vertices))
    else:
        path.write_bytes(pickle.dumps(smpl(vertices), 2))
    assert inspect_file(path).kind == kind


def test_sampling_matrices(tmp_path):
    down, up = np.empty(2, object), np.empty(2, object)
    down[:] = [sparse.csc_matrix(synthetic_resample("D", c, f, "s")) for f, c in LEVELS]
    up[:] = [sparse.csc_matrix(synthetic_resample("U", f, c, "s")) for f, c in LEVELS]
    np.savez(tmp_path / "x.npz", D=down, U=up, A=np.empty(3, object))
    report = inspect_file(tmp_path / "x.npz")
    assert (report.kind, report.title) == ("mesh sampling", "mesh sampling matrices (body)")


LEVELS = ((6890, 1723), (1723, 431))


def test_adjacency_parts_and_regressors(tmp_path):
    parts = {
        "indices": torch.stack([torch.arange(431), torch.arange(431)]),
        "values": torch.full((431,), 0.2),
        "size": torch.Size([431, 431]),
    }
    for name, value in parts.items():
        torch.save(value, tmp_path / "x.pt")
        report = inspect_file(tmp_path / "x.pt")
        assert report.kind == "adjacency"
        assert name in report.title
    np.save(tmp_path / "x.npy", np.zeros((17, 6890)))
    assert inspect_file(tmp_path / "x.npy").kind == "joint regressor"


@pytest.mark.parametrize("content", [b"\xff\xd8\xff\xe0 a picture", b"text", b"{}", b"(broken"])
def test_anything_else_is_unknown(tmp_path, content):
    path = tmp_path / "x.bin"
    path.write_bytes(content)
    report = inspect_file(path)
    assert report.kind == "unknown"
    assert report.title.startswith("unknown")


def test_attacks_and_damage_are_errors_not_reports(tmp_path):
    path = tmp_path / "x.pkl"
    path.write_bytes(b"\x80\x02cos\nsystem\nX\x01\x00\x00\x00a\x85R.")
    with pytest.raises(UnsafeFileError, match="asks to run"):
        inspect_file(path)
    torch.save(metro_marks(), path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError):
        inspect_file(path)
    with pytest.raises(InputError, match="cannot be read"):
        inspect_file(tmp_path / "nothing")


def test_an_old_style_pickle_that_asks_to_run_something_is_named(tmp_path):
    path = tmp_path / "old.pkl"
    path.write_bytes(b"cos\nsystem\n(S'echo ran'\ntR.")
    with pytest.raises(UnsafeFileError, match=r"asks to run os\.system"):
        inspect_file(path)


def test_a_stranger_s_header_cannot_write_to_the_terminal(tmp_path):
    header = {"method": "mine", "preset": "lite", "variant": "\x1b[31mred\nline"}
    save_file({"a": torch.zeros(1)}, tmp_path / "x.safetensors", metadata=header)
    report = inspect_file(tmp_path / "x.safetensors")
    assert (report.method, report.variant) == ("mine", "[31mredline")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.bin")
    with pytest.raises(InputError, match="pipe or a device"):
        inspect_file(tmp_path / "pipe.bin")
