"""Checking a network: its synthetic checkpoint goes through the loader that a user's file goes through."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from core.methods import create_method, list_methods
from core.methods.base import Method
from core.verify.compare import OutputCheck, compare, missing
from core.verify.fixtures import CaseInput, Fixture
from core.verify.stand_ins import stand_in_body, stand_in_hand
from core.weights import load_weights
from core.weights.synthetic import make_bbox_info, make_image, synthetic_state

_INTERNAL = "mid/"
_SINUSOIDS = "pos_enc._freqs"
# Sines of arguments near 2^31 pi: in float32 the order of rounding decides them (the fixtures'
# README, Multi-RoI), unless box information is a whole number.
_ROUNDING = 1e-1


@dataclass(frozen=True)
class NetworkRow:
    """A row of the registry that a fixture proves."""

    method: str
    preset: str
    variant: str
    subject: str


def find_network(network: str) -> NetworkRow | None:
    """Which method, preset and variant a fixture's network is; None if none of ours."""
    for entry in list_methods():
        for preset in entry.presets:
            for variant in preset.variants:
                if variant.network == network:
                    return NetworkRow(entry.id, preset.id, variant.id, variant.subject)
    return None


def check_network(fixture: Fixture, row: NetworkRow) -> Iterator[OutputCheck]:
    """Every output of every case of a network, compared."""
    body = stand_in_body(fixture.salt) if row.subject == "body" else stand_in_hand(fixture.salt)
    method = create_method(row.method, preset=row.preset, variant=row.variant, body=body)
    _load_synthetic(method, fixture)
    method.eval()
    for case in fixture.inputs:
        yield from _check_case(method, fixture, case)


def _load_synthetic(method: Method, fixture: Fixture) -> None:
    """Save the checkpoint as the authors' loader expects it, and load it as a user would."""
    with tempfile.TemporaryDirectory(prefix="meshloupe-verify-") as folder:
        path = Path(folder) / f"{fixture.name}_state_dict.bin"
        state = {
            name: torch.from_numpy(array)
            for name, array in synthetic_state(fixture.tensors, fixture.salt).items()
        }
        beside = {"optimizer": {"state": {}, "param_groups": []}, "epoch": 0, "batch_idx": 0}
        torch.save({fixture.container: state, **beside} if fixture.container else state, path)
        del state
        load_weights(method, path)


def _check_case(method: Method, fixture: Fixture, case: CaseInput) -> Iterator[OutputCheck]:
    outputs = fixture.outputs_of(case.case)
    height, width = case.size_hw
    image = torch.from_numpy(make_image(case.image_seed, case.batch, height, width, case.channels))
    bbox_info = None
    if case.bbox_seed is not None:
        views = case.channels // 3
        numbers = make_bbox_info(case.bbox_seed, case.batch, views, case.bbox_quantum)
        bbox_info = torch.from_numpy(numbers)
    with torch.inference_mode():
        got = method.official_outputs(image, bbox_info)
    inexact = not case.bbox_quantum and any(t.name == _SINUSOIDS for t in fixture.tensors)
    for name, expected in outputs.items():
        if name in got:
            value = got[name].detach().cpu().numpy()
            wide = _ROUNDING if inexact else None
            yield compare(case.case, name, expected, value, wide=wide)
        elif not name.startswith(_INTERNAL):
            yield missing(case.case, name)
