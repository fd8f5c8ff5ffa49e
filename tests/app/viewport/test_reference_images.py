"""The 3D view still looks as it did: pictures kept beside this file, compared with a tolerance.

A difference is saved for a person to look at. After a wanted change, run with
``MESHLOUPE_NEW_REFERENCES=1`` and look at the new pictures before they are kept.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from app.main import make_application
from app.viewport import MeshViewport
from core.body import load_body
from core.render import VIRIDIS, MeshLayer, ViewCamera

REFERENCES = Path(__file__).parent / "references"
SIDE = 240
# Mean difference of a channel, and share of pixels that differ visibly (other fonts, other rounding).
MEAN_LIMIT, VISIBLE, VISIBLE_SHARE = 1.5, 32, 0.01


@pytest.fixture(scope="module")
def body():
    made = load_body("embedded")
    return np.asarray(made.v_template, np.float32), np.asarray(made.faces(), np.int32)


def layers_of(look: str, body) -> list[MeshLayer]:
    vertices, faces = body
    if look == "values":
        height = vertices[:, 1] - vertices[:, 1].min()
        colours = VIRIDIS(height / height.max())
        return [MeshLayer(vertices, faces, colors=colours, finish="data")]
    if look == "pair":
        aside = vertices + np.array([0.35, 0, -0.2], np.float32)
        truth = MeshLayer(aside, faces, colors=(0.4, 0.8, 0.5), alpha=0.4, pickable=False)
        return [MeshLayer(vertices, faces), truth]
    return [MeshLayer(vertices, faces, wireframe=look == "wireframe")]


def pixels(image: QImage) -> np.ndarray:
    """(H, W, 3) int16."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), -1)
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).astype(np.int16)


def saved(image: np.ndarray, path: Path) -> Path:
    packed = np.ascontiguousarray(np.clip(image, 0, 255).astype(np.uint8))
    height, width = packed.shape[:2]
    kept = QImage(packed.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    assert kept.save(str(path))
    return path


def difference(now: np.ndarray, before: np.ndarray) -> tuple[float, float]:
    """Mean difference of a channel, and share of pixels that differ visibly."""
    apart = np.abs(now - before)
    return float(apart.mean()), float((apart.max(axis=2) > VISIBLE).mean())


def drawn(qtbot, look: str, body) -> np.ndarray:
    make_application()
    view = MeshViewport(y_up=True)
    qtbot.addWidget(view)
    view.resize(SIDE, SIDE)
    view.set_layers(layers_of(look, body))
    view.show()
    view.set_camera(ViewCamera(y_up=True, azimuth=0.5, elevation=0.15))
    view.fit()
    quality: list[str] = []
    view.drawn.connect(lambda _seconds, kind: quality.append(kind))
    qtbot.waitUntil(lambda: quality[-1:] == ["final"], timeout=60_000)
    image = pixels(view.grab().toImage())
    view.shutdown()
    return image


@pytest.mark.parametrize("look", ["plain", "values", "wireframe", "pair"])
def test_the_view_looks_as_before(qtbot, look, body, tmp_path) -> None:
    now, path = drawn(qtbot, look, body), REFERENCES / f"{look}.png"
    if os.environ.get("MESHLOUPE_NEW_REFERENCES"):
        REFERENCES.mkdir(exist_ok=True)
        saved(now, path)
    before = pixels(QImage(str(path)))
    mean, share = difference(now, before)
    if mean > MEAN_LIMIT or share > VISIBLE_SHARE:
        shown = np.concatenate([before, now, 4 * np.abs(now - before)], axis=1)
        where = saved(shown, tmp_path / f"{look}-difference.png")
        pytest.fail(f"mean {mean:.2f}, {share:.1%} of the pixels differ visibly; see {where}")


def test_another_body_colour_or_a_moved_body_would_be_seen(body) -> None:
    before = pixels(QImage(str(REFERENCES / "plain.png")))
    values = pixels(QImage(str(REFERENCES / "values.png")))
    moved = np.roll(before, 6, axis=1)
    for other in (values, moved):
        mean, share = difference(other, before)
        assert mean > MEAN_LIMIT or share > VISIBLE_SHARE
