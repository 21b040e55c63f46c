"""Whether a class does what `Autoencoder` says, tried with a few random images before it is trained.

In Python, for a class of one's own, which is silent where all is well:

    check(Mine((8, 8), 10, encoder_widths=[48, 24], decoder_widths=[24, 48], beta=1.0), (8, 8))
"""

import copy
import math
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from types import CodeType
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from aepipe.errors import ContractError
from aepipe.models.base import Autoencoder, Shape
from aepipe.provenance.jobs import Report

#: Of the codes of one image, alone and among others, which sums in another order may change in the last digits.
TOLERANCE = 1e-3


def check(model: Autoencoder, image_shape: Shape, name: str = "autoencoder", report: Report = print) -> None:
    """Calls every method as training and evaluation do, on random images.

    The model and torch's random numbers stay as they are: it is a copy that is tried.

    Args:
        model: an autoencoder with fresh weights, in the CPU's memory.
        image_shape: that it was built for.
        name: of its entry in the configuration, for the message.
        report: told what may be meant, and may be a mistake.

    Raises:
        ContractError: the first thing that is wrong.
    """
    if not isinstance(getattr(model, "latent_dim", None), int):
        raise ContractError(
            f"autoencoders.{name}: {type(model).__name__} has no latent_dim; expected: an Autoencoder, whose "
            "constructor begins with super().__init__(image_shape, latent_dim, **widths)"
        )
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)  # a GPU's numbers, too, would begin anew with torch.manual_seed
        Trial(copy.deepcopy(model), image_shape, name, report).run()


class Trial:
    """The calls of `check`, on a model that may be changed by them."""

    def __init__(self, model: Autoencoder, image_shape: Shape, name: str, report: Report) -> None:
        self.model, self.report, self.notes = model, report, set[str]()
        self.place = f"autoencoders.{name}: {type(model).__name__}"
        self.pixels, self.latent_dim = math.prod(image_shape), model.latent_dim
        # neither the number of pixels nor that of elements, so as to tell apart what is what
        self.count = next(count for count in range(64, 67) if count not in (self.pixels, self.latent_dim))
        self.images = torch.rand(self.count, self.pixels)

    def run(self) -> None:
        """All of it: as in training, as in evaluation, and what is kept on disk."""
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
            self.prior()
        self.weights()
        self.device()

    def names(self) -> None:
        """Whether a method is named almost like one of Autoencoder's, and called by no other of the class."""
        own = {name: value.__code__ for name, value in vars(type(self.model)).items() if hasattr(value, "__code__")}
        called = set[str]().union(*map(names_in, own.values()))
        for name in sorted(own.keys() - vars(Autoencoder) - called):
            if meant := get_close_matches(name, vars(Autoencoder), n=1, cutoff=0.75):
                raise ContractError(f"{self.place} has a method {name!r}, which nothing calls; is it {meant[0]!r}?")

    def forward(self, x: Tensor) -> Tensor:
        """From images to logits, as training goes; gives the mean codes."""
        seen = self.tensor("corrupt", (len(x), self.pixels), f"images {shape_of(x)}", "images", x)
        h = self.tensor("encode", (len(x), None), f"images {shape_of(x)}", "one row an image", seen)
        for sample in (True, False):
            z = self.bottleneck(h, sample=sample)
            what = "logits, one a pixel"
            logits = self.tensor("decode", (len(x), self.pixels), f"codes {shape_of(z)}", what, z)
        if logits.detach().std() > 0 and bool(((logits >= 0) & (logits <= 1)).all()):
            self.note("decode gives values in [0, 1] alone: of logits no sigmoid is taken yet.")
        return z

    def bottleneck(self, h: Tensor, *, sample: bool) -> Tensor:
        """The code of what the encoder gives, with a look at its terms."""
        given = self.call("bottleneck", h, sample=sample)
        if not isinstance(given, tuple) or len(given) != 2:
            raise self.error("bottleneck", f"gives {described(given)}", "a pair: the code, and a dict of loss terms")
        z, terms = given
        where, what = f"h {shape_of(h)}", "codes, latent_dim elements an image"
        self.inspect("bottleneck", z, (len(h), self.latent_dim), where, what)
        self.terms("bottleneck", terms)
        return z

    def losses(self, x: Tensor) -> dict[str, Tensor]:
        """The terms of the loss."""
        terms = self.call("losses", x)
        self.terms("losses", terms)
        if "reconstruction" not in terms:
            raise self.error("losses", f"gives the terms {', '.join(terms) or 'none'}", "'reconstruction' among them")
        return terms

    def terms(self, method: str, terms: Any) -> None:
        """Whether they are named, finite scalars."""
        if not isinstance(terms, dict) or not all(isinstance(term, str) for term in terms):
            raise self.error(method, f"gives {described(terms)} for terms", "a dict: name of a term -> scalar")
        if "loss" in terms:
            raise self.error(method, "gives a term 'loss'", "another name, as that is the sum of the terms")
        for term, value in terms.items():
            if not isinstance(value, Tensor) or value.ndim:
                raise self.error(method, f"gives {described(value)} for the term {term!r}", "a scalar tensor, ()")
            if not value.isfinite():
                raise self.error(method, f"gives {value.item()} for the term {term!r}", "a finite number")

    def gradients(self, terms: dict[str, Tensor]) -> None:
        """Whether the loss leads back to the parameters."""
        loss = torch.stack(list(terms.values())).sum()
        if not loss.requires_grad:
            raise self.error("losses", "gives terms without gradients", "tensors that were computed from parameters")
        try:
            loss.backward()
        except RuntimeError as error:
            raise self.error(
                "losses", f"can't be differentiated: {first_line(error)}", "operations with a gradient"
            ) from error
        unused = []
        for parameter, value in self.model.named_parameters():
            if value.grad is None:
                unused += [parameter] if value.requires_grad else []
            elif not value.grad.isfinite().all():
                raise self.error("losses", f"gives {parameter} a gradient that is not finite", "a finite one")
        if unused:
            self.note(f"no loss depends on {', '.join(unused)}, which will stay as they are.")

    def evaluation(self, codes: Tensor) -> None:
        """Whether codes stay the same where they should."""
        again = self.call("codes", self.images, sample=False)
        if not torch.equal(codes, again):
            raise self.error(
                "codes",
                "gives other codes at a second call, in evaluation mode and with sample=False",
                "the same codes: noise in training mode, or with sample=True, alone",
            )
        alone = self.call("codes", self.images[:1], sample=False)
        if not torch.allclose(alone, codes[:1], rtol=TOLERANCE, atol=TOLERANCE):
            raise self.error(
                "codes",
                "gives an image another code alone than among others, in evaluation mode",
                "a code that depends on the image alone, as nn.BatchNorm1d has it in evaluation mode",
            )
        is_random = not torch.equal(self.call("codes", self.images, sample=True), codes)
        if is_random and not self.model.stochastic:
            raise self.error("bottleneck", "draws random codes with sample=True", "`stochastic = True` in the class")
        if self.model.stochastic and not is_random:
            self.note("stochastic is True, but sample=True gives the mean codes.")

    def prior(self) -> None:
        """Whether samples of the prior can be decoded."""
        codes = self.call("sample_prior", self.count)
        if codes is None:
            return
        wanted = (self.count, self.latent_dim)
        self.inspect("sample_prior", codes, wanted, f"a count of {self.count}", "codes, latent_dim elements an image")
        self.tensor("decode", (self.count, self.pixels), "codes of the prior", "logits, one a pixel", codes)

    def weights(self) -> None:
        """Whether parameters and buffers can be written."""
        try:
            safetensors.torch.save(self.model.state_dict())
        except (RuntimeError, ValueError) as error:
            expected = "tensors that share no memory: of tied weights keep one, and use it twice"
            raise self.error("state_dict", f"can't be saved: {error}", expected) from error

    def device(self) -> None:
        """Whether a step of training stays where it is: on torch's device `meta`, no tensor has values to be read."""
        try:
            meta = self.model.to("meta").train()
            torch.stack(list(meta.losses(self.images.to("meta")).values())).sum().backward()
        except Exception as error:
            self.note(f"losses may fail on a GPU, or wait for it ({type(error).__name__}: {first_line(error)}).")

    def tensor(self, method: str, shape: tuple[int | None, ...], where: str, what: str, *arguments: Tensor) -> Tensor:
        """What a method gives for some tensors, inspected."""
        given = self.call(method, *arguments)
        self.inspect(method, given, shape, where, what)
        return given

    def inspect(self, method: str, given: Any, shape: tuple[int | None, ...], where: str, what: str) -> None:
        """Whether it is a tensor of real, finite numbers and of this shape, in which None may be anything."""
        wanted = f"{what.partition(',')[0]} ({', '.join('e' if size is None else str(size) for size in shape)})"
        wanted += what[len(what.partition(",")[0]) :]
        fits = isinstance(given, Tensor) and given.is_floating_point() and given.ndim == len(shape)
        if not fits or any(size not in (None, own) for size, own in zip(shape, given.shape, strict=True)):
            raise self.error(method, f"gives {described(given)} for {where}", wanted)
        if not given.isfinite().all():
            raise self.error(method, f"gives values that are NaN or infinite for {where}", "finite numbers")

    def call(self, method: str, *arguments: Any, **named: Any) -> Any:
        """What a method gives; an error in it is named with its place."""
        with self.explained(method):
            return getattr(self.model, method)(*arguments, **named)

    @contextmanager
    def explained(self, method: str) -> Iterator[None]:
        """Errors of a method as ContractError."""
        try:
            yield
        except Exception as error:
            mode = "training" if self.model.training else "evaluation"
            place = self.place_in_class(traceback.extract_tb(error.__traceback__))
            given = f"fails in {mode} mode: {type(error).__name__}: {first_line(error)}"
            if place.filename != __file__:  # called with arguments that it does not take, none of its lines was run
                given += f" ({place.filename}, line {place.lineno})"
            expected = "an answer" + ("" if torch.is_grad_enabled() else ", also without gradients (torch.no_grad)")
            raise self.error(method, given, expected) from error

    def place_in_class(self, frames: traceback.StackSummary) -> traceback.FrameSummary:
        """The innermost line in the file of the model's own class, or of all."""
        own = sys.modules[type(self.model).__module__].__dict__.get("__file__")
        return next((frame for frame in reversed(frames) if frame.filename == own), frames[-1])

    def error(self, method: str, given: str, expected: str) -> ContractError:
        """The error of a method that gave something else than expected."""
        return ContractError(f"{self.place}.{method} {given}; expected {expected}")

    def note(self, text: str) -> None:
        """Reports what may be a mistake, once."""
        if text not in self.notes:
            self.notes.add(text)
            self.report(f"{self.place}: {text}")


def names_in(code: CodeType) -> set[str]:
    """Names that a function uses, and those in it."""
    inner = [names_in(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    return {*code.co_names}.union(*inner)


def first_line(error: Exception) -> str:
    """What an error says, without all that torch adds."""
    return str(error).partition("\n")[0]


def shape_of(value: Tensor) -> str:
    """(4, 64)."""
    return f"({', '.join(map(str, value.shape))})"


def described(value: Any) -> str:
    """A value in a word or two: the shape of a tensor, the type of all else."""
    if not isinstance(value, Tensor):
        return "None" if value is None else f"a {type(value).__name__}"
    return shape_of(value) if value.is_floating_point() else f"{shape_of(value)} of {value.dtype}"
