"""Tries out an autoencoder class with a few random images, before it is trained, for errors against its contract.

For your own class, in Python, where no output means that all is well:

    check(Mine((8, 8), 10, encoder_widths=[48, 24], decoder_widths=[24, 48], beta=1.0), (8, 8))
"""

import copy
import math
import sys
import traceback
from difflib import get_close_matches
from types import CodeType
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from aepipe.errors import ContractError
from aepipe.models.base import Autoencoder, Shape
from aepipe.provenance.jobs import Report

#: Of the code of an image, alone and among others: sums in another order may differ in the last digits.
TOLERANCE = 1e-3
CODES, LOGITS = "codes {}, latent_dim elements per image", "logits {}, one per pixel"


def check(model: Autoencoder, image_shape: Shape, name: str = "autoencoder", report: Report = print) -> None:
    """Calls every method as training and evaluation do. Changes neither the model nor torch's random numbers.

    Args:
        model: an autoencoder with initial weights, on the CPU.
        image_shape: the shape that it was built for.
        name: of its entry in the configuration, for messages.
        report: receives a line for each thing that may be a mistake.

    Raises:
        ContractError: the first mistake.
    """
    if not isinstance(getattr(model, "latent_dim", None), int):
        raise ContractError(
            f"autoencoders.{name}: {type(model).__name__} has no latent_dim; expected an Autoencoder, whose "
            "constructor begins with super().__init__(image_shape, latent_dim, **widths)"
        )
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)  # torch.manual_seed would also reseed GPUs
        Trial(copy.deepcopy(model), image_shape, name, report).run()


class Trial:
    """The calls of `check`, on a model that they may change."""

    def __init__(self, model: Autoencoder, image_shape: Shape, name: str, report: Report) -> None:
        self.model, self.report, self.notes = model, report, set[str]()
        self.place = f"autoencoders.{name}: {type(model).__name__}"
        self.pixels, self.latent_dim = math.prod(image_shape), model.latent_dim
        # different from the numbers of pixels and elements, to tell dimensions apart
        self.count = next(count for count in range(64, 67) if count not in (self.pixels, self.latent_dim))
        self.images = torch.rand(self.count, self.pixels)

    def run(self) -> None:
        """All checks: of names, training, evaluation, the state on disk, and the device."""
        self.names()
        self.model.train()
        self.forward(self.images)
        self.gradients(self.losses(self.images))
        self.model.eval()
        with torch.no_grad():
            codes = self.forward(self.images)
            self.evaluation(codes)
            self.losses(self.images)
            self.losses(self.images[:1])
            if (drawn := self.call("sample_prior", self.count)) is not None:
                self.inspect("sample_prior", drawn, (self.count, self.latent_dim), f"a count of {self.count}", CODES)
                self.tensor("decode", (self.count, self.pixels), "codes of the prior", LOGITS, drawn)
        try:
            safetensors.torch.save(self.model.state_dict())
        except (RuntimeError, ValueError) as error:
            expected = "tensors that share no memory; keep only one of tied weights, and use it twice"
            raise self.error("state_dict", f"can't be saved: {error}", expected) from error
        self.device()

    def names(self) -> None:
        """Looks for misspelt methods: never called in the class, with a name close to one of Autoencoder."""
        own = {name: value.__code__ for name, value in vars(type(self.model)).items() if hasattr(value, "__code__")}
        called = set[str]().union(*map(names_in, own.values()))
        for name in sorted(own.keys() - vars(Autoencoder) - called):
            if meant := get_close_matches(name, vars(Autoencoder), n=1, cutoff=0.75):
                raise ContractError(f"{self.place} has an unknown method {name!r}; did you mean {meant[0]!r}?")

    def forward(self, x: Tensor) -> Tensor:
        """From images to logits; returns the mean codes."""
        seen = self.tensor("corrupt", (len(x), self.pixels), f"images {shape_of(x)}", "images {}", x)
        h = self.tensor("encode", (len(x), None), f"images {shape_of(x)}", "one row per image, {}", seen)
        for sample in (True, False):
            z = self.bottleneck(h, sample=sample)
            logits = self.tensor("decode", (len(x), self.pixels), f"codes {shape_of(z)}", LOGITS, z)
        if logits.detach().std() > 0 and bool(((logits >= 0) & (logits <= 1)).all()):
            self.note("decode returns only values in [0, 1]; it should return logits, before the sigmoid.")
        return z

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
        try:
            return getattr(self.model, method)(*arguments, **named)
        except Exception as error:
            mode = "training" if self.model.training else "evaluation"
            problem = f"fails in {mode} mode: {type(error).__name__}: {first_line(error)}"
            # the innermost line in the file of the class, or of all files
            own = sys.modules[type(self.model).__module__].__dict__.get("__file__")
            frames = traceback.extract_tb(error.__traceback__)
            frame = next((frame for frame in reversed(frames) if frame.filename == own), frames[-1])
            if frame.filename != __file__:  # else the arguments were wrong, and no line of the method was run
                problem += f" ({frame.filename}, line {frame.lineno})"
            expected = "an answer" + ("" if torch.is_grad_enabled() else ", also without gradients (torch.no_grad)")
            raise self.error(method, problem, expected) from error

    def error(self, method: str, problem: str, expected: str) -> ContractError:
        """The error of a method."""
        return ContractError(f"{self.place}.{method} {problem}; expected {expected}")

    def note(self, text: str) -> None:
        """Reports a possible mistake, once."""
        if text not in self.notes:
            self.notes.add(text)
            self.report(f"{self.place}: {text}")


def names_in(code: CodeType) -> set[str]:
    """Names used in a function, and in the functions defined in it."""
    inner = [names_in(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    return {*code.co_names}.union(*inner)


def first_line(error: Exception) -> str:
    """An error without the details that torch adds."""
    return str(error).partition("\n")[0]


def shape_of(value: Tensor) -> str:
    """The shape of a tensor, such as (4, 64)."""
    return f"({', '.join(map(str, value.shape))})"


def described(value: Any) -> str:
    """The shape of a tensor, or the type of another value."""
    if not isinstance(value, Tensor):
        return "None" if value is None else f"a {type(value).__name__}"
    return shape_of(value) if value.is_floating_point() else f"{shape_of(value)} of {value.dtype}"
