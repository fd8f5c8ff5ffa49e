"""Telling files apart by what is in them, never by their names, and executing nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError, MeshLoupeError
from core.files import read_npz, read_pickle
from core.files.archives import CheckedZip
from core.files.joblib_arrays import ZLIB_HEADS
from core.files.opening import require_no_device
from core.interop.array_files import array_report, table_report
from core.interop.doubts import finite_share, unit_of
from core.interop.reports import Report

MOST_TEXT = 256 * 2**20
HEAD = 4096
OBJ_VERTEX = re.compile(rb"^v\s+-?[\d.]+\s+-?[\d.]+\s+-?[\d.]+", re.MULTILINE)
PICTURES = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}


def inspect_any(path: str | Path) -> Report:
    """What a file is: labels, results, motion, keypoints, meshes, weights, bodies, pictures, videos.

    Raises:
        InputError: it cannot be read, is damaged, or nothing here knows it.
        UnsafeFileError: it asks to run code, or claims sizes that it cannot have.
    """
    path = Path(path)
    head = _head(path)
    if head.startswith((b"glTF", b"ply")) or OBJ_VERTEX.search(head):
        found = _mesh(path)
        if found is not None:
            return found
    if head.lstrip()[:1] in (b"{", b"["):
        return _json(path)
    if head.lstrip().startswith(b"HIERARCHY"):
        return _bvh(path)
    for magic, name in PICTURES.items():
        if head.startswith(magic) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
            return _picture(path, "WebP" if head[:4] == b"RIFF" else name)
    found = _arrays(path, head) or _weights(path)
    if found is None and not _is_safetensors(head):
        found = _video(path)
    return found or _unknown(path)


def _is_safetensors(head: bytes) -> bool:
    """Whether a file begins with the length of a JSON header and the header itself."""
    return head[8:9] == b"{"


def _head(path: Path) -> bytes:
    require_no_device(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"cannot be read ({reason})", path=path, cure="name a file") from None
    if not head:
        raise InputError("is empty", path=path, cure="get it from its source again")
    return head


def _unknown(path: Path) -> Report:
    raise InputError(
        "holds nothing that MeshLoupe knows",
        path=path,
        cure="see docs/formats.md for what it reads",
    )


def _arrays(path: Path, head: bytes) -> Report | None:
    if head.startswith(b"PK\x03\x04"):
        with CheckedZip(path) as archive:
            names = tuple(archive.members)
        if not any(name.endswith(".npy") for name in names):
            return None
        return array_report(path, read_npz(path))
    if (head[:1] == b"\x80" and head[1] <= 5) or head[:2] in ZLIB_HEADS:
        try:
            return table_report(path, read_pickle(path))
        except InputError:
            return None  # the reader of weights says more about torch's own pickles
    return None


def _weights(path: Path) -> Report | None:
    from core.weights import inspect_file

    card = path.with_suffix(".json")
    if path.suffix == ".safetensors" and card.exists():
        own = _own_weights(path, card)
        if own is not None:
            return own
    try:
        found = inspect_file(path)
    except InputError as error:
        if "unknown" in error.what:
            return None
        raise
    if found.kind == "unknown":
        return None
    facts = [("tensors", str(len(found.tensors)))]
    if found.method:
        facts.insert(0, ("network", f"{found.method} {found.preset} {found.variant}"))
    uses = (f"meshloupe weights inspect {path.name}", f"meshloupe weights add {path.name}")
    return Report(path, found.kind, found.title, tuple(facts), (), uses)


def _own_weights(path: Path, card: Path) -> Report | None:
    """Weights of MeshLoupe, by the card beside them, whose hash must fit."""
    from core.files import file_sha256

    try:
        told = json.loads(card.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    files = told.get("files", []) if isinstance(told, dict) else []
    hashes = {f.get("sha256") for f in files if isinstance(f, dict) and f.get("name") == path.name}
    if file_sha256(path) not in hashes:
        return None
    network = "/".join(str(told.get(key, "")) for key in ("method", "preset", "variant"))
    facts = [("network", network), ("licence", str(told.get("licence", "")))]
    facts += [("recipe", str(told.get("recipe", ""))[:160]), ("card", card.name)]
    return Report(path, "weights", str(told.get("title", "weights of MeshLoupe")), tuple(facts))


def _mesh(path: Path) -> Report | None:
    import trimesh

    try:
        scene = trimesh.load(path, process=False)
        mesh = scene.to_geometry() if isinstance(scene, trimesh.Scene) else scene
        moving = _glb_facts(path)
    except Exception as error:  # noqa: BLE001 - the library raises whatever a damaged file makes it
        raise InputError(
            f"is no mesh that can be read ({type(error).__name__})",
            path=path,
            cure="export it again",
        ) from None
    vertices = np.asarray(getattr(mesh, "vertices", np.zeros((0, 3))), np.float64)
    faces = np.asarray(getattr(mesh, "faces", np.zeros((0, 3))))
    if not len(vertices):
        return None
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    size = ", ".join(
        f"{axis} {a:.2f} to {b:.2f}" for axis, a, b in zip("xyz", low, high, strict=True)
    )
    known = {6890: " (as SMPL)", 10475: " (as SMPL-X)", 778: " (as MANO)"}.get(len(vertices), "")
    facts = (
        ("vertices", f"{len(vertices)}{known}"),
        ("faces", str(len(faces))),
        ("extent", f"{size}{' (bind pose)' if moving else ''}"),
        *moving,
    )
    warnings = finite_share("vertices", vertices)
    if known:
        hand = len(vertices) == 778
        warnings += [] if hand else unit_of("mesh", vertices)
        if not hand and int(np.ptp(vertices, axis=0).argmax()) == 2:
            warnings.append(
                "mesh: tallest along z; MeshLoupe, Blender's OBJ import and glTF take y as up"
            )
    return Report(path, "mesh", "triangle mesh", facts, tuple(warnings))


def _glb_facts(path: Path) -> tuple[tuple[str, str], ...]:
    """Skeleton and animation of a binary glTF, which the reader of meshes leaves out."""
    with path.open("rb") as stream:
        head = stream.read(20)
        if len(head) < 20 or head[:4] != b"glTF" or head[16:20] != b"JSON":
            return ()
        length = int.from_bytes(head[12:16], "little")
        document = json.loads(stream.read(min(length, MOST_TEXT)))
    facts = [
        ("skeleton", f"{len(skin.get('joints', ()))} joints") for skin in document.get("skins", ())
    ]
    for animation in document.get("animations", ()) if facts else ():
        times = [document["accessors"][s["input"]] for s in animation["samplers"]]
        seconds = max((max(accessor.get("max", (0.0,))) for accessor in times), default=0.0)
        keys = max((accessor["count"] for accessor in times), default=0)
        facts.append(("animation", f"{keys} keys, {seconds:.1f} s"))
    return tuple(facts)


def _json(path: Path) -> Report:
    if path.stat().st_size > MOST_TEXT:
        raise InputError("is too large to be read as JSON", path=path, cure="split it")
    try:
        content = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        raise InputError(
            "is not JSON, though it begins like it", path=path, cure="write it again"
        ) from None
    content = {"annotations": content} if isinstance(content, list) else content
    if content.get("kind") == "MeshLoupe session":
        items = content.get("items")
        count = len(items) if isinstance(items, list) else 0
        facts = (("items", str(count)), ("schema", str(content.get("schema"))))
        return Report(path, "session", "MeshLoupe session", facts, (), (f"meshloupe {path.name}",))
    if "joint_names" in content or "annotations" in content:
        return _joints(path, content)
    if "model_card" in content or "weights_sha256" in content:
        return Report(path, "card", "model card of shipped weights", tuple(_plain(content)))
    raise InputError(
        "is JSON, but nothing that MeshLoupe knows", path=path, cure="see docs/formats.md"
    )


def _plain(content: dict[str, Any]) -> list[tuple[str, str]]:
    return [(k, str(v)) for k, v in content.items() if isinstance(v, str | int | float)][:8]


def _joints(path: Path, content: dict[str, Any]) -> Report:
    from core.pipeline.coco_joints import is_coco
    from core.pipeline.joints_file import read_joints_file

    read = read_joints_file(path)
    people = [person for persons in read.people.values() for person in persons]
    names = people[0].joint_names if people else ()
    facts = (
        ("pictures", str(len(read.people))),
        ("people", str(len(people))),
        ("joints", f"{len(names)}: {', '.join(names[:4])}, ..." if names else "none"),
        ("units", "pixels of the picture, x right, y down"),
    )
    coco = is_coco(content)
    title = "keypoints of COCO" if coco else "2D joints, MeshLoupe's own form"
    first = next(iter(read.people), "photo.jpg").split("#")[0]
    uses = (f"meshloupe infer {first} --joints {path.name} --method pose_lift",)
    return Report(path, "coco_keypoints" if coco else "joints", title, facts, (), uses)


def _bvh(path: Path) -> Report:
    text = path.read_text("utf-8", errors="replace")
    lines = [line.strip() for line in text.splitlines()]
    joints = [
        line.split()[1]
        for line in lines
        if line.startswith(("ROOT ", "JOINT ")) and len(line.split()) > 1
    ]
    try:
        frames = int(next(line.split(":")[1] for line in lines if line.startswith("Frames:")))
        step = float(next(line.split(":")[1] for line in lines if line.startswith("Frame Time:")))
    except (StopIteration, ValueError, IndexError):
        raise InputError("is BVH without its frames", path=path, cure="export it again") from None
    rate = 1 / step if step > 0 else 0.0
    facts = (
        ("joints", f"{len(joints)}: {', '.join(joints[:4])}, ..."),
        ("frames", f"{frames}, {rate:.4g} a second"),
        ("units", "as its author says; files of MeshLoupe hold metres, y up"),
    )
    rows = (
        len(lines)
        - next((n for n, line in enumerate(lines) if line.startswith("Frame Time:")), 0)
        - 1
    )
    rows -= sum(not line for line in lines[-3:])
    warnings = (f"{rows} rows of motion instead of {frames}",) if abs(rows - frames) > 1 else ()
    return Report(path, "bvh", "skeleton motion, BVH", facts, warnings)


def _picture(path: Path, name: str) -> Report:
    from core.pipeline.sources import read_picture

    frame = read_picture(path)
    height, width = frame.size_hw
    uses = (f"meshloupe infer {path.name} --method metro --save obj,npz,overlay",)
    return Report(
        path,
        "picture",
        f"picture, {name}",
        (("size", f"{width} x {height} px, upright"),),
        (),
        uses,
    )


def _video(path: Path) -> Report | None:
    from core.pipeline.videos import VideoFile

    try:
        with VideoFile(path) as video:
            # Readers of video guess a container in almost any bytes; one that decodes is one.
            if next(video.frames(), None) is None:
                return None
            count, rate = video.len_hint, video.frames_per_second
            sound = "yes" if video.has_sound else "no"
    except MeshLoupeError:
        return None
    facts = (("frames", f"about {count}, {rate:.4g} a second"), ("sound", sound))
    uses = (f"meshloupe infer {path.name} --method metro --save video,npz,bvh,glb",)
    return Report(path, "video", "video", facts, (), uses)
