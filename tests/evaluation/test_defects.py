"""Anomalies beside normal images: areas, a threshold from normal validation images, and where the anomalies are."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from scipy.ndimage import label
from torch import Tensor

from aepipe.data.batches import ImageBatches
from aepipe.evaluation import defects
from aepipe.models.base import Autoencoder
from aepipe.models.vanilla import Vanilla


def masks_with(*regions: tuple[int, slice, slice]) -> np.ndarray:
    masks = np.zeros((4, 16, 16), bool)
    for region in regions:
        masks[region] = True
    return masks


REGIONS = masks_with((0, slice(2, 6), slice(2, 6)), (1, slice(0, 8), slice(0, 8)), (1, slice(12, 14), slice(3, 4)))


def test_pixels_that_stand_out_where_the_mask_is_are_found() -> None:
    found = defects.pixel_metrics(REGIONS.astype(float), REGIONS)
    assert found == {"pixel_auc": 1, "aupro": pytest.approx(1)}


def test_equal_pixels_are_worth_nothing() -> None:
    found = defects.pixel_metrics(np.zeros(REGIONS.shape), REGIONS)
    assert found == {"pixel_auc": 0.5, "aupro": pytest.approx(0.15)}  # the area below the diagonal, up to 0.3, by 0.3


def test_without_a_defect_in_a_mask_there_is_nothing_to_find() -> None:
    assert defects.pixel_metrics(np.zeros(REGIONS.shape), np.zeros(REGIONS.shape, bool)) == {}


@pytest.mark.parametrize("seed", range(3))
def test_aupro_is_the_area_below_the_mean_overlap_with_the_regions(seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=REGIONS.shape).round(1) + REGIONS
    overlaps, alarms = [0.0], [0.0]
    for threshold in np.unique(scores)[::-1]:
        above = scores >= threshold
        alarms.append((above & ~REGIONS).sum() / (~REGIONS).sum())
        regions = [(image, number) for image in range(4) for number in range(1, label(REGIONS[image])[1] + 1)]
        overlaps.append(np.mean([above[image][label(REGIONS[image])[0] == number].mean() for image, number in regions]))
    grid = np.linspace(0, 0.3, 20_001)
    expected = np.trapezoid(np.interp(grid, alarms, overlaps), grid) / 0.3
    assert defects.aupro(scores, REGIONS) == pytest.approx(expected, abs=1e-4)


def test_small_regions_count_as_much_as_large_ones() -> None:
    large = masks_with((0, slice(0, 10), slice(0, 10)))
    both = large | masks_with((1, slice(3, 4), slice(3, 4)))
    assert defects.aupro(large.astype(float), both) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_the_threshold_lets_its_share_of_normal_images_pass(rate: float) -> None:
    normal = np.random.default_rng(0).normal(size=100)
    at = defects.threshold(normal, rate)
    assert (normal > at).mean() <= rate
    assert (normal >= at).mean() > rate - 0.02


def test_what_is_found_at_the_threshold_is_told_beside_the_areas() -> None:
    found = defects.image_metrics(np.array([1.0, 2, 3, 4]), np.array([3.5, 5, 6, 7]), at=4)
    assert found == {
        "auc": 15 / 16,
        "average_precision": pytest.approx(0.95),
        "found": 0.75,
        "false_alarms": 0,
    }


class Average(Vanilla):
    """Reconstructs every image as evenly grey, so that what differs from grey stands out."""

    def decode(self, z: Tensor) -> Tensor:
        return torch.zeros(len(z), 64)


def average() -> Autoencoder:
    return Average((8, 8), 2, encoder_widths=[], decoder_widths=[]).eval()


def parts_of(images: np.ndarray) -> dict[str, ImageBatches]:
    normal, odd = np.flatnonzero(images[:, 0, 0] < 200), np.flatnonzero(images[:, 0, 0] >= 200)
    return {
        "validation": ImageBatches(images, normal[:10]),
        "test": ImageBatches(images, normal[10:]),
        "anomalies": ImageBatches(images, odd),
    }


def detected(classes: Sequence[int], masks: np.ndarray | None = None) -> defects.Found:
    images = np.full((30, 8, 8), 127, np.uint8)
    images[24:, 0, 0] = 255
    known = {"false_positive_rate": 0.1, "shown": 4, "seed": 0}
    return defects.detect(average(), parts_of(images), (8, 8), np.array(classes), masks, **known)  # type: ignore[arg-type]


def test_each_class_of_anomalies_is_compared_with_all_normal_test_images() -> None:
    found = detected([1, 1, 1, 3, 3, 3])
    assert sorted(found.by_class) == [1, 3]
    assert found.by_class[3]["corrected"]["auc"] == found.together["corrected"]["auc_all"] == 1
    assert found.together["corrected"]["found_all"] == 1
    assert found.together["corrected"]["false_alarms"] == 0
    assert {part: len(scores) for part, scores in found.scores.items()} == {
        "validation": 10,
        "test": 14,
        "anomalies": 6,
    }


def test_the_worst_anomalies_are_kept_with_maps_of_their_errors_and_masks() -> None:
    masks = np.zeros((20, 8, 8), bool)
    masks[14:, 0, 0] = True
    found = detected([1, 1, 1, 3, 3, 3], masks)
    assert (found.together["corrected"]["aupro"], found.together["corrected"]["pixel_auc"]) == (1, 1)
    assert found.worst["images"].shape == found.worst["maps"].shape == found.worst["masks"].shape == (4, 8, 8)
    assert (found.worst["maps"].reshape(4, -1).argmax(axis=1) == 0).all()


def test_masks_are_those_of_test_images_and_anomalies_in_their_order() -> None:
    masks = np.arange(5)[:, None, None] * np.ones((5, 2, 2))  # of the last 5 of 12 images
    split = {"test": np.array([8, 11]), "anomalies": np.array([7, 10])}
    chosen = defects.masks_of(masks, split, 12)
    assert chosen is not None
    assert chosen[:, 0, 0].tolist() == [1, 4, 0, 3]
    assert defects.masks_of(masks, {**split, "anomalies": np.array([3])}, 12) is None
    assert defects.masks_of(masks[:0], split, 12) is None
