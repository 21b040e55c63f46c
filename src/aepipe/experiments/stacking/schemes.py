"""The training schemes of the experiment: ways to train one network without labels, and their costs.

The question is the article's: is stacking outdated? Joint training updates all layers at once, greedy training one pair
after another, with the codes or the pixels as objective (`aepipe.training.layerwise`). They are compared at equal
numbers of gradient steps, as configured, and at equal floating-point work, for which joint training is cut short, since
a step of a layer pair is cheaper. Each scheme also exists fine-tuned: all layers are then trained end to end, as in the
classic recipe (Y. Bengio et al., NIPS 2006; P. Vincent et al., JMLR 2010). For joint training, that means more epochs
with a restarted Adam.

Imported by the Snakefile, so nothing here imports torch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aepipe.experiments.stacking import flops

JOINT = "joint"
#: Greedy scheme -> its objective.
GREEDY = {"greedy_codes": "codes", "greedy_pixels": "pixels"}
#: Greedy scheme -> joint training at equal floating-point work.
EQUAL_WORK = {"greedy_codes": "joint_flops_codes", "greedy_pixels": "joint_flops_pixels"}
#: Suffix of schemes that are fine-tuned end to end.
TUNED = "_tuned"
#: No training without labels: an encoder with fresh weights.
SCRATCH = "scratch"

BASES = (JOINT, *EQUAL_WORK.values(), *GREEDY)
SCHEMES = (*BASES, *(base + TUNED for base in BASES))
#: Schemes that a bake-off has trained already; their autoencoders are configured.
GIVEN = (JOINT, *GREEDY)

TITLES = {
    "joint": "Joint",
    "joint_flops_codes": "Joint, work of codes",
    "joint_flops_pixels": "Joint, work of pixels",
    "greedy_codes": "Greedy, codes",
    "greedy_pixels": "Greedy, pixels",
    "scratch": "From scratch",
}
TITLES |= {base + TUNED: f"{TITLES[base]} + end to end" for base in BASES}


@dataclass(frozen=True)
class Contrast:
    """A joint and a greedy scheme that differ in nothing else."""

    joint: str
    greedy: str
    equal: str  # the cost that they share: `steps` or `work`


#: The comparisons behind the answer: two objectives, with and without fine-tuning, at equal steps and equal work.
CONTRASTS = tuple(
    Contrast(joint + tuned, greedy + tuned, equal)
    for tuned in ("", TUNED)
    for greedy in GREEDY
    for equal, joint in (("steps", JOINT), ("work", EQUAL_WORK[greedy]))
)


@dataclass(frozen=True)
class Cost:
    """The cost of training without labels."""

    epochs: int  # of gradient steps; summed over the layers of greedy training
    flops: int  # for each training image


def base_of(scheme: str) -> str:
    """The scheme that is fine-tuned; a scheme without fine-tuning is its own base."""
    return scheme.removesuffix(TUNED)


def costs(
    widths: Sequence[int], joint_epochs: int, greedy_epochs: Mapping[str, int], finetune_epochs: int
) -> dict[str, Cost]:
    """Scheme -> cost, for all schemes and `scratch`.

    Args:
        widths: of the layers, from the pixels to the code.
        joint_epochs: of joint training.
        greedy_epochs: greedy scheme -> epochs for each of its layers.
        finetune_epochs: of training end to end.
    """
    layers, step = len(widths) - 1, flops.joint(widths)
    result = {SCRATCH: Cost(0, 0), JOINT: Cost(joint_epochs, joint_epochs * step)}
    for scheme, objective in GREEDY.items():
        work = flops.greedy(widths, objective, greedy_epochs[scheme])
        affordable = max(1, round(work / step))
        result[scheme] = Cost(layers * greedy_epochs[scheme], work)
        result[EQUAL_WORK[scheme]] = Cost(affordable, affordable * step)
    for base in BASES:
        before = result[base]
        result[base + TUNED] = Cost(before.epochs + finetune_epochs, before.flops + finetune_epochs * step)
    return result
