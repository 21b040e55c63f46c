# What gives the scores of the autoencoders a scale. With weights or codes, baselines are evaluated as autoencoders are.
rule fit_baseline:
    input:
        images=f"{DATA}/images.npy",
        split=split_of_run,
    output:
        weights=f"{RUN}/weights.safetensors",
        record=f"{RUN}/records/fit_baseline.json",
    log:
        run_log("fit_baseline"),
    wildcard_constraints:
        model=one_of(FITTED),
    resources:
        **NETWORK,
    params:
        *code("fit_baseline"),
        autoencoder=class_code(setting("network")),
        network=setting("network"),
        padding=setting("data", "padding"),
    message:
        f"{{wildcards.dataset}}: fitting {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/fit_baseline.py"


rule encode_pixels:
    input:
        images=f"{DATA}/images.npy",
        split=split_of_run,
    output:
        codes=f"{RUN}/codes.npz",
        record=f"{RUN}/records/encode_pixels.json",
    log:
        run_log("encode_pixels"),
    wildcard_constraints:
        model="pixels",
    params:
        *code("encode_pixels"),
    message:
        "{wildcards.dataset}: using raw pixels as codes, seed {wildcards.seed}"
    script:
        "../scripts/encode_pixels.py"


# Classifies from the images, without codes; of an untrained encoder, the corrected protocol probes its codes as well.
rule train_supervised_baseline:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        split=split_of_run,
        codes=lambda wildcards: f"{RUN}/codes.npz" if wildcards.model == "untrained" else [],
    output:
        metrics=f"{RUN}/metrics/classification.csv",
        scores=f"{RUN}/image_scores/classification.npz",
        record=f"{RUN}/records/train_supervised_baseline.json",
    log:
        run_log("train_supervised_baseline"),
    wildcard_constraints:
        model="untrained|scratch",
    resources:
        **NETWORK,
    params:
        *code("train_supervised_baseline"),
        autoencoder=class_code(setting("network")),
        network=setting("network"),
        evaluation=setting("evaluation", "classification", "probe", "scratch"),
    message:
        "{wildcards.dataset}: classifying with the baseline {wildcards.model}, seed {wildcards.seed}"
    script:
        "../scripts/train_supervised_baseline.py"


rule guess_majority:
    input:
        labels=f"{DATA}/labels.npy",
        split=split_of_run,
    output:
        metrics=f"{RUN}/metrics/classification.csv",
        scores=f"{RUN}/image_scores/classification.npz",
        record=f"{RUN}/records/guess_majority.json",
    log:
        run_log("guess_majority"),
    wildcard_constraints:
        model="majority",
    localrule: True
    params:
        *code("guess_majority"),
    message:
        "{wildcards.dataset}: always the most frequent class, seed {wildcards.seed}"
    script:
        "../scripts/guess_majority.py"


rule copy_images:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        split=split_of_run,
    output:
        metrics=f"{RUN}/metrics/{{evaluation}}.csv",
        scores=f"{RUN}/image_scores/{{evaluation}}.npz",
        record=f"{RUN}/records/copy_images_{{evaluation}}.json",
    log:
        run_log("copy_images", "_{evaluation}"),
    wildcard_constraints:
        model="real",
        evaluation="reconstruction|anomaly",
    localrule: True
    params:
        *code("copy_images"),
    message:
        f"{{wildcards.dataset}}: scores of perfect copies, {THIS_RUN}"
    script:
        "../scripts/copy_images.py"


rule evaluate_real_images:
    input:
        images=f"{DATA}/images.npy",
        labels=if_labelled(f"{DATA}/labels.npy"),
        split=split_of_run,
        features=if_labelled(f"{FEATURE_EXTRACTOR}/features.npz"),
    output:
        sampling=f"{RUN}/metrics/sampling.csv",
        interpolation=f"{RUN}/metrics/interpolation.csv",
        record=f"{RUN}/records/evaluate_real_images.json",
    log:
        run_log("evaluate_real_images"),
    wildcard_constraints:
        model="real",
        held_out="none",
    localrule: True
    params:
        *code("evaluate_real_images"),
        evaluation=setting("evaluation", "sampling", "interpolation"),
    message:
        "{wildcards.dataset}: real images in place of generated ones, seed {wildcards.seed}"
    script:
        "../scripts/evaluate_real_images.py"


# Paths from image to image without an autoencoder.
rule cross_fade:
    input:
        images=f"{DATA}/images.npy",
        labels=if_labelled(f"{DATA}/labels.npy"),
        split=split_of_run,
        feature_extractor=if_labelled(f"{FEATURE_EXTRACTOR}/weights.safetensors"),
        features=if_labelled(f"{FEATURE_EXTRACTOR}/features.npz"),
    output:
        metrics=f"{RUN}/metrics/interpolation.csv",
        record=f"{RUN}/records/cross_fade.json",
    log:
        run_log("cross_fade"),
    wildcard_constraints:
        model="cross_fade",
        held_out="none",
    resources:
        **NETWORK,
    params:
        *code("cross_fade"),
        evaluation=setting("evaluation", "sampling", "interpolation"),
    message:
        "{wildcards.dataset}: cross-fading pairs of images, seed {wildcards.seed}"
    script:
        "../scripts/cross_fade.py"
