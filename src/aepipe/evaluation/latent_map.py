"""Latent codes as a map: UMAP to two dimensions, or as they are where they have only two."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np


def map_codes(codes: np.ndarray, *, neighbours: int, min_dist: float, seed: int) -> np.ndarray:
    """Codes (n, d) -> positions (n, 2).

    Source: L. McInnes et al., "UMAP: uniform manifold approximation and projection", 2018; the nearest neighbours are
    exact ones, not approximated.

    Args:
        codes: latent codes.
        neighbours: UMAP's n_neighbors; at least 2, at most n - 1 are taken.
        min_dist: UMAP's min_dist; >= 0.
        seed: of UMAP; a seeded run is the same every time, on one core.
    """
    if codes.shape[1] <= 2:
        return np.pad(codes, [(0, 0), (0, 2 - codes.shape[1])])
    from sklearn.neighbors import NearestNeighbors

    neighbours = min(neighbours, len(codes) - 1)
    distances, indices = NearestNeighbors(n_neighbors=neighbours, algorithm="brute").fit(codes).kneighbors(codes)
    with compiled_once(), warnings.catch_warnings():
        from umap import UMAP  # takes seconds: only where a map is made

        warnings.filterwarnings("ignore", "precomputed_knn")  # others could not be mapped later, which nobody asks for
        mapper = UMAP(
            n_neighbors=neighbours,
            min_dist=min_dist,
            random_state=seed,
            n_jobs=1,
            precomputed_knn=(indices, distances),
        )
        return mapper.fit_transform(codes).astype(np.float32)


@contextmanager
def compiled_once() -> Iterator[None]:
    """Has numba keep on disk what it compiles in the block: 8 s of each job, which UMAP itself does not ask for."""
    import numba

    njit = numba.njit
    numba.njit = partial(njit, cache=True)  # type: ignore[assignment]
    try:
        yield
    finally:
        numba.njit = njit
