"""The animated GLB, played by a small player of glTF's own rules, is the body that was posed."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import trimesh

from core.body import load_body
from core.errors import OutputError
from core.export import AnimatedGlbWriter, motion_of
from core.geometry.cameras import camera_to_y_up
from tests.core.temporal.walkers import Noise, stepping

KINDS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}
TYPES = {5126: "<f4", 5123: "<u2", 5125: "<u4"}


class Player:
    """Reads a GLB and poses its skin at a key."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        magic, version, total = struct.unpack_from("<4sII", data)
        assert (magic, version, total) == (b"glTF", 2, len(data))
        length, kind = struct.unpack_from("<I4s", data, 12)
        assert kind == b"JSON"
        self.json = json.loads(data[20 : 20 + length])
        size, kind = struct.unpack_from("<I4s", data, 20 + length)
        assert kind == b"BIN\0"
        self.binary = data[28 + length :]
        assert len(self.binary) == size == self.json["buffers"][0]["byteLength"]

    def array(self, number: int) -> np.ndarray:
        accessor = self.json["accessors"][number]
        view = self.json["bufferViews"][accessor["bufferView"]]
        assert view["byteOffset"] % 4 == 0
        width, kind = KINDS[accessor["type"]], np.dtype(TYPES[accessor["componentType"]])
        assert view["byteLength"] == accessor["count"] * width * kind.itemsize
        flat = np.frombuffer(self.binary, kind, accessor["count"] * width, view["byteOffset"])
        return flat.reshape(-1, width) if width > 1 else flat

    def key(self, row: int) -> tuple[float, np.ndarray]:
        """Time and (V, 3) vertices of the skin at key ``row``."""
        nodes = [dict(node) for node in self.json["nodes"]]
        animation = self.json["animations"][0]
        for channel in animation["channels"]:
            sampler = animation["samplers"][channel["sampler"]]
            target = channel["target"]
            nodes[target["node"]][target["path"]] = self.array(sampler["output"])[row]
        time = float(self.array(animation["samplers"][0]["input"])[row])
        return time, self._posed(nodes)

    def rest(self) -> np.ndarray:
        """(V, 3) vertices of the skin as the nodes stand in the file."""
        return self._posed(self.json["nodes"])

    def _posed(self, nodes: list[dict]) -> np.ndarray:
        skin = self.json["skins"][0]
        bind = self.array(skin["inverseBindMatrices"]).reshape(-1, 4, 4).swapaxes(1, 2)
        world = self._world(nodes, skin["skeleton"], np.eye(4))
        carried = np.stack([world[joint] for joint in skin["joints"]]) @ bind
        attributes = self.json["meshes"][0]["primitives"][0]["attributes"]
        points = np.c_[self.array(attributes["POSITION"]), np.ones(6890)]
        posed = np.zeros((6890, 3))
        for number in range(2):
            if f"JOINTS_{number}" not in attributes:
                continue
            joints = self.array(attributes[f"JOINTS_{number}"])
            weights = self.array(attributes[f"WEIGHTS_{number}"])
            for column in range(4):
                turned = np.einsum("vij,vj->vi", carried[joints[:, column]], points)[:, :3]
                posed += weights[:, column : column + 1] * turned
        return posed

    def _world(self, nodes: list[dict], node: int, above: np.ndarray) -> dict[int, np.ndarray]:
        x, y, z, w = nodes[node].get("rotation", (0, 0, 0, 1))
        local = np.eye(4)
        local[:3, :3] = [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
        local[:3, 3] = nodes[node].get("translation", (0, 0, 0))
        world = {node: above @ local}
        for child in nodes[node].get("children", ()):
            world |= self._world(nodes, child, world[node])
        return world


@pytest.fixture(scope="module")
def people():
    _, noisy = stepping(0.5, Noise(rotation=0.3, depth=0.02))
    return noisy


def _write(path: Path, people, times) -> Path:
    body = load_body("embedded")
    writer = AnimatedGlbWriter(path, body)
    for person, time_s in zip(people, times, strict=True):
        writer.add(motion_of([person], body, 30.0, "camera"), person.betas, time_s)
    report = writer.finish()
    writer.close()
    assert report.vertices == 6890
    return path


def test_every_key_is_the_posed_body(people, tmp_path: Path) -> None:
    times = np.cumsum(np.linspace(0.02, 0.2, len(people)))
    player = Player(_write(tmp_path / "a.glb", people, times))
    for row in (0, 7, len(people) - 1):
        time, posed = player.key(row)
        assert time == pytest.approx(times[row], abs=1e-5)
        true = camera_to_y_up(people[row].vertices_camera.astype(np.float64))
        assert np.linalg.norm(posed - true, axis=-1).max() < 1e-4


def test_quaternions_never_change_their_sign(people, tmp_path: Path) -> None:
    player = Player(_write(tmp_path / "a.glb", people, np.arange(len(people)) / 30))
    for sampler in player.json["animations"][0]["samplers"][1:]:
        keys = player.array(sampler["output"])
        np.testing.assert_allclose(np.linalg.norm(keys, axis=1), 1.0, atol=1e-5)
        assert ((keys[1:] * keys[:-1]).sum(1) > 0).all()


def test_the_bind_pose_opens_elsewhere_head_up(people, tmp_path: Path) -> None:
    path = _write(tmp_path / "a.glb", people[:3], (0.0, 0.1, 0.2))
    mesh = trimesh.load(path, process=False, force="mesh")
    assert mesh.vertices.shape == (6890, 3)
    assert 1.4 < np.ptp(mesh.vertices[:, 1]) < 2.1


def test_two_keys_at_one_time_count_once(people, tmp_path: Path) -> None:
    path = _write(tmp_path / "a.glb", [*people[:2], people[2]], (0.0, 0.1, 0.1))
    player = Player(path)
    sampler = player.json["animations"][0]["samplers"][0]
    np.testing.assert_allclose(player.array(sampler["input"]), [0.0, 0.1])
    accessor = player.json["accessors"][sampler["input"]]
    assert accessor["max"] == [pytest.approx(0.1)]


def test_nothing_added_is_said(tmp_path: Path) -> None:
    writer = AnimatedGlbWriter(tmp_path / "a.glb", load_body("embedded"))
    with pytest.raises(OutputError, match="no motion"):
        writer.finish()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("harm", ["a number changed", "cut off", "more at the end"])
def test_a_file_that_does_not_read_back_is_not_kept(people, tmp_path, harm, monkeypatch) -> None:
    body = load_body("embedded")
    writer = AnimatedGlbWriter(tmp_path / "a.glb", body)
    for number, person in enumerate(people[:2]):
        writer.add(motion_of([person], body, 30.0), person.betas, number / 30)
    check = AnimatedGlbWriter._reads_back

    def harmed(self, path, start, still):
        data = path.read_bytes()
        changed = {
            "a number changed": data[:-3] + bytes([data[-3] ^ 1]) + data[-2:],
            "cut off": data[:-4],
            "more at the end": data + b"x",
        }
        path.write_bytes(changed[harm])
        return check(self, path, start, still)

    monkeypatch.setattr(AnimatedGlbWriter, "_reads_back", harmed)
    with pytest.raises(OutputError, match="does not read back"):
        writer.finish()
    assert list(tmp_path.iterdir()) == []
