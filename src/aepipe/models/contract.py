"""Tries out an autoencoder class with a few random images, before it is trained, for errors against its contract.

For your own class, in Python, where no output means that all is well:

    try_out(lambda: Mine((8, 8), 10, encoder_widths=[48, 24], decoder_widths=[24, 48], beta=1.0), (8, 8))
"""

import math
import sys
from collections.abc import Callable
from difflib import get_close_matches
from types import CodeType
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from aepipe.errors import ContractError
from aepipe.models import state
from aepipe.models.base import Autoencoder, Shape
from aepipe.models.explanations import CONSTRUCTOR, expected, explained, first_line
from aepipe.provenance.jobs import Report

#: Of the code of an image, alone and among others: sums in another order may differ in the last digits.
TOLERANCE = 1e-3
#: A factor that takes initial codes out of where a sigmoid's logits are mistaken for probabilities.
FAR = 1e6
CODES, LOGITS = "codes {}, latent_dim elements per image", "logits {}, one per pixel"


def check(
    make: Callable[[], Autoencoder],
    image_shape: Shape,
    name: str = "autoencoder",
    report: Report = print,
    device: str = "auto",
) -> None:
    """Builds an autoencoder and calls every method as training and evaluation do. Leaves torch's random numbers alone.

    Args:
        make: builds the autoencoder with initial weights, on the CPU. It is called twice.
        image_shape: the shape of the images that it is built for.
        name: of its entry in the configuration, for messages.
        report: receives a line for each thing that may be a mistake.
        device: where it is to be trained; what matters only on a GPU is not reported for `cpu`.

    Raises:
        ContractError: the first mistake.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)  # torch.manual_seed would also reseed GPUs
        Trial(built(make, name), built(make, name), image_shape, name, report).run(device)


def try_out(make: Callable[[], Autoencoder], image_shape: Shape) -> None:
    """The same by hand: the first mistake ends Python with its message alone, which names the line."""
    try:
        check(make, image_shape)
    except ContractError as error:
        sys.exit(str(error))


def built(make: Callable[[], Autoencoder], name: str) -> Autoencoder:
    """An autoencoder that has what its base class gives it."""
    try:
        model = make()
    except ContractError:
        raise
    except Exception as error:
        cure = f"; expected {advice}" if (advice := expected(error)) else ""
        raise ContractError(f"autoencoders.{name}: the constructor fails: {explained(error)}{cure}") from error
    if not isinstance(getattr(model, "latent_dim", None), int):
        raise ContractError(
            f"autoencoders.{name}: {type(model).__name__} has no latent_dim; expected an Autoencoder, whose "
            f"constructor begins with {CONSTRUCTOR}"
        )
    return model


class Trial:
    """The calls of `check`, on a model that they change, and the comparison with another of its kind."""

    def __init__(self, model: Autoencoder, another: Autoencoder, image_shape: Shape, name: str, report: Report) -> None:
        self.model, self.another, self.report, self.notes = model, another, report, set[str]()
        self.place = f"autoencoders.{name}: {type(model).__name__}"
        self.pixels, self.latent_dim = math.prod(image_shape), model.latent_dim
        # different from the numbers of pixels and elements, to tell dimensions apart
        self.count = next(count for count in range(64, 67) if count not in (self.pixels, self.latent_dim))
        self.images = torch.rand(self.count, self.pixels)

    def run(self, device: str) -> None:
        """All checks: of names, layers, training, evaluation, the state on disk, and the device."""
        self.names()
        self.layers()
        self.model.train()
        self.forward(self.images)
        self.gradients(self.losses(self.images))
        self.model.eval()
        with torch.no_grad():
            self.forward(self.images)
            codes = self.call("codes", self.images, sample=False)
            self.evaluation(codes)
            self.logits(codes)
            self.losses(self.images)
            self.losses(self.images[:1])
            if (drawn := self.call("sample_prior", self.count)) is not None:
                self.inspect("sample_prior", drawn, (self.count, self.latent_dim), f"a count of {self.count}", CODES)
                self.tensor("decode", (self.count, self.pixels), "codes of the prior", LOGITS, drawn)
            self.saved(codes)
        self.model.train()
        self.seed()
        if device != "cpu":
            self.device()

    def names(self) -> None:
        """Looks for misspelt methods: never called in the class, with a name close to one of Autoencoder."""
        own = {name: value.__code__ for name, value in vars(type(self.model)).items() if hasattr(value, "__code__")}
        called = set[str]().union(*map(names_in, own.values()))
        for name in sorted(own.keys() - vars(Autoencoder) - called):
            if meant := get_close_matches(name, vars(Autoencoder), n=1, cutoff=0.75):
                raise ContractError(f"{self.place} has an unknown method {name!r}; did you mean {meant[0]!r}?")

    def layers(self) -> None:
        """Looks for layers that torch doesn't see."""
        for attribute, container in state.unseen_layers(self.model):
            raise ContractError(
                f"{self.place}: {attribute} holds layers that are neither trained nor saved; put them into {container}"
            )

    def forward(self, x: Tensor) -> None:
        """From images to logits, as in `losses`."""
        seen = self.tensor("corrupt", (len(x), self.pixels), f"images {shape_of(x)}", "images {}", x)
        h = self.tensor("encode", (len(x), None), f"images {shape_of(x)}", "one row per image, {}", seen)
        for sample in (True, False):
            z = self.bottleneck(h, sample=sample)
            self.tensor("decode", (len(x), self.pixels), f"codes {shape_of(z)}", LOGITS, z)
        if (posterior := self.call("gaussian_posterior", h)) is not None:
            self.posterior(posterior, z)

    def posterior(self, given: Any, z: Tensor) -> None:
        """Checks a Gaussian posterior, whose mean is the code z that is no sample."""
        method, what = "gaussian_posterior", "a pair: means and log standard deviations, {}, or None"
        if not isinstance(given, tuple) or len(given) != 2:
            raise self.error(method, f"returns {described(given)}", what.format(shape_of(z)))
        for values in given:
            self.inspect(method, values, (len(z), self.latent_dim), "h", what)
        if not torch.allclose(given[0], z, rtol=TOLERANCE, atol=TOLERANCE):
            raise self.error(
                method, "has another mean than `bottleneck` returns", "the same, or None if it has another"
            )

    def bottleneck(self, h: Tensor, *, sample: bool) -> Tensor:
        """Checks the code and its loss terms; returns the code."""
        given = self.call("bottleneck", h, sample=sample)
        if not isinstance(given, tuple) or len(given) != 2:
            raise self.error("bottleneck", f"returns {described(given)}", "a pair: the code, and a dict of loss terms")
        z, terms = given
        self.inspect("bottleneck", z, (len(h), self.latent_dim), f"h {shape_of(h)}", CODES)
        self.terms("bottleneck", terms)
        return z

    def losses(self, x: Tensor) -> dict[str, Tensor]:
        """Checks and returns the loss terms."""
        terms = self.call("losses", x)
        self.terms("losses", terms)
        if "reconstruction" not in terms:
            raise self.error("losses", f"returns the terms {', '.join(terms) or 'none'}", "a term 'reconstruction'")
        return terms

    def terms(self, method: str, terms: Any) -> None:
        """Checks that loss terms are named, finite scalars."""
        if not isinstance(terms, dict) or not all(isinstance(term, str) for term in terms):
            raise self.error(method, f"returns {described(terms)} as terms", "a dict: name of a term -> scalar")
        if "loss" in terms:
            raise self.error(method, "returns a term 'loss'", "another name, as this is the sum of the terms")
        for term, value in terms.items():
            if not isinstance(value, Tensor) or value.ndim:
                raise self.error(method, f"returns {described(value)} for the term {term!r}", "a scalar tensor, ()")
            if not value.isfinite():
                raise self.error(method, f"returns {value.item()} for the term {term!r}", "a finite number")

    def gradients(self, terms: dict[str, Tensor]) -> None:
        """Checks the gradients of the loss."""
        loss = torch.stack(list(terms.values())).sum()
        if not loss.requires_grad:
            raise self.error("losses", "returns terms without gradients", "tensors computed from the parameters")
        try:
            loss.backward()
        except RuntimeError as error:
            problem = f"can't be differentiated: {first_line(error)}"
            raise self.error("losses", problem, "operations with a gradient") from error
        for parameter, value in self.model.named_parameters():
            if value.grad is not None and not value.grad.isfinite().all():
                raise self.error("losses", f"gives {parameter} a gradient that is not finite", "a finite gradient")
        trained = {name: value for name, value in self.model.named_parameters() if value.requires_grad}
        if unused := [name for name, value in trained.items() if value.grad is None]:
            self.note(f"no loss depends on {', '.join(unused)}, which will not be trained.")

    def seed(self) -> None:
        """Checks that torch's seed determines the losses, by their gradients: noise may hardly change the losses."""
        kept = {name: value.clone() for name, value in self.model.state_dict().items()}

        def seeded() -> Tensor:
            torch.default_generator.manual_seed(0)
            self.model.load_state_dict(kept)
            loss = torch.stack(list(self.losses(self.images).values())).sum()
            trained = [value for value in self.model.parameters() if value.requires_grad]
            gradients = torch.autograd.grad(loss, trained, allow_unused=True, materialize_grads=True)
            return torch.cat([gradient.flatten() for gradient in gradients])

        once, again = seeded(), seeded()
        if (once - again).norm() > TOLERANCE * once.norm():
            problem = "returns other values at a second call with the same seed"
            raise self.error("losses", problem, "random numbers drawn with torch, not with NumPy or Python")

    def logits(self, codes: Tensor) -> None:
        """Checks that decode gives logits: with codes far out, some are beyond the probabilities' [0, 1]."""
        far = self.call("decode", torch.cat([FAR * codes, -FAR * codes]))
        if far.std() > 0 and bool(((far >= 0) & (far <= 1)).all()):
            raise self.error("decode", "returns values in [0, 1] for all codes", "logits, before the sigmoid")

    def saved(self, codes: Tensor) -> None:
        """Checks that a model with the same weights, loaded from a file, gives the same codes."""
        try:
            content = safetensors.torch.save(self.model.state_dict())
        except (RuntimeError, ValueError) as error:
            expected = "tensors that share no memory; keep only one of tied weights, and use it twice"
            raise self.error("state_dict", f"can't be saved: {error}", expected) from error
        kept = safetensors.torch.load(content)
        if changed := sorted(name for name in kept.keys() ^ self.another.state_dict().keys()):
            problem = f"has {', '.join(changed)} only before or only after the first call"
            raise self.error("state_dict", problem, "a constructor that makes all layers")
        self.another.load_state_dict(kept)
        trained, self.model = self.model, self.another.eval()
        if not torch.equal(self.call("codes", self.images, sample=False), codes):
            lost = ", ".join(state.differences(trained, self.another)) or "something"
            problem = f"returns other codes after saving and loading: {lost} is not saved"
            raise self.error("codes", problem, "parameters, or buffers: self.register_buffer(name, tensor)")

    def evaluation(self, codes: Tensor) -> None:
        """Checks that codes are reproducible."""
        if not torch.equal(codes, self.call("codes", self.images, sample=False)):
            raise self.error(
                "codes",
                "returns other codes at a second call, in evaluation mode and with sample=False",
                "the same codes; add noise only in training mode, or with sample=True",
            )
        alone = self.call("codes", self.images[:1], sample=False)
        if not torch.allclose(alone, codes[:1], rtol=TOLERANCE, atol=TOLERANCE):
            raise self.error(
                "codes",
                "returns another code for an image alone than among others, in evaluation mode",
                "a code that depends only on the image, as with nn.BatchNorm1d in evaluation mode",
            )
        is_random = not torch.equal(self.call("codes", self.images, sample=True), codes)
        if is_random and not self.model.stochastic:
            raise self.error("bottleneck", "draws random codes with sample=True", "`stochastic = True` in the class")
        if self.model.stochastic and not is_random:
            self.note("stochastic is True, but sample=True gives the mean codes.")

    def device(self) -> None:
        """Notes whether a training step needs values of tensors, which torch's device `meta` does not have."""
        try:
            meta = self.model.to("meta").train()
            torch.stack(list(meta.losses(self.images.to("meta")).values())).sum().backward()
        except Exception as error:
            self.note(f"losses may fail on a GPU, or wait for it ({type(error).__name__}: {first_line(error)}).")

    def tensor(self, method: str, shape: tuple[int | None, ...], where: str, what: str, *arguments: Tensor) -> Tensor:
        """The output of a method, inspected."""
        given = self.call(method, *arguments)
        self.inspect(method, given, shape, where, what)
        return given

    def inspect(self, method: str, given: Any, shape: tuple[int | None, ...], where: str, what: str) -> None:
        """Checks for a tensor of real, finite numbers with this shape, where None stands for any size."""
        fits = isinstance(given, Tensor) and given.is_floating_point() and given.ndim == len(shape)
        if not fits or any(size not in (None, own) for size, own in zip(shape, given.shape, strict=True)):
            expected = what.format(f"({', '.join('e' if size is None else str(size) for size in shape)})")
            raise self.error(method, f"returns {described(given)} for {where}", expected)
        if not given.isfinite().all():
            raise self.error(method, f"returns NaN or infinite values for {where}", "finite numbers")

    def call(self, method: str, *arguments: Any, **named: Any) -> Any:
        """The output of a method; its errors become a ContractError with the line in the class."""
        copies = [value.clone() if isinstance(value, Tensor) else value for value in arguments]
        try:
            given = getattr(self.model, method)(*arguments, **named)
        except Exception as error:
            mode = "training" if self.model.training else "evaluation"
            advice = "" if torch.is_grad_enabled() else "that it works without gradients, too (torch.no_grad)"
            problem = f"fails in {mode} mode: {explained(error, self.model)}"
            raise self.error(method, problem, expected(error) or advice) from error
        if any(
            not torch.equal(value, copy) for value, copy in zip(arguments, copies, strict=True) if value is not copy
        ):
            raise self.error(method, "changes the tensor that it is given", "a copy, made without methods such as add_")
        return given

    def error(self, method: str, problem: str, expected: str) -> ContractError:
        """The error of a method."""
        return ContractError(f"{self.place}.{method} {problem}" + (f"; expected {expected}" if expected else ""))

    def note(self, text: str) -> None:
        """Reports a possible mistake, once."""
        if text not in self.notes:
            self.notes.add(text)
            self.report(f"{self.place}: {text}")


def names_in(code: CodeType) -> set[str]:
    """Names used in a function, and in the functions defined in it."""
    inner = [names_in(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    return {*code.co_names}.union(*inner)


def shape_of(value: Tensor) -> str:
    """The shape of a tensor, such as (4, 64)."""
    return f"({', '.join(map(str, value.shape))})"


def described(value: Any) -> str:
    """The shape of a tensor, or the type of another value."""
    if not isinstance(value, Tensor):
        return "None" if value is None else f"a {type(value).__name__}"
    return shape_of(value) if value.is_floating_point() else f"{shape_of(value)} of {value.dtype}"
