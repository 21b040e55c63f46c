"""The schemes of the stacking experiment: what each starts from, how it is trained, and what that costs."""

from aepipe.experiments.stacking import schemes, budgets

STACKING = "results/{dataset}/stacking"
SCHEME = f"{STACKING}/{{scheme}}/seed{{seed}}"
NEW_SCHEMES = [scheme for scheme in schemes.SCHEMES if scheme not in schemes.GIVEN]


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


def entry_of(scheme, wildcards):
    """The autoencoder of the bake-off that has trained a given scheme; that of the joint one gives all schemes their network."""
    return stacking_settings(wildcards)["entries"][scheme]


def scheme_network(wildcards):
    """What builds the network of all schemes."""
    return configuration.network_settings(config, wildcards.dataset, entry_of(schemes.JOINT, wildcards), "none")


def scheme_class_code(wildcards):
    """The code of that network's class, which scripts look up by name."""
    return digests.code_of_modules(scheme_network(wildcards)["class"].rpartition(".")[0])


def scheme_training(wildcards, scheme=schemes.JOINT):
    """How an scheme that a bake-off gives is trained, layer by layer or jointly."""
    return configuration.training_settings(config, wildcards.dataset, entry_of(scheme, wildcards))


def scheme_costs(wildcards):
    """Epochs and floating-point operations of all schemes."""
    network = scheme_network(wildcards)
    widths = [configuration.pixels(config, wildcards.dataset), *network["encoder_widths"], network["latent_dim"]]
    epochs = {scheme: scheme_training(wildcards, scheme)["epochs"] for scheme in schemes.GIVEN}
    return schemes.costs(widths, epochs.pop(schemes.JOINT), epochs, stacking_settings(wildcards)["finetune_epochs"])


def new_training(wildcards):
    """How an scheme is trained that no bake-off gives: as the joint one, for its own number of epochs."""
    costs, base = scheme_costs(wildcards), schemes.base_of(wildcards.scheme)
    before = costs[base].epochs if base != wildcards.scheme else 0
    return {**scheme_training(wildcards), "epochs": costs[wildcards.scheme].epochs - before}


def cost_of(wildcards):
    """Epochs and floating-point operations of an scheme's training without labels, on all training images."""
    cost = scheme_costs(wildcards)[wildcards.scheme]
    return {"epochs": cost.epochs, "flops": cost.flops * train_count(wildcards)}


def weights_of(scheme, wildcards):
    """The weights that an scheme ends with; none for training from scratch."""
    if scheme == schemes.SCRATCH:
        return []
    if scheme not in schemes.GIVEN:
        return f"{SCHEME}/weights.safetensors".format(dataset=wildcards.dataset, scheme=scheme, seed=wildcards.seed)
    latent_dim = scheme_network(wildcards)["latent_dim"]
    run = configuration.Run(wildcards.dataset, entry_of(scheme, wildcards), latent_dim, "none", wildcards.seed)
    return f"{RUN}/weights.safetensors".format(**vars(run))


def start_of(wildcards):
    """The weights that an scheme goes on from; none where it begins afresh."""
    base = schemes.base_of(wildcards.scheme)
    return weights_of(base, wildcards) if base != wildcards.scheme else []


def scheme_runs(wildcards):
    """All schemes and seeds, as metrics name them."""
    seeds = stacking_settings(wildcards).get("seeds", configuration.seeds(config, wildcards.dataset))
    latent_dim = scheme_network(wildcards)["latent_dim"]
    return [
        configuration.Run(wildcards.dataset, scheme, latent_dim, "none", seed)
        for scheme in (*schemes.SCHEMES, schemes.SCRATCH)
        for seed in configuration.listed(seeds)
    ]


def scheme_numbers(wildcards):
    """The numbers of all schemes and seeds that are not saved."""
    known = reused_runs(wildcards.dataset, "stacking/metrics.csv")
    return [
        f"{SCHEME}/metrics.csv".format(dataset=run.dataset, scheme=run.model, seed=run.seed)
        for run in scheme_runs(wildcards)
        if run not in known
    ]
