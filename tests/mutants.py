"""Breaks one equation at a time and shows which test notices: `make mutants`, or `python tests/mutants.py [word]`.

Each mutation is made in a temporary copy of src/aepipe, and the tests run on that copy; the project stays as it is.
With a word, only the mutations with it in their names are made. Exits with 1 where a mutation goes unnoticed.
"""

import io
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
#: What tests import, imported once and not for each mutation; nothing of ours.
PRELOADED = ["torch", "pandas", "sklearn.datasets", "sklearn.metrics", "safetensors.torch", "pytest"]
PRELOADED += ["jsonschema", "yaml", "pooch", "scipy.stats", "scipy.ndimage", "sklearn.linear_model", "sklearn.mixture"]
AUTOENCODERS = "tests/models/test_autoencoders.py"
ADDED = "tests/models/test_added_autoencoders.py"
BACKBONES = "tests/models/test_backbones.py"
SPATIAL_VQ = "tests/models/test_spatial_vq.py"
TRAINING = "tests/training/test_training.py"
STACKING = "tests/training/test_layerwise.py"
EVALUATION = "tests/evaluation/test_evaluation.py"
STRUCTURE = "tests/evaluation/test_latent_structure.py"
RATE = "tests/evaluation/test_rate_distortion.py"
GREY_PIXELS = "tests/models/test_continuous_bernoulli.py"
BASELINES = "tests/evaluation/test_baselines.py"
GENERATION = "tests/evaluation/test_generation.py"
STATISTICS = "tests/analysis/test_statistics.py"
CLAIMS = "tests/analysis/test_claims.py"
VERDICT = "tests/analysis/test_verdict.py"
EXPERIMENT = "tests/experiments/test_stacking_experiment.py"
TRAINED = "tests/export/test_trained_autoencoders.py"
REPORT = "tests/reporting/test_report.py"
SPLIT = "tests/data/test_data.py::test_a_left_out_class_is_missing_from_training_alone"


class Mutation(NamedTuple):
    """One wrong equation; `old` stands exactly once in `file`."""

    name: str
    file: str
    old: str
    new: str
    tests: str


MUTATIONS = [
    # The reconstruction loss and the network
    Mutation(
        "BCE: mean over pixels, not sum",
        "models/base.py",
        "return ImageBCE.apply(logits.float(), x)",
        "return ImageBCE.apply(logits.float(), x) / x.shape[1]",
        AUTOENCODERS,
    ),
    Mutation(
        "BCE: sum over the batch, not mean",
        "models/base.py",
        "self.image_loss(self.decode(z), x).mean()",
        "self.image_loss(self.decode(z), x).sum()",
        AUTOENCODERS,
    ),
    Mutation(
        "BCE: from probabilities that can be 0",
        "models/base.py",
        "torch.clamp_min(logits, 0, out=work).addcmul_(x, logits, value=-1).sum(dim=1) - logarithms",
        "-(1 - p).log_().addcmul_(x, logits).sum(dim=1)",
        AUTOENCODERS,
    ),
    Mutation(
        "BCE: the gradient uphill",
        "models/base.py",
        "return (p - x).mul_",
        "return (x - p).mul_",
        AUTOENCODERS,
    ),
    Mutation(
        "precision: lost at the first block",
        "training/precision.py",
        "torch.set_float32_matmul_precision(before)",
        "pass",
        "tests/training/test_precision.py::test_the_precision_holds_for_its_block_alone",
    ),
    Mutation(
        "precision: the slower library",
        "training/precision.py",
        "multiplications < WORTHWHILE",
        "multiplications >= WORTHWHILE",
        "tests/training/test_precision.py::test_auto_takes_the_library_that_is_faster_for_a_network",
    ),
    Mutation(
        "network: hidden layers with a bias",
        "models/backbones.py",
        "outputs, bias=False",
        "outputs, bias=True",
        AUTOENCODERS,
    ),
    Mutation(
        "network: trained on mean codes, not sampled ones",
        "models/base.py",
        "self.bottleneck(h, sample=True)",
        "self.bottleneck(h, sample=False)",
        AUTOENCODERS,
    ),
    Mutation(
        "shallow: no ReLU",
        "models/shallow.py",
        "F.relu(self.encoder(x))",
        "self.encoder(x)",
        AUTOENCODERS,
    ),
    # Denoising
    Mutation(
        "denoising: noise also in evaluation",
        "models/denoising.py",
        "if not self.training:",
        "if self.noise == 0:",
        AUTOENCODERS,
    ),
    Mutation(
        "denoising: no clipping",
        "models/denoising.py",
        ".clamp(0, 1)",
        "",
        AUTOENCODERS,
    ),
    Mutation(
        "denoising: noise taken as a variance",
        "models/denoising.py",
        "self.noise * torch",
        "self.noise**0.5 * torch",
        AUTOENCODERS,
    ),
    Mutation(
        "denoising: the noisy image is the target",
        "models/base.py",
        "        h = self.encode(self.corrupt(x))",
        "        x = self.corrupt(x)\n        h = self.encode(x)",
        AUTOENCODERS,
    ),
    # Sparse
    Mutation(
        "sparse: p and q swapped",
        "models/sparse.py",
        "return p * (math.log(p) - q.log()) + (1 - p) * (math.log(1 - p) - (1 - q).log())",
        "return q * (q.log() - math.log(p)) + (1 - q) * ((1 - q).log() - math.log(1 - p))",
        AUTOENCODERS,
    ),
    Mutation(
        "sparse: KL of each image, not of the batch mean",
        "models/sparse.py",
        "bernoulli_kl(self.sparsity, z.mean(dim=0)).sum()",
        "bernoulli_kl(self.sparsity, z).sum(dim=1).mean()",
        AUTOENCODERS,
    ),
    Mutation(
        "sparse: mean over units, not sum",
        "models/sparse.py",
        "z.mean(dim=0)).sum()",
        "z.mean(dim=0)).mean()",
        AUTOENCODERS,
    ),
    Mutation(
        "sparse: beta dropped",
        "models/sparse.py",
        "self.beta * bernoulli_kl",
        "bernoulli_kl",
        AUTOENCODERS,
    ),
    Mutation(
        "sparse: codes without the sigmoid",
        "models/sparse.py",
        "return z, {",
        "return h, {",
        AUTOENCODERS,
    ),
    # Variational
    Mutation(
        "VAE: sigma not exponentiated",
        "models/vae.py",
        "log_sigma.exp() * torch",
        "log_sigma * torch",
        AUTOENCODERS,
    ),
    Mutation(
        "VAE: log sigma taken for log sigma^2 in the sample",
        "models/vae.py",
        "log_sigma.exp() * torch",
        "(log_sigma / 2).exp() * torch",
        AUTOENCODERS,
    ),
    Mutation(
        "VAE: mean codes are sampled too",
        "models/vae.py",
        "torch.randn_like(mu) if sample else mu",
        "torch.randn_like(mu)",
        AUTOENCODERS,
    ),
    Mutation(
        "VAE: KL with the wrong sign",
        "models/gaussian.py",
        "return 0.5 * (",
        "return -0.5 * (",
        AUTOENCODERS,
    ),
    Mutation(
        "VAE: log sigma not doubled in the KL",
        "models/gaussian.py",
        "- 1 - 2 * log_sigma",
        "- 1 - log_sigma",
        AUTOENCODERS,
    ),
    Mutation(
        "VAE: sigma not squared in the KL",
        "models/gaussian.py",
        "(2 * log_sigma).exp()",
        "log_sigma.exp()",
        AUTOENCODERS,
    ),
    Mutation(
        "VAE: KL averaged over elements, not summed",
        "models/gaussian.py",
        ".sum(dim=1)",
        ".mean(dim=1)",
        AUTOENCODERS,
    ),
    Mutation(
        "VAE: beta dropped",
        "models/vae.py",
        "self.beta * gaussian_kl",
        "gaussian_kl",
        AUTOENCODERS,
    ),
    # Vector quantised
    Mutation(
        "vq: no straight-through gradient",
        "models/vq.py",
        "return gradient, None",
        "return torch.zeros_like(gradient), None",
        AUTOENCODERS,
    ),
    Mutation(
        "vq: the decoder's gradient reaches the codebook",
        "models/vq.py",
        "return gradient, None",
        "return gradient, gradient",
        AUTOENCODERS,
    ),
    Mutation(
        "vq: codebook term moves the encoder instead",
        "models/vq.py",
        "squared_error(quantised, h.detach())",
        "squared_error(quantised.detach(), h)",
        AUTOENCODERS,
    ),
    Mutation(
        "vq: commitment moves the codebook too",
        "models/vq.py",
        "squared_error(h, quantised.detach())",
        "squared_error(h, quantised)",
        AUTOENCODERS,
    ),
    Mutation(
        "vq: beta dropped",
        "models/vq.py",
        "self.beta * squared_error",
        "squared_error",
        AUTOENCODERS,
    ),
    Mutation(
        "vq: terms averaged over elements, not summed",
        "models/vq.py",
        ".sum(dim=1).mean()",
        ".mean(dim=1).mean()",
        AUTOENCODERS,
    ),
    Mutation(
        "vq: next entry, not nearest",
        "models/vq.py",
        "(entries[:, 1:] + entries[:, :-1]) / 2",
        "entries[:, :-1]",
        AUTOENCODERS,
    ),
    Mutation(
        "vq: codebook starts in U(0, 1 / K)",
        "models/vq.py",
        "(self.codebooks, -1 / categories",
        "(self.codebooks, 0",
        AUTOENCODERS,
    ),
    # Not in the article
    Mutation(
        "contractive: the norm, not its square",
        "models/contractive.py",
        ".square().sum(dim=1).mean()",
        ".norm(dim=1).mean()",
        ADDED,
    ),
    Mutation(
        "contractive: sum over the batch, not mean",
        "models/contractive.py",
        ".square().sum(dim=1).mean()",
        ".square().sum()",
        ADDED,
    ),
    Mutation(
        "contractive: not weighted",
        "models/contractive.py",
        "self.beta * contraction",
        "contraction",
        ADDED,
    ),
    Mutation(
        "contractive: signs that are never negative",
        "models/contractive.py",
        "torch.randint_like(z, 2) * 2 - 1",
        "torch.randint_like(z, 2) * 2",
        ADDED,
    ),
    Mutation(
        "contractive: without the slope of ReLU",
        "models/contractive.py",
        "slope(normalisation, a) * (y > 0)",
        "slope(normalisation, a)",
        ADDED,
    ),
    Mutation(
        "contractive: in units of one",
        "models/contractive.py",
        "pulled_back(in_deviations(signs, z), slopes)",
        "pulled_back(signs, slopes)",
        ADDED,
    ),
    Mutation(
        "contractive: variance for standard deviation",
        "models/contractive.py",
        "(variance + normalisation.eps).rsqrt()",
        "1 / (variance + normalisation.eps)",
        ADDED,
    ),
    Mutation(
        "contractive: statistics of training as in evaluation",
        "models/contractive.py",
        "if normalisation.training or running is None else running",
        "if running is None else running",
        ADDED,
    ),
    Mutation(
        "contractive: statistics without a gradient",
        "models/contractive.py",
        "a.float().var(dim=rest, correction=0)",
        "a.detach().float().var(dim=rest, correction=0)",
        ADDED,
    ),
    Mutation(
        "contractive: without the scale of batch normalisation",
        "models/contractive.py",
        "slopes = normalisation.weight * (",
        "slopes = (",
        ADDED,
    ),
    Mutation(
        "contractive: slopes from the image inwards",
        "models/contractive.py",
        "in reversed(slopes)",
        "in slopes",
        ADDED,
    ),
    Mutation(
        "contractive: the spread without a gradient",
        "models/contractive.py",
        "centred = z - z.mean(dim=0)",
        "centred = (z - z.mean(dim=0)).detach()",
        ADDED,
    ),
    Mutation(
        "contractive: the spread about 0",
        "models/contractive.py",
        "centred = z - z.mean(dim=0)",
        "centred = z",
        ADDED,
    ),
    Mutation(
        "contractive: the other factor of the covariance",
        "models/contractive.py",
        "solve_triangular(factor.T, directions.T, upper=True)",
        "solve_triangular(factor, directions.T, upper=False)",
        ADDED,
    ),
    Mutation(
        "WAE: codes compared with themselves",
        "models/wae.py",
        " - 2 * count) / pairs",
        ") / pairs",
        ADDED,
    ),
    Mutation(
        "WAE: the discrepancy of equals not taken off",
        "models/wae.py",
        "within - 2 * kernel(a, b).mean()",
        "within - kernel(a, b).mean()",
        ADDED,
    ),
    Mutation(
        "WAE: pairs counted once",
        "models/wae.py",
        "max(count * (count - 1), 1)",
        "max(count * (count - 1) // 2, 1)",
        ADDED,
    ),
    Mutation(
        "WAE: a kernel of half the width",
        "models/wae.py",
        "scale = 2 * a.shape[1]",
        "scale = a.shape[1]",
        ADDED,
    ),
    Mutation(
        "WAE: not weighted",
        "models/wae.py",
        "self.beta * mmd",
        "mmd",
        ADDED,
    ),
    Mutation(
        "WAE: a prior of another width",
        "models/wae.py",
        "return torch.randn(count, self.latent_dim)",
        "return 2 * torch.randn(count, self.latent_dim)",
        ADDED,
    ),
    Mutation(
        "WAE: compared with itself",
        "models/wae.py",
        "squared_mmd(z, torch.randn_like(z))",
        "squared_mmd(z, z)",
        ADDED,
    ),
    Mutation(
        "convolutions: rows for columns",
        "models/backbones.py",
        "permute(0, 3, 1, 2)",
        "permute(0, 3, 2, 1)",
        BACKBONES,
    ),
    Mutation(
        "convolutions: images painted column by column",
        "models/backbones.py",
        "permute(0, 2, 3, 1)",
        "permute(0, 3, 2, 1)",
        BACKBONES,
    ),
    Mutation(
        "convolutions: odd sizes as even ones",
        "models/backbones.py",
        "(1 - height % 2, 1 - width % 2)",
        "(1, 1)",
        BACKBONES,
    ),
    Mutation(
        "convolutions: sizes rounded down",
        "models/maps.py",
        "(-(-height // STRIDE**n), -(-width // STRIDE**n))",
        "(max(height // STRIDE**n, 1), max(width // STRIDE**n, 1))",
        BACKBONES,
    ),
    Mutation(
        "spatial VQ: the farthest entry",
        "models/spatial_vq.py",
        "argmin(dim=1)",
        "argmax(dim=1)",
        SPATIAL_VQ,
    ),
    Mutation(
        "spatial VQ: dead entries stay dead",
        "models/spatial_vq.py",
        "DEAD = 0.1",
        "DEAD = 0.0",
        SPATIAL_VQ,
    ),
    Mutation(
        "spatial VQ: moves in evaluation",
        "models/spatial_vq.py",
        "if self.training:",
        "if True:",
        SPATIAL_VQ,
    ),
    Mutation(
        "contractive: maps of another size",
        "models/contractive.py",
        "[1 - size % 2 for size in x.shape[2:]]",
        "[1, 1]",
        ADDED,
    ),
    Mutation(
        "loss: mse of logits",
        "models/base.py",
        "(torch.sigmoid(logits.float()) - x)",
        "(logits.float() - x)",
        AUTOENCODERS,
    ),
    Mutation(
        "loss: continuous Bernoulli without its normaliser",
        "models/base.py",
        "image_bce(logits, x) - continuous_bernoulli.log_normaliser(logits).sum(dim=1)",
        "image_bce(logits, x)",
        GREY_PIXELS,
    ),
    Mutation(
        "rate: posteriors left out of the importance weights",
        "evaluation/rate_distortion.py",
        "(noise.square() / 2 + log_sigma - z.square() / 2)",
        "(-z.square() / 2)",
        RATE,
    ),
    Mutation(
        "rate: the bound with the logarithm of the sum, not of the mean",
        "evaluation/rate_distortion.py",
        " - math.log(weights.shape[1])",
        "",
        RATE,
    ),
    # Training
    Mutation(
        "training: penalties left out of what is minimised",
        "training/step.py",
        'terms["loss"].backward()',
        'terms["reconstruction"].backward()',
        TRAINING,
    ),
    Mutation(
        "training: validation in training mode",
        "training/loop.py",
        "    model.eval()\n    batches",
        "    model.train()\n    batches",
        TRAINING,
    ),
    Mutation(
        "training: evaluation mode after the first validation",
        "training/loop.py",
        "model.train()\n",
        "pass\n",
        TRAINING,
    ),
    Mutation(
        "training: learning rate ignored",
        "training/loop.py",
        "Adam(model.parameters(), learning_rate)",
        "Adam(model.parameters(), 1e-3)",
        TRAINING,
    ),
    Mutation(
        "training: a batch of one image is used",
        "training/loop.py",
        "if len(positions) > 1]",
        "if len(positions) > 0]",
        TRAINING,
    ),
    Mutation(
        "training: divergence goes unnoticed",
        "training/loop.py",
        "    if broken:\n        term = min",
        "    if False:\n        term = min",
        TRAINING,
    ),
    Mutation(
        "training: the sum is blamed for a term",
        "training/loop.py",
        'key=lambda term: (broken[term], term == "loss")',
        "key=lambda term: broken[term]",
        TRAINING,
    ),
    Mutation(
        "training: held-out class stays in train",
        "data/splits.py",
        "train[labels[train] != held_out] if held_out is not None else train",
        "train",
        SPLIT,
    ),
    # Layer-wise training
    Mutation(
        "stacking: batch normalisation of frozen layers in training mode",
        "training/layerwise.py",
        "        self.outer_decoder.eval()\n",
        "",
        STACKING,
    ),
    Mutation(
        "stacking: the pixels objective trains outer layers",
        "training/layerwise.py",
        "outer.requires_grad_(False)",
        "outer",
        STACKING,
    ),
    Mutation(
        "stacking: pixels through this pair alone",
        "training/layerwise.py",
        "self.outer_decoder(self.decoder(self.encoder(inputs)))",
        "self.decoder(self.encoder(inputs))",
        STACKING,
    ),
    Mutation(
        "stacking: codes in training mode",
        "training/layerwise.py",
        "    pair.eval()\n",
        "    pair.train()\n",
        STACKING,
    ),
    Mutation(
        "stacking: squared error averaged over units, not summed",
        "training/layerwise.py",
        "** 2).sum(dim=1)",
        "** 2).mean(dim=1)",
        STACKING,
    ),
    Mutation(
        "stacking: validation on codes of training images",
        "training/layerwise.py",
        "encoded[count:]",
        "encoded[:count]",
        STACKING,
    ),
    # Evaluation
    Mutation(
        "anomaly: sign of the score",
        "evaluation/anomaly.py",
        "roc_auc_score(anomalies, score)",
        "roc_auc_score(anomalies, -score)",
        EVALUATION,
    ),
    Mutation(
        "anomaly: signed score from mean codes",
        "evaluation/anomaly.py",
        'chosen(reconstruction, "differences", "paper")',
        'reconstruction["differences"]',
        EVALUATION,
    ),
    Mutation(
        "reconstruction: sign of the difference",
        "evaluation/network.py",
        "(p - x).sum(dim=1)",
        "(x - p).sum(dim=1)",
        EVALUATION,
    ),
    Mutation(
        "interpolation: after the bottleneck",
        "evaluation/network.py",
        "codes, _ = model.bottleneck(torch.lerp(start, end, weights), sample=False)",
        "codes = torch.lerp(*model.codes(ends, sample=False), weights)",
        EVALUATION,
    ),
    Mutation(
        "reconstruction: errors of mean codes for sampled ones",
        "evaluation/network.py",
        'torch.from_numpy(codes["test" + suffix])',
        'torch.from_numpy(codes["test"])',
        EVALUATION,
    ),
    Mutation(
        "reconstruction: a constant unit counts as live",
        "evaluation/reconstruction.py",
        "np.ptp(codes, axis=0) > DEAD",
        "np.abs(codes).max(axis=0) > DEAD",
        EVALUATION,
    ),
    Mutation(
        "anomaly: the image's own entropy stays in the corrected score",
        "evaluation/anomaly.py",
        'reconstruction["errors"] - reconstruction["entropies"]',
        'reconstruction["errors"]',
        EVALUATION,
    ),
    Mutation(
        "protocols: mean codes under paper",
        "evaluation/metrics.py",
        'if protocol == "paper" else',
        'if protocol == "corrected" else',
        EVALUATION,
    ),
    Mutation(
        "entropy: of black pixels alone",
        "evaluation/detail.py",
        "(entr(images) + entr(1 - images))",
        "2 * entr(images)",
        EVALUATION,
    ),
    Mutation(
        "sharpness: gradients across, not down",
        "evaluation/detail.py",
        "for axis in (1, 2))",
        "for axis in (2,))",
        EVALUATION,
    ),
    Mutation(
        "thin strokes: through all images",
        "evaluation/detail.py",
        "SQUARE = (1, 3, 3, 1)",
        "SQUARE = (3, 3, 3, 1)",
        EVALUATION,
    ),
    Mutation(
        "thin strokes: all ink",
        "evaluation/network.py",
        "detail.ink(reconstructions, strokes)",
        "reconstructions.sum(axis=(1, 2))",
        EVALUATION,
    ),
    Mutation(
        "corrected probe: inputs as they are",
        "evaluation/probe.py",
        "make_pipeline(StandardScaler(), ",
        "make_pipeline(",
        EVALUATION,
    ),
    Mutation(
        "corrected probe: not converged",
        "evaluation/probe.py",
        "STEPS = 10_000",
        "STEPS = 5",
        EVALUATION,
    ),
    Mutation(
        "from scratch: held-out images are trained on",
        "evaluation/classification.py",
        '{**split, "labelled": labelled, "validation": validation}',
        '{**split, "validation": validation}',
        EVALUATION,
    ),
    # Latent structure and baselines
    Mutation(
        "structure: trustworthiness of the pixels, given the codes",
        "evaluation/latent_structure.py",
        "trustworthiness(pixels, codes,",
        "trustworthiness(codes, pixels,",
        STRUCTURE,
    ),
    Mutation(
        "structure: an image is its own neighbour",
        "evaluation/latent_structure.py",
        ".predict(None)",
        ".predict(codes)",
        STRUCTURE,
    ),
    Mutation(
        "structure: confusions with any group are joined",
        "evaluation/latent_structure.py",
        "np.isin(found[wrong], group)",
        "np.isin(found[wrong], sum(groups, []))",
        STRUCTURE,
    ),
    Mutation(
        "structure: standard deviation for variance",
        "evaluation/latent_structure.py",
        "codes.var(",
        "codes.std(",
        STRUCTURE,
    ),
    Mutation(
        "structure: perplexity of all elements together",
        "evaluation/latent_structure.py",
        "for element in codes.T]",
        "for element in [codes.ravel()]]",
        STRUCTURE,
    ),
    Mutation(
        "similarity: an image is its own neighbour",
        "evaluation/latent_similarity.py",
        ".kneighbors_graph()",
        ".kneighbors_graph(codes)",
        STRUCTURE,
    ),
    Mutation(
        "PCA: the mean stays in the codes",
        "models/pca.py",
        "-components @ mean",
        "0 * components @ mean",
        BASELINES,
    ),
    Mutation(
        "PCA: pixels not clipped",
        "models/pca.py",
        ", eps=MARGIN)",
        ")",
        BASELINES,
    ),
    Mutation(
        "untrained: the last batches count more",
        "evaluation/untrained.py",
        "layer.momentum = None",
        "layer.momentum = 0.1",
        BASELINES,
    ),
    Mutation(
        "classification: last weights, not the best",
        "evaluation/classification.py",
        "    classifier.load_state_dict(best_state)\n",
        "",
        EVALUATION,
    ),
    Mutation(
        "classification: the untrained encoder is trained",
        "evaluation/classification.py",
        "network.requires_grad_(train_encoder)",
        "network",
        EVALUATION,
    ),
    Mutation(
        "classification: an equal accuracy resets the patience",
        "evaluation/classification.py",
        "if score > best:",
        "if score >= best:",
        EVALUATION,
    ),
    # What failed, and what is out of date
    Mutation(
        "Failures: old results shown for a network that failed",
        "provenance/failures.py",
        "any(rule.startswith(FOUNDATIONS) for rule in failed)",
        "False",
        "tests/provenance/test_failures.py::test_results_of_an_earlier_network_are_not_shown_for_one_that_failed",
    ),
    Mutation(
        "Verification: changed settings go unnoticed",
        "provenance/verify.py",
        "elif then != now:",
        "elif False:",
        "tests/provenance/test_verify.py",
    ),
    Mutation(
        "frechet distance: no means",
        "evaluation/sample_quality.py",
        "difference @ difference + spread - 2 * overlap",
        "spread - 2 * overlap",
        GENERATION,
    ),
    Mutation(
        "frechet distance: overlap once",
        "evaluation/sample_quality.py",
        "- 2 * overlap",
        "- overlap",
        GENERATION,
    ),
    Mutation(
        "density: not per neighbour",
        "evaluation/sample_quality.py",
        "around.mean() / k",
        "around.mean()",
        GENERATION,
    ),
    Mutation(
        "recall: in balls of real images",
        "evaluation/sample_quality.py",
        "(distances <= generated_radii).any(axis=1)",
        "(distances <= real_radii[start : start + len(distances), None]).any(axis=1)",
        GENERATION,
    ),
    Mutation(
        "evenness: wrong maximum",
        "evaluation/interpolation.py",
        "np.log(lengths.shape[1])",
        "np.log(lengths.shape[1] + 1)",
        GENERATION,
    ),
    Mutation(
        "mixture: codes stay scaled",
        "evaluation/generation.py",
        "mean + scale * np.random",
        "np.random",
        GENERATION,
    ),
    Mutation(
        "interval: normal, not t",
        "analysis/statistics.py",
        "stats.t.ppf((1 + confidence) / 2, self.freedom[index])",
        "stats.norm.ppf((1 + confidence) / 2)",
        STATISTICS,
    ),
    Mutation(
        "interval: one-sided",
        "analysis/statistics.py",
        "stats.t.ppf((1 + confidence) / 2, self.freedom[index])",
        "stats.t.ppf(confidence, self.freedom[index])",
        STATISTICS,
    ),
    Mutation(
        "interval: biased deviation",
        "analysis/statistics.py",
        "squares / (n - 1)",
        "squares / n",
        STATISTICS,
    ),
    Mutation(
        "interval: the test images are no sample",
        "analysis/statistics.py",
        "np.sqrt(self._seed_variance + self.image_variance)",
        "np.sqrt(self._seed_variance)",
        STATISTICS,
    ),
    Mutation(
        "Holm: as many tests in every step",
        "analysis/statistics.py",
        "np.arange(len(values), 0, -1)",
        "len(values)",
        STATISTICS,
    ),
    Mutation(
        "critical difference: q not divided",
        "analysis/statistics.py",
        "models, np.inf) / sqrt(2)",
        "models, np.inf)",
        STATISTICS,
    ),
    Mutation(
        "ranks: the worst first",
        "analysis/statistics.py",
        "scores.rank(axis=1, ascending=lower_is_better)",
        "scores.rank(axis=1, ascending=not lower_is_better)",
        STATISTICS,
    ),
    Mutation(
        "verdict: one contrast is enough",
        "analysis/verdict.py",
        "holds=bool(holds.all())",
        "holds=bool(holds.any())",
        VERDICT,
    ),
    Mutation(
        "verdict: one measure is enough",
        "analysis/verdict.py",
        "if all(finding.fails for finding in every):",
        "if any(finding.fails for finding in every):",
        VERDICT,
    ),
    Mutation(
        "verdict: no correction",
        "analysis/verdict.py",
        "level / 2 / len(self.sizes)",
        "level / 2",
        VERDICT,
    ),
    Mutation(
        "verdict: no correction for alternatives",
        "analysis/verdict.py",
        "np.minimum.reduceat(p, self.starts) * self.sizes",
        "np.minimum.reduceat(p, self.starts)",
        VERDICT,
    ),
    Mutation(
        "verdict: few seeds suffice",
        "analysis/verdict.py",
        "if fewest < min_seeds:",
        "if fewest < 2:",
        VERDICT,
    ),
    Mutation(
        "C4: the order reversed",
        "analysis/claims.py",
        'own.falling(by, "beta_vae_loose", "vae", "beta_vae_strict")',
        'own.falling(by, "beta_vae_strict", "vae", "beta_vae_loose")',
        CLAIMS,
    ),
    Mutation(
        "C11: the other baseline",
        "analysis/evidence.py",
        'BASELINE = {"paper": "untrained", "corrected": "scratch"}',
        'BASELINE = {"paper": "scratch", "corrected": "untrained"}',
        CLAIMS,
    ),
    Mutation(
        "C22: the range itself",
        "analysis/claims.py",
        "at=share + 1 - ratio",
        "at=share - (ratio - 1) * base",
        CLAIMS,
    ),
    Mutation(
        "work of a step: the images' gradient, too",
        "experiments/stacking/flops.py",
        "2 * sum(sizes) - INPUTS * sizes[0]",
        "2 * sum(sizes)",
        EXPERIMENT,
    ),
    Mutation(
        "work of a pair: frozen layers have gradients",
        "experiments/stacking/flops.py",
        "(FORWARD + INPUTS) * through",
        "(FORWARD + WEIGHTS + INPUTS) * through",
        EXPERIMENT,
    ),
    # Jobs that share a machine
    Mutation(
        "GPUs: two jobs may claim one",
        "training/device.py",
        "fcntl.LOCK_EX | fcntl.LOCK_NB",
        "fcntl.LOCK_SH | fcntl.LOCK_NB",
        "tests/training/test_gpus.py",
    ),
    # What is taken away, and what is left to do
    Mutation(
        "exported codes: in the order of the split",
        "export.py",
        "np.concatenate(list(codes.values()))[order]",
        "np.concatenate(list(codes.values()))",
        "tests/export/test_exported_codes.py",
    ),
    Mutation(
        "trained: codes are sampled",
        "export.py",
        "self.model.codes(x, sample=False)",
        "self.model.codes(x, sample=True)",
        TRAINED,
    ),
    Mutation(
        "trained: the padding is cut off at one end",
        "export.py",
        "self.padding : self.padding + width]",
        ":width]",
        TRAINED,
    ),
    # The report
    Mutation(
        "report: rivals: intervals on both sides of 0 at once, not on one",
        "reporting/page/verdict.py",
        '(pairs["low"] > 0) | (pairs["high"] < 0)',
        '(pairs["low"] > 0) & (pairs["high"] < 0)',
        REPORT,
    ),
    Mutation(
        "report: baselines within the axis written at its edge",
        "reporting/figures/scales.py",
        "if ends and not ends[0] <= mean <= ends[1]",
        "if ends",
        REPORT,
    ),
    Mutation(
        "report: dots: images from the beginning of the data set, not of the test set",
        "reporting/page/maps.py",
        "results.test[order]",
        "0 * results.test[order] + order",
        REPORT,
    ),
    Mutation(
        "report: sheets: rows and columns swapped",
        "reporting/page/pictures.py",
        "(number // columns) * (height + gap), (number % columns) * (width + gap)",
        "(number % rows) * (height + gap), (number // rows) * (width + gap)",
        REPORT,
    ),
]


def checkout(folder: Path) -> None:
    """Copies what the tests need."""
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "config.yaml"):
        shutil.copy(ROOT / name, folder)


def try_out(mutation: Mutation) -> tuple[bool, str]:
    """Whether a test fails in a copy with this mutation, and which; runs in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        checkout(folder)
        places = find(folder / "src" / "aepipe", mutation)
        if len(places) != 1:
            return False, f"its old code stands {len(places)} times, in {', '.join(str(path) for path, _ in places)}"
        ((path, place),) = places
        text = path.read_text()
        path.write_text(text[: place.start()] + mutation.new.lstrip() + text[place.end() :])
        status, output = run_tests(folder, [mutation.tests])
    failed = re.findall(r"^FAILED \S+::(\S+)", output, re.MULTILINE)
    if status == pytest.ExitCode.TESTS_FAILED and failed:
        return True, failed[0]
    return False, "SURVIVED" if status == pytest.ExitCode.OK else f"its tests did not run:\n{output}"


def find(package: Path, mutation: Mutation) -> list[tuple[Path, re.Match[str]]]:
    """Where the old code stands: in its file, or, if it has moved, anywhere; however its lines are broken."""
    tokens = re.findall(r"\w+|\S", mutation.old)
    pattern = re.compile(r"\s*".join(map(re.escape, tokens)))
    own = package / mutation.file
    files = [own] if own.is_file() and pattern.search(own.read_text()) else sorted(package.rglob("*.py"))
    return [(path, place) for path in files for place in pattern.finditer(path.read_text())]


def all_pass(tests: list[str]) -> tuple[bool, str]:
    """Whether the tests pass in a copy without a mutation, as otherwise their failing means nothing."""
    with tempfile.TemporaryDirectory() as name:
        checkout(Path(name).resolve())
        status, output = run_tests(Path(name).resolve(), tests)
    return status == pytest.ExitCode.OK, output


def run_tests(folder: Path, tests: list[str]) -> tuple[int, str]:
    """Exit status and output of pytest on the copy in `folder`, up to the first failure."""
    os.chdir(folder)
    sys.path.insert(0, str(folder / "src"))
    import aepipe

    if not Path(str(aepipe.__file__)).is_relative_to(folder):
        raise RuntimeError(f"{aepipe.__file__} is not the copy in {folder}")
    # UMAP compiles for ten seconds, and no equation of ours is in it. The copy has no workflow to run.
    options = ["-x", "-q", "-rf", "--tb=no", "-p", "no:cacheprovider", "-k", "not umap", "-m", "not workflow"]
    with redirect_stdout(io.StringIO()) as output:
        status = pytest.main([*options, *tests])
    return status, output.getvalue()


def main(word: str) -> int:
    """Tries all mutations and prints a line for each; returns the exit status."""
    mutations = [mutation for mutation in MUTATIONS if word in mutation.name]
    if not mutations:
        print(f"No mutation has {word!r} in its name.")
        return 1
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(PRELOADED)
    with processes.Pool(2, maxtasksperchild=1) as pool:
        passed, output = pool.apply(all_pass, [sorted({mutation.tests for mutation in mutations})])
        if not passed:
            print(f"The tests fail without a mutation:\n{output}")
            return 1
        survivors = 0
        width = max(len(mutation.name) for mutation in mutations)
        for mutation, (caught, by) in zip(mutations, pool.imap(try_out, mutations, chunksize=1), strict=True):
            survivors += not caught
            print(f"{mutation.name:{width}}  {'caught by ' if caught else 'NOT CAUGHT: '}{by}", flush=True)
    print(f"\n{len(mutations) - survivors} of {len(mutations)} mutations caught")
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or [""]))
