"""Mistakes in a class of one's own: each is named with class, method, what was given and what is expected."""

import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from torch import Tensor, nn

from aepipe.config.classes import Traits, class_problems, traits
from aepipe.config.configuration import network_settings
from aepipe.errors import ContractError
from aepipe.models.base import Autoencoder
from aepipe.models.build import build
from aepipe.models.contract import check, try_out
from aepipe.provenance import digests
from aepipe.training.device import use_one_core
from snakemake_executor_plugin_prefork import imports

use_one_core()  # as every job does

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
WIDTHS: Any = {"encoder_widths": [12], "decoder_widths": [12]}
SHAPE, D = (4, 5), 3  # 20 pixels


def overriding(stochastic: bool = False, **methods: Callable) -> Autoencoder:
    """An autoencoder with some methods of its own."""
    torch.manual_seed(0)
    return type("Mine", (Autoencoder,), {**methods, "stochastic": stochastic})(SHAPE, D, **WIDTHS)


def complaint(model: Autoencoder, shape: tuple[int, ...] = SHAPE) -> str:
    with pytest.raises(ContractError) as refusal:
        check(lambda: model, shape, "mine")
    return str(refusal.value)


@pytest.mark.parametrize("shape", [(8, 8), (9, 7), (6, 5, 3)])
@pytest.mark.parametrize("entry", CONFIG["autoencoders"])
def test_every_shipped_autoencoder_keeps_the_contract_on_images_of_any_shape(
    entry: str, shape: tuple[int, ...], capsys: pytest.CaptureFixture
) -> None:
    for held_out in ("none", "1"):
        check(partial(build, network_settings(CONFIG, "digits", entry, held_out), shape), shape, entry)
    assert "GPU" not in capsys.readouterr().out


def test_by_hand_a_mistake_is_its_message_alone() -> None:
    with pytest.raises(SystemExit) as end:
        try_out(lambda: overriding(decode=lambda self, codes: codes.nothing), SHAPE)
    assert str(end.value).startswith("autoencoders.autoencoder: Mine.decode fails in training mode: AttributeError: ")
    try_out(lambda: overriding(), SHAPE)


@pytest.mark.parametrize("entry", CONFIG["autoencoders"])
def test_the_check_changes_no_random_number(entry: str) -> None:
    random = torch.get_rng_state()
    check(partial(build, network_settings(CONFIG, "digits", entry, "none"), (8, 8)), (8, 8), entry)
    assert torch.equal(torch.get_rng_state(), random)


@pytest.mark.parametrize("seed", range(20))
def test_there_is_no_false_alarm_whatever_the_initial_weights(seed: int, capsys: pytest.CaptureFixture) -> None:
    def make() -> Autoencoder:
        torch.default_generator.manual_seed(seed)
        return build(network_settings(CONFIG, "digits", "conv_vae", "none"), (8, 8))

    check(make, (8, 8))
    assert capsys.readouterr().out == ""


def with_terms(**terms: Any) -> Callable:
    return lambda self, h, *, sample: (h, {name: give(h) if callable(give) else give for name, give in terms.items()})


def with_losses(change: Callable[[dict], Any]) -> Callable:
    return lambda self, x: change(Autoencoder.losses(self, x))


def noisy(self: Autoencoder, x: Tensor) -> Tensor:
    return self.encoder(x) + torch.randn(len(x), D)


def sampled(self: Autoencoder, h: Tensor, *, sample: bool) -> tuple:
    return (h + torch.randn_like(h) if sample else h), {}


MISTAKES: dict[str, tuple[Autoencoder, str]] = {
    "shape of the logits": (
        overriding(decode=lambda self, z: self.decoder(z)[:, :10]),
        "autoencoders.mine: Mine.decode returns (64, 10) for codes (64, 3); expected logits (64, 20), one per pixel",
    ),
    "a picture in place of flat logits": (
        overriding(decode=lambda self, z: self.decoder(z).unflatten(1, SHAPE)),
        "Mine.decode returns (64, 4, 5) for codes (64, 3); expected logits (64, 20), one per pixel",
    ),
    "elements of a code": (
        overriding(bottleneck=lambda self, h, *, sample: (h[:, :2], {})),
        "Mine.bottleneck returns (64, 2) for h (64, 3); expected codes (64, 3), latent_dim elements per image",
    ),
    "rows of h": (
        overriding(encode=lambda self, x: self.encoder(x)[:, None]),
        "Mine.encode returns (64, 1, 3) for images (64, 20); expected one row per image, (64, e)",
    ),
    "the noisy image": (
        overriding(corrupt=lambda self, x: x[:, :7]),
        "Mine.corrupt returns (64, 7) for images (64, 20); expected images (64, 20)",
    ),
    "nothing returned": (overriding(encode=lambda self, x: None), "Mine.encode returns None for images (64, 20)"),
    "no tensor": (
        overriding(decode=lambda self, z: z.detach().numpy()),
        "Mine.decode returns a ndarray for codes (64, 3)",
    ),
    "integers": (
        overriding(encode=lambda self, x: self.encoder(x).long()),
        "Mine.encode returns (64, 3) of torch.int64 for images (64, 20)",
    ),
    "NaN": (
        overriding(encode=lambda self, x: self.encoder(x) / 0),
        "Mine.encode returns NaN or infinite values for images (64, 20); expected finite numbers",
    ),
    "a code without terms": (
        overriding(bottleneck=lambda self, h, *, sample: h),
        "Mine.bottleneck returns (64, 3); expected a pair: the code, and a dict of loss terms",
    ),
    "terms without names": (
        overriding(bottleneck=lambda self, h, *, sample: (h, h.mean())),
        "Mine.bottleneck returns () as terms; expected a dict: name of a term -> scalar",
    ),
    "a term for each image": (
        overriding(bottleneck=with_terms(size=lambda h: h.square().sum(dim=1))),
        "Mine.bottleneck returns (64) for the term 'size'; expected a scalar tensor, ()",
    ),
    "a term that is a number": (
        overriding(bottleneck=with_terms(size=0.5)),
        "Mine.bottleneck returns a float for the term 'size'; expected a scalar tensor, ()",
    ),
    "an infinite term": (
        overriding(bottleneck=with_terms(size=lambda h: h.sum() / 0)),
        "Mine.bottleneck returns -inf for the term 'size'; expected a finite number",
    ),
    "no reconstruction": (
        overriding(losses=with_losses(lambda terms: {"mse": terms["reconstruction"]})),
        "Mine.losses returns the terms mse; expected a term 'reconstruction'",
    ),
    "a sum for terms": (
        overriding(losses=with_losses(lambda terms: sum(terms.values()))),
        "Mine.losses returns () as terms; expected a dict",
    ),
    "a term with the name of the sum": (
        overriding(losses=with_losses(lambda terms: terms | {"loss": terms["reconstruction"]})),
        "Mine.losses returns a term 'loss'; expected another name, as this is the sum of the terms",
    ),
    "a loss cut off from the weights": (
        overriding(losses=with_losses(lambda terms: {name: value.detach() for name, value in terms.items()})),
        "Mine.losses returns terms without gradients",
    ),
    "an infinite gradient": (
        overriding(losses=with_losses(lambda terms: terms | {"zero": (0 * terms["reconstruction"]).sqrt()})),
        "a gradient that is not finite; expected a finite gradient",
    ),
    "noise in evaluation": (
        overriding(encode=noisy),
        "Mine.codes returns other codes at a second call, in evaluation mode and with sample=False; expected the same",
    ),
    "codes by the batch": (
        overriding(encode=lambda self, x: self.encoder(x) - self.encoder(x).mean(dim=0)),
        "Mine.codes returns another code for an image alone than among others, in evaluation mode; expected a code",
    ),
    "samples that are not announced": (
        overriding(bottleneck=sampled),
        "Mine.bottleneck draws random codes with sample=True; expected `stochastic = True` in the class",
    ),
    "a prior of other codes": (
        overriding(sample_prior=lambda self, count: torch.randn(count, 2)),
        "Mine.sample_prior returns (64, 2) for a count of 64; expected codes (64, 3), latent_dim elements per image",
    ),
    "an error in a method": (
        overriding(decode=lambda self, z: self.decodr(z)),
        "Mine.decode fails in training mode: AttributeError: 'Mine' object has no attribute 'decodr' (",
    ),
    "arguments that others have not": (
        overriding(bottleneck=lambda self, h: (h, {})),
        "fails in training mode: TypeError: <lambda>() got an unexpected keyword argument 'sample'",
    ),
    "a name almost like another": (
        overriding(bottelneck=lambda self, h, *, sample: (h, {})),
        "autoencoders.mine: Mine has an unknown method 'bottelneck'; did you mean 'bottleneck'?",
    ),
    "derivatives where there are none": (
        overriding(
            losses=with_losses(
                lambda terms: (
                    terms | {"slope": torch.autograd.grad(terms["reconstruction"], terms["reconstruction"])[0]}
                )
            )
        ),
        "Mine.losses fails in evaluation mode: RuntimeError",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_class_method_what_it_gave_and_what_is_expected(mistake: str) -> None:
    model, message = MISTAKES[mistake]
    text = complaint(model)
    assert message in text
    assert text.startswith("autoencoders.mine: Mine")


def test_a_method_of_ones_own_may_be_named_like_another_where_it_is_called() -> None:
    def decode(self: Any, z: Tensor) -> Tensor:
        return torch.stack([self.decoded(code) for code in z])

    check(lambda: overriding(decoded=lambda self, code: self.decoder[-1].bias.clone(), decode=decode), SHAPE)


def test_a_failure_inside_of_torch_is_told_with_the_line_of_the_class_that_led_there() -> None:
    class Mine(Autoencoder):
        def encode(self, x: Tensor) -> Tensor:
            return self.decoder(x)  # the wrong layers, which torch finds out

    line = Mine.encode.__code__.co_firstlineno + 1
    assert f"{__file__}, line {line})" in complaint(Mine(SHAPE, D, **WIDTHS))


def test_tied_weights_that_cannot_be_saved_are_refused() -> None:
    model = overriding()
    model.encoder[-1].weight = nn.Parameter(torch.zeros(3, 12))
    model.decoder[0][0].weight = nn.Parameter(model.encoder[-1].weight.data.T)  # type: ignore[index]
    assert "expected tensors that share no memory; keep only one of tied weights, and use it twice" in complaint(model)


def test_a_class_that_is_no_autoencoder_is_refused() -> None:
    network = {"class": "torch.nn.Linear", "latent_dim": 3, "settings": {}, **WIDTHS}
    with pytest.raises(ContractError, match=r"torch.nn.Linear is not a subclass of aepipe.models.base.Autoencoder"):
        build(network, SHAPE)


# Mistakes of a constructor


def refused(make: type[Autoencoder]) -> str:
    """What is said of a class whose constructor takes what all take."""
    with pytest.raises(ContractError) as refusal:
        check(lambda: make(SHAPE, D, **WIDTHS), SHAPE, "mine")
    return str(refusal.value)


class WithoutParent(Autoencoder):
    def __init__(self, *args: Any, **widths: Any) -> None:
        self.layer = nn.Linear(20, 3)


class WithTheParentsParent(Autoencoder):
    def __init__(self, *args: Any, **widths: Any) -> None:
        nn.Module.__init__(self)


class ForTheImagesOfMnist(Autoencoder):
    def __init__(self, *args: Any, **widths: Any) -> None:
        super().__init__(*args, **widths)
        self.encoder = nn.Sequential(nn.Linear(28 * 28, D))


class ReshapedAsMnist(Autoencoder):
    def encode(self, x: Tensor) -> Tensor:
        return self.encoder(x.view(-1, 28, 28).flatten(1))


class ConvolvingFlatImages(Autoencoder):
    def __init__(self, *args: Any, **widths: Any) -> None:
        super().__init__(*args, **widths)
        self.encoder = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(24, D))


class OfGreyImages(Autoencoder):
    def __init__(self, image_shape: Any, *args: Any, **widths: Any) -> None:
        super().__init__(image_shape, *args, **widths)
        self.first = nn.Conv2d(1, 4, 3, padding=1)

    def encode(self, x: Tensor) -> Tensor:
        return self.encoder(self.first(x.view(-1, 2, 2, 5))[:, :1].flatten(1))


class InAList(Autoencoder):
    def __init__(self, *args: Any, **widths: Any) -> None:
        super().__init__(*args, **widths)
        self.more = [nn.Linear(D, D), nn.Linear(D, D)]

    def bottleneck(self, h: Tensor, *, sample: bool) -> tuple[Tensor, dict]:
        return self.more[1](self.more[0](h)), {}


class InADict(Autoencoder):
    def __init__(self, *args: Any, **widths: Any) -> None:
        super().__init__(*args, **widths)
        self.parts = {"last": nn.Linear(D, D)}


class WithAPlainTensor(Autoencoder):
    def __init__(self, *args: Any, **widths: Any) -> None:
        super().__init__(*args, **widths)
        self.centre = torch.randn(D)

    def bottleneck(self, h: Tensor, *, sample: bool) -> tuple[Tensor, dict]:
        return h - self.centre, {}


class WithARunningMean(Autoencoder):
    def __init__(self, *args: Any, **widths: Any) -> None:
        super().__init__(*args, **widths)
        self.mean = torch.zeros(D)

    def bottleneck(self, h: Tensor, *, sample: bool) -> tuple[Tensor, dict]:
        if self.training:
            self.mean = 0.9 * self.mean + 0.1 * h.detach().mean(dim=0)
        return h - self.mean, {}


class MadeByTheFirstCall(Autoencoder):
    def encode(self, x: Tensor) -> Tensor:
        if not hasattr(self, "late"):
            self.late = nn.Linear(D, D)
        return self.late(self.encoder(x))


class WithASigmoid(Autoencoder):
    def decode(self, z: Tensor) -> Tensor:
        return self.decoder(z).sigmoid()


class WithNoiseOfNumPy(Autoencoder):
    def corrupt(self, x: Tensor) -> Tensor:
        return x + torch.from_numpy(np.random.default_rng().normal(size=x.shape)).float()


class ChangingItsInput(Autoencoder):
    def corrupt(self, x: Tensor) -> Tensor:
        return x.mul_(0.5)


class KeepingTheWidths(Autoencoder):
    def __init__(self, image_shape: Any, latent_dim: int, **widths: Any) -> None:
        super().__init__(image_shape, latent_dim)  # type: ignore[call-arg]


OF_CLASSES = {
    KeepingTheWidths: "({file}, line {line}); expected a constructor that takes **widths and passes them on: super()",
    WithoutParent: "before Module.__init__() call ({file}, line {line}); expected a constructor that begins with",
    WithTheParentsParent: "has no latent_dim; expected an Autoencoder, whose constructor begins with super().__init__(",
    ForTheImagesOfMnist: "in self.encoder.0, a Linear(in_features=784, ...; expected sizes that follow from",
    ReshapedAsMnist: "({file}, line {line}); expected sizes that follow from image_shape, such as math.prod",
    ConvolvingFlatImages: "in self.encoder.0, a Conv2d(...; expected images with channels, as x is flat: x.",
    OfGreyImages: "in self.first, a Conv2d(...; expected as many channels as the images have: 1 for",
    InAList: "self.more holds layers that are neither trained nor saved; put them into nn.ModuleList",
    InADict: "self.parts holds layers that are neither trained nor saved; put them into nn.ModuleDict",
    WithAPlainTensor: "returns other codes after saving and loading: self.centre is not saved; expected parameters, or",
    WithARunningMean: "returns other codes after saving and loading: self.mean is not saved; expected parameters, or",
    MadeByTheFirstCall: "late.weight only before or only after the first call; expected a constructor that makes all",
    WithASigmoid: "WithASigmoid.decode returns values in [0, 1] for all codes; expected logits, before the sigmoid",
    WithNoiseOfNumPy: "losses returns other values at a second call with the same seed; expected random numbers",
    ChangingItsInput: "ChangingItsInput.corrupt changes the tensor that it is given; expected a copy",
}


@pytest.mark.parametrize("mine", OF_CLASSES, ids=lambda mine: mine.__name__)
def test_a_typical_mistake_is_told_in_one_line_with_its_cure(mine: type[Autoencoder]) -> None:
    told = refused(mine)
    line = next(iter(vars(mine)[name] for name in ("encode", "__init__") if name in vars(mine)), None)
    place = {"file": __file__, "line": line.__code__.co_firstlineno + 1 if line else ""}
    rest = told
    for part in OF_CLASSES[mine].format(**place).split("..."):
        assert part in rest, told
        rest = rest.partition(part)[2]
    assert "\n" not in told
    assert told.startswith("autoencoders.mine: ")


@pytest.mark.parametrize(
    ("model", "note"),
    [
        (overriding(stochastic=True), "stochastic is True, but sample=True gives the mean codes"),
        (overriding(bottleneck=with_terms(size=lambda h: h.mean() * h.mean().item())), "losses may fail on a GPU"),
    ],
)
def test_what_may_be_meant_is_reported(model: Autoencoder, note: str) -> None:
    reported: list[str] = []
    check(lambda: model, SHAPE, "mine", report=reported.append)
    assert len(reported) == 1
    assert reported[0].startswith(f"autoencoders.mine: Mine: {note}")


def test_parameters_that_no_loss_depends_on_are_reported() -> None:
    model, reported = overriding(), list[str]()
    model.spare = nn.Linear(2, 2)
    check(lambda: model, SHAPE, report=reported.append)
    assert reported == [
        "autoencoders.autoencoder: Mine: no loss depends on spare.weight, spare.bias, which will not be trained."
    ]


# From the source alone, before any job starts


@pytest.fixture
def problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """What is said of a class `Mine` in a module of one's own."""

    def of(source: str, **settings: Any) -> list[str]:
        head = "from torch import nn\nimport aepipe.models.vae as variational\n"
        head += "from aepipe.models.base import Autoencoder\nfrom aepipe.models.vae import VAE as Variational\n"
        (tmp_path / "mine_module.py").write_text(head + textwrap.dedent(source))
        monkeypatch.syspath_prepend(tmp_path)
        for cached in (
            imports.source,
            imports.tree,
            imports.imported_names,
            imports.libraries,
            imports.is_library,
            digests.imports,
        ):
            cached.cache_clear()
        return list(class_problems("mine", {"class": "mine_module.Mine", "settings": settings}))

    return of


GOOD = [
    "class Mine(Autoencoder): pass",
    "class Between(Autoencoder): pass\nclass Mine(Between): pass",
    "class Mine(nn.Flatten, Autoencoder): pass",
    "from somewhere import Unknown\nclass Mine(Unknown): pass",
]


@pytest.mark.parametrize("source", GOOD)
def test_a_class_that_fits_is_accepted(problems: Callable[..., list[str]], source: str) -> None:
    assert problems(source) == []


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("class Mine(nn.Module): pass", ".class: Mine is no autoencoder; write class Mine(Autoencoder), of aepipe."),
        ("class Mine: pass", ".class: Mine is no autoencoder"),
        ("class Other(nn.Module): pass\nclass Mine(Other): pass", ".class: Mine is no autoencoder"),
        (
            "class Mine(Autoencoder):\n    def __init__(self, image_shape, latent_dim, *, weight): ...",
            ".class: Mine.__init__ has to take decoder_widths and encoder_widths, or **widths, by name",
        ),
    ],
)
def test_a_class_that_cannot_fit_is_refused_from_its_source(
    problems: Callable[..., list[str]], source: str, problem: str
) -> None:
    (told,) = problems(source, **({"weight": 1} if "weight" in source else {}))
    assert told.startswith(f"autoencoders.mine{problem}")


INIT = "    def __init__(self, image_shape, latent_dim, *, weight, power=2, **more):\n        super().__init__({})\n"


@pytest.mark.parametrize(
    ("source", "settings", "problem"),
    [
        # inherited as it is, through whatever name it was imported by
        ("class Mine(Variational): pass", {"beta": 1}, ""),
        ("class Mine(variational.VAE): pass", {}, "settings: Mine needs the setting 'beta'"),
        ("class Mine(Variational): pass", {"beta": 1, "p": 1}, "settings: Mine has no setting 'p'; allowed: beta"),
        # with settings of its own, and the parent's by **more
        ("class Mine(Variational):\n" + INIT.format("image_shape, latent_dim, **more"), {"beta": 1, "weight": 1}, ""),
        (
            "class Mine(Variational):\n" + INIT.format("image_shape, latent_dim, **more"),
            {"weight": 1},
            "settings: Mine needs the setting 'beta'",
        ),
        # the parent's given by the constructor itself
        ("class Mine(Variational):\n" + INIT.format("image_shape, latent_dim, beta=1, **more"), {"weight": 1}, ""),
        (
            "class Mine(Variational):\n" + INIT.format("image_shape, latent_dim, beta=1, **more"),
            {"weight": 1, "beta": 2},
            "settings: Mine has no setting 'beta'; allowed: power, weight",
        ),
        ("class Mine(Autoencoder):\n" + INIT.format("image_shape, latent_dim, **more"), {"weight": 1, "power": 1}, ""),
    ],
)
def test_settings_are_those_of_the_constructor_and_of_those_that_it_hands_on_to(
    problems: Callable[..., list[str]], source: str, settings: dict, problem: str
) -> None:
    assert problems(source, **settings) == ([f"autoencoders.mine.{problem}"] if problem else [])


def test_layers_are_trained_one_by_one_only_where_they_are_all_that_there_is() -> None:
    entry = {"class": "aepipe.models.shallow.Shallow", "training": {"layerwise": "codes"}}
    problem = "autoencoders.mine.training.layerwise: needs the layers of Autoencoder; Shallow has its own encode"
    assert list(class_problems("mine", entry)) == [problem]
    assert list(class_problems("mine", entry | {"class": "aepipe.models.vanilla.Vanilla"})) == []


def test_a_class_that_is_only_imported_is_found_where_it_is_defined(problems: Callable[..., list[str]]) -> None:
    imported = "from aepipe.models.vae import VAE as Mine"
    assert problems(imported, beta=1) == []
    assert problems(imported) == ["autoencoders.mine.settings: Mine needs the setting 'beta'"]


#: A loss of one's own, which calls something.
LOSSES = "class Mine(Variational):\n    def losses(self, x): return {{'reconstruction': {}}}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("class Mine(Variational): pass", Traits()),
        ("class Mine(Variational):\n" + INIT.format("image_shape, latent_dim, **more"), Traits()),
        ("from somewhere import Unknown\nclass Mine(Unknown): pass", Traits()),
        (
            "class Mine(Autoencoder):\n"
            "    def __init__(self, image_shape, latent_dim, *, encoder_widths, decoder_widths): ...",
            Traits(convolutional=False),
        ),
        ("class Mine(Autoencoder):\n" + INIT.replace("power=2", "channels"), Traits(convolutional=False)),
        ("class Mine(Variational):\n    grid_codes = True", Traits(grid_codes=True)),
        ("class Over(Variational):\n    grid_codes = True\nclass Mine(Over):\n    grid_codes = False", Traits()),
        (LOSSES.format("image_bce(self.decode(x), x)"), Traits(image_loss=False)),
        (LOSSES.format("self.image_loss(self.decode(x), x)"), Traits()),
        (LOSSES.format("super().losses(x)"), Traits()),
    ],
)
def test_what_a_class_can_be_used_for_is_read_from_its_source(
    problems: Callable[..., list[str]], source: str, expected: Traits
) -> None:
    problems(source, beta=1)
    assert traits("mine_module.Mine") == expected


def test_channels_are_no_setting_unless_a_class_has_its_own(problems: Callable[..., list[str]]) -> None:
    (told,) = problems("class Mine(Autoencoder): pass", channels=[4])
    assert told == "autoencoders.mine.settings: Mine has no setting 'channels'; allowed: none"
    own = "class Mine(Autoencoder):\n" + INIT.replace("power=2", "channels").format("image_shape, latent_dim, **more")
    assert problems(own, weight=1, channels=[4]) == []


def test_images_may_be_corrupted_in_evaluation_mode_too() -> None:
    class Corrupting(Autoencoder):
        def corrupt(self, x: Tensor) -> Tensor:
            return x + torch.randn_like(x)

    check(lambda: Corrupting(SHAPE, D, **WIDTHS), SHAPE)
