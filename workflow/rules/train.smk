# Long jobs begin first, the chains of layers before all others, so that short ones are left to fill the cores at the end.
rule train_autoencoder:
    input:
        images=f"{DATA}/images.npy",
        split=SPLIT,
    output:
        weights=f"{RUN}/weights.safetensors",
        curve=f"{RUN}/training_curve.csv",
        metrics=f"{RUN}/metrics/training.csv",
        record=f"{RUN}/records/train_autoencoder.json",
    log:
        run_log("train_autoencoder"),
    wildcard_constraints:
        model=one_of([model for model in config["autoencoders"] if model not in STACKED]),
    priority: 2
    threads: 1
    resources:
        **TRAINING,
        gpu=gpus_of(training_of),
    params:
        *code("train_autoencoder"),
        autoencoder=code_of_class,
        network=network_of,
        padding=data_setting("padding"),
        training=training_of,
    message:
        "{wildcards.dataset}: training {wildcards.model}, d = {wildcards.latent_dim}, class left out: {wildcards.held_out}, seed {wildcards.seed}"
    script:
        "../scripts/train_autoencoder.py"


# Greedy training is a chain: a layer reads the weights of the layers outside of it and the data set as they encode it.
rule train_stacked_layer:
    input:
        images=f"{DATA}/images.npy",
        split=SPLIT,
        outer_layers=outer_layers,
        encoded=encoded_by_outer_layer,
    output:
        weights=f"{RUN}/layer{{layer}}.safetensors",
        encoded=f"{RUN}/layer{{layer}}_encoded.npy",
        curve=f"{RUN}/layer{{layer}}_training_curve.csv",
        metrics=f"{RUN}/metrics/layer{{layer}}_training.csv",
        record=f"{RUN}/records/train_stacked_layer{{layer}}.json",
    log:
        run_log("train_stacked_layer", "_layer{layer}"),
    wildcard_constraints:
        model=one_of(STACKED),
        layer=r"\d+",
    priority: 3
    threads: 1
    resources:
        **LAYER,
        gpu=gpus_of(training_of),
    params:
        *code("train_stacked_layer"),
        autoencoder=code_of_class,
        network=network_of,
        padding=data_setting("padding"),
        training=training_of,
    message:
        "{wildcards.dataset}: training layer {wildcards.layer} of {wildcards.model}, d = {wildcards.latent_dim}, class left out: {wildcards.held_out}, seed {wildcards.seed}"
    script:
        "../scripts/train_stacked_layer.py"


rule assemble_stacked:
    input:
        weights=all_layers("layer{layer}.safetensors"),
        curves=all_layers("layer{layer}_training_curve.csv"),
        metrics=all_layers("metrics/layer{layer}_training.csv"),
    output:
        weights=f"{RUN}/weights.safetensors",
        curve=f"{RUN}/training_curve.csv",
        metrics=f"{RUN}/metrics/training.csv",
        record=f"{RUN}/records/assemble_stacked.json",
    log:
        run_log("assemble_stacked"),
    wildcard_constraints:
        model=one_of(STACKED),
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("assemble_stacked"),
    message:
        "{wildcards.dataset}: assembling the layers of {wildcards.model}, d = {wildcards.latent_dim}, class left out: {wildcards.held_out}, seed {wildcards.seed}"
    script:
        "../scripts/assemble_stacked.py"
