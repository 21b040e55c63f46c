"""How much of a code is used: its units, and the entries of its codebooks."""

import numpy as np
from scipy.special import entr

#: A unit is active if the variance of its mean code is greater than this.
ACTIVE = 0.01
#: A unit whose codes differ by at most this over all test images is dead.
DEAD = 1e-6


def use_of_codes(codes: dict[str, np.ndarray]) -> dict[str, float]:
    """`active_units` of stochastic models, and what discrete ones use of their codebooks.

    `codebook_perplexity`; `codebook_entries`, the number of all entries; `codebook_used`, of those that some image has.

    Args:
        codes: (n, d) of the `test` images, `test_sampled` of stochastic models, and of discrete ones `codebooks` (d, K)
            of scalars, or one `codebook` (K, n) of vectors.
    """
    if "test_sampled" in codes:
        return {"active_units": active_units(codes["test"])}
    if "codebooks" in codes:  # an entry is a scalar, and each element has its own book
        elements, entries = codes["test"], codes["codebooks"].size
    elif "codebook" in codes:
        vectors = codes["test"].reshape(-1, codes["codebook"].shape[1])
        _, numbers = np.unique(vectors, axis=0, return_inverse=True)
        elements, entries = numbers.reshape(-1, 1), len(codes["codebook"])
    else:
        return {}
    used = sum(len(np.unique(element)) for element in elements.T)
    return {
        "codebook_perplexity": codebook_perplexity(elements),
        "codebook_used": used,
        "codebook_entries": entries,
    }


def live_units(codes: dict[str, np.ndarray]) -> int:
    """Number of latent units that tell images apart: 0 ... d.

    Of stochastic models, units whose mean varies, `latent_structure.active_units`, as samples vary in any case; of
    others, units that take more than one value.

    Args:
        codes: (n, d) of the `test` images, and `test_sampled` for stochastic models.
    """
    return active_units(codes["test"]) if "test_sampled" in codes else int((np.ptp(codes["test"], axis=0) > DEAD).sum())


def active_units(codes: np.ndarray) -> int:
    """Number of latent units whose mean code varies between images: (n, d) -> 0 ... d.

    Cov_x(E[z_i | x]) > 0.01: Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted autoencoders", ICLR 2016,
    section 5.2.
    """
    return int((codes.var(axis=0, dtype=float) > ACTIVE).sum())


def codebook_perplexity(codes: np.ndarray) -> float:
    """Effective number of codebook entries in use, mean over the elements: (n, d) -> 1 ... K.

    exp(-sum p_k log p_k), where p_k is the share of images whose code has entry k, as in the implementation of A. van
    den Oord et al., "Neural discrete representation learning", NeurIPS 2017.
    """
    usages = [np.unique(element, return_counts=True)[1] / len(codes) for element in codes.T]
    return float(np.mean([np.exp(entr(usage).sum()) for usage in usages]))
