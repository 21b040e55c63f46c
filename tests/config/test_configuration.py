"""That the configuration is checked before anything runs, and what it says of each run."""

import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from support.configurations import ABSENT, ROOT, SCHEMA, SCHEMA_FILE, changed, problems, shipped

from aepipe.config import configuration
from aepipe.config.checks import check
from aepipe.config.configuration import (
    Config,
    completed,
    evaluation_settings,
    network_settings,
    runs,
    training_settings,
    with_paper,
)
from aepipe.config.settings import layerwise
from aepipe.errors import ConfigurationError

# The schema


def keys(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each key that a schema describes, with what is said of it, or of what it refers to."""
    if isinstance(node, dict):
        for name, child in node.get("properties", {}).items():
            reference = child["$ref"].split("/")[1:] if "$ref" in child else []
            yield f"{place}.{name}", {**functools.reduce(lambda part, key: part[key], reference, SCHEMA), **child}
    for part, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else []:
        yield from keys(child, f"{place}.{part}")


def test_every_key_is_described() -> None:
    described = dict(keys(SCHEMA))
    assert [place for place in described if not described[place].get("description")] == []
    assert len(described) > 100


def constrained(node: Any) -> Iterator[dict[str, Any]]:
    """Each part of a schema that may be quoted in a message: not alternatives, which are described together."""
    if isinstance(node, dict):
        if {"type", "enum", "oneOf", "pattern"} & node.keys() and isinstance(node.get("type", ""), str):
            yield node
        for key, child in node.items():
            yield from constrained(child) if key not in ("oneOf", "not", "if") else ()
    for child in node if isinstance(node, list) else []:
        yield from constrained(child)


def test_every_limit_is_in_the_description_that_messages_quote() -> None:
    found = list(constrained({**SCHEMA, "type": {}}))
    assert [part for part in found if not part.get("description")] == []
    for part in found:
        for limit in {part[name] for name in ("minimum", "maximum", "maxItems", "maxLength") if part.get(name, 0) > 2}:
            assert re.search(rf"\b({limit}|{limit:,})\b", part["description"]), part
    assert len(found) > 100


def test_editors_find_and_understand_the_schema() -> None:
    first = (ROOT / "config.yaml").read_text().partition("\n")[0]
    assert first == f"# yaml-language-server: $schema={SCHEMA_FILE}"
    assert "<<" not in (ROOT / SCHEMA_FILE).read_text(), "editors take a merge key for a key"


# The check


def test_the_shipped_configuration_is_accepted() -> None:
    check(shipped(), SCHEMA)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("experiment.seeds", 5),
        ("experiment.seeds", ABSENT),
        ("datasets.mnist.padding", ABSENT),
        ("datasets.mnist.representation.latent_dim", 32 * 32),
        ("datasets.mnist.validation", 59_450),
        ("datasets.digits.evaluation.interpolation.to_class", 0),
        ("autoencoders.tied", {"title": "Another", "class": "aepipe.models.vanilla.Vanilla"}),
        ("autoencoders.vanilla.network", {"encoder_widths": [64], "decoder_widths": [32, 64]}),
    ],
)
def test_other_experiments_are_accepted_too(key: str, value: Any) -> None:
    check(changed(key, value), SCHEMA)


@pytest.mark.parametrize(
    "key",
    [
        "experiment",
        "training",
        "autoencoders.vae",
        "autoencoders.vae.network",
        "autoencoders.vae.training",
        "datasets.mnist",
        "datasets.mnist.training",
        "datasets.mnist.representation",
        "datasets.mnist.anomaly",
        "datasets.mnist.autoencoders.vae",
        "datasets.mnist.autoencoders.vae.representation",
        "datasets.mnist.autoencoders.vae.anomaly",
        "datasets.mnist.autoencoders.vae.training",
        "datasets.mnist.evaluation",
        "datasets.mnist.evaluation.classification",
        "evaluation",
        "evaluation.reconstruction",
        "evaluation.sampling",
        "evaluation.interpolation",
        "evaluation.latent_structure",
        "evaluation.classification",
    ],
)
def test_an_unknown_key_is_refused_at_every_level_beside_those_allowed(key: str) -> None:
    block = functools.reduce(lambda block, name: block.get(name, {}), key.split("."), shipped())
    message = problems(changed(f"{key}.epcohs", 1))
    assert f"- {key}: unknown key 'epcohs'; allowed: " in message
    allowed = message.partition("allowed: ")[2].strip().split(", ")
    assert set(block) <= set(allowed)


def test_an_unknown_key_at_the_top_is_refused_beside_those_allowed() -> None:
    message = problems(changed("trainings", {}))
    allowed = "autoencoders, claims, datasets, evaluation, experiment, show_failed, stacking, sweep, training"
    assert f"unknown key 'trainings'; allowed: {allowed}" in message


VANILLA = {"title": "Another", "class": "aepipe.models.vanilla.Vanilla"}
CLASSES = "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        # what is run
        (
            "experiment.autoencoders",
            ["vae", "vea"],
            "experiment.autoencoders: unknown model 'vea'; allowed: shallow, vanilla, ",
        ),
        ("experiment.autoencoders", [], "experiment.autoencoders: [] should be non-empty"),
        (
            "experiment.datasets",
            ["minst"],
            "experiment.datasets: unknown data set 'minst'; allowed: mnist, fmnist, kmnist, animals, digits",
        ),
        ("experiment.datasets", ["mnist", "mnist"], "experiment.datasets: ['mnist', 'mnist'] has non-unique elements"),
        (
            "experiment.seeds",
            [0, 0],
            "experiment.seeds: [0, 0] is not allowed; allowed: a count from 1 to 1000, or a list",
        ),
        (
            "experiment.seeds",
            "0, 1",
            "experiment.seeds: '0, 1' is not allowed; allowed: a count from 1 to 1000, or a list",
        ),
        (
            "experiment.seeds",
            0,
            "experiment.seeds: 0 is not allowed; allowed: a count from 1 to 1000, or a list",
        ),
        (
            "experiment.seeds",
            [-1],
            "experiment.seeds: [-1] is not allowed; allowed: a count from 1 to 1000, or a list",
        ),
        # training
        ("training.epochs", 0, "training.epochs: 0 is less than the minimum of 1 (passes over the training images"),
        ("training.batch_size", 1, "training.batch_size: 1 is less than the minimum of 2 (images per gradient step"),
        ("training.learning_rate", -1, "training.learning_rate: -1 is less than or equal to the minimum of 0 (Adam"),
        ("training.learning_rate", "1e-3", "training.learning_rate: YAML reads '1e-3' as text; write 0.001"),
        ("training", ABSENT, "the configuration: 'training' is a required property"),
        ("datasets.mnist.training.epochs", 0, "datasets.mnist.training.epochs: 0 is less than the minimum of 1"),
        ("autoencoders.stacked.training.layerwise", "code", "layerwise: 'code' is not one of ['codes', 'pixels']"),
        # autoencoders
        ("autoencoders.2vae", {}, "autoencoders: '2vae' is not allowed; allowed: letters, digits"),
        ("autoencoders.pca", {"title": "PCA", "class": "a.B"}, "autoencoders.pca: the name is reserved for a baseline"),
        (
            "autoencoders.vae.class",
            "aepipe.models.vea.VAE",
            "autoencoders.vae.class: no Python file of module 'aepipe.models.vea'; expected module.Class",
        ),
        (
            "autoencoders.vae.class",
            "vea.VAE",
            "autoencoders.vae.class: no Python file of module 'vea'; expected module.Class",
        ),
        (
            "autoencoders.vae.class",
            "aepipe.models.vae.VEA",
            "autoencoders.vae.class: aepipe.models.vae defines no class 'VEA', but VAE; name the module that does",
        ),
        ("autoencoders.vae.class", "VAE", "autoencoders.vae.class: 'VAE' is not allowed; allowed: module and class"),
        ("autoencoders.vae.settings.betta", 1, "autoencoders.vae.settings: VAE has no setting 'betta'; allowed: beta"),
        ("autoencoders.vanilla.settings.p", 1, "vanilla.settings: Vanilla has no setting 'p'; allowed: none"),
        ("autoencoders.vq.settings.beta", ABSENT, "autoencoders.vq.settings: VQ needs the setting 'beta'"),
        ("autoencoders.vae.settings.beta", -1, "autoencoders.vae.settings.beta: -1 is less than the minimum of 0"),
        (
            "autoencoders.sparse.settings.sparsity",
            1,
            "sparsity: 1 is greater than or equal to the maximum of 1 (target",
        ),
        ("autoencoders.vq.settings.categories", 1, "categories: 1 is less than the minimum of 2 (entries of each"),
        (
            "autoencoders.stacked.network.decoder_widths",
            [99, 341],
            "datasets.mnist.representation: stacked is trained layer by layer, so its decoder_widths must mirror its "
            "encoder_widths [341, 113], and are [99, 341]",
        ),
        # data sets
        (
            "datasets.mnist.source",
            "cifar",
            "'cifar' is not one of ['digits', 'mnist', 'fmnist', 'kmnist', 'animals']",
        ),
        ("datasets.mnist.padding", -1, "datasets.mnist.padding: -1 is less than the minimum of 0 (black pixels"),
        (
            "datasets.mnist.representation.latent_dim",
            0,
            "datasets.mnist.representation.latent_dim: 0 is less than the minimum of 1 (number of latent dimensions",
        ),
        (
            "datasets.mnist.representation.latent_dim",
            1025,
            "datasets.mnist.representation.latent_dim: 1025 exceeds the pixels; allowed: 1 to 1024",
        ),
        (
            "datasets.digits.anomaly.latent_dim",
            65,
            "datasets.digits.anomaly.latent_dim: 65 exceeds the pixels; allowed: 1 to 64",
        ),
        (
            "datasets.mnist.representation.encoder_widths",
            [0],
            "datasets.mnist.representation.encoder_widths.0: 0 is less than the minimum of 1",
        ),
        ("datasets.mnist.anomaly.held_out", [10], f"mnist.anomaly.held_out: no class 10; allowed: {CLASSES}"),
        ("datasets.mnist.anomaly.held_out", [], "datasets.mnist.anomaly.held_out: [] should be non-empty (classes"),
        (
            "datasets.mnist.validation",
            60_000,
            "datasets.mnist.validation: 60000 leaves nothing to train on; allowed: 1",
        ),
        (
            "datasets.mnist.labelled",
            55_001,
            "datasets.mnist.labelled: 55001 exceeds the training images; allowed: 10 to 55000",
        ),
        ("datasets.mnist.labelled", 1, "datasets.mnist.labelled: 1 is too few; allowed: 10 to 55000"),
        ("datasets.mnist.labelled", 0, "datasets.mnist.labelled: 0 is less than the minimum of 1 (number of training"),
        ("datasets.fmnist.class_names", ["bag"] * 10, "datasets.fmnist.class_names: ['bag', 'bag', 'bag', 'bag', "),
        ("datasets.fmnist.class_names", [*"abcdefghi"], "datasets.fmnist.class_names: 9 names for 10 classes"),
        (
            "datasets.mnist.autoencoders.vea",
            {},
            "datasets.mnist.autoencoders: unknown model 'vea'; allowed: shallow, vanilla, ",
        ),
        # evaluations
        (
            "datasets.mnist.evaluation.interpolation.to_class",
            10,
            "interpolation.to_class: 10 is no class of mnist; allowed: 0, 1, 3, 4, 5, 6, 7, 8, 9",
        ),
        (
            "datasets.fmnist.anomaly.held_out",
            ["trousers"],
            "datasets.fmnist.anomaly.held_out: no class 'trousers'; allowed: 0 (T-shirt), 1 (trouser), ",
        ),
        (
            "datasets.fmnist.evaluation.interpolation",
            {"from_class": "bag", "to_class": "bags"},
            "datasets.fmnist.evaluation.interpolation.to_class: 'bags' is no class of fmnist; allowed: 0 (T-shirt), ",
        ),
        (
            "datasets.fmnist.evaluation.interpolation",
            {"from_class": "bag", "to_class": 8},
            "datasets.fmnist.evaluation.interpolation.to_class: 8 is from_class, too; allowed: 0 (T-shirt), ",
        ),
        (
            "datasets.fmnist.anomaly.held_out",
            [False],
            "datasets.fmnist.anomaly.held_out.0: False is not allowed; allowed: class by number, 0 or more, or by name",
        ),
        (
            "datasets.fmnist.anomaly.held_out",
            [10],
            "datasets.fmnist.anomaly.held_out: no class 10; allowed: 0 (T-shirt), 1 (trouser), ",
        ),
        (
            "datasets.mnist.evaluation.interpolation.from_class",
            -1,
            "interpolation.from_class: -1 is not allowed; allowed: class by number, 0 or more, or by name",
        ),
        ("evaluation.interpolation.frames", 10, "evaluation.interpolation.frames: 10 is less than the minimum of 11"),
        ("evaluation.sampling.images", 17, "evaluation.sampling.images: 17 is greater than the maximum of 16 (number"),
        ("evaluation.sampling.images", ABSENT, "evaluation.sampling: 'images' is a required property"),
        (
            "evaluation.classification.baseline_network",
            "vanila",
            "evaluation.classification.baseline_network: unknown model 'vanila'; allowed: shallow, vanilla, ",
        ),
        (
            "datasets.digits.evaluation",
            {"classification": {"baseline_network": "vae"}},
            "datasets.digits.evaluation.classification: unknown key 'baseline_network'; allowed: batch_size, epochs, ",
        ),
        (
            "datasets.digits.evaluation",
            {"interpolation": {"to_class": 10}},
            "datasets.digits.evaluation.interpolation.to_class: 10 is no class of digits; allowed: 1, 2",
        ),
        # what YAML and JSON Schema take for numbers
        ("datasets.mnist.representation.latent_dim", 5.0, "representation.latent_dim: 5.0 is not an integer; write 5"),
        ("training.epochs", True, "training.epochs: True is not of type 'integer'"),
        ("training.learning_rate", float("nan"), "training.learning_rate: nan is no finite number (Adam's"),
        (
            "experiment",
            {5: 1, False: 2},
            "experiment: unknown key 5, False; allowed: autoencoders, datasets, reuse, seeds",
        ),
        ("autoencoders.vae.class", "math.Foo", "autoencoders.vae.class: no Python file of module 'math'"),
        ("training.epochs", "1e3", "training.epochs: YAML reads '1e3' as text; write 1000"),
        (
            "training.epochs",
            "1e-3",
            "training.epochs: '1e-3' is not of type 'integer' (passes over the training images",
        ),
        ("training.learning_rate", "1e-5", "training.learning_rate: YAML reads '1e-5' as text; write 1.0e-05"),
        ("training.learning_rate", "-1e1", "training.learning_rate: '-1e1' is not of type 'number' (Adam's"),
        ("training.epochs", "2", "training.epochs: '2' is text; write 2 without quotes, and in a file, as all is text"),
        ("autoencoders.vae.title", True, "autoencoders.vae.title: YAML reads this as True, not as text; put it in"),
        ("stacking.budgets", [1.5], "stacking.budgets.0: 1.5 is not allowed; allowed: a number of labelled images, 2"),
        # more than any experiment needs, or a machine has room for
        ("training.epochs", 10**9, "training.epochs: 1000000000 is greater than the maximum of 100000 (passes over"),
        (
            "datasets.mnist.representation.encoder_widths",
            [10**9],
            "datasets.mnist.representation.encoder_widths.0: 1000000000 is greater than the maximum of 100000 (width",
        ),
        (
            "autoencoders.vanilla.network",
            {"encoder_widths": [100_000] * 99},
            "datasets.digits.anomaly: 980,007 million weights of vanilla need 15,680.1 GB for training (weights, ",
        ),
        ("training", [*range(10_000)], "training: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, "),
        # names that results could not tell apart
        ("autoencoders.vae.title", "Vanilla", "autoencoders.vae.title: 'Vanilla' is also that of vanilla"),
        (
            "autoencoders.vae.title",
            " PCA",
            "autoencoders.vae.title: ' PCA' is also that of pca; change one of them",
        ),
        ("autoencoders.vae.title", " ", "autoencoders.vae.title: ' ' is not allowed; allowed: name in tables and"),
        (
            "autoencoders.baselines",
            VANILLA,
            "autoencoders.baselines: the name has a meaning in results; choose another",
        ),
        ("autoencoders.nan", VANILLA, "autoencoders.nan: the name has a meaning in results; choose another"),
        ("autoencoders.VAE", VANILLA, "autoencoders.VAE: some disks don't tell it from vae; choose another name"),
        (
            "datasets.digits.evaluation.interpolation.to_class",
            2,
            "datasets.digits.evaluation.interpolation.to_class: 2 is from_class, too; allowed: 0, 1, 3, 4",
        ),
        # paths
        ("experiment.reuse", "x" * 5000, "experiment.reuse: there is no folder 'xxx"),
        (
            "datasets.digits.source",
            {"folder": "~nosuchuser/x"},
            "datasets.digits.source.folder: there is no home folder for '~nosuchuser/x'; give a path without ~",
        ),
    ],
)
def test_a_bad_value_is_refused_with_its_key_and_what_is_allowed(key: str, value: Any, message: str) -> None:
    assert message in problems(changed(key, value))


@pytest.mark.parametrize("content", [b"", b"\xff", b"dataset,model\ndigits,vae\n", b"a\0b\n1", b"{}\n1\n"])
def test_reused_metrics_that_are_none_are_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "digits" / "metrics.csv"
    path.parent.mkdir()
    path.write_bytes(content)
    if content:
        assert f"- experiment.reuse: {path} is not a table of metrics" in problems(
            changed("experiment.reuse", str(tmp_path))
        )
    else:
        check(changed("experiment.reuse", str(tmp_path)), SCHEMA)


def test_a_problem_fits_on_the_screen() -> None:
    config = changed("training", [*range(10_000)], changed("experiment", {str(key): 1 for key in range(10_000)}))
    assert max(map(len, problems(config).splitlines())) < 700


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("training.epochs", "1e3"),
        ("training.epochs", "20"),
        ("training.learning_rate", "1e-5"),
        ("training.learning_rate", "1e3"),
        ("datasets.mnist.representation.latent_dim", 5.0),
        ("datasets.mnist.representation.latent_dim", 1025),
        ("datasets.digits.anomaly.latent_dim", 65),
        ("datasets.mnist.validation", 60_000),
        ("datasets.mnist.labelled", 1),
        ("datasets.mnist.labelled", 55_001),
        ("evaluation.latent_structure.neighbours", 1000),
        ("experiment.autoencoders", ["vea"]),
        ("experiment.datasets", ["minst"]),
        ("evaluation.classification.baseline_network", "vanila"),
        ("stacking.entries.joint", "stacked"),
        ("stacking.entries.greedy_codes", "nothing"),
        ("datasets.mnist.anomaly.held_out", [10]),
        ("datasets.fmnist.anomaly.held_out", [10]),
        ("datasets.mnist.evaluation.interpolation.to_class", 10),
        ("datasets.mnist.evaluation.interpolation.to_class", 2),
        ("sweep.held_out", [3, 10]),
    ],
)
def test_what_a_message_advises_is_accepted(key: str, value: Any) -> None:
    problem = next(line for line in problems(changed(key, value)).splitlines() if line.startswith(f"  - {key}:"))
    if written := re.search(r"write (\S+)", problem):
        advised = [written[1]]
    elif limits := re.search(r"allowed: (\d+) to (\d+)", problem):
        advised = [*limits.groups()]
    else:  # names, or numbers of classes with their names in brackets
        advised = re.sub(r" \([^)]*\)|, or all", "", problem.partition("allowed: ")[2]).split(", ")
    for text in advised:
        new = yaml.safe_load(text)
        config = changed(key, [new] if isinstance(value, list) else new)
        try:
            check(config, SCHEMA)
        except ConfigurationError as error:
            assert f"  - {key}:" not in str(error), text


def test_all_problems_are_listed_at_once() -> None:
    config = changed("experiment.datasets", ["minst"], changed("experiment.autoencoders", ["vea"]))
    assert problems(config).count("\n  - ") == 2


# Settings of a run


def test_the_most_particular_of_four_places_decides_how_a_network_is_trained() -> None:
    config = changed("training", {"epochs": 1, "batch_size": 10, "learning_rate": 0.1})

    def settings() -> dict[str, Any]:
        return training_settings(config, "fmnist", "vae")

    assert settings() == {"epochs": 1, "batch_size": 10, "learning_rate": 0.1}
    changed("datasets.fmnist.training", {"epochs": 2, "batch_size": 20, "learning_rate": 0.2}, config)
    assert settings() == {"epochs": 2, "batch_size": 20, "learning_rate": 0.2}
    changed("autoencoders.vae.training", {"epochs": 3, "batch_size": 30}, config)
    assert settings() == {"epochs": 3, "batch_size": 30, "learning_rate": 0.2}
    changed("datasets.fmnist.autoencoders.vae.training", {"epochs": 4}, config)
    assert settings() == {"epochs": 4, "batch_size": 30, "learning_rate": 0.2}


def test_training_settings_of_one_autoencoder_or_data_set_leave_the_others_alone() -> None:
    config = changed("datasets.fmnist.autoencoders.vae.training", {"epochs": 4})
    article = {**shipped()["training"], "epochs": 60, "batch_size": 256}
    assert training_settings(config, "fmnist", "vq") == article
    assert training_settings(config, "mnist", "vae") == article


def test_greedy_training_is_that_of_the_autoencoders_that_are_compared() -> None:
    wildcards = SimpleNamespace(dataset="mnist")
    assert layerwise(shipped(), wildcards) == {"stacked": "codes", "stacked_pixels": "pixels"}
    assert layerwise(changed("experiment.autoencoders", ["vae", "stacked"]), wildcards) == {"stacked": "codes"}


def test_stacked_autoencoders_train_20_epochs_a_layer() -> None:
    assert configuration.stacked_models(shipped()) == ["stacked", "stacked_pixels"]
    assert training_settings(shipped(), "mnist", "stacked") == {
        "epochs": 20,
        "batch_size": 256,
        "layerwise": "codes",
        "learning_rate": 0.001,
        "precision": "auto",
        "device": "cpu",
    }


def test_networks_have_the_widths_of_reference_in_each_role() -> None:
    def widths(model: str, held_out: str) -> tuple[list[int], int, list[int]]:
        network = network_settings(completed(shipped()), "mnist", model, held_out)
        return network["encoder_widths"], network["latent_dim"], network["decoder_widths"]

    assert widths("vanilla", "none") == ([341, 113], 20, [113, 341])
    assert widths("vanilla", "1") == ([146, 20], 2, [20, 146])
    assert widths("shallow", "none") == ([], 20, [])
    assert widths("shallow", "1") == ([], 2, [])
    for vae in ("vae", "beta_vae_strict", "beta_vae_loose"):
        assert widths(vae, "none") == widths("vanilla", "none")
        assert widths(vae, "1") == widths("vanilla", "1")
        assert widths(f"{vae}_paper", "none") == ([512, 256], 20, [113, 341])
        assert widths(f"{vae}_paper", "1") == ([170, 28], 2, [20, 146])


def test_an_autoencoder_with_a_network_of_its_own_under_paper_is_trained_twice() -> None:
    config = completed(shipped())
    assert with_paper(config, "mnist", ["vanilla", "vae"]) == ["vanilla", "vae", "vae_paper"]
    assert with_paper(config, "digits", ["vanilla", "vae"]) == ["vanilla", "vae"]
    assert config["autoencoders"]["vae_paper"]["settings"] == config["autoencoders"]["vae"]["settings"]
    assert completed(config) == config
    special = {
        "training": {"epochs": 3},
        "anomaly": {"decoder_widths": [9]},
        "paper": {"anomaly": {"encoder_widths": [7]}},
    }
    config = completed(changed("datasets.digits.autoencoders.sparse", special))
    network = network_settings(config, "digits", "sparse_paper", "1")
    assert (network["encoder_widths"], network["decoder_widths"]) == ([7], [9])
    assert network["settings"] == {"beta": 1.0, "sparsity": 0.25}
    assert training_settings(config, "digits", "sparse_paper")["epochs"] == 3


def test_names_of_networks_of_the_protocol_paper_are_reserved() -> None:
    told = problems(changed("autoencoders.mine_paper", shipped()["autoencoders"]["vae"]))
    assert "autoencoders.mine_paper: names that end in _paper are those of networks under `paper`" in told
    told = problems(changed("autoencoders.vq_paper", shipped()["autoencoders"]["vq"]))  # no data set gives it one
    assert "autoencoders.vq_paper: names that end in _paper" in told
    told = problems(changed("experiment.autoencoders", ["vae_paper"]))
    assert "unknown model 'vae_paper'; allowed: shallow, vanilla, stacked" in told


def test_the_most_particular_of_three_places_decides_a_network_s_widths() -> None:
    config = shipped()

    def encoder(model: str, held_out: str) -> list[int]:
        return network_settings(config, "fmnist", model, held_out)["encoder_widths"]

    changed("autoencoders.vae.network.encoder_widths", [7], config)
    changed("datasets.fmnist.autoencoders.vae.representation", {"encoder_widths": [6]}, config)
    assert encoder("vae", "none") == [6]  # the data set's entry still decides
    changed("autoencoders.vq.network.encoder_widths", [7], config)
    assert encoder("vq", "none") == encoder("vq", "1") == [7]
    changed("datasets.fmnist.autoencoders.vq.anomaly.encoder_widths", [8], config)
    assert encoder("vq", "none") == [7]
    assert encoder("vq", "1") == [8]


def test_a_network_has_its_class_and_its_settings() -> None:
    network = network_settings(shipped(), "mnist", "vq", "none")
    assert network["class"] == "aepipe.models.vq.VQ"
    assert network["settings"] == {"beta": 1.0, "categories": 512}
    assert network_settings(shipped(), "mnist", "vanilla", "none")["settings"] == {}


def test_a_data_set_can_change_single_settings_of_an_evaluation() -> None:
    everywhere = shipped()["evaluation"]["classification"]
    assert evaluation_settings(shipped(), "mnist", "classification") == everywhere
    here = {"epochs": 200, "learning_rate": 0.01, "patience": 20}
    assert evaluation_settings(shipped(), "digits", "classification") == everywhere | here


# Runs


@pytest.mark.parametrize(("given", "seeds"), [([0], [0]), ([3, 1], [3, 1]), (1, [0]), (5, [0, 1, 2, 3, 4])])
def test_seeds_are_a_list_or_a_count(given: Any, seeds: list[int]) -> None:
    assert configuration.seeds(changed("experiment.seeds", given), "mnist") == seeds


def test_a_data_set_may_have_seeds_of_its_own() -> None:
    config = changed("datasets.mnist.seeds", [7, 8])
    assert configuration.seeds(config, "mnist") == [7, 8]
    assert configuration.seeds(config, "fmnist") == [0, 1, 2]
    assert configuration.seeds(shipped(), "mnist") == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("dataset", ["mnist", "fmnist", "kmnist"])
def test_every_entry_and_seed_has_two_runs(dataset: str) -> None:
    config = changed(f"datasets.{dataset}.seeds", 2)
    found = [run for role in configuration.ROLES for run in runs(config, dataset, role)]
    assert len(set(found)) == len(found) == 10 * 2 * 2
    for model in configuration.models(config):
        for seed in (0, 1):
            own = [(run.latent_dim, run.held_out) for run in found if (run.model, run.seed) == (model, seed)]
            assert own == [(20, "none"), (2, "1")]


def test_each_left_out_class_has_a_run() -> None:
    config = changed("datasets.mnist.anomaly.held_out", [1, 4, 8])
    assert [run.held_out for run in runs(config, "mnist", "anomaly", ["vae"])] == ["1", "4", "8"] * 5


def test_baselines_have_cells_like_autoencoders() -> None:
    run, *_ = runs(shipped(), "digits", "representation", ["untrained"])
    assert asdict(run) == {
        "dataset": "digits",
        "model": "untrained",
        "latent_dim": 10,
        "held_out": "none",
        "seed": 0,
    }


# What the Snakefile relies on


def backwards(value: Any) -> Any:
    """The same value with the keys of every dict in reverse."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return value


def test_reordering_the_keys_of_the_configuration_changes_no_setting() -> None:
    # Snakemake compares the text of parameters, so equal dicts are not enough: their keys must stand in one order.
    def settings(config: Config) -> str:
        return repr(
            [
                (
                    training_settings(config, dataset, model),
                    network_settings(config, dataset, model, "none"),
                    network_settings(config, dataset, model, "1"),
                    evaluation_settings(config, dataset, "classification"),
                )
                for dataset in ("mnist", "digits")
                for model in configuration.models(config)
            ]
        )

    assert list(backwards(shipped())) != list(shipped())
    assert settings(backwards(shipped())) == settings(shipped())


def test_the_configuration_is_checked_without_importing_torch() -> None:
    code = (
        "import sys, yaml; from pathlib import Path; from aepipe.config.checks import check; "
        "check(yaml.safe_load(Path('config.yaml').read_text()), "
        "yaml.safe_load(Path('workflow/schemas/config.schema.yaml').read_text())); "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


# Classes


def test_classes_may_be_given_by_name() -> None:
    config = changed("datasets.fmnist.anomaly.held_out", ["trouser", 9, 1])
    config = changed("datasets.fmnist.sweep", {"held_out": ["bag", "coat"]}, config)
    evaluation = {
        "interpolation": {"from_class": "coat", "to_class": "sneaker"},
        "latent_structure": {"apart": ["bag"], "joined": [["pullover", "coat", 6], [5, "sneaker"]]},
    }
    config = changed("datasets.fmnist.evaluation", evaluation, config)
    check(config, SCHEMA)
    found = configuration.completed(config)
    assert found["datasets"]["fmnist"]["anomaly"]["held_out"] == [1, 9]
    assert found["datasets"]["fmnist"]["evaluation"] == {
        "interpolation": {"from_class": 4, "to_class": 7},
        "latent_structure": {"apart": [8], "joined": [[2, 4, 6], [5, 7]]},
    }
    assert {run.held_out for run in configuration.sweep_runs(found, "fmnist", ["vq"])} == {"8", "4"}
    assert configuration.completed(found) == found


def test_a_number_in_quotes_is_a_name() -> None:
    names = [*"9876543210"]
    config = changed("datasets.digits.class_names", names, changed("datasets.digits.anomaly.held_out", ["7", 3]))
    assert configuration.completed(config)["datasets"]["digits"]["anomaly"]["held_out"] == [2, 3]


# The sweep and the baselines


def test_the_sweep_leaves_out_each_class_in_turn_in_both_latent_dimensions() -> None:
    found = list(configuration.sweep_runs(shipped(), "mnist", ["vae"]))
    assert len(set(found)) == len(found) == 2 * 10
    assert {(run.latent_dim, run.held_out) for run in found} == {(d, str(c)) for d in (2, 20) for c in range(10)}


def test_the_sweep_of_a_data_set_can_be_narrowed_and_widened() -> None:
    config = changed("datasets.mnist.sweep", {"held_out": [3, 8], "like": ["anomaly"], "seeds": 2})
    found = [(run.latent_dim, run.held_out, run.seed) for run in configuration.sweep_runs(config, "mnist", ["vq"])]
    assert sorted(found) == [(2, "3", 0), (2, "3", 1), (2, "8", 0), (2, "8", 1)]
    assert len(list(configuration.sweep_runs(config, "fmnist", ["vq"]))) == 20


@pytest.mark.parametrize(("held_out", "latent_dim", "widths"), [("none", 20, [341, 113]), ("3", 2, [146, 20])])
def test_a_network_has_the_widths_of_its_latent_dimension(held_out: str, latent_dim: int, widths: list[int]) -> None:
    network = network_settings(shipped(), "mnist", "vae", held_out, latent_dim)
    assert (network["latent_dim"], network["encoder_widths"]) == (latent_dim, widths)
    assert network_settings(shipped(), "mnist", "vae", held_out)["encoder_widths"] == widths


def test_a_network_of_the_sweep_has_the_widths_of_the_cells_that_it_is_like() -> None:
    assert network_settings(shipped(), "mnist", "vae", "3", 20)["encoder_widths"] == [341, 113]


def test_pca_has_no_hidden_layers() -> None:
    network = network_settings(shipped(), "mnist", "pca", "1", 2)
    assert (network["latent_dim"], network["encoder_widths"], network["decoder_widths"]) == (2, [], [])


def test_raw_pixels_are_a_code_of_as_many_elements() -> None:
    assert {run.latent_dim for run in runs(shipped(), "mnist", "representation", ["pixels"])} == {32 * 32}


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("sweep.held_out", [3, 10], "sweep.held_out: mnist has no class 10; allowed: 0, 1, 2"),
        ("datasets.digits.sweep", {"held_out": [11]}, "datasets.digits.sweep.held_out: digits has no class 11"),
        ("sweep.held_out", "every", "sweep.held_out: 'every' is not allowed; allowed: classes to hold out"),
        (
            "datasets.mnist.evaluation.latent_structure.joined",
            [[1, 12]],
            "mnist.evaluation.latent_structure.joined: mnist has no class 12",
        ),
        ("evaluation.latent_structure.neighbours", 1000, "latent_structure.neighbours: 1000 are too many; allowed"),
        ("stacking.entries.joint", "vanila", "stacking.entries.joint: unknown model 'vanila'; allowed: shallow"),
        ("stacking.entries.joint", "stacked", "stacking.entries.joint: stacked is not trained jointly"),
        ("stacking.entries.greedy_codes", "vae", "greedy_codes: vae is not trained layer by layer on codes"),
        ("claims.confidence", 95, "claims.confidence: 95 is greater than or equal to the maximum"),
        ("claims.min_seeds", 1, "claims.min_seeds: 1 is less than the minimum of 2"),
        ("evaluation.interpolation.steps", 10, "evaluation.interpolation.steps"),
    ],
)
def test_settings_of_the_evidence_that_cannot_be_are_refused(key: str, value: Any, problem: str) -> None:
    assert problem in problems(changed(key, value))
