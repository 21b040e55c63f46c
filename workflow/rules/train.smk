# Long jobs begin first, the chains of layers before all others, so that short ones are left to fill the cores at the end.
rule train_autoencoder:
    input:
        images=f"{DATA}/images.npy",
        split=split_of_run,
        settings=selected_settings,
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
    resources:
        **TRAINING,
        gpu=gpus(setting("training")),
    params:
        *code("train_autoencoder"),
        autoencoder=class_code(setting("network")),
        network=setting("network"),
        padding=setting("data", "padding"),
        training=setting("training"),
    message:
        f"{{wildcards.dataset}}: training {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/train_autoencoder.py"


# Greedy training is a chain: a layer reads the weights of the layers outside of it and the data set as they encode it.
rule train_stacked_layer:
    input:
        images=f"{DATA}/images.npy",
        split=split_of_run,
        outer_layers=lambda wildcards: [f"{RUN}/layer{n}.safetensors" for n in range(1, int(wildcards.layer))],
        encoded=encoded_by_outer_layer,
        settings=selected_settings,
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
    resources:
        **memory_and_time(1700, minutes=15),
        gpu=gpus(setting("training")),
    params:
        *code("train_stacked_layer"),
        autoencoder=class_code(setting("network")),
        network=setting("network"),
        padding=setting("data", "padding"),
        training=setting("training"),
    message:
        f"{{wildcards.dataset}}: training layer {{wildcards.layer}} of {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/train_stacked_layer.py"


rule assemble_stacked:
    input:
        weights=of_layers("layer{layer}.safetensors"),
        curves=of_layers("layer{layer}_training_curve.csv"),
        metrics=of_layers("metrics/layer{layer}_training.csv"),
    output:
        weights=f"{RUN}/weights.safetensors",
        curve=f"{RUN}/training_curve.csv",
        metrics=f"{RUN}/metrics/training.csv",
        record=f"{RUN}/records/assemble_stacked.json",
    log:
        run_log("assemble_stacked"),
    wildcard_constraints:
        model=one_of(STACKED),
    params:
        *code("assemble_stacked"),
    message:
        f"{{wildcards.dataset}}: assembling the layers of {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/assemble_stacked.py"
