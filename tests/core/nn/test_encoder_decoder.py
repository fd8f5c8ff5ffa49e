"""Encoder and decoder: fused and explicit attention, masks, order of tokens."""

import pytest
import torch
from torch import nn

from core.nn.encoder_decoder import Attention, DecoderLayer, EncoderDecoder

WIDTH, HEADS = 16, 4


@pytest.fixture
def both() -> EncoderDecoder:
    torch.manual_seed(0)
    return EncoderDecoder(WIDTH, 32, HEADS, layers=2).eval()


def inputs(tokens: int = 7, cells: int = 5) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(1)
    return (
        torch.randn(3, 1, WIDTH),
        torch.randn(3, cells, WIDTH),
        torch.randn(3, tokens, WIDTH),
        torch.randn(cells, WIDTH),
    )


def chain_mask(tokens: int) -> torch.Tensor:
    place = torch.arange(tokens)
    return (place[:, None] - place).abs() <= 1


def test_a_trace_changes_no_output(both: EncoderDecoder) -> None:
    sees = chain_mask(7)
    plain = both(*inputs(), sees, trace=False)
    shown = both(*inputs(), sees, trace=True)
    assert plain[3] is None
    for fused, explicit in zip(plain[:3], shown[:3], strict=True):
        assert torch.allclose(fused, explicit, atol=1e-5)


def test_weights_sum_to_one_and_are_zero_where_a_token_may_not_look(both: EncoderDecoder) -> None:
    sees = chain_mask(7)
    trace = both(*inputs(), sees, trace=True)[3]
    assert trace is not None
    assert trace.encoder.shape == (3, 2, HEADS, 6, 6)
    assert trace.decoder.shape == (3, 2, HEADS, 7, 7)
    assert trace.cross.shape == (3, 2, HEADS, 7, 5)
    for weights in (trace.encoder, trace.decoder, trace.cross):
        assert torch.allclose(weights.sum(-1), torch.ones(()), atol=1e-5)
    assert float(trace.decoder.detach()[..., ~sees].abs().max()) == 0
    assert float(trace.decoder.detach()[..., sees].min()) > 0


def test_what_a_token_may_not_see_cannot_reach_it() -> None:
    torch.manual_seed(0)
    layer = DecoderLayer(WIDTH, 32, HEADS).eval()
    _, memory, tokens, position = inputs()
    other = tokens.clone()
    other[:, 6] = torch.randn(3, WIDTH)
    before, *_ = layer(tokens, memory, position, chain_mask(7))
    after, *_ = layer(other, memory, position, chain_mask(7))
    assert torch.allclose(before[:, :5], after[:, :5], atol=1e-6)
    assert not torch.allclose(before[:, 5], after[:, 5], atol=1e-3)


def test_tokens_have_no_order_of_their_own(both: EncoderDecoder) -> None:
    camera, memory, tokens, position = inputs()
    order, cells = torch.randperm(7), torch.randperm(5)
    sees = chain_mask(7)
    one = both(camera, memory, tokens, position, sees, trace=False)
    moved = both(
        camera,
        memory[:, cells],
        tokens[:, order],
        position[cells],
        sees[order][:, order],
        trace=False,
    )
    assert torch.allclose(one[0], moved[0], atol=1e-5)
    assert torch.allclose(one[1][:, cells], moved[1], atol=1e-5)
    assert torch.allclose(one[2][:, order], moved[2], atol=1e-5)


def test_the_place_of_a_memory_token_counts() -> None:
    torch.manual_seed(0)
    layer = DecoderLayer(WIDTH, 32, HEADS).eval()
    _, memory, tokens, position = inputs()
    unplaced, *_ = layer(tokens, memory)
    placed, *_ = layer(tokens, memory, position)
    assert not torch.allclose(unplaced, placed, atol=1e-3)


def test_attention_is_that_of_torch() -> None:
    """An independent reference: positions on queries and keys, values without."""
    torch.manual_seed(0)
    ours = Attention(WIDTH, HEADS).eval()
    theirs = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True).eval()
    assert theirs.in_proj_weight is not None
    with torch.no_grad():
        theirs.in_proj_weight.copy_(ours.qkv.weight)
        theirs.in_proj_bias.copy_(ours.qkv.bias)
        theirs.out_proj.weight.copy_(ours.out.weight)
        theirs.out_proj.bias.copy_(ours.out.bias)
    _, memory, tokens, position = inputs()
    sees = torch.rand(7, 5) > 0.4
    sees[:, 0] = True
    expected, _ = theirs(tokens, memory + position, memory, attn_mask=~sees)
    for want in (False, True):
        got, _ = ours(tokens, memory, None, position, sees, want_weights=want)
        assert torch.allclose(got, expected, atol=1e-5)
    expected, _ = theirs(tokens, tokens, tokens)
    assert torch.allclose(ours(tokens, tokens)[0], expected, atol=1e-5)


def test_dropout_acts_in_training_only(both: EncoderDecoder) -> None:
    given = inputs()
    first, second = (both(*given, None, trace=False)[2] for _ in range(2))
    assert torch.equal(first, second)
    both.train()
    first, second = (both(*given, None, trace=False)[2] for _ in range(2))
    assert not torch.equal(first, second)
