"""One picture file -> one upright RGB `Frame`.

Read with Pillow, imported on use: it knows the EXIF orientation, CMYK, palettes, alpha and the first
frame of an animation, and it refuses a truncated file, which OpenCV quietly fills with grey.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.files.opening import require_no_device
from core.types import Frame

if TYPE_CHECKING:
    from PIL.Image import Image

PICTURE_SUFFIXES = frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".dib", ".gif", ".webp", ".avif"),
        *(".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm", ".jp2"),
    )
)
MIN_SIDE_PX = 2
# 200 million pixels are 600 MB of RGB; more is a mistake or an attack.
MAX_PIXELS = 200_000_000
_CONVERT = "open it in a picture editor and save it as JPEG or PNG"


def read_picture(path: str | Path) -> Frame:
    """The picture at ``path`` as RGB uint8, upright, alpha composited on white.

    Grey, palette, CMYK, 16 bit and floating-point pictures are brought to 8 bit RGB; of an animation
    the first frame is taken.

    Raises:
        InputError: no such file, no permission, not a picture, truncated, too small or too large.
    """
    path = Path(path)
    _check_readable(path)
    return Frame(image=_decode(path), name=path.name, path=path)


def _check_readable(path: Path) -> None:
    if path.is_dir():
        raise InputError("is a folder, not a picture", path=path, cure="name a picture inside it")
    require_no_device(path)
    try:
        with path.open("rb") as stream:
            first = stream.read(1)
    except FileNotFoundError:
        raise InputError("does not exist", path=path, cure="check the name") from None
    except PermissionError:
        raise InputError(
            "may not be read", path=path, cure="give yourself permission to read it"
        ) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"cannot be opened ({reason})", path=path, cure="check the name") from None
    if not first:
        raise InputError("is empty", path=path, cure="copy or download it again")


def _decode(path: Path) -> NDArray[np.uint8]:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Pillow warns from 89 million pixels on; the limit here is our own.
            warnings.simplefilter("ignore")
            with Image.open(path) as picture:
                _check_size(picture.size, path)
                picture.load()
                rgb = _rgb_uint8(ImageOps.exif_transpose(picture))
    except UnidentifiedImageError:
        raise InputError("is not a picture that can be read", path=path, cure=_CONVERT) from None
    except Image.DecompressionBombError:
        raise _too_large(path) from None
    except MemoryError:
        raise InputError("does not fit into memory", path=path, cure="make it smaller") from None
    # Pillow's decoders report damage as any of these, depending on the format.
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InputError(
            f"is truncated or damaged ({reason})", path=path, cure="copy or download it again"
        ) from None
    return rgb


def _check_size(size: tuple[int, int], path: Path) -> None:
    width, height = size
    if min(width, height) < MIN_SIDE_PX:
        raise InputError(
            f"is {width}x{height} pixels, too small to hold a person",
            path=path,
            cure="use a larger picture",
        )
    if width * height > MAX_PIXELS:
        raise _too_large(path)


def _too_large(path: Path) -> InputError:
    return InputError(
        f"has more than {MAX_PIXELS // 1_000_000} million pixels", path=path, cure="make it smaller"
    )


def _rgb_uint8(picture: Image) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 of any Pillow mode."""
    if picture.mode.startswith(("I", "F")):
        grey = _grey_uint8(np.asarray(picture))
        return np.repeat(grey[:, :, None], 3, axis=2)
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    if not has_alpha:
        return np.asarray(picture.convert("RGB"))
    from PIL import Image as pillow  # noqa: N813  (the class is called Image too)

    rgba = picture.convert("RGBA")
    white = pillow.new("RGBA", rgba.size, (255, 255, 255, 255))
    return np.asarray(pillow.alpha_composite(white, rgba).convert("RGB"))


def _grey_uint8(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """16 bit integers keep their high byte; floats are in [0, 1], or in [0, 255] if they exceed 1."""
    if values.dtype.kind == "f":
        finite = np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)
        scale = 255.0 if finite.max(initial=0.0) <= 1.0 else 1.0
        return np.clip(np.rint(finite * scale), 0, 255).astype(np.uint8)
    integers = values.astype(np.int64)
    # 32 bit files of scanners hold 16 bit values; 8 bit values in a wide type stay as they are.
    shift = 8 if integers.max(initial=0) > 255 else 0
    return np.clip(integers >> shift, 0, 255).astype(np.uint8)
