"""The pixels of a record, exactly as they lie in the file.

Annotations count pixels of the stored picture, so an EXIF turn is not applied: a turned picture and
its joints would no longer fit.
"""

from __future__ import annotations

import base64
import binascii

import numpy as np
from numpy.typing import NDArray

from core.data.checks import AGAIN
from core.data.record import PictureRef
from core.errors import InputError

_MISSING = "unpack the data set's pictures where its annotations expect them"


def load_pixels(picture: PictureRef) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB.

    Raises:
        InputError: the picture is missing, damaged, or of another size than the data set states.
    """
    from core.opencv import cv2

    data = np.frombuffer(_encoded(picture), np.uint8)
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imdecode(data, flags) if data.size else None
    except cv2.error:
        image = None
    if image is None:
        raise InputError(
            f"is no picture{_row(picture)}, or a damaged one", path=picture.path, cure=AGAIN
        )
    if picture.size_hw is not None and image.shape[:2] != tuple(picture.size_hw):
        raise InputError(
            f"is {image.shape[1]}x{image.shape[0]} pixels{_row(picture)} where the annotations say "
            f"{picture.size_hw[1]}x{picture.size_hw[0]}",
            path=picture.path,
            cure="use the data set's own pictures, not resized ones",
        )
    return np.ascontiguousarray(image[..., ::-1])


def picture_size(picture: PictureRef) -> tuple[int, int]:
    """(height, width) pixels, as the data set states it or else from the picture."""
    if picture.size_hw is not None:
        return picture.size_hw
    height, width = load_pixels(picture).shape[:2]
    return height, width


def _encoded(picture: PictureRef) -> bytes:
    try:
        with picture.path.open("rb") as stream:
            if picture.offset is None:
                return stream.read()
            stream.seek(picture.offset)
            row = stream.readline()
    except FileNotFoundError as error:
        raise InputError("there is no such picture", path=picture.path, cure=_MISSING) from error
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=picture.path) from error
    try:
        return base64.b64decode(row.rstrip(b"\r\n").rpartition(b"\t")[2], validate=True)
    except binascii.Error as error:
        raise InputError(
            f"holds no picture in base64{_row(picture)}", path=picture.path, cure=AGAIN
        ) from error


def _row(picture: PictureRef) -> str:
    return "" if picture.offset is None else f" in the row at byte {picture.offset}"
