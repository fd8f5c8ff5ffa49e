import numpy as np
import pytest

from core.metrics import KeypointGuess, KeypointTruth, oks, oks_average_precision
from core.metrics.oks import COCO17_SIGMAS

RNG = np.random.default_rng(12)


def truth(image="a", at=(100.0, 100.0), side=120.0, area=None, marked=None, **flags):
    points = np.array(at) + np.random.default_rng(3).uniform(0, side, (17, 2))
    marked = np.ones(17, bool) if marked is None else np.asarray(marked, bool)
    box = np.array([*at, at[0] + side, at[1] + side])
    return KeypointTruth(image, points, marked, box, area or side**2 / 2, **flags)


def guess(person, score=0.9, noise=0.0, image=None):
    points = person.points + noise * RNG.normal(size=(17, 2))
    return KeypointGuess(image or person.image, points, score)


def by_name(guesses, truths):
    return {m.name: m for m in oks_average_precision(guesses, truths)}


def test_similarity_by_hand():
    person = truth()
    assert oks(person.points, person) == 1
    moved = person.points.copy()
    moved[0, 0] += 7
    drop = np.exp(-49 / (2 * person.area_px * (2 * COCO17_SIGMAS[0]) ** 2))
    assert oks(moved, person) == pytest.approx((16 + drop) / 17)
    hidden = truth(marked=[False] + [True] * 16)
    assert oks(moved, hidden) == 1
    unmarked = truth(marked=[False] * 17)
    assert oks(unmarked.points, unmarked) == 1
    assert oks(unmarked.points + 5000, unmarked) == pytest.approx(0, abs=1e-12)


def test_perfect_missing_and_wrong_guesses():
    people = [truth("a"), truth("b")]
    perfect = by_name([guess(p) for p in people], people)
    assert [m.value for m in perfect.values() if m.n] == pytest.approx([100.0] * 5)
    assert perfect["AP"].protocol == "coco-oks"
    assert perfect["AP medium"].n == 2
    assert np.isnan(perfect["AP large"].value)
    # One of two found: precision 1 up to recall 0.5, that is 51 of 101 recalls.
    assert by_name([guess(people[0])], people)["AP"].value == pytest.approx(100 * 51 / 101)
    assert by_name([guess(people[0])], people)["AR"].value == pytest.approx(50)
    assert by_name([], people)["AP"].value == 0
    far = KeypointGuess("a", people[0].points + 900, 0.99)
    # The surest guess is wrong: precision never exceeds 2 / 3.
    worse = by_name([far, *[guess(p) for p in people]], people)
    assert worse["AP"].value == pytest.approx(100 * 2 / 3)


def test_a_second_guess_of_the_same_person_is_wrong_unless_it_is_a_crowd():
    person = truth("a")
    twice = [guess(person, 0.9), guess(person, 0.8)]
    assert by_name(twice, [person])["AP"].value == pytest.approx(100)
    others = [person, truth("b")]
    assert by_name([*twice, guess(others[1], 0.7)], others)["AP50"].value == pytest.approx(
        100 * (51 + 50 * 2 / 3) / 101
    )
    crowd = truth("a", at=(900.0, 900.0), crowd=True)
    inside = [guess(crowd, 0.99), guess(crowd, 0.98)]
    assert by_name([*inside, guess(person)], [person, crowd])["AP"].value == pytest.approx(100)


def test_nobody_is_not_perfect():
    assert np.isnan(by_name([], [])["AP"].value)
    ignored = truth(ignored=True)
    assert np.isnan(by_name([guess(ignored)], [ignored])["AP"].value)
    assert by_name([], [])["AP"].n == 0


def test_only_twenty_guesses_a_picture_count():
    person = truth()
    many = [KeypointGuess("a", person.points + 900, 1.0 + i) for i in range(20)]
    assert by_name([*many, guess(person, 0.5)], [person])["AP"].value == 0
    assert by_name([*many[:19], guess(person, 0.5)], [person])["AP"].value == pytest.approx(5)


def test_agrees_with_cocos_own_code():
    coco = pytest.importorskip("pycocotools.coco")
    evaluator = pytest.importorskip("pycocotools.cocoeval")
    people, guesses, annotations, results = [], [], [], []
    for number in range(60):
        image = number // 3
        side = float(RNG.uniform(20, 300))
        marked = RNG.random(17) < 0.8
        if number % 10 == 9:
            marked[:] = False
        crowd = number % 20 == 19
        person = truth(str(image), tuple(RNG.uniform(0, 300, 2)), side, marked=marked, crowd=crowd)
        people.append(person)
        marks = np.where(marked[:, None], np.c_[person.points, np.full(17, 2)], 0)
        annotations.append(
            {"id": number + 1, "image_id": image, "category_id": 1, "iscrowd": int(crowd)}
            | {"area": person.area_px, "bbox": [*person.box_xyxy[:2], side, side]}
            | {"keypoints": marks.ravel().tolist(), "num_keypoints": int(marked.sum())}
        )
        for _ in range(number % 3):
            points = person.points + RNG.normal(0, side * RNG.uniform(0.005, 0.1), (17, 2))
            score = float(RNG.random())
            guesses.append(KeypointGuess(str(image), points, score))
            flat = np.c_[points, np.ones(17)].ravel().tolist()
            results.append({"image_id": image, "category_id": 1, "keypoints": flat, "score": score})
    gt = coco.COCO()
    gt.dataset = {"info": {}, "images": [{"id": i} for i in range(20)], "annotations": annotations}
    gt.dataset["categories"] = [{"id": 1, "name": "person"}]
    gt.createIndex()
    run = evaluator.COCOeval(gt, gt.loadRes(results), "keypoints")
    run.evaluate()
    run.accumulate()
    run.summarize()
    found = by_name(guesses, people)
    names = ("AP", "AP50", "AP75", "AP medium", "AP large", "AR")
    np.testing.assert_allclose([found[n].value / 100 for n in names], run.stats[:6], atol=1e-9)
