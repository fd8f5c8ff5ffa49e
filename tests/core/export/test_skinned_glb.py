"""A person of a picture as a GLB: posed by glTF's own rules the skin is the person's mesh."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh

from core.body import load_body
from core.errors import OutputError
from core.export import ORIGINS, mesh_of, write_person_glb
from core.export import skinned_glb as module
from core.export.glb_skin import still_arrays
from tests.core.export.test_animated_glb import Player
from tests.core.temporal.walkers import Noise, stepping


@pytest.fixture(scope="module")
def walker():
    _, noisy = stepping(0.5, Noise(rotation=0.3, depth=0.02))
    return noisy[5]


@pytest.fixture(scope="module")
def body():
    return load_body("embedded")


@pytest.mark.parametrize("origin", ORIGINS)
def test_the_posed_skin_is_the_mesh(walker, body, origin, tmp_path: Path) -> None:
    report = write_person_glb(tmp_path / "a.glb", walker, body, origin=origin)
    posed = Player(report.path).rest()
    np.testing.assert_allclose(posed, mesh_of(walker, origin).vertices, atol=1e-5)
    assert report.deviation < 1e-5
    assert report.licence
    assert (report.vertices, report.faces) == (6890, 13776)


@pytest.mark.parametrize("origin", ORIGINS)
def test_the_skeleton_is_where_the_body_has_it(walker, body, origin, tmp_path) -> None:
    """Carried back into the bind pose the mesh is the body's own."""
    report = write_person_glb(tmp_path / "a.glb", walker, body, origin=origin)
    read = trimesh.load(report.path, process=False, maintain_order=True).geometry.values()
    own = still_arrays(body, walker.betas.astype(np.float64))["POSITION"]
    np.testing.assert_allclose(next(iter(read)).vertices, own, atol=1e-3)


def test_a_body_that_skinning_alone_does_not_give_is_met_as_well(walker, body, tmp_path) -> None:
    """As with pose blend shapes, or after refining: vertices a centimetre off the skinned ones."""
    rng = np.random.default_rng(0)
    bumps = rng.normal(0, 0.01, walker.vertices.shape).astype(np.float32)
    bumpy = replace(walker, vertices=walker.vertices + bumps)
    report = write_person_glb(tmp_path / "a.glb", bumpy, body)
    posed = Player(report.path).rest()
    np.testing.assert_allclose(posed, mesh_of(bumpy).vertices, atol=1e-5)


def test_a_turned_bone_moves_its_limb_only(walker, body, tmp_path) -> None:
    player = Player(write_person_glb(tmp_path / "a.glb", walker, body).path)
    before = player.rest()
    names = [node["name"] for node in player.json["nodes"]]
    elbow = names.index("L_Elbow")
    player.json["nodes"][elbow]["rotation"] = [0.0, 0.0, 0.0, 1.0]
    moved = np.linalg.norm(player.rest() - before, axis=1)
    labels = body.part_labels
    assert moved[np.isin(labels, [elbow, names.index("L_Wrist")])].mean() > 0.01
    assert moved[labels == names.index("R_Elbow")].max() < 1e-9


@pytest.mark.parametrize("lacks", ["rotations", "the body"])
def test_without_rotations_it_is_the_mesh_alone(walker, body, lacks, tmp_path) -> None:
    person = replace(walker, rotmat=None) if lacks == "rotations" else walker
    report = write_person_glb(tmp_path / "a.glb", person, body if lacks == "rotations" else None)
    read = trimesh.load(report.path, process=False, maintain_order=True, force="mesh")
    np.testing.assert_allclose(read.vertices, mesh_of(walker).vertices, atol=1e-6)


def test_a_skin_that_cannot_be_undone_is_the_mesh_alone(
    walker, body, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(module, "SMALLEST_DETERMINANT", 10.0)
    report = write_person_glb(tmp_path / "a.glb", walker, body)
    assert "skins" not in Player(report.path).json


def test_a_file_that_does_not_read_back_is_not_kept(walker, body, tmp_path, monkeypatch) -> None:
    packed = module._packed

    def damaged(document, arrays):
        return packed(document, arrays | {"POSITION": arrays["POSITION"] + np.float32(0.01)})

    monkeypatch.setattr(module, "_packed", damaged)
    with pytest.raises(OutputError, match="does not read back"):
        write_person_glb(tmp_path / "a.glb", walker, body)
    assert list(tmp_path.iterdir()) == []
