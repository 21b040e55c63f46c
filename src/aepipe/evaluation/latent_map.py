"""Maps of latent codes: UMAP to two dimensions."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np


def map_codes(codes: np.ndarray, *, neighbours: int, min_dist: float, seed: int) -> np.ndarray:
    """Codes (n, d) -> positions (n, 2), which for d <= 2 are the codes themselves.

    Source: L. McInnes et al., "UMAP: uniform manifold approximation and projection", 2018; the nearest neighbours are
    exact here, not approximated.

    Args:
        codes: latent codes.
        neighbours: UMAP's n_neighbors, >= 2; at most n - 1 are used.
        min_dist: UMAP's min_dist; >= 0.
        seed: of UMAP, which is reproducible on one core.
    """
    if codes.shape[1] <= 2:
        return np.pad(codes, [(0, 0), (0, 2 - codes.shape[1])])
    from sklearn.neighbors import NearestNeighbors

    neighbours = min(neighbours, len(codes) - 1)
    distances, indices = NearestNeighbors(n_neighbors=neighbours, algorithm="brute").fit(codes).kneighbors(codes)
    with compiled_once(), warnings.catch_warnings():
        from umap import UMAP  # takes seconds to import

        warnings.filterwarnings("ignore", "precomputed_knn")  # no later transform of other codes
        knn = (indices, distances)
        mapper = UMAP(neighbours, min_dist=min_dist, random_state=seed, n_jobs=1, precomputed_knn=knn)
        return mapper.fit_transform(codes).astype(np.float32)


@contextmanager
def compiled_once() -> Iterator[None]:
    """Makes numba cache on disk what it compiles in the block, which saves 8 s per job."""
    import numba

    njit = numba.njit
    numba.njit = partial(njit, cache=True)  # type: ignore[assignment]
    try:
        yield
    finally:
        numba.njit = njit
