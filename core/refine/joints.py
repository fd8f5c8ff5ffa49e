"""Joints of a changed mesh, by the regressor that the method itself has used."""

from __future__ import annotations

from torch import Tensor

from core.body import BodyModel
from core.body.joint_sets import H36M17_TO_LSP14
from core.nn.batch import MethodOutput

# The columns of a body's joint set that are the 14 joints that methods report.
_SETS: dict[str, slice | list[int]] = {"lsp14": slice(None), "h36m17": list(H36M17_TO_LSP14)}


def joints_like(body: BodyModel, output: MethodOutput, vertices: Tensor) -> Tensor:
    """(B, 14, 3) of ``vertices`` by whichever joint set gives ``output.joints_3d`` from its mesh."""
    known = {name: rows for name, rows in _SETS.items() if name in body.joint_sets()}

    def apart(name: str) -> float:
        joints = body.regress(output.vertices.float(), name)[:, known[name]]
        return float((joints - output.joints_3d).norm(dim=-1).mean())

    best = min(known, key=apart)
    return body.regress(vertices, best)[:, known[best]]
