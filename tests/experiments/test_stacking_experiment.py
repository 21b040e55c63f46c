"""The stacking experiment: what training costs, which images carry labels, and the answer that numbers give."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch.utils.flop_counter import FlopCounterMode

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.metrics import tidy
from aepipe.experiments.stacking import budgets, comparison, flops, page, schemes, supervised
from aepipe.experiments.stacking.frozen import frozen_scores
from aepipe.models.base import Autoencoder
from aepipe.models.build import load_weights, save_weights
from aepipe.models.vanilla import Vanilla
from aepipe.reporting.figures import label_efficiency, style
from aepipe.training.device import use_one_core
from aepipe.training.layerwise import LayerPair, encode, layer_batches
from aepipe.training.loop import fit

use_one_core()  # as every job does

WIDTHS = [64, 24, 12, 4]
MNIST = [1024, 341, 113, 20]
LEARNING: Any = {"steps": 200, "batch_size": 32, "learning_rate": 1e-2}
PROBE: Any = {"folds": 3, "strengths": 3}
TRAINING: Any = {"batch_size": 32, "learning_rate": 1e-3, "seed": 0, "name": "scheme", "report": lambda _: None}


def network(seed: int = 0) -> Autoencoder:
    torch.manual_seed(seed)
    return Vanilla((8, 8), 4, encoder_widths=WIDTHS[1:-1], decoder_widths=WIDTHS[-2:0:-1])


@pytest.fixture(scope="module")
def split() -> dict[str, np.ndarray]:
    order = np.random.default_rng(0).permutation(1437)
    return {
        "train": order[400:],
        "validation": order[:100],
        "labelled": order[400:500],
        "test": np.arange(1437, 1797),
    }


@pytest.fixture(scope="module")
def trained(digit_images: np.ndarray, split: dict[str, np.ndarray]) -> Autoencoder:
    model = network()
    fit(model, *parts_of(digit_images, split), epochs=15, **TRAINING)
    return model


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


def parts_of(images: np.ndarray, split: dict[str, np.ndarray]) -> tuple[ImageBatches, ImageBatches]:
    return ImageBatches(images, split["train"]), ImageBatches(images, split["validation"])


def counted(compute: Callable[[], object]) -> int:
    """What torch counts."""
    with FlopCounterMode(display=False) as counter:
        compute()
    return counter.get_total_flops()


class TestFloatingPointWork:
    def test_of_a_joint_step_is_what_torch_counts(self, digit_images: np.ndarray) -> None:
        model, batch = network().train(), ImageBatches(digit_images, np.arange(10))[:]
        assert counted(lambda: model.losses(batch)["reconstruction"].backward()) == 10 * flops.joint(WIDTHS)

    @pytest.mark.parametrize("objective", ["codes", "pixels"])
    @pytest.mark.parametrize("layer", [1, 2, 3])
    def test_of_a_layer_pairs_step_is_what_torch_counts(
        self, digit_images: np.ndarray, layer: int, objective: str
    ) -> None:
        pair = LayerPair(network(), layer, objective).train()
        inputs = torch.rand(10, WIDTHS[layer - 1])
        target = ImageBatches(digit_images, np.arange(10))[:] if pair.targets_pixels else inputs
        total = counted(lambda: pair.losses((inputs, target))["reconstruction"].backward())
        assert total == 10 * flops.pair(WIDTHS, layer, objective)

    def test_of_greedy_training_encodes_the_images_for_each_next_layer(
        self, digit_images: np.ndarray, split: dict[str, np.ndarray]
    ) -> None:
        model, encoded, encoding = network(), None, 0
        training_only = {**split, "validation": split["validation"][:0]}
        for layer in (1, 2):
            parts = layer_batches(digit_images, training_only, encoded, "codes")
            with FlopCounterMode(display=False) as counter:
                encoded = encode(LayerPair(model, layer, "codes"), parts.values())
            encoding += counter.get_total_flops() - 2 * WIDTHS[layer - 1] * WIDTHS[layer]  # one image tells the width
        steps = 5 * sum(flops.pair(WIDTHS, layer, "codes") for layer in (1, 2, 3))
        assert flops.greedy(WIDTHS, "codes", 5) - steps == encoding / len(split["train"])


class TestArms:
    COSTS = schemes.costs(MNIST, 60, dict.fromkeys(schemes.GREEDY, 20), 10)

    def test_greedy_training_of_mnists_network_has_the_steps_of_joint_training_for_less_work(self) -> None:
        epochs = {scheme: self.COSTS[scheme].epochs for scheme in schemes.BASES}
        assert epochs == {
            "joint": 60,
            "joint_flops_codes": 20,
            "joint_flops_pixels": 35,
            "greedy_codes": 60,
            "greedy_pixels": 60,
        }

    @pytest.mark.parametrize("contrast", schemes.CONTRASTS)
    def test_those_that_are_compared_cost_the_same(self, contrast: schemes.Contrast) -> None:
        joint, greedy = self.COSTS[contrast.joint], self.COSTS[contrast.greedy]
        if contrast.equal == "steps":
            assert joint.epochs == greedy.epochs
        else:
            assert abs(joint.flops - greedy.flops) <= flops.joint(MNIST) / 2

    def test_every_greedy_arm_meets_two_joint_ones(self) -> None:
        greedy = [contrast.greedy for contrast in schemes.CONTRASTS]
        assert {scheme: greedy.count(scheme) for scheme in greedy} == {
            base + tuned: 2 for base in schemes.GREEDY for tuned in ("", schemes.TUNED)
        }

    def test_training_on_end_to_end_costs_whole_steps_for_all(self) -> None:
        for base in schemes.BASES:
            before, after = self.COSTS[base], self.COSTS[base + schemes.TUNED]
            assert after.epochs - before.epochs == 10
            assert after.flops - before.flops == 10 * flops.joint(MNIST)

    def test_training_on_goes_on_from_the_weights_of_the_base(
        self, trained: Autoencoder, digit_images: np.ndarray, split: dict[str, np.ndarray], tmp_path: Path
    ) -> None:
        """The first loss is that of the trained network, not of a fresh one, and the last is lower."""
        save_weights(trained.state_dict(), tmp_path / "weights.safetensors")
        errors = {}
        for start in ("fresh", "trained"):
            model = network(seed=1)
            if start == "trained":
                load_weights(model, tmp_path / "weights.safetensors")
            curve, _ = fit(model, *parts_of(digit_images, split), epochs=10, **TRAINING)
            errors[start] = [row["validation_reconstruction"] for row in curve]
        first, last = errors["trained"][0], errors["trained"][-1]
        assert last < first < errors["fresh"][0] - 3


class TestBudgets:
    def test_beyond_the_training_images_are_held_out(self) -> None:
        asked: list[int | str] = [10, 100, 550, 1000, 10_000, "all"]
        assert budgets.within(asked, 1287) == {"10": 10, "100": 100, "550": 550, "1000": 1000, "all": 1287}

    def test_are_stratified_and_hold_the_smaller_ones(
        self, digit_labels: np.ndarray, split: dict[str, np.ndarray]
    ) -> None:
        order = budgets.balanced_order(digit_labels, split["train"], seed=0)
        assert sorted(order) == sorted(split["train"])
        for size in (10, 100, 550, 735):
            counts = np.bincount(digit_labels[order[:size]], minlength=10)
            assert counts.max() - counts.min() == (size % 10 > 0)

    def test_of_another_seed_are_other_images(self, digit_labels: np.ndarray, split: dict[str, np.ndarray]) -> None:
        first, second = (budgets.balanced_order(digit_labels, split["train"], seed)[:100] for seed in (0, 1))
        assert len(set(first) & set(second)) < 50

    def test_with_images_that_run_out_take_the_others(self) -> None:
        labels = np.array([0, 0, 0, 0, 1])
        assert sorted(labels[budgets.balanced_order(labels, np.arange(5), seed=0)][:2]) == [0, 1]


class TestSupervisedFineTuning:
    @pytest.fixture
    def measure(
        self, digit_images: np.ndarray, digit_labels: np.ndarray, split: dict[str, np.ndarray]
    ) -> Callable[..., dict[str, float]]:
        def measure(model: Autoencoder, *sizes: int, seed: int = 0) -> dict[str, float]:
            names = {str(size): size for size in sizes or (10, 100, len(split["train"]))}
            return supervised.label_efficiency(model, digit_images, digit_labels, split, names, **LEARNING, seed=seed)

        return measure

    def test_of_a_seed_is_the_same_whatever_was_drawn_before(self, measure: Callable[..., dict[str, float]]) -> None:
        first = measure(network())
        torch.rand(3)
        assert measure(network()) == first
        assert measure(network(), seed=1) != first

    def test_learns_more_of_more_labels(self, measure: Callable[..., dict[str, float]]) -> None:
        few, more, most = measure(network()).values()
        assert 0.2 < few < more < most
        assert most > 0.9

    def test_at_a_budget_is_not_touched_by_the_others(self, measure: Callable[..., dict[str, float]]) -> None:
        assert measure(network(), 100)["accuracy_100"] == measure(network())["accuracy_100"]

    def test_begins_with_the_weights_of_the_network_and_leaves_them(
        self, measure: Callable[..., dict[str, float]], trained: Autoencoder
    ) -> None:
        before = copy.deepcopy(trained.state_dict())
        assert measure(trained, 100) != measure(network(), 100)
        assert all(torch.equal(value, before[name]) for name, value in trained.state_dict().items())

    def test_looks_at_no_label_beyond_the_budget(
        self,
        measure: Callable[..., dict[str, float]],
        digit_images: np.ndarray,
        digit_labels: np.ndarray,
        split: dict[str, np.ndarray],
    ) -> None:
        """Wrong labels for all other images, also those that validate the autoencoders, change nothing."""
        order = budgets.balanced_order(digit_labels, split["train"], seed=0)
        seen = np.concatenate([order[:100], split["test"]])
        images = digit_images.copy()
        images[np.setdiff1d(np.arange(len(images)), seen)] = 255
        result = supervised.label_efficiency(network(), images, digit_labels, split, {"100": 100}, **LEARNING, seed=0)
        assert result == measure(network(), 100)

    def test_takes_full_batches_of_different_images(self) -> None:
        stream = supervised.full_batches(70, 32, seed=0)
        epoch = torch.cat([next(stream), next(stream)])
        assert len(epoch.unique()) == 64
        assert next(supervised.full_batches(10, 32, seed=0)).sort().values.tolist() == list(range(10))


def test_frozen_scores_tell_a_trained_network_from_a_fresh_one(
    trained: Autoencoder, digit_images: np.ndarray, digit_labels: np.ndarray, split: dict[str, np.ndarray]
) -> None:
    good, bad = (
        frozen_scores(model, digit_images, digit_labels, split, **PROBE, seed=0) for model in (trained, network())
    )
    assert good["bce"] < bad["bce"] - 5
    x = digit_images[split["test"]].reshape(-1, 64) / 255
    with torch.no_grad():
        p = torch.sigmoid(trained.decode(trained.encode(torch.from_numpy(x).float()))).double().numpy()
    assert good["bce"] == pytest.approx(-(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(axis=1).mean(), rel=1e-5)
    assert good["probe_accuracy"] > bad["probe_accuracy"] > 0.1


SIZES = ("10", "100", "550", "1000", "all")


def made_up(advantage: dict[str, float], seeds: int = 4, sizes: tuple[str, ...] = SIZES) -> pd.DataFrame:
    """Rows in which joint schemes are better than greedy ones by so much, in the metrics named; else they differ by
    noise.

    Training from scratch is 0.1 less accurate than either.
    """
    noise = np.random.default_rng(0)
    rows = []
    for scheme in (*schemes.SCHEMES, schemes.SCRATCH):
        joint = scheme.startswith("joint")
        for seed in range(seeds):
            jitter = 0.01 * (seed + (1 if joint else -1) * (-1) ** seed)
            values = {"epochs": 60.0, "flops": 1e12}
            if scheme != schemes.SCRATCH:
                values["bce"] = 80 + jitter - joint * advantage.get("bce", 0)
                values["probe_accuracy"] = 0.8 + jitter + joint * advantage.get("probe", 0)
            for size in sizes:
                gain = advantage.get("accuracy", 0) * joint if scheme != schemes.SCRATCH else -0.1
                values[f"accuracy_{size}"] = 0.7 + jitter + gain + 1e-4 * noise.random()
            run = {"dataset": "digits", "model": scheme, "latent_dim": "10", "held_out": "none", "seed": str(seed)}
            rows += tidy(run, "stacking", {"corrected": values})
    return pd.DataFrame(rows).astype({"seed": int})


def answer(advantage: dict[str, float], seeds: int = 4) -> str:
    return comparison.answer(comparison.scores(made_up(advantage, seeds)), "digits", 0.95, 3)


class TestTheAnswer:
    @pytest.mark.parametrize(
        ("advantage", "conclusion"),
        [
            ({"bce": 5, "probe": 0.2, "accuracy": 0.2}, "support that stacking is outdated:"),
            ({"bce": 5}, "support that stacking is outdated:"),
            ({"bce": -5, "accuracy": -0.2}, "support that stacking is not outdated:"),
            ({}, "leave open whether stacking is outdated:"),
            ({"bce": 5, "probe": -0.2}, "support neither answer, as it depends on the judge"),
        ],
    )
    def test_follows_the_intervals(self, advantage: dict[str, float], conclusion: str) -> None:
        assert f"the numbers {conclusion}" in answer(advantage)

    def test_counts_each_judges_comparisons(self) -> None:
        sentence = answer({"bce": 5, "accuracy": -0.2})
        assert "better in 8 and worse in 0 of 8 comparisons by test reconstruction" in sentence
        assert "better in 0 and worse in 0 of 8 comparisons by the frozen probe" in sentence
        assert "better in 0 and worse in 8 of 8 comparisons by supervised fine-tuning" in sentence

    def test_tells_of_training_from_scratch(self) -> None:
        sentence = answer({})
        assert "joint training is better in 30 and worse in 0 of 30 accuracies" in sentence
        assert "greedy stacking is better in 20 and worse in 0 of 20 accuracies" in sentence

    def test_is_one_sentence(self) -> None:
        assert answer({"bce": 5}).count(".") == 1

    def test_compares_no_unequal_steps(self) -> None:
        numbers = made_up({"bce": 5})
        numbers.loc[(numbers["metric"] == "epochs") & numbers["model"].isin(["joint", "joint_tuned"]), "value"] = 2
        sentence = comparison.answer(comparison.scores(numbers), "digits", 0.95, 3)
        assert "better in 4 and worse in 0 of 4 comparisons by test reconstruction" in sentence

    @pytest.mark.parametrize("seeds", [1, 2])
    def test_stays_open_with_too_few_seeds(self, seeds: int) -> None:
        assert "leave open" in answer({"bce": 5}, seeds)


class TestThePage:
    LINES = page.page(
        made_up({"bce": 5}), "digits", labelled=100, train=1287, asked=[10, 10_000, "all"], confidence=0.95, min_seeds=3
    ).splitlines()

    def row(self, beginning: str) -> list[str]:
        (line,) = [line for line in self.LINES if line.startswith(f"| {beginning} ")]
        return [run.strip() for run in line.strip("|").split("|")]

    def test_gives_differences_with_intervals_in_bold_where_they_are_shown(self) -> None:
        _, equal, bce, probe, *_ = self.row("Joint − Greedy, codes")
        assert equal == "steps"
        assert bce.startswith("**-5.00 [-5.0") and bce.endswith("]**")
        assert probe.startswith("+0.000 [-0.0")

    def test_sets_arms_beside_training_from_scratch(self) -> None:
        scores, gains = (line for line in self.LINES if line.startswith("| Greedy, codes + end to end "))
        assert "**" not in scores
        assert gains.count("**+0.1") == len(SIZES) + 1

    def test_says_which_budgets_are_held_out(self) -> None:
        assert any("Omitted, as there are only 1,287 training images: 10,000 labels." in line for line in self.LINES)

    def test_leaves_nothing_where_training_from_scratch_has_no_scores(self) -> None:
        assert self.row("From scratch")[3:5] == ["", ""]


class TestTheFigure:
    @pytest.mark.parametrize("seeds", [1, 3])
    @pytest.mark.filterwarnings("error")
    def test_can_be_drawn_and_is_the_same_each_time(self, tmp_path: Path, seeds: int) -> None:
        for name in ("one.png", "two.png"):
            style.save(
                label_efficiency.draw(made_up({"accuracy": 0.05}, seeds), "digits", 1287, 0.95), tmp_path / name, []
            )
        assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
        with Image.open(tmp_path / "one.png") as image:
            assert min(image.size) > 1000

    def test_shows_errors_and_gains_at_every_number_of_labels(self) -> None:
        figure = label_efficiency.draw(made_up({}), "digits", 1287, 0.95)
        errors, gains = figure.axes[0], figure.axes[2]
        assert [len(ax.containers) for ax in (errors, gains)] == [6, 5]
        assert [text.get_text() for text in gains.get_xticklabels()] == ["10", "100", "550", "1,000", "all 1,287"]
        for ax, mean in ((errors, 0.3), (gains, 0.1)):
            line, *_ = ax.containers[0]
            assert np.mean(line.get_ydata()) == pytest.approx(mean, abs=0.03)
