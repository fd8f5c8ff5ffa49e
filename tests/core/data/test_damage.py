"""Whatever happens to a file, a reader either reads it or says what is wrong with which file."""

import numpy as np
import pytest

from core.data import open_dataset
from core.errors import InputError, UnsafeFileError


def _human36m(root, scene, kit):
    for subject in (9, 11):
        kit.sibling("test_human36m").write_subject(root, scene, kit, subject, frames=(0,))
    return root


def _threedpw(root, scene, kit):
    module = kit.sibling("test_threedpw")
    module.write(root, module.table(scene, kit))
    return root


def _coco(root, scene, kit):
    value = kit.sibling("test_coco").annotations(kit)
    kit.save_json(root / "annotations/person_keypoints_val2017.json", value)
    return root


def _mpii(root, scene, kit):
    module = kit.sibling("test_mpii")
    module.savemat(root / module.MAT_FILE, module.release())
    return root


def _up3d(root, scene, kit):
    (root / "train.txt").write_text("/00003_image.png\n")
    np.save(root / "00003_joints.npy", np.ones((3, 14)) * np.arange(14))
    kit.sibling("test_up3d").write_body(root, scene)
    return root


def _metro_tsv(root, scene, kit):
    module = kit.sibling("test_metro_tsv")
    label = module.encode(module.person(scene, kit))
    module.write_tsv(root / "a.label.tsv", [["k", label]] * 2)
    module.write_tsv(root / "a.img.tsv", [["k", "AAAA"]] * 2)
    module.write_tsv(root / "a.hw.tsv", [["k", '[{"height": 3, "width": 4}]']] * 2)
    (root / "a.yaml").write_text("img: a.img.tsv\nlabel: a.label.tsv\nhw: a.hw.tsv\n")
    return root / "a.yaml"


def _npz(name):
    def write(root, scene, kit):
        module = kit.sibling("test_npz_sets")
        return module.save(root / "a.npz", getattr(module, name)(scene, kit))

    return write


def _truth_folder(root, scene, kit):
    module = kit.sibling("test_truth_folder")
    module.write(root, kit, module.truth(scene, kit))
    return root


SETS = {
    "human36m": _human36m,
    "3dpw": _threedpw,
    "coco": _coco,
    "mpii": _mpii,
    "up3d": _up3d,
    "metro_tsv": _metro_tsv,
    "spin_npz": _npz("spin"),
    "human_data_npz": _npz("human_data"),
    "truth_folder": _truth_folder,
}
DAMAGES = 40


def _damaged(data, rng):
    """The bytes cut off, with some bytes changed, or with a piece missing."""
    at = int(rng.integers(0, len(data)))
    kind = rng.integers(0, 3)
    if kind == 0:
        return data[:at]
    if kind == 1:
        changed = bytearray(data)
        for place in rng.integers(0, len(data), 3):
            changed[place] = int(rng.integers(0, 256))
        return bytes(changed)
    return data[:at] + data[at + int(rng.integers(1, 200)) :]


@pytest.mark.parametrize("name", SETS)
def test_damage_is_named(tmp_path, scene, kit, name):
    path = SETS[name](tmp_path, scene, kit)
    assert len(list(open_dataset(name, path))) > 0
    rng = np.random.default_rng(len(name))
    files = [
        f for f in sorted(tmp_path.rglob("*")) if f.is_file() and f.suffix not in (".png", ".jpg")
    ]
    refused = 0
    for number in range(DAMAGES):
        file = files[number % len(files)]
        whole = file.read_bytes()
        file.write_bytes(_damaged(whole, rng))
        told = _complaint(name, path)
        file.write_bytes(whole)
        if told is not None:
            refused += 1
            assert told.startswith(str(tmp_path))
            assert "\n" not in told
    assert refused > DAMAGES // 4


def _complaint(name, path):
    """What the reader says of the set; None when it could read all of it."""
    try:
        list(open_dataset(name, path))
    except (InputError, UnsafeFileError) as error:
        return str(error)
    return None
