# The eye that generated images are seen with: trained once for a data set, on all images outside the test set.
rule train_classifier:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        origin=f"{DATA}/dataset.json",
    output:
        weights=f"{CLASSIFIER}/weights.safetensors",
        features=f"{CLASSIFIER}/features.npz",
        note=f"{CLASSIFIER}/classifier.json",
        record=f"{RECORDS}/train_classifier.json",
    log:
        f"{LOGS}/train_classifier.log",
    priority: 1
    threads: 1
    resources:
        **NETWORK,
    params:
        *code("train_classifier"),
        evaluation=settings_of("classifier"),
    message:
        "{wildcards.dataset}: training the classifier that looks at generated images"
    script:
        "../scripts/train_classifier.py"


rule evaluate_generation:
    input:
        images=f"{DATA}/images.npy",
        labels=labels_of,
        split=SPLIT,
        weights=f"{CELL}/weights.safetensors",
        codes=f"{CELL}/codes.npz",
        classifier=of_classifier("weights.safetensors"),
        features=of_classifier("features.npz"),
    output:
        sampling=f"{CELL}/metrics/sampling.csv",
        interpolation=f"{CELL}/metrics/interpolation.csv",
        mixture_samples=f"{CELL}/mixture_samples.npz",
        record=f"{CELL}/records/evaluate_generation.json",
    log:
        cell_log("evaluate_generation"),
    wildcard_constraints:
        model=one_of([*config["autoencoders"], "pca"]),
        left_out="none",
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
        features=of_classifier("features.npz"),
    output:
        sampling=f"{CELL}/metrics/sampling.csv",
        interpolation=f"{CELL}/metrics/interpolation.csv",
        record=f"{CELL}/records/evaluate_real_images.json",
    log:
        cell_log("evaluate_real_images"),
    wildcard_constraints:
        model="real",
        left_out="none",
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
