# The eye that generated images are seen with: trained once for a data set, on all images outside the test set.
rule train_feature_extractor:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        origin=f"{DATA}/dataset.json",
    output:
        weights=f"{FEATURE_EXTRACTOR}/weights.safetensors",
        features=f"{FEATURE_EXTRACTOR}/features.npz",
        note=f"{FEATURE_EXTRACTOR}/feature_extractor.json",
        record=f"{RECORDS}/train_feature_extractor.json",
    log:
        f"{LOGS}/train_feature_extractor.log",
    priority: 1
    threads: 1
    resources:
        **NETWORK,
    params:
        *code("train_feature_extractor"),
        evaluation=settings_of("feature_extractor"),
    message:
        "{wildcards.dataset}: training the classifier that looks at generated images"
    script:
        "../scripts/train_feature_extractor.py"


rule evaluate_generation:
    input:
        images=f"{DATA}/images.npy",
        labels=labels_of,
        split=SPLIT,
        weights=f"{RUN}/weights.safetensors",
        codes=f"{RUN}/codes.npz",
        classifier=of_feature_extractor("weights.safetensors"),
        features=of_feature_extractor("features.npz"),
    output:
        sampling=f"{RUN}/metrics/sampling.csv",
        interpolation=f"{RUN}/metrics/interpolation.csv",
        mixture_samples=f"{RUN}/mixture_samples.npz",
        record=f"{RUN}/records/evaluate_generation.json",
    log:
        run_log("evaluate_generation"),
    wildcard_constraints:
        model=one_of([*config["autoencoders"], "pca"]),
        held_out="none",
    threads: 1
    resources:
        **NETWORK,
        **IN_TURN,
    params:
        *code("evaluate_generation"),
        autoencoder=code_of_class,
        network=network_of,
        evaluation=settings_of("sampling", "interpolation"),
    message:
        "{wildcards.dataset}: images made up by {wildcards.model}, d = {wildcards.latent_dim}, seed {wildcards.seed}"
    script:
        "../scripts/evaluate_generation.py"


rule evaluate_real_images:
    input:
        images=f"{DATA}/images.npy",
        labels=labels_of,
        split=SPLIT,
        features=of_feature_extractor("features.npz"),
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
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("evaluate_real_images"),
        evaluation=settings_of("sampling", "interpolation"),
    message:
        "{wildcards.dataset}: real images in place of made up ones, seed {wildcards.seed}"
    script:
        "../scripts/evaluate_real_images.py"
