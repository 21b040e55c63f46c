# The network is run once for each cell; the evaluations work on the arrays that it leaves.
rule apply_autoencoder:
    input:
        images=DATA + "/images.npy",
        labels=DATA + "/labels.npy",
        split=SPLIT,
        weights=CELL + "/weights.safetensors",
    output:
        codes=CELL + "/codes.npz",
        reconstruction=CELL + "/reconstruction.npz",
        samples=CELL + "/samples.npz",
        interpolation=CELL + "/interpolation.npz",
    params:
        network=network_of,
        reconstruction=settings_of("reconstruction"),
        sampling=settings_of("sampling"),
        interpolation=settings_of("interpolation"),
    log:
        cell_log("apply_autoencoder"),
    threads: 1
    resources:
        mem_mb=1000,
    message:
        "{wildcards.dataset}: running {wildcards.model}, d = {wildcards.latent_dim}, class left out: {wildcards.left_out}, seed {wildcards.seed}"
    script:
        "../scripts/apply_autoencoder.py"


rule evaluate_reconstruction:
    input:
        reconstruction=CELL + "/reconstruction.npz",
        codes=CELL + "/codes.npz",
    output:
        metrics=CELL + "/metrics/reconstruction.csv",
    log:
        cell_log("evaluate_reconstruction"),
    message:
        "{wildcards.dataset}: reconstruction error of {wildcards.model}, d = {wildcards.latent_dim}, seed {wildcards.seed}"
    script:
        "../scripts/evaluate_reconstruction.py"


rule map_latent_codes:
    input:
        codes=CELL + "/codes.npz",
    output:
        map=CELL + "/latent_map.npz",
    params:
        umap=settings_of("latent_structure"),
    log:
        cell_log("map_latent_codes"),
    threads: 1
    message:
        "{wildcards.dataset}: mapping the codes of {wildcards.model}, d = {wildcards.latent_dim}, seed {wildcards.seed}"
    script:
        "../scripts/map_latent_codes.py"


rule classify_codes:
    input:
        codes=CELL + "/codes.npz",
        labels=DATA + "/labels.npy",
        split=SPLIT,
    output:
        metrics=CELL + "/metrics/classification.csv",
    params:
        probe=settings_of("classification"),
    log:
        cell_log("classify_codes"),
    wildcard_constraints:
        model=one_of([*config["autoencoders"], "untrained"]),
    threads: 1
    message:
        "{wildcards.dataset}: classifying the codes of {wildcards.model}, seed {wildcards.seed}"
    script:
        "../scripts/classify_codes.py"


rule classify_from_scratch:
    input:
        images=DATA + "/images.npy",
        labels=DATA + "/labels.npy",
        split=SPLIT,
    output:
        metrics=CELL + "/metrics/classification.csv",
    params:
        network=network_of,
        probe=settings_of("classification"),
    log:
        cell_log("classify_from_scratch"),
    wildcard_constraints:
        model="scratch",
    threads: 1
    message:
        "{wildcards.dataset}: training encoder and classifier from scratch, seed {wildcards.seed}"
    script:
        "../scripts/classify_from_scratch.py"


rule detect_anomalies:
    input:
        reconstruction=CELL + "/reconstruction.npz",
        labels=DATA + "/labels.npy",
        split=SPLIT,
    output:
        metrics=CELL + "/metrics/anomaly.csv",
        curves=CELL + "/roc_curves.csv",
    log:
        cell_log("detect_anomalies"),
    message:
        "{wildcards.dataset}: finding class {wildcards.left_out} with {wildcards.model}, d = {wildcards.latent_dim}, seed {wildcards.seed}"
    script:
        "../scripts/detect_anomalies.py"
