# The network is run once for each cell; the evaluations work on the arrays that it leaves.
rule apply_autoencoder:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        split=SPLIT,
        weights=f"{CELL}/weights.safetensors",
    output:
        codes=f"{CELL}/codes.npz",
        reconstruction=f"{CELL}/reconstruction.npz",
        samples=f"{CELL}/samples.npz",
        interpolation=f"{CELL}/interpolation.npz",
        record=f"{CELL}/records/apply_autoencoder.json",
    log:
        cell_log("apply_autoencoder"),
    threads: 1
    resources:
        mem_mb=1000,
    params:
        *code("apply_autoencoder"),
        autoencoder=code_of_class,
        network=network_of,
        evaluation=settings_of("reconstruction", "sampling", "interpolation"),
    message:
        "{wildcards.dataset}: running {wildcards.model}, d = {wildcards.latent_dim}, class left out: {wildcards.left_out}, seed {wildcards.seed}"
    script:
        "../scripts/apply_autoencoder.py"


rule evaluate_reconstruction:
    input:
        reconstruction=f"{CELL}/reconstruction.npz",
        codes=f"{CELL}/codes.npz",
    output:
        metrics=f"{CELL}/metrics/reconstruction.csv",
        record=f"{CELL}/records/evaluate_reconstruction.json",
    log:
        cell_log("evaluate_reconstruction"),
    params:
        *code("evaluate_reconstruction"),
    message:
        "{wildcards.dataset}: reconstruction error of {wildcards.model}, d = {wildcards.latent_dim}, seed {wildcards.seed}"
    script:
        "../scripts/evaluate_reconstruction.py"


rule map_latent_codes:
    input:
        codes=f"{CELL}/codes.npz",
    output:
        map=f"{CELL}/latent_map.npz",
        record=f"{CELL}/records/map_latent_codes.json",
    log:
        cell_log("map_latent_codes"),
    priority: 1
    threads: 1
    resources:
        mem_mb=1000,
    params:
        *code("map_latent_codes"),
        evaluation=settings_of("latent_structure"),
    message:
        "{wildcards.dataset}: mapping the codes of {wildcards.model}, d = {wildcards.latent_dim}, seed {wildcards.seed}"
    script:
        "../scripts/map_latent_codes.py"


rule classify_codes:
    input:
        codes=f"{CELL}/codes.npz",
        labels=f"{DATA}/labels.npy",
        split=SPLIT,
    output:
        metrics=f"{CELL}/metrics/classification.csv",
        record=f"{CELL}/records/classify_codes.json",
    log:
        cell_log("classify_codes"),
    wildcard_constraints:
        model=one_of(config["autoencoders"]),
    threads: 1
    resources:
        mem_mb=1000,
    params:
        *code("classify_codes"),
        evaluation=settings_of("classification"),
    message:
        "{wildcards.dataset}: classifying the codes of {wildcards.model}, seed {wildcards.seed}"
    script:
        "../scripts/classify_codes.py"


rule classify_baseline:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        split=SPLIT,
    output:
        metrics=f"{CELL}/metrics/classification.csv",
        record=f"{CELL}/records/classify_baseline.json",
    log:
        cell_log("classify_baseline"),
    wildcard_constraints:
        model="untrained|scratch",
    threads: 1
    resources:
        mem_mb=1000,
    params:
        *code("classify_baseline"),
        autoencoder=code_of_class,
        network=network_of,
        evaluation=settings_of("classification"),
    message:
        "{wildcards.dataset}: classifying with the baseline {wildcards.model}, seed {wildcards.seed}"
    script:
        "../scripts/classify_baseline.py"


rule detect_anomalies:
    input:
        reconstruction=f"{CELL}/reconstruction.npz",
        labels=f"{DATA}/labels.npy",
        split=SPLIT,
    output:
        metrics=f"{CELL}/metrics/anomaly.csv",
        curves=f"{CELL}/roc_curves.csv",
        record=f"{CELL}/records/detect_anomalies.json",
    log:
        cell_log("detect_anomalies"),
    params:
        *code("detect_anomalies"),
    message:
        "{wildcards.dataset}: finding class {wildcards.left_out} with {wildcards.model}, d = {wildcards.latent_dim}, seed {wildcards.seed}"
    script:
        "../scripts/detect_anomalies.py"
