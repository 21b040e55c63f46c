"""Principal component analysis as an autoencoder: the best linear one, fitted without training."""

import numpy as np
import torch
from torch import Tensor

from aepipe.models.base import Autoencoder
from aepipe.models.components import solver

#: Half a grey level, the distance of pixels from 0 and 1, which keeps their cross-entropy finite.
MARGIN = 0.5 / 255


class PCA(Autoencoder):
    """z = W (x - mean), x' = mean + W^T z, clipped to [MARGIN, 1 - MARGIN]; W has orthonormal rows (d, D).

    No linear autoencoder of the same dimension has a smaller squared error: P. Baldi and K. Hornik, "Neural networks
    and principal component analysis", Neural Networks 2, 1989. Both widths are empty.
    """

    def decode(self, z: Tensor) -> Tensor:
        """Latent codes (B, d) -> logits (B, D) of the clipped pixels."""
        return torch.logit(self.decoder(z), eps=MARGIN)

    @torch.no_grad()
    def fit(self, images: np.ndarray) -> None:
        """Fits mean and W to images (n, D) in [0, 1], n >= d; the largest weight of each component is positive."""
        from sklearn.decomposition import PCA as Components  # takes a second to import

        found = Components(self.latent_dim, **solver(images.shape, self.latent_dim)).fit(images)
        mean, components = torch.from_numpy(found.mean_), torch.from_numpy(found.components_)
        fitted = {
            "encoder.0.weight": components,
            "encoder.0.bias": -components @ mean,
            "decoder.0.weight": components.T,
            "decoder.0.bias": mean,
        }
        self.load_state_dict(fitted)
