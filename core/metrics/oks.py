"""Average precision of keypoints over their similarity (OKS), as COCO defines it.

Object keypoint similarity of a guess and a person: the mean over the person's marked points of
exp(-d^2 / (2 area (2 sigma)^2)), d the distance in pixels and sigma the spread of the annotators for
that point (Ronchi and Perona 2017). Guesses are matched greedily, best score first; precision is made
monotone and read at 101 recalls; the mean runs over ten similarities from 0.50 to 0.95.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.metrics.measure import Measure
from core.metrics.protocols import COCO_OKS

COCO17_SIGMAS = np.array(
    [26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89], np.float64
) / 1000.0  # fmt: skip
THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0.0, 1.0, 101)
MAX_GUESSES = 20
AREAS = {"": (0.0, 1e10), "medium": (32.0**2, 96.0**2), "large": (96.0**2, 1e10)}
_TINY = float(np.spacing(1))


@dataclass(frozen=True, eq=False)
class KeypointTruth:
    """A marked person.

    Attributes:
        image: which picture.
        points: (K, 2) pixels; NaN or anything where not marked.
        marked: (K,) true where marked.
        box_xyxy: (4,) pixels.
        area_px: square pixels that the person covers.
        ignored: matches of it count neither for nor against; so do people without any mark.
        crowd: many people under one mark; several guesses may match it.
    """

    image: str
    points: NDArray[np.floating]
    marked: NDArray[np.bool_]
    box_xyxy: NDArray[np.floating]
    area_px: float
    ignored: bool = False
    crowd: bool = False


@dataclass(frozen=True, eq=False)
class KeypointGuess:
    """A predicted person: picture, (K, 2) pixels, score (any number, higher is surer)."""

    image: str
    points: NDArray[np.floating]
    score: float


def oks(guess: ArrayLike, truth: KeypointTruth, sigmas: ArrayLike = COCO17_SIGMAS) -> float:
    """Similarity of guessed points (K, 2) px to a person, in [0, 1].

    For a person without any mark the distances are those to the doubled box, as COCO has it.
    """
    points = np.asarray(guess, np.float64)
    spread = (2 * np.asarray(sigmas, np.float64)) ** 2
    marked = np.asarray(truth.marked, bool)
    if marked.any():
        apart = np.where(marked[:, None], points - np.asarray(truth.points, np.float64), 0.0)
    else:
        low, high = np.asarray(truth.box_xyxy, np.float64).reshape(2, 2)
        side = high - low
        apart = np.maximum(low - side - points, 0) + np.maximum(points - high - side, 0)
        marked = np.ones(len(points), bool)
    exponent = (apart**2).sum(-1) / spread / (truth.area_px + _TINY) / 2
    return float(np.exp(-exponent[marked]).mean())


def oks_average_precision(
    guesses: Sequence[KeypointGuess],
    truths: Sequence[KeypointTruth],
    sigmas: ArrayLike = COCO17_SIGMAS,
) -> tuple[Measure, ...]:
    """AP, AP50, AP75, AP of medium and of large people, and AR, in percent.

    ``n`` of a measure is the number of people who count; NaN when there are none.
    """
    images = _by_image(guesses, truths, sigmas)
    found: list[Measure] = []
    for name, area in AREAS.items():
        precision, recall, people = _precision(images, area)
        value = _percent(precision.mean(), people)
        found.append(Measure(value, "%", COCO_OKS.id, people, f"AP {name}".strip()))
        if not name:
            for limit, row in ((50, 0), (75, 5)):
                at = _percent(precision[row].mean(), people)
                found.append(Measure(at, "%", COCO_OKS.id, people, f"AP{limit}"))
            found.append(Measure(_percent(recall.mean(), people), "%", COCO_OKS.id, people, "AR"))
    return tuple(found)


def _percent(value: float, people: int) -> float:
    return 100.0 * float(value) if people else float("nan")


@dataclass(frozen=True, eq=False)
class _Image:
    """Guesses of a picture, best first, its people, and the similarity of each pair."""

    guesses: list[KeypointGuess]
    truths: list[KeypointTruth]
    similarity: NDArray[np.float64]


def _by_image(
    guesses: Sequence[KeypointGuess], truths: Sequence[KeypointTruth], sigmas: ArrayLike
) -> list[_Image]:
    mine: dict[str, list[KeypointGuess]] = defaultdict(list)
    theirs: dict[str, list[KeypointTruth]] = defaultdict(list)
    for guess in guesses:
        mine[guess.image].append(guess)
    for truth in truths:
        theirs[truth.image].append(truth)
    images = []
    for name in sorted({*mine, *theirs}):
        best = sorted(mine[name], key=lambda guess: -guess.score)[:MAX_GUESSES]
        pairs = [[oks(guess.points, truth, sigmas) for truth in theirs[name]] for guess in best]
        shape = len(best), len(theirs[name])
        images.append(_Image(best, theirs[name], np.array(pairs, np.float64).reshape(shape)))
    return images


def _precision(
    images: list[_Image], area: tuple[float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Precision (thresholds, recalls), best recall (thresholds,), and how many people count."""
    scores, hits, skipped, people = [], [], [], 0
    for image in images:
        hit, skip, count = _match(image, area)
        scores += [guess.score for guess in image.guesses]
        hits.append(hit)
        skipped.append(skip)
        people += count
    precision, recall = np.zeros((len(THRESHOLDS), len(RECALLS))), np.zeros(len(THRESHOLDS))
    if not people or not scores:
        return precision, recall, people
    order = np.argsort(-np.array(scores), kind="mergesort")
    hit, skip = np.concatenate(hits, 1)[:, order], np.concatenate(skipped, 1)[:, order]
    true = np.cumsum(hit & ~skip, 1).astype(np.float64)
    false = np.cumsum(~hit & ~skip, 1).astype(np.float64)
    for row in range(len(THRESHOLDS)):
        recalls = true[row] / people
        values = true[row] / (true[row] + false[row] + _TINY)
        values = np.maximum.accumulate(values[::-1])[::-1]
        at = np.searchsorted(recalls, RECALLS, side="left")
        inside = at < len(values)
        precision[row, inside] = values[at[inside]]
        recall[row] = recalls[-1]
    return precision, recall, people


def _match(
    image: _Image, area: tuple[float, float]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], int]:
    """Whether each guess found a person, and whether it is left out: (thresholds, guesses) each."""
    unseen = [
        truth.ignored or truth.crowd or not truth.marked.any() or not _within(truth.area_px, area)
        for truth in image.truths
    ]
    order = sorted(range(len(unseen)), key=lambda i: unseen[i])
    shape = len(THRESHOLDS), len(image.guesses)
    hit, skip = np.zeros(shape, bool), np.zeros(shape, bool)
    for row, threshold in enumerate(THRESHOLDS):
        taken: set[int] = set()
        for column in range(len(image.guesses)):
            person = _best_person(image, column, order, unseen, taken, threshold)
            if person >= 0:
                taken.add(person)
                hit[row, column], skip[row, column] = True, unseen[person]
            else:
                skip[row, column] = not _within(_extent(image.guesses[column].points), area)
    return hit, skip, unseen.count(False)


def _best_person(
    image: _Image,
    column: int,
    order: list[int],
    unseen: list[bool],
    taken: set[int],
    threshold: float,
) -> int:
    """The most similar free person; one that counts goes before all that do not. -1 for none."""
    best, person = min(threshold, 1 - 1e-10), -1
    for i in order:
        if i in taken and not image.truths[i].crowd:
            continue
        if person >= 0 and not unseen[person] and unseen[i]:
            break
        if image.similarity[column, i] >= best:
            best, person = image.similarity[column, i], i
    return person


def _within(area_px: float, area: tuple[float, float]) -> bool:
    return area[0] <= area_px <= area[1]


def _extent(points: NDArray[np.floating]) -> float:
    """Square pixels of the tight box about the points."""
    return float(np.prod(np.ptp(np.asarray(points, np.float64), axis=0)))
