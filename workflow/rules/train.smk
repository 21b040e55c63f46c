STACKED = configuration.stacked_models(config)


rule train_autoencoder:
    input:
        images=DATA + "/images.npy",
        split=SPLIT,
    output:
        weights=CELL + "/weights.safetensors",
        curve=CELL + "/training_curve.csv",
        metrics=CELL + "/metrics/training.csv",
    params:
        network=network_of,
        training=training_of,
    log:
        cell_log("train_autoencoder"),
    wildcard_constraints:
        model=one_of([model for model in config["autoencoders"] if model not in STACKED]),
    threads: 1
    resources:
        mem_mb=1000,
    message:
        "{wildcards.dataset}: training {wildcards.model}, d = {wildcards.latent_dim}, class left out: {wildcards.left_out}, seed {wildcards.seed}"
    script:
        "../scripts/train_autoencoder.py"


# Greedy training is a chain: a layer reads the weights of the layers outside of it and the data set as they encode it.
def outer_layers(wildcards):
    return [f"{CELL}/layer{layer}.safetensors" for layer in range(1, int(wildcards.layer))]


def encoded_by_outer_layer(wildcards):
    layer = int(wildcards.layer)
    return f"{CELL}/layer{layer - 1}_encoded.npy" if layer > 1 else []


rule train_stacked_layer:
    input:
        images=DATA + "/images.npy",
        split=SPLIT,
        outer_layers=outer_layers,
        encoded=encoded_by_outer_layer,
    output:
        weights=CELL + "/layer{layer}.safetensors",
        encoded=CELL + "/layer{layer}_encoded.npy",
        curve=CELL + "/layer{layer}_training_curve.csv",
        metrics=CELL + "/metrics/layer{layer}_training.csv",
    params:
        network=network_of,
        training=training_of,
    log:
        cell_log("train_stacked_layer", "_layer{layer}"),
    wildcard_constraints:
        model=one_of(STACKED),
        layer=r"\d+",
    threads: 1
    resources:
        mem_mb=1000,
    message:
        "{wildcards.dataset}: training layer {wildcards.layer} of {wildcards.model}, d = {wildcards.latent_dim}, class left out: {wildcards.left_out}, seed {wildcards.seed}"
    script:
        "../scripts/train_stacked_layer.py"


def all_layers(name):
    """An input function: the file `name` of each layer of a stacked autoencoder."""

    def paths(wildcards):
        depth = len(network_of(wildcards)["encoder_widths"]) + 1
        return [f"{CELL}/{name}".replace("{layer}", str(layer)) for layer in range(1, depth + 1)]

    return paths


rule assemble_stacked:
    input:
        weights=all_layers("layer{layer}.safetensors"),
        curves=all_layers("layer{layer}_training_curve.csv"),
        metrics=all_layers("metrics/layer{layer}_training.csv"),
    output:
        weights=CELL + "/weights.safetensors",
        curve=CELL + "/training_curve.csv",
        metrics=CELL + "/metrics/training.csv",
    log:
        cell_log("assemble_stacked"),
    wildcard_constraints:
        model=one_of(STACKED),
    message:
        "{wildcards.dataset}: assembling the layers of {wildcards.model}, d = {wildcards.latent_dim}, class left out: {wildcards.left_out}, seed {wildcards.seed}"
    script:
        "../scripts/assemble_stacked.py"


rule initialise_untrained:
    input:
        images=DATA + "/images.npy",
    output:
        weights=CELL + "/weights.safetensors",
    params:
        network=network_of,
    log:
        cell_log("initialise_untrained"),
    wildcard_constraints:
        model="untrained",
    message:
        "{wildcards.dataset}: drawing the weights of an untrained encoder, seed {wildcards.seed}"
    script:
        "../scripts/initialise_untrained.py"
