"""Mesh Graphormer: what it adds to METRO."""

import pytest
import torch

from core.body import load_body
from core.methods import create_method
from core.methods.graphormer import GRAPH_ENCODER, VARIANTS, Graphormer
from core.nn.batch import Batch


@pytest.fixture(scope="module")
def on_paper() -> Graphormer:
    body = load_body("embedded")
    with torch.device("meta"):
        return Graphormer(VARIANTS["body_h64"], "paper", "body_h64", body)


def test_graph_blocks_are_in_the_third_encoder_only(on_paper: Graphormer) -> None:
    has = [
        [layer.graph_conv is not None for layer in encoder.layers] for encoder in on_paper.encoders
    ]
    assert has[GRAPH_ENCODER] == [True] * 4
    assert not any(any(row) for row in has[:GRAPH_ENCODER])


def test_tokens_are_joints_vertices_and_picture_cells(on_paper: Graphormer) -> None:
    tokens = on_paper._token_set()
    assert len(tokens.names) == 14 + 431 + 49
    assert tokens.kinds[-49:] == ("grid",) * 49
    assert tokens.grid_hw == (7, 7)
    assert (tokens.full_vertex[-49:] == -1).all()
    assert (tokens.full_vertex[14:445] >= 0).all()


def test_released_names_become_ours() -> None:
    name = "trans_encoder.2.bert.encoder.layer.1.graph_conv.lin1.W"
    own = Graphormer.from_official({name: torch.zeros(1)}, "body_h64")
    assert list(own) == ["encoders.2.layers.1.graph_conv.lin1.weight"]


@pytest.mark.slow
def test_masking_leaves_picture_tokens_alone() -> None:
    """In training queries are masked at random, cells never."""
    method = create_method("graphormer")
    assert isinstance(method, Graphormer)
    method.train()
    method.backbone.eval()
    one, pair = torch.ones(1), torch.ones(1, 2)
    batch = Batch(pair, one, pair, one, torch.randn(1, 3, 224, 224))
    with torch.no_grad():
        torch.manual_seed(0)
        first, _ = method._tokens(batch)
        second, _ = method._tokens(batch)
    assert not torch.equal(first[:, :445], second[:, :445])
    assert torch.equal(first[:, 445:], second[:, 445:])
