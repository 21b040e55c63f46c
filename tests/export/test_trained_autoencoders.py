"""Trained autoencoders in plain Python: what goes in and out, and what is said of what can't be."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from aepipe import export
from aepipe.data.arrays import load_array, load_arrays
from aepipe.errors import AepipeError, DamagedFileError, DataError
from aepipe.models.build import build, save_weights

VAE = "aepipe.models.vae.VAE"
VANILLA = "aepipe.models.vanilla.Vanilla"


def run(folder: Path, shape: tuple[int, ...] = (6, 8), padding: int = 1, name: str = VAE) -> Path:
    """The folder of a run with freshly drawn weights, for images of this padded shape."""
    torch.manual_seed(0)
    settings = {"beta": 1.0} if name == VAE else {}
    network = {"class": name, "settings": settings, "latent_dim": 3, "encoder_widths": [5], "decoder_widths": [5]}
    folder.mkdir(parents=True)
    about = {"network": network, "image_shape": shape, "padding": padding}
    save_weights(build(network, shape).state_dict(), folder / "weights.safetensors", **about)
    return folder


@pytest.fixture
def vae(tmp_path: Path) -> export.Trained:
    return export.load(run(tmp_path / "vae"))


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (7, 4, 6), np.uint8)


def test_images_become_codes_and_codes_images_of_their_size(vae: export.Trained, images: np.ndarray) -> None:
    codes = vae.encode(images)
    assert (codes.shape, codes.dtype) == ((7, 3), np.float32)
    again = vae.decode(codes)
    assert (again.shape, again.dtype) == ((7, 4, 6), np.float32)
    assert ((again >= 0) & (again <= 1)).all()


def test_a_code_is_the_mean_of_the_networks_own_for_the_padded_image(vae: export.Trained, images: np.ndarray) -> None:
    x = torch.nn.functional.pad(torch.from_numpy(images) / 255, (1, 1, 1, 1)).flatten(1)
    with torch.no_grad():
        mean = vae.model.encode(x)[:, :3]
        decoded = torch.sigmoid(vae.model.decode(mean)).unflatten(1, (6, 8)).numpy()
    np.testing.assert_allclose(vae.encode(images), mean.numpy(), rtol=1e-5)
    np.testing.assert_allclose(vae.decode(mean.numpy()), decoded[:, 1:-1, 1:-1], rtol=1e-5)


def test_grey_levels_shares_and_padded_images_give_the_same_codes(vae: export.Trained, images: np.ndarray) -> None:
    codes = vae.encode(images)
    padded = np.pad(images, [(0, 0), (1, 1), (1, 1)])
    for same in (images / np.float32(255), images / 255, padded, padded / 255):
        np.testing.assert_allclose(vae.encode(same), codes, rtol=1e-4)


def test_images_in_colour_are_padded_at_their_sides_alone(tmp_path: Path) -> None:
    model = export.load(run(tmp_path / "colour", shape=(6, 8, 3)))
    images = np.random.default_rng(0).integers(0, 256, (2, 4, 6, 3), np.uint8)
    assert model.image_shape == (4, 6, 3)
    assert model.decode(model.encode(images)).shape == (2, 4, 6, 3)


def test_no_images_have_no_codes(vae: export.Trained) -> None:
    assert vae.encode(np.empty((0, 4, 6), np.uint8)).shape == (0, 3)
    assert vae.decode(np.empty((0, 3))).shape == (0, 4, 6)


def test_samples_are_drawn_anew_or_by_their_seed(vae: export.Trained) -> None:
    assert vae.sample(5).shape == (5, 4, 6)
    assert not np.array_equal(vae.sample(5), vae.sample(5))
    state = torch.get_rng_state()
    np.testing.assert_array_equal(vae.sample(5, seed=1), vae.sample(5, seed=1))
    assert torch.equal(torch.get_rng_state(), state)


def test_an_autoencoder_without_a_prior_says_so(tmp_path: Path) -> None:
    vanilla = export.load(run(tmp_path / "vanilla", name=VANILLA))
    with pytest.raises(AepipeError, match="Vanilla has no prior"):
        vanilla.sample(2)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.zeros((2, 5, 6)), r"images have shape \(2, 5, 6\); allowed: \(n, 4, 6\) or \(n, 6, 8\)"),
        (np.zeros((4, 6)), r"images have shape \(4, 6\)"),
        (np.full((1, 4, 6), 2.0), r"images have values from 2 to 2; allowed: .* in \[0, 1\]"),
        (np.full((1, 4, 6), -0.5), "images have values from -0.5"),
        (np.full((1, 4, 6), np.nan), "images have values from nan"),
        (np.zeros((1, 4, 6), int), "images have type int64; allowed: uint8, or"),
    ],
)
def test_images_that_do_not_fit_are_refused(vae: export.Trained, wrong: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        vae.encode(wrong)


def test_codes_of_another_length_or_not_finite_are_refused(vae: export.Trained) -> None:
    with pytest.raises(DataError, match=r"codes have shape \(2, 4\); allowed: \(n, 3\)"):
        vae.decode(np.zeros((2, 4)))
    with pytest.raises(DataError, match="NaN or infinite"):
        vae.decode(np.full((2, 3), np.inf))


def test_a_missing_folder_is_named_with_what_is_there(tmp_path: Path) -> None:
    run(tmp_path / "vae" / "d3_without-none_seed0")
    with pytest.raises(AepipeError, match=r"seed1: no such folder; .*vae has d3_without-none_seed0"):
        export.load(tmp_path / "vae" / "d3_without-none_seed1")


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(AepipeError, match=r"has no weights\.safetensors"):
        export.load(tmp_path)


def test_weights_that_do_not_say_what_they_are_of_are_named_with_the_cure(tmp_path: Path) -> None:
    save_weights({"w": torch.zeros(2)}, tmp_path / "weights.safetensors")
    with pytest.raises(AepipeError, match=r"has no metadata about its network.*--forcerun"):
        export.load(tmp_path)


def test_weights_of_a_class_that_is_not_there_are_named_with_it(tmp_path: Path) -> None:
    about = {"network": {"class": "gone.Away"}, "image_shape": (2, 2), "padding": 0}
    save_weights({"w": torch.zeros(2)}, tmp_path / "weights.safetensors", **about)
    with pytest.raises(AepipeError, match=r"gone\.Away can't be built: No module named 'gone'"):
        export.load(tmp_path)


def test_nothing_but_a_network_is_called_for_a_file_of_weights(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    network = {"class": "os.mkdir", "settings": {}, "latent_dim": 3, "encoder_widths": [], "decoder_widths": []}
    about = {"network": network, "image_shape": str(ran), "padding": 0}
    save_weights({"w": torch.zeros(2)}, tmp_path / "weights.safetensors", **about)
    with pytest.raises(AepipeError, match=r"os\.mkdir is not a subclass of"):
        export.load(tmp_path)
    assert not ran.exists()


def test_weights_that_do_not_fit_their_class_are_named(tmp_path: Path) -> None:
    network = {"class": VANILLA, "settings": {}, "latent_dim": 3, "encoder_widths": [5], "decoder_widths": [5]}
    about = {"network": {**network, "latent_dim": 4}, "image_shape": (2, 2), "padding": 0}
    save_weights(build(network, (2, 2)).state_dict(), tmp_path / "weights.safetensors", **about)
    with pytest.raises(AepipeError, match="is of another network"):
        export.load(tmp_path)


def test_damaged_weights_are_named(tmp_path: Path) -> None:
    path = run(tmp_path / "vae") / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedFileError, match=r"vae/weights\.safetensors"):
        export.load(path.parent)


def test_saying_what_weights_are_of_gives_the_same_bytes_each_time(tmp_path: Path) -> None:
    first, second = (run(tmp_path / name) / "weights.safetensors" for name in "ab")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.workflow
def test_every_network_loads_from_a_copy_and_gives_the_codes_that_were_evaluated(
    bake_off: Path, tmp_path: Path
) -> None:
    results = bake_off / "results/digits"
    images, split = load_array(results / "data/images.npy"), load_arrays(results / "splits/without-none_seed0.npz")
    weights = sorted(results.glob("runs/*/*/weights.safetensors"))
    assert {"vae", "stacked", "pca", "untrained", "vq"} <= {path.parent.parent.name for path in weights}
    for path in weights:
        copied = tmp_path / path.parent.parent.name / path.parent.name
        copied.mkdir(parents=True)
        shutil.copy(path, copied)
        codes = export.load(copied).encode(images[split["test"]])
        np.testing.assert_allclose(codes, load_arrays(path.parent / "codes.npz")["test"], rtol=1e-4, atol=1e-5)
