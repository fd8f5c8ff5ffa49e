"""A miniature data set in our own layout: rendered people with their truth, whole pictures."""

from pathlib import Path

import cv2
import numpy as np

from core.body import load_body
from training.pictures.test_set import shipped_test_set


def truth_folder(folder: Path, count: int = 8, first: int = 0) -> Path:
    """``count`` people of the synthetic test set, each in a picture of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    body, some = load_body("embedded"), shipped_test_set()[first : first + count]
    vertices = body(some.rotmat, some.betas).vertices
    joints = body.regress(vertices, "lsp14")
    for row in range(count):
        height, width = (int(side) for side in some.image_size[row])
        side = float(some.box_size[row])
        low = (some.box_center[row] - side / 2).numpy()
        # The rendered crop, put where it belongs in the whole picture.
        affine = np.array([[side / 128, 0, low[0]], [0, side / 128, low[1]]])
        bgr = np.ascontiguousarray(some.image[row].permute(1, 2, 0).numpy()[..., ::-1])
        whole = cv2.warpAffine(bgr, affine, (width, height))
        name = f"{row:03d}.png"
        assert cv2.imwrite(str(folder / name), whole)
        camera = some.camera_full[row].numpy()
        seen = joints[row].numpy() + camera
        focal = float(some.focal_px[row])
        flat = seen[:, :2] / seen[:, 2:] * focal + [width / 2, height / 2]
        np.savez(
            folder / f"{name}.truth.npz",
            joint_names=np.array(body.joint_names_of("lsp14")),
            joints_2d=flat[None],
            joints_3d=joints[row].numpy()[None],
            camera_full=camera[None],
            focal_px=focal,
            image_size=np.array([height, width]),
            box_xyxy=np.array([[*low, *(low + side)]]),
            rotmat=some.rotmat[row].numpy()[None],
            betas=some.betas[row].numpy()[None],
        )
    return folder
