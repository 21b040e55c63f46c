"""Latent codes as a map: UMAP to two dimensions, or as they are where they have only two."""

import numpy as np


def map_codes(codes: np.ndarray, *, neighbours: int, min_dist: float, seed: int) -> np.ndarray:
    """Codes (n, d) -> positions (n, 2).

    Source: L. McInnes et al., "UMAP: uniform manifold approximation and projection", 2018.

    Args:
        codes: latent codes.
        neighbours: UMAP's n_neighbors; at least 2.
        min_dist: UMAP's min_dist; >= 0.
        seed: of UMAP; a seeded run is the same every time, on one core.
    """
    if codes.shape[1] <= 2:
        return np.pad(codes, [(0, 0), (0, 2 - codes.shape[1])])
    from umap import UMAP  # takes seconds: only where a map is made

    mapper = UMAP(n_neighbors=neighbours, min_dist=min_dist, random_state=seed, n_jobs=1)
    return mapper.fit_transform(codes).astype(np.float32)
