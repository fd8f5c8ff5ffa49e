"""Numbers printed in papers, with the paper and its table, and the protocol they were printed under.

Only rows of networks that exist here. Values are as printed; MPVPE is what the papers call MPVE or PVE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_METRO = "METRO (Lin et al. 2021)"
_POINT = "PointHMR (Kim et al. 2023)"
_COARSE = "CoarseMETRO"
_GLNET = "GLNet"
_MULTI = "Multi-RoI HMR"
BODY_2 = ("MPJPE", "PA-MPJPE")
BODY_3 = ("MPVPE", "MPJPE", "PA-MPJPE")
HAND_4 = ("PA-MPVPE", "PA-MPJPE", "F@5mm", "F@15mm")


@dataclass(frozen=True)
class PublishedRow:
    """One row of a table of a paper.

    Attributes:
        paper, table: where it is printed.
        method, variant: the network here; its preset is ``paper``.
        protocol: id of the protocol that the number follows.
        values: by name, as printed.
        note: what a reader must know.
    """

    paper: str
    table: str
    method: str
    variant: str
    protocol: str
    values: Mapping[str, float]
    note: str = ""

    @property
    def source(self) -> str:
        """``METRO (Lin et al. 2021), table 1``."""
        return f"{self.paper}, table {self.table}"


def _row(
    paper: str,
    table: str,
    network: str,
    protocol: str,
    names: tuple[str, ...],
    values: tuple[float, ...],
    note: str = "",
) -> PublishedRow:
    method, variant = network.split("/")
    numbers = MappingProxyType(dict(zip(names, values, strict=True)))
    return PublishedRow(paper, table, method, variant, protocol, numbers, note)


_INFERRED = "the paper says only that both are aligned at the pelvis"
_SERVER = "printed as 6.7, 6.8, 0.717, 0.981 for METRO in PointHMR's table 4"
_ROWS = (
    _row(_METRO, "1", "metro/body_h64", "h36m-p2-metro", BODY_2, (54.0, 36.7)),
    _row(_METRO, "1", "metro/body_h64", "3dpw-metro", BODY_3, (88.2, 77.1, 47.9)),
    _row(
        _METRO, "4", "metro/hand_h64", "freihand-online", HAND_4, (6.3, 6.5, 0.731, 0.984), _SERVER
    ),
    _row(_POINT, "1", "pointhmr/body_h32", "h36m-p2-metro", BODY_2, (48.3, 32.9)),
    _row(_POINT, "1", "pointhmr/body_h32", "3dpw-metro", BODY_3, (85.5, 73.9, 44.9)),
    _row(_POINT, "4", "pointhmr/hand_h32", "freihand-online", HAND_4, (6.6, 6.1, 0.720, 0.984)),
    _row(_POINT, "1", "graphormer/body_h64", "h36m-p2-metro", BODY_2, (51.2, 34.5)),
    _row(_POINT, "1", "graphormer/body_h64", "3dpw-metro", BODY_3, (87.7, 74.7, 45.6)),
    _row(_POINT, "1", "fastmetro/l_h64", "h36m-p2-metro", BODY_2, (52.2, 33.7)),
    _row(_POINT, "1", "fastmetro/l_h64", "3dpw-metro", BODY_3, (84.1, 73.5, 44.6)),
    _row(
        _POINT,
        "4",
        "fastmetro/l_h64_hand",
        "freihand-online",
        ("PA-MPJPE", "F@15mm"),
        (6.5, 0.982),
    ),
    _row(_MULTI, "1", "fastmetro/l_r50", "h36m-p2-metro", BODY_2, (53.9, 37.3)),
    _row(_MULTI, "1", "fastmetro/l_r50", "3dpw-metro", BODY_3, (90.6, 77.9, 48.3)),
    _row(_COARSE, "4", "coarsemetro/s_r50", "h36m-p2-metro", BODY_2, (54.6, 38.7)),
    _row(_COARSE, "4", "coarsemetro/s_r50", "3dpw-metro", BODY_3, (93.4, 80.9, 50.4)),
    _row(_COARSE, "4", "coarsemetro/s_h64", "h36m-p2-metro", BODY_2, (52.3, 35.4)),
    _row(_COARSE, "4", "coarsemetro/s_h64", "3dpw-metro", BODY_3, (93.9, 82.8, 50.4)),
    _row(_COARSE, "4", "fastmetro/s_r50", "h36m-p2-metro", BODY_2, (55.7, 39.4)),
    _row(_COARSE, "4", "fastmetro/s_r50", "3dpw-metro", BODY_3, (91.9, 79.6, 49.3)),
    _row(_GLNET, "1", "glnet/body_w32", "h36m-p2-multi-roi", BODY_2, (47.5, 29.8), _INFERRED),
    _row(_GLNET, "1", "glnet/body_w32", "3dpw-multi-roi", BODY_3, (77.7, 66.3, 39.7), _INFERRED),
    _row(_GLNET, "1", "glnet/body_w48", "h36m-p2-multi-roi", BODY_2, (48.8, 29.4), _INFERRED),
    _row(_GLNET, "1", "glnet/body_w48", "3dpw-multi-roi", BODY_3, (77.9, 66.9, 39.5), _INFERRED),
    _row(_MULTI, "1", "multi_roi/r50", "h36m-p2-multi-roi", BODY_2, (45.4, 33.0)),
    _row(_MULTI, "1", "multi_roi/r50", "3dpw-multi-roi", BODY_3, (81.9, 68.2, 43.2)),
    _row(_MULTI, "1", "multi_roi/hr48", "h36m-p2-multi-roi", BODY_2, (42.2, 30.7)),
    _row(_MULTI, "1", "multi_roi/hr48", "3dpw-multi-roi", BODY_3, (78.6, 64.1, 40.4)),
    _row(_MULTI, "1", "cliff/r50", "h36m-p2-multi-roi", BODY_2, (50.2, 35.9)),
    _row(_MULTI, "1", "cliff/r50", "3dpw-multi-roi", BODY_3, (84.2, 71.4, 45.4)),
    _row(_MULTI, "1", "cliff/hr48", "h36m-p2-multi-roi", BODY_2, (47.1, 32.7)),
    _row(_MULTI, "1", "cliff/hr48", "3dpw-multi-roi", BODY_3, (81.2, 69.0, 43.0)),
)


def list_published() -> tuple[PublishedRow, ...]:
    """All rows."""
    return _ROWS


def published_rows(
    label: str, method: str, preset: str, variant: str
) -> tuple[tuple[PublishedRow, ...], str]:
    """The rows that may stand beside a number, and why there are none.

    Args:
        label: what the number is stamped with: the protocol's id, with ``+...`` where it deviates.
        method, preset, variant: the network that was measured.

    Returns:
        Rows of the same network under exactly the same protocol; else none and the reason.
    """
    mine = [row for row in _ROWS if row.method == method and row.variant == variant]
    if preset != "paper" or not mine:
        return (), f"no paper prints a number of {method} {preset} {variant}"
    if "+" in label:
        return (), f"{label} is not the papers' protocol"
    same = tuple(row for row in mine if row.protocol == label)
    if not same:
        known = ", ".join(sorted({row.protocol for row in mine}))
        return (), f"printed numbers of {method} {variant} follow {known}, not {label}"
    return same, ""
