"""Whether our rate and our importance-weighted bound are those of pythae, on the weights of one of our VAEs.

`python -m benchmarks.pythae results/digits/runs/vae/d10_without-none_seed0`, after `pip install --no-deps pythae`: C.
Chadebec et al., "Pythae: unifying generative autoencoders in Python", NeurIPS 2022. Ends with an error where one of the
two differs by more than 0.1 nats.
"""

import argparse
import math
import sys
from pathlib import Path

import torch
from pythae.models import VAE, VAEConfig

from aepipe.config.paths import DATA, SPLIT, run_of
from aepipe.data.arrays import load_array, load_arrays
from aepipe.data.batches import ImageBatches
from aepipe.evaluation.rate_distortion import log_weights
from aepipe.export import WEIGHTS
from aepipe.models.build import load
from aepipe.models.gaussian import gaussian_kl
from aepipe.training.device import use_one_core
from benchmarks.options import positive
from benchmarks.peer import Decoder, Encoder

LIMIT = 0.1  # nats


@torch.no_grad()
def compare(folder: Path, images: int, samples: int) -> dict[str, tuple[float, float]]:
    """Rate and bound of the first test images in nats, each ours and pythae's; `folder` is that of a run."""
    run = {"dataset": folder.parents[2].name, **run_of(folder / WEIGHTS)}
    split = load_arrays(SPLIT.format(**run))
    x = ImageBatches(load_array(Path(DATA.format(**run), "images.npy")), split["test"][:images])[:]
    network = load(folder / WEIGHTS)
    config = VAEConfig(input_dim=(x.shape[1],), latent_dim=network.latent_dim, reconstruction_loss=network.loss_name)
    peer = VAE(config, Encoder(network), Decoder(network)).eval()

    mean, log_sigma = network.gaussian_posterior(network.encode(x))  # type: ignore[misc]
    torch.manual_seed(0)
    weights = log_weights(network, x, mean, log_sigma, network.loss_name, samples)
    bound = (torch.logsumexp(weights, dim=1) - math.log(samples)).mean().item()
    torch.manual_seed(1)
    theirs = peer.get_nll(x, n_samples=samples, batch_size=min(samples, 100))  # is log p(x), in spite of its name
    return {
        "rate": (gaussian_kl(mean, log_sigma).mean().item(), peer({"data": x}).reg_loss.item()),
        "importance-weighted bound": (bound, float(theirs)),
    }


def main() -> None:
    """Compares one run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pythae", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, help="of a run of a VAE, trained with bce, on fully connected layers")
    parser.add_argument("--images", type=positive, default=360, help="test images (default: %(default)s)")
    parser.add_argument("--samples", type=positive, default=500, help="codes for each image (default: %(default)s)")
    asked = parser.parse_args()
    use_one_core()
    found = compare(asked.folder, asked.images, asked.samples)
    for name, (ours, theirs) in found.items():
        print(f"{name}: ours {ours:.4f}, pythae's {theirs:.4f} nats, difference {ours - theirs:.4f}")
    if any(abs(ours - theirs) > LIMIT for ours, theirs in found.values()):
        sys.exit(f"differences of more than {LIMIT} nats")


if __name__ == "__main__":
    main()
