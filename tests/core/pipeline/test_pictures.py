"""Every kind of picture file: the right pixels, or one line that names the file and the cure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError
from core.pipeline.pictures import read_picture

RED, GREEN, BLUE = (200, 30, 30), (30, 200, 30), (30, 30, 200)


def _halves(height: int = 20, width: int = 40) -> np.ndarray:
    """Left half red, right half blue, a green top-left block."""
    image = np.zeros((height, width, 3), dtype=np.uint8)
    image[:, : width // 2] = RED
    image[:, width // 2 :] = BLUE
    image[: height // 4, : width // 8] = GREEN
    return image


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".ppm"])
def test_lossless_formats_give_the_same_pixels(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(_halves()).save(tmp_path / f"p{suffix}")
    frame = read_picture(tmp_path / f"p{suffix}")
    np.testing.assert_array_equal(frame.image, _halves())
    assert frame.name == f"p{suffix}"
    assert frame.key == frame.name


def test_file_names_of_any_alphabet(tmp_path: Path) -> None:
    path = tmp_path / "日本 – фото é.png"
    Image.fromarray(_halves()).save(path)
    assert read_picture(path).name == path.name


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int) -> None:
    upright = Image.fromarray(_halves())
    turn_back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = upright.transpose(turn_back[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "turned.png", exif=exif)
    np.testing.assert_array_equal(read_picture(tmp_path / "turned.png").image, _halves())


def test_grey_becomes_three_equal_channels(tmp_path: Path) -> None:
    ramp = np.arange(200, dtype=np.uint8).reshape(10, 20)
    Image.fromarray(ramp).save(tmp_path / "grey.png")
    image = read_picture(tmp_path / "grey.png").image
    for channel in range(3):
        np.testing.assert_array_equal(image[:, :, channel], ramp)


def test_alpha_is_composited_on_white(tmp_path: Path) -> None:
    rgba = np.zeros((8, 8, 4), dtype=np.uint8)
    rgba[:, 4:] = (*RED, 255)
    rgba[:, :4] = (0, 0, 0, 0)
    Image.fromarray(rgba).save(tmp_path / "alpha.png")
    image = read_picture(tmp_path / "alpha.png").image
    assert tuple(image[0, 0]) == (255, 255, 255)
    assert tuple(image[0, 7]) == RED


def test_sixteen_bit_grey_keeps_its_high_byte(tmp_path: Path) -> None:
    values = (np.arange(256, dtype=np.uint16) * 257).reshape(16, 16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    image = read_picture(tmp_path / "deep.png").image
    np.testing.assert_array_equal(image[:, :, 0], np.arange(256).reshape(16, 16))


def test_sixteen_bit_colour(tmp_path: Path) -> None:
    from core.opencv import cv2

    deep = _halves().astype(np.uint16) * 257
    assert cv2.imwrite(str(tmp_path / "deep.png"), deep[:, :, ::-1])
    np.testing.assert_allclose(read_picture(tmp_path / "deep.png").image, _halves(), atol=1)


def test_cmyk_jpeg_has_the_right_colours(tmp_path: Path) -> None:
    Image.fromarray(_halves(64, 64)).convert("CMYK").save(tmp_path / "print.jpg", quality=95)
    image = read_picture(tmp_path / "print.jpg").image
    np.testing.assert_allclose(image[40, 10], RED, atol=12)
    np.testing.assert_allclose(image[40, 55], BLUE, atol=12)


def test_animated_gif_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, GREEN, BLUE)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    np.testing.assert_allclose(read_picture(tmp_path / "a.gif").image[5, 5], RED, atol=8)


def test_webp(tmp_path: Path) -> None:
    Image.fromarray(_halves(64, 64)).save(tmp_path / "w.webp", lossless=True)
    np.testing.assert_array_equal(read_picture(tmp_path / "w.webp").image, _halves(64, 64))


def test_twenty_thousand_pixels_wide(tmp_path: Path) -> None:
    Image.new("RGB", (20_000, 30), RED).save(tmp_path / "wide.png")
    assert read_picture(tmp_path / "wide.png").size_hw == (30, 20_000)


def test_more_pixels_than_memory_should_take(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "huge.png")
    with pytest.raises(InputError, match=r"huge\.png: has more than 200 million pixels; make it"):
        read_picture(tmp_path / "huge.png")


def test_one_pixel(tmp_path: Path) -> None:
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    with pytest.raises(InputError, match=r"dot\.png: is 1x1 pixels, too small"):
        read_picture(tmp_path / "dot.png")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".gif", ".webp", ".tif", ".bmp"])
@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_truncated(tmp_path: Path, suffix: str, kept: float) -> None:
    rng = np.random.default_rng(0)
    whole, cut = tmp_path / f"whole{suffix}", tmp_path / f"cut{suffix}"
    Image.fromarray(rng.integers(0, 255, (120, 160, 3), dtype=np.uint8)).save(whole)
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * kept)])
    with pytest.raises(InputError) as caught:
        read_picture(cut)
    assert str(cut) in str(caught.value)
    assert ";" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"hello, this is text\n" * 9, b"\x00" * 500, b"%PDF-1.7\n", b"\xff\xd8\xff"]
)
def test_not_a_picture(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.jpg"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"letter\.jpg: is .*; "):
        read_picture(path)


def test_empty_missing_folder(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    for name, what in (
        ("empty.jpg", "is empty"),
        ("none.jpg", "does not exist"),
        ("", "is a fold"),
    ):
        with pytest.raises(InputError, match=what):
            read_picture(tmp_path / name)


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.png"
    Image.new("RGB", (8, 8)).save(path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root may read everything, so chmod proves nothing
    with pytest.raises(InputError, match=r"secret\.png: may not be read; give yourself permission"):
        read_picture(path)
