"""Joints from meshes, by the rows that the protocol names, and from whose regressor they come.

Two regressor files of Human3.6M's 17 joints are about: in METRO's the legs start on the right, in the
other one on the left. Which one a file is, its own template tells (x grows to the person's left), so
that the rows of one are never used with the other.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.body import BodyModel
from core.body.joint_sets import (
    H36M17_NAMES,
    H36M17_TO_LSP14,
    METRO24_FROM_SMPL24_AND_EXTRA,
)
from core.data.checks import read_array
from core.data.joint_names import JOINT_NAMES
from core.errors import BodyError, InputError
from core.metrics import Protocol
from core.metrics.result_file import Deviation
from core.types import Reconstruction

# SPIN's way: Human3.6M's joints stand for the test skeleton's, its nose for the middle of the head.
_MPI17_FROM_H36M17 = {"Head_top": "Head", "Head": "Nose", "Spine": "Torso"}
_SMPL_JOINTS = 24


class MeshJoints:
    """The joints of a protocol from meshes of one body.

    Args:
        body: whose meshes come.
        protocol: says which joints.
        regressor: file of the 17 joints, instead of the body's own.
        extra: file of METRO's further joints.

    Attributes:
        deviations: in what these joints are not the protocol's.

    Raises:
        BodyError: the body has no such joints, or its regressor is the other family's.
        InputError: a file cannot be used.
    """

    def __init__(
        self,
        body: BodyModel,
        protocol: Protocol,
        regressor: Path | None = None,
        extra: Path | None = None,
    ) -> None:
        self._body, self._protocol = body, protocol
        self._sets: dict[str, _Rows] = {}
        table = self._h36m_rows(regressor)
        self._h36m17 = None if table is None else _Rows(table)
        self._metro24 = None if extra is None else _Rows(self._metro_rows(extra))
        self.deviations: tuple[Deviation, ...] = ()
        wanted = protocol.h36m17_to_joint_set
        self._rows: tuple[int, ...] = ()
        if wanted:
            self._rows = self._rows_of(wanted, regressor)
        elif protocol.joint_set == "mpi17":
            self._rows = tuple(
                H36M17_NAMES.index(_MPI17_FROM_H36M17.get(name, name))
                for name in JOINT_NAMES["mpi17"]
            )
        if (wanted or self._rows) and regressor is None and not body.has_own_regressor("h36m17"):
            text = f"Human3.6M's joints are stood for by landmarks of the body {body.name}"
            if not body.name.startswith("embedded"):
                text += "; bring J_regressor_h36m_correct.npy, or name it with --regressor"
            self.deviations = (Deviation("regressor", text),)

    @property
    def has_extra(self) -> bool:
        """Whether METRO's further joints were handed over."""
        return self._metro24 is not None

    def of_mesh(self, vertices: Tensor) -> NDArray[np.float64]:
        """(B, V, 3) metres -> (B, K, 3), the protocol's joints."""
        if self._rows:
            return self._seventeen(vertices)[:, list(self._rows)]
        return self._own(self._protocol.joint_set).of(vertices)

    def pelvis(self, vertices: Tensor) -> NDArray[np.float64] | None:
        """(B, V, 3) metres -> (B, 3) Human3.6M's pelvis; None for bodies without one."""
        return None if self._h36m17 is None else self._seventeen(vertices)[:, 0]

    def metro24(self, vertices: Tensor) -> NDArray[np.float64] | None:
        """(B, V, 3) metres -> (B, 24, 3) METRO's points; None where no regressor gives them."""
        if self._metro24 is not None:
            return self._metro24.of(vertices)
        if self._body.has_own_regressor("metro24"):
            return self._own("metro24").of(vertices)
        return None

    def of_method(self, people: list[Reconstruction], vertices: Tensor) -> NDArray[np.float64]:
        """(B, K, 3): from the mesh where the body can, else the method's own joints.

        Raises:
            BodyError: neither can.
        """
        if self._rows or self._protocol.joint_set in self._body.joint_sets():
            return self.of_mesh(vertices)
        if people[0].joint_names == JOINT_NAMES[self._protocol.joint_set]:
            return np.stack([person.joints_3d for person in people]).astype(np.float64)
        raise BodyError(
            f"the body {self._body.name} has no joints {self._protocol.joint_set}",
            cure=f"choose a method and body that fit protocol {self._protocol.id}",
        )

    def _seventeen(self, vertices: Tensor) -> NDArray[np.float64]:
        assert self._h36m17 is not None
        return self._h36m17.of(vertices)

    def _own(self, joint_set: str) -> _Rows:
        if joint_set not in self._sets:
            self._sets[joint_set] = _Rows(self._table(joint_set))
        return self._sets[joint_set]

    def _h36m_rows(self, path: Path | None) -> Tensor | None:
        if path is not None:
            return self._matrix(path, (len(H36M17_NAMES), self._body.vertex_count))
        if "h36m17" not in self._body.joint_sets():
            return None
        return self._table("h36m17")

    def _metro_rows(self, path: Path) -> Tensor:
        extra = self._matrix(path, (None, self._body.vertex_count))
        both = torch.cat([self._table("smpl24"), extra])
        if len(both) <= max(METRO24_FROM_SMPL24_AND_EXTRA):
            needed = max(METRO24_FROM_SMPL24_AND_EXTRA) + 1 - _SMPL_JOINTS
            raise InputError(
                f"has {len(extra)} rows where METRO's has {needed}",
                path=path,
                cure="give the J_regressor_extra.npy of METRO's own release",
            )
        return both[list(METRO24_FROM_SMPL24_AND_EXTRA)]

    def _matrix(self, path: Path, shape: tuple[int | None, int]) -> Tensor:
        return torch.from_numpy(read_array(path, shape, "the joint regressor"))

    def _table(self, joint_set: str) -> Tensor:
        """(K, V) float64 rows of the body's own set."""
        return self._body.regressor(joint_set).detach().cpu().double()

    def _rows_of(self, wanted: tuple[int, ...], path: Path | None) -> tuple[int, ...]:
        if self._h36m17 is None:
            raise BodyError(
                f"the body {self._body.name} cannot compute Human3.6M's joints, which protocol "
                f"{self._protocol.id} measures",
                cure="add J_regressor_h36m_correct.npy with `meshloupe weights add`, or --regressor",
            )
        template = self._seventeen(self._body.v_template[None].cpu())[0]
        starts_right = bool(template[1, 0] < template[4, 0])
        if starts_right == (wanted == H36M17_TO_LSP14):
            return wanted
        if path is None and not self._body.has_own_regressor("h36m17"):
            return H36M17_TO_LSP14 if starts_right else wanted
        side = "right" if starts_right else "left"
        right = self._protocol.h36m17_to_joint_set == H36M17_TO_LSP14
        file = "J_regressor_h36m_correct.npy" if right else "J_regressor_h36m.npy"
        raise BodyError(
            f"the Human3.6M regressor at hand starts with the {side} leg, protocol "
            f"{self._protocol.id} needs the other file",
            path=path,
            cure=f"name {file} with --regressor",
        )


class _Rows:
    """(K, V) rows of a regressor, kept as the few columns that are not zero."""

    def __init__(self, table: Tensor) -> None:
        self._columns = table.abs().sum(0).nonzero()[:, 0]
        self._rows = table[:, self._columns].double()

    def of(self, vertices: Tensor) -> NDArray[np.float64]:
        """(B, V, 3) -> (B, K, 3), in double precision: the same whoever else is in the batch."""
        some = vertices.detach()[:, self._columns.to(vertices.device)].cpu().double()
        return (self._rows @ some).numpy()
