"""Rate and distortion: how much information a code takes, how much of an image it loses, and bounds on the likelihood.

A. Alemi et al., "Fixing a broken ELBO", ICML 2018: each autoencoder is a point of the plane of rate and distortion, and
the evidence lower bound (ELBO) is minus their sum. All numbers are in nats per image, unless said otherwise.
"""

import math

import numpy as np
import torch
from scipy.special import entr
from torch import Tensor

from aepipe.data.batches import ImageBatches
from aepipe.evaluation.network import batches, codes_of
from aepipe.models import continuous_bernoulli
from aepipe.models.base import IMAGE_LOSSES, Autoencoder
from aepipe.models.gaussian import gaussian_kl

#: Codes that are drawn for each test image, for the distortion.
DRAWS = 10
#: Images that the aggregated posterior is made of, at most: all pairs of them are compared.
AGGREGATED = 10_000
#: Images whose importance-weighted bounds are computed together.
TOGETHER = 8
#: Numbers in an array, at most.
MOST_NUMBERS = 2**21


@torch.no_grad()
def rate_and_distortion(
    model: Autoencoder,
    test: ImageBatches,
    loss: str,
    *,
    images: int,
    samples: int,
    seed: int,
    codes: np.ndarray | None = None,
) -> dict[str, float]:
    """Rate, distortion and bounds of a trained network, as far as it has them.

    Args:
        model: in evaluation mode.
        test: n test images of D pixels, colours included.
        loss: one of `aepipe.models.base.IMAGE_LOSSES`, as which likelihood the distortion is measured.
        images: number of test images for the importance-weighted bound, at most; drawn at random.
        samples: K of that bound, codes drawn for each of these images.
        seed: of all random numbers.
        codes: (n, d) mean codes of the test images, where they are known.

    Returns:
        `distortion`, the mean of -log p(x|z) over images and codes, see `negative_log_likelihood`. Of a Gaussian
        posterior (`Autoencoder.gaussian_posterior`) also:
            `rate`, the mean of KL(q(z|x) || N(0, I)), at least 0;
            `elbo`, -(rate + distortion), a lower bound on log p(x), whatever beta a network was trained with;
            `importance_bound`, the bound of Y. Burda, R. Grosse and R. Salakhutdinov, "Importance weighted
            autoencoders", ICLR 2016, with K samples: at least the ELBO. Its gap to the ELBO is the mean over some
            images, with the same samples for both, and added to the ELBO of all: gaps vary less than bounds;
            `bits_per_dimension`, -importance_bound / (D ln 2);
            `mutual_information` of images and codes, see there.
        Of quantised codes also `rate`, the entropy of their entries, see `entropy`.
    """
    torch.manual_seed(seed)
    pixels = test.rows.shape[1]
    found = [model.gaussian_posterior(model.encode(x)) for x in batches(test)]
    if None in found:
        quantised = entropy_of(model, codes_of(model, test, sample=False) if codes is None else codes)
        return quantised | {"distortion": mean_distortion(model, test, loss)}
    mean, log_sigma = map(torch.cat, zip(*found, strict=True))
    rate = gaussian_kl(mean, log_sigma).double().mean().item()
    distortion = mean_distortion(model, test, loss)
    drawn = torch.randperm(len(test))[:images]
    gap = [
        gaps(log_weights(model, test[some], mean[some], log_sigma[some], loss, samples))
        for some in drawn.split(TOGETHER)
    ]
    elbo = -rate - distortion
    bound = elbo + torch.cat(gap).mean().item()
    some = torch.randperm(len(test))[:AGGREGATED]
    return {
        "rate": rate,
        "distortion": distortion,
        "elbo": elbo,
        "importance_bound": bound,
        "bits_per_dimension": -bound / (pixels * math.log(2)),
        "mutual_information": min(max(mutual_information(mean[some], log_sigma[some]), 0.0), rate),
    }


def negative_log_likelihood(logits: Tensor, x: Tensor, loss: str) -> Tensor:
    """-log p(x|z) of each image in nats, with the loss of a training as a likelihood: (B, D), (B, D) -> (B,).

    `bce`: of black and white pixels. Of grey ones, it is the mean over images whose pixels are drawn as black or white,
    with the grey values as probabilities, and at least the entropy of these draws. `mse`: of normal distributions with
    variance 1/2, squared error + D/2 log(pi). `continuous_bernoulli`: of grey values in [0, 1]. The last two are
    densities, whose logarithms may have either sign.
    """
    constant = x.shape[1] / 2 * math.log(math.pi) if loss == "mse" else 0.0
    return IMAGE_LOSSES[loss](logits, x) + constant


def mean_distortion(model: Autoencoder, test: ImageBatches, loss: str) -> float:
    """The mean of `negative_log_likelihood` over all images and, of stochastic codes, several draws for each."""
    draws = DRAWS if model.stochastic else 1
    total = 0.0
    for x in batches(test):
        h = model.encode(x)
        for _ in range(draws):
            z, _ = model.bottleneck(h, sample=model.stochastic)
            total += negative_log_likelihood(parameters(model, z, loss), x, loss).double().sum().item()
    return total / (draws * len(test))


def parameters(model: Autoencoder, z: Tensor, loss: str) -> Tensor:
    """Logits (B, D) of the distributions that a likelihood is of, given codes (B, d).

    Those of a network trained with that loss are its output. Of another one, such as PCA, reconstructions are means.
    """
    if model.loss_name == loss:
        return model.decode(z)
    logits = model.mean_logits(z)
    return continuous_bernoulli.logits_of(logits) if loss == "continuous_bernoulli" else logits


def log_weights(model: Autoencoder, x: Tensor, mean: Tensor, log_sigma: Tensor, loss: str, samples: int) -> Tensor:
    """log p(x, z) / q(z|x) for several codes z drawn from the posterior of each image: (B, D) -> (B, samples), float64.

    Their mean is an estimate of the ELBO, and the logarithm of the mean of their exponentials is the
    importance-weighted bound.

    Args:
        model: in evaluation mode.
        x: images in [0, 1].
        mean: (B, d) of the Gaussian posteriors.
        log_sigma: (B, d), logarithms of their standard deviations.
        loss: one of `aepipe.models.base.IMAGE_LOSSES`.
        samples: codes for each image.
    """
    found = []
    at_once = max(1, MOST_NUMBERS // x.numel())
    for start in range(0, samples, at_once):
        noise = torch.randn(min(at_once, samples - start), *mean.shape)
        z = mean + log_sigma.exp() * noise
        prior_to_posterior = (noise.square() / 2 + log_sigma - z.square() / 2).double().sum(dim=2)
        logits = parameters(model, z.flatten(0, 1), loss)
        likelihood = negative_log_likelihood(logits, x.repeat(len(noise), 1), loss).double().unflatten(0, (-1, len(x)))
        found.append(prior_to_posterior - likelihood)
    return torch.cat(found).T


def gaps(weights: Tensor) -> Tensor:
    """By how much the importance-weighted bound exceeds the ELBO, from `log_weights` (B, K): (B,), at least 0."""
    return torch.logsumexp(weights, dim=1) - math.log(weights.shape[1]) - weights.mean(dim=1)


def mutual_information(mean: Tensor, log_sigma: Tensor) -> float:
    """The mutual information of code and image in nats, of n equally probable images: 0 to log n, up to chance.

    The rate minus the divergence of the aggregated posterior from the prior: M. Hoffman and M. Johnson, "ELBO surgery",
    NIPS 2016 workshop on approximate Bayesian inference. Estimated with one code for each image, as the mean of
    log q(z|x) - log q(z), where q(z) is the mean of all n posteriors. Where codes tell all n images apart, it is log n,
    and the information about images in general is more.

    Args:
        mean: (n, d) of the Gaussian posteriors.
        log_sigma: (n, d), logarithms of their standard deviations.
    """
    z = (mean + log_sigma.exp() * torch.randn_like(mean)).double()
    mean, log_sigma = mean.double(), log_sigma.double()
    precision = (-2 * log_sigma).exp()
    offset = (mean.square() * precision).sum(dim=1) / 2 + log_sigma.sum(dim=1)
    total = 0.0
    for some in torch.arange(len(z)).split(max(1, MOST_NUMBERS // len(z))):
        log_q = z[some] @ (mean * precision).T - z[some].square() @ precision.T / 2 - offset
        total += (log_q[torch.arange(len(some)), some] - torch.logsumexp(log_q, dim=1)).sum().item()
    return math.log(len(z)) + total / len(z)


def entropy_of(model: Autoencoder, codes: np.ndarray) -> dict[str, float]:
    """`rate` of quantised codes (n, d), in nats; nothing of others.

    Of one codebook for all positions, it is that of an entry at any position, times the positions.
    """
    if getattr(model, "codebooks", None) is not None:
        return {"rate": entropy(codes)}
    if (book := getattr(model, "codebook", None)) is None:
        return {}
    _, numbers = np.unique(codes.reshape(-1, book.shape[1]), axis=0, return_inverse=True)
    return {"rate": entropy(numbers.reshape(-1, 1)) * codes.shape[1] / book.shape[1]}


def entropy(codes: np.ndarray) -> float:
    """The entropies of the elements of discrete codes (n, d), summed, in nats: 0 to d log K, with K entries.

    An ideal code of independent elements takes as many, if it knows how frequent each entry is. From n images, at most
    d log n: with few images, an estimate that is too low.
    """
    shares = [np.unique(element, return_counts=True)[1] / len(codes) for element in codes.T]
    return float(sum(entr(share).sum() for share in shares))
