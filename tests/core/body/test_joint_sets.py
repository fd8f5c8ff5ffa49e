import pytest
import torch

from core.body import JOINT_SETS, standing_pose
from core.body.joint_sets import (
    H36M17_NAMES,
    H36M17_TO_LSP14,
    HAND21_NAMES,
    LSP14_NAMES,
    mirror_name,
    mirror_permutation,
)
from core.errors import BodyError


@pytest.mark.parametrize("joint_set", JOINT_SETS.values(), ids=lambda s: s.name)
def test_tables_are_complete(joint_set):
    assert len(set(joint_set.joint_names)) == len(joint_set) == len(joint_set.landmarks)
    order = mirror_permutation(joint_set.joint_names)
    assert sorted(order) == list(range(len(joint_set)))
    assert [order[i] for i in order] == list(range(len(joint_set)))  # twice is nothing


def test_sizes_are_in_the_names():
    for name, joint_set in JOINT_SETS.items():
        assert name.endswith(str(len(joint_set)))


def test_lsp14_are_columns_of_h36m17():
    picked = [H36M17_NAMES[i] for i in H36M17_TO_LSP14]
    assert picked[:13] == list(LSP14_NAMES[:13])
    assert (picked[13], LSP14_NAMES[13]) == ("Head", "Head_top")


def test_lift25_begins_with_lsp14():
    names = JOINT_SETS["lift25"].joint_names
    assert names[:14] == LSP14_NAMES
    assert names[14:19] == ("Nose", "L_Eye", "R_Eye", "L_Ear", "R_Ear")


def test_hand_order_is_freihand():
    assert HAND21_NAMES[0] == "Wrist"
    assert [n.split("_")[0] for n in HAND21_NAMES[1::4]] == [
        "Thumb",
        "Index",
        "Middle",
        "Ring",
        "Pinky",
    ]


def test_mirror_names():
    assert mirror_name("L_Knee") == "R_Knee"
    assert mirror_name("right_ear") == "left_ear"
    assert mirror_name("Neck") == "Neck"


def test_sets_agree_where_they_share_a_landmark(body):
    vertices = body.v_template[None]
    lsp, lift = body.regress(vertices, "lsp14"), body.regress(vertices, "lift25")
    h36m, coco = body.regress(vertices, "h36m17"), body.regress(vertices, "coco17")
    assert torch.equal(lsp, lift[:, :14])
    assert torch.allclose(h36m[:, list(H36M17_TO_LSP14)], lsp, atol=1e-6)
    hips = coco[:, [body.joint_names_of("coco17").index(f"{s}_hip") for s in ("left", "right")]]
    assert torch.allclose(h36m[:, 0], hips.mean(1), atol=1e-6)
    for name in ("lsp14", "h36m17", "coco17"):
        assert torch.allclose(body.pelvis(vertices, name), hips.mean(1), atol=1e-6)


def test_unknown_and_impossible_sets_are_said_so(body, hand):
    with pytest.raises(BodyError, match="lsp14"):
        body.regress(body.v_template[None], "lsp99")
    with pytest.raises(BodyError, match="embedded_hand"):
        hand.regress(hand.v_template[None], "lsp14")
    assert "metro24" not in body.joint_sets()


def test_standing_hangs_the_arms(body):
    out = body(standing_pose(body, 2), torch.zeros(2, 10))
    at = dict(zip(body.joint_names, out.joints[0], strict=True))
    for side in "LR":
        assert at[f"{side}_Wrist"][1] < at[f"{side}_Shoulder"][1] - 0.4
    assert at["L_Wrist"][0] > 0.2
    assert at["R_Wrist"][0] < -0.2
