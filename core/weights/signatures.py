"""How the networks whose weights people have are told apart: by a few tensor names and shapes.

One row per published network. ``network`` is the name of the parity fixture and of the registry's
variant; a test holds this table against both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Shapes = Mapping[str, tuple[int, ...]]

_H32 = ("backbone.stage2.0.branches.0.0.conv1.weight", (32, 32, 3, 3))
_H48 = ("backbone.stage2.0.branches.0.0.conv1.weight", (48, 48, 3, 3))
_H64 = ("backbone.stage2.0.branches.0.0.conv1.weight", (64, 64, 3, 3))
_R50 = ("backbone.0.weight", (64, 3, 7, 7))
_BARE_R50 = ("conv1.weight", (64, 3, 7, 7))
_BERT_BODY = ("trans_encoder.0.bert.encoder.layer.0.intermediate.dense.weight", (3072, 1024))
_BODY_TOKENS = ("conv_learn_tokens.weight", (445, 49, 1))
_FAST_BODY = ("vertex_token_embed.weight", (431, 512))
_FAST_DECODER = "transformer_1.decoder.layers.{}.linear1.weight"


@dataclass(frozen=True)
class Signature:
    """Marks of one network: tensors that must be there with these shapes, and names that must not."""

    network: str
    title: str
    method: str
    variant: str
    present: tuple[tuple[str, tuple[int, ...]], ...]
    absent: tuple[str, ...] = ()

    def fits(self, shapes: Shapes) -> bool:
        """Whether a file with these tensors is of this network."""
        return all(shapes.get(name) == shape for name, shape in self.present) and not any(
            name in shapes for name in self.absent
        )


def _fast(size: str, layers: int, backbone: tuple[str, tuple[int, ...]], tag: str) -> Signature:
    last = (_FAST_DECODER.format(layers - 1), (2048, 512))
    head = "smpl_parameter_regressor.regressor.0.fc_block.0.weight"
    return Signature(
        f"fastmetro_{size}_{tag}",
        f"FastMETRO {size.upper()} body ({tag.upper()})",
        "fastmetro",
        f"{size}_{tag}",
        (backbone, _FAST_BODY, last),
        (_FAST_DECODER.format(layers), head),
    )


SIGNATURES: tuple[Signature, ...] = (
    Signature(
        "metro_body_h64",
        "METRO body (HRNet-W64)",
        "metro",
        "body_h64",
        (_H64, _BODY_TOKENS, _BERT_BODY),
    ),
    Signature(
        "metro_body_r50",
        "METRO body (ResNet-50)",
        "metro",
        "body_r50",
        (_R50, _BODY_TOKENS, _BERT_BODY),
    ),
    Signature(
        "metro_hand_h64",
        "METRO hand (HRNet-W64)",
        "metro",
        "hand_h64",
        (_H64, ("upsampling.weight", (778, 195)), ("cam_param_fc2.weight", (150, 216))),
    ),
    Signature(
        "graphormer_body_h64",
        "Mesh Graphormer body (HRNet-W64)",
        "graphormer",
        "body_h64",
        (_H64, ("grid_feat_dim.weight", (2051, 1024)), ("upsampling2.weight", (6890, 1723))),
    ),
    Signature(
        "pointhmr_body_h32",
        "PointHMR body (HRNet-W32)",
        "pointhmr",
        "body_h32",
        (_H32, ("token_position_embed.weight", (495, 128)), _FAST_BODY),
    ),
    _fast("s", 1, _R50, "r50"),
    _fast("m", 2, _R50, "r50"),
    _fast("l", 3, _R50, "r50"),
    _fast("l", 3, _H64, "h64"),
    Signature(
        "fastmetro_l_h64_smpl",
        "FastMETRO L body with SMPL head (H64)",
        "fastmetro",
        "l_h64_smpl",
        (
            _H64,
            _FAST_BODY,
            ("smpl_parameter_regressor.regressor.0.fc_block.0.weight", (1024, 5169)),
        ),
    ),
    Signature(
        "fastmetro_l_h64_hand",
        "FastMETRO L hand (H64)",
        "fastmetro",
        "l_h64_hand",
        (_H64, ("vertex_token_embed.weight", (195, 512)), ("conv_1x1.weight", (512, 2048, 1, 1))),
    ),
    Signature(
        "multiroi_r50",
        "Multi-RoI HMR (ResNet-50)",
        "multi_roi",
        "r50",
        (_BARE_R50, ("fuse_fc.weight", (256, 2243)), ("decpose.weight", (144, 1024))),
    ),
    Signature(
        "multiroi_hr48",
        "Multi-RoI HMR (HRNet-W48)",
        "multi_roi",
        "hr48",
        (_H48, ("fuse_fc.weight", (256, 915)), ("decpose.weight", (144, 1024))),
    ),
    Signature(
        "multiroi_single_r50",
        "CLIFF, one crop (ResNet-50)",
        "cliff",
        "r50",
        (_BARE_R50, ("fc1.weight", (1024, 2208)), ("decpose.weight", (144, 1024))),
        ("fuse_fc.weight",),
    ),
    Signature(
        "multiroi_single_hr48",
        "CLIFF, one crop (HRNet-W48)",
        "cliff",
        "hr48",
        (_H48, ("fc1.weight", (1024, 880)), ("decpose.weight", (144, 1024))),
        ("fuse_fc.weight",),
    ),
)


def recognise_network(shapes: Shapes) -> Signature | None:
    """The published network that a set of named tensors belongs to, or None."""
    return next((row for row in SIGNATURES if row.fits(shapes)), None)
