"""The schemes of the experiment: ways to train one network without labels, and what each costs.

The question is the article's: is stacking outdated? Joint training moves all layers at once, greedy training one pair
after the other, with the codes or the pixels as objective (`aepipe.training.layerwise`). They are compared at equal
numbers of gradient steps, as they are configured, and at equal floating-point work, for which joint training is cut
short: a step of a layer pair is the cheaper one. Each scheme has a second life, in which all layers are trained on, end
to end: the fine-tuning of the classic recipe (Y. Bengio et al., NIPS 2006; P. Vincent et al., JMLR 2010). For joint
training that is no more than some more epochs, with a new start of Adam, as for all.

Imported by the Snakefile, so nothing here imports torch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aepipe.experiments.stacking import flops

JOINT = "joint"
#: Greedy scheme -> its objective.
GREEDY = {"greedy_codes": "codes", "greedy_pixels": "pixels"}
#: Greedy scheme -> joint training for as many epochs as its floating-point work affords.
EQUAL_WORK = {"greedy_codes": "joint_flops_codes", "greedy_pixels": "joint_flops_pixels"}
#: What ends the name of an scheme that was trained on, end to end.
TUNED = "_tuned"
#: No training without labels: an encoder with fresh weights.
SCRATCH = "scratch"

BASES = (JOINT, *EQUAL_WORK.values(), *GREEDY)
SCHEMES = (*BASES, *(base + TUNED for base in BASES))
#: Schemes that a bake-off has trained already; the entry of each is configured.
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
    """A joint and a greedy scheme that are alike in everything else."""

    joint: str
    greedy: str
    equal: str  # what both spend alike: `steps` or `work`


#: What the answer is drawn from: two objectives, with and without fine-tuning, at equal steps and at equal work.
CONTRASTS = tuple(
    Contrast(joint + tuned, greedy + tuned, equal)
    for tuned in ("", TUNED)
    for greedy in GREEDY
    for equal, joint in (("steps", JOINT), ("work", EQUAL_WORK[greedy]))
)


@dataclass(frozen=True)
class Cost:
    """What a training without labels takes."""

    epochs: int  # of gradient steps; those of a greedy training's layers add up
    flops: int  # for each training image


def base_of(scheme: str) -> str:
    """The scheme that another one goes on from; any other is its own."""
    return scheme.removesuffix(TUNED)


def costs(
    widths: Sequence[int], joint_epochs: int, greedy_epochs: Mapping[str, int], finetune_epochs: int
) -> dict[str, Cost]:
    """Scheme -> cost, for all schemes and `scratch`.

    Args:
        widths: of the layers, from the pixels to the code.
        joint_epochs: of joint training.
        greedy_epochs: greedy scheme -> epochs for each of its layers.
        finetune_epochs: of the training end to end that follows.
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
