"""The arms of the stacking experiment: what each starts from, how it is trained, and what that costs."""

from aepipe.experiments.stacking import arms, budgets

STACKING = "results/{dataset}/stacking"
ARM = f"{STACKING}/{{arm}}/seed{{seed}}"
NEW_ARMS = [arm for arm in arms.ARMS if arm not in arms.GIVEN]


def stacking(dataset):
    """What a data set's stacking experiment makes."""
    results = [
        f"{STACKING}/{name}".format(dataset=dataset) for name in ("metrics.csv", "stacking.md", "label_efficiency.png")
    ]
    return results if dataset in LABELLED else needs_labels(f"{dataset}_stacking")


def stacking_settings(wildcards):
    """The settings of the experiment, with what differs for the data set."""
    return {**config["stacking"], **config["datasets"][wildcards.dataset].get("stacking", {})}


def fine_tuning_of(wildcards):
    """How encoder and linear layer are trained with labels."""
    return {key: stacking_settings(wildcards)[key] for key in ("batch_size", "learning_rate", "steps")}


def train_count(wildcards):
    """How many images of the data set train."""
    return configuration.train_count(config, wildcards.dataset)


def budgets_of(wildcards):
    """Number of labels, by the name of each budget that the training images can fill."""
    return budgets.within(stacking_settings(wildcards)["budgets"], train_count(wildcards))


def entry_of(arm, wildcards):
    """The autoencoder of the bake-off that has trained a given arm; that of the joint one gives all arms their network."""
    return stacking_settings(wildcards)["entries"][arm]


def arm_network(wildcards):
    """What builds the network of all arms."""
    return configuration.network_settings(config, wildcards.dataset, entry_of(arms.JOINT, wildcards), "none")


def arm_class_code(wildcards):
    """The code of that network's class, which scripts look up by name."""
    return digests.code_of_modules(arm_network(wildcards)["class"].rpartition(".")[0])


def arm_training(wildcards, arm=arms.JOINT):
    """How an arm that a bake-off gives is trained, layer by layer or jointly."""
    return configuration.training_settings(config, wildcards.dataset, entry_of(arm, wildcards))


def arm_costs(wildcards):
    """Epochs and floating-point operations of all arms."""
    network = arm_network(wildcards)
    widths = [configuration.pixels(config, wildcards.dataset), *network["encoder_widths"], network["latent_dim"]]
    epochs = {arm: arm_training(wildcards, arm)["epochs"] for arm in arms.GIVEN}
    return arms.costs(widths, epochs.pop(arms.JOINT), epochs, stacking_settings(wildcards)["finetune_epochs"])


def new_training(wildcards):
    """How an arm is trained that no bake-off gives: as the joint one, for its own number of epochs."""
    costs, base = arm_costs(wildcards), arms.base_of(wildcards.arm)
    before = costs[base].epochs if base != wildcards.arm else 0
    return {**arm_training(wildcards), "epochs": costs[wildcards.arm].epochs - before}


def cost_of(wildcards):
    """Epochs and floating-point operations of an arm's training without labels, on all training images."""
    cost = arm_costs(wildcards)[wildcards.arm]
    return {"epochs": cost.epochs, "flops": cost.flops * train_count(wildcards)}


def weights_of(arm, wildcards):
    """The weights that an arm ends with; none for training from scratch."""
    if arm == arms.SCRATCH:
        return []
    if arm not in arms.GIVEN:
        return f"{ARM}/weights.safetensors".format(dataset=wildcards.dataset, arm=arm, seed=wildcards.seed)
    latent_dim = arm_network(wildcards)["latent_dim"]
    cell = configuration.Cell(wildcards.dataset, entry_of(arm, wildcards), latent_dim, "none", wildcards.seed)
    return f"{CELL}/weights.safetensors".format(**vars(cell))


def start_of(wildcards):
    """The weights that an arm goes on from; none where it begins afresh."""
    base = arms.base_of(wildcards.arm)
    return weights_of(base, wildcards) if base != wildcards.arm else []


def arm_cells(wildcards):
    """All arms and seeds, as metrics name them."""
    seeds = stacking_settings(wildcards).get("seeds", configuration.seeds(config, wildcards.dataset))
    latent_dim = arm_network(wildcards)["latent_dim"]
    return [
        configuration.Cell(wildcards.dataset, arm, latent_dim, "none", seed)
        for arm in (*arms.ARMS, arms.SCRATCH)
        for seed in configuration.listed(seeds)
    ]


def arm_numbers(wildcards):
    """The numbers of all arms and seeds that are not saved."""
    known = saved_cells(wildcards.dataset, "stacking/metrics.csv")
    return [
        f"{ARM}/metrics.csv".format(dataset=cell.dataset, arm=cell.model, seed=cell.seed)
        for cell in arm_cells(wildcards)
        if cell not in known
    ]
