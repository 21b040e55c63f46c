"""The trainer that one would pick for a VAE otherwise: pythae's (C. Chadebec et al., NeurIPS 2022), on our network.

`make bench` installs it, without its dependencies, which are here already.
"""

import logging
import tempfile

import numpy as np
import torch
from pythae.data.datasets import BaseDataset
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from torch import Tensor

from aepipe.models.base import Autoencoder


class Encoder(BaseEncoder):
    """The layers of one of our VAEs: images (B, D) -> mean and logarithm of the variance, (B, d) each."""

    def __init__(self, network: Autoencoder) -> None:
        super().__init__()
        self.layers = network.encoder

    def forward(self, x: Tensor) -> ModelOutput:
        """As pythae asks for it."""
        mean, log_deviation = self.layers(x).chunk(2, dim=1)
        return ModelOutput(embedding=mean, log_covariance=2 * log_deviation)


class Decoder(BaseDecoder):
    """The layers of one of our VAEs: codes (B, d) -> images (B, D)."""

    def __init__(self, network: Autoencoder) -> None:
        super().__init__()
        self.layers = network.decoder

    def forward(self, z: Tensor) -> ModelOutput:
        """As pythae asks for it."""
        return ModelOutput(reconstruction=torch.sigmoid(self.layers(z)))


def train(network: Autoencoder, images: np.ndarray, *, epochs: int, batch_size: int, learning_rate: float) -> None:
    """Trains one of our VAEs with pythae, on images (N, D) in [0, 1], float32; on one core.

    Raises:
        RuntimeError: its loss isn't ours, and so nothing could be compared.
    """
    logging.disable(logging.INFO)
    torch.set_num_threads(1)
    config = VAEConfig(input_dim=(images.shape[1],), latent_dim=network.latent_dim, reconstruction_loss="bce")
    model = VAE(config, Encoder(network), Decoder(network))
    assert_same_loss(model, network, torch.from_numpy(images[:batch_size]))
    with tempfile.TemporaryDirectory() as folder:
        settings = BaseTrainerConfig(
            output_dir=folder,
            num_epochs=epochs,
            per_device_train_batch_size=batch_size,
            learning_rate=learning_rate,
            no_cuda=True,
        )
        BaseTrainer(
            model, BaseDataset(torch.from_numpy(images), torch.zeros(len(images))), training_config=settings
        ).train()


def assert_same_loss(model: VAE, network: Autoencoder, x: Tensor) -> None:
    """RuntimeError where the two losses of the same network, images and noise differ by a thousandth."""
    with torch.no_grad():
        torch.manual_seed(0)
        theirs = float(model({"data": x}).loss)
        torch.manual_seed(0)
        ours = float(sum(network.losses(x).values()))
    if abs(theirs - ours) > 1e-3 * ours:
        raise RuntimeError(f"pythae's loss is {theirs}, ours {ours}")
