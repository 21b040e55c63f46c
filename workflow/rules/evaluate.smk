# The network is run once for each run; the evaluations work on the arrays that it leaves.
rule apply_autoencoder:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        split=SPLIT,
        weights=f"{RUN}/weights.safetensors",
    output:
        codes=f"{RUN}/codes.npz",
        reconstruction=f"{RUN}/reconstruction.npz",
        samples=f"{RUN}/samples.npz",
        interpolation=f"{RUN}/interpolation.npz",
        record=f"{RUN}/records/apply_autoencoder.json",
    log:
        run_log("apply_autoencoder"),
    wildcard_constraints:
        model=one_of([*config["autoencoders"], "pca", "untrained"]),
    threads: 1
    resources:
        **NETWORK,
    params:
        *code("apply_autoencoder"),
        autoencoder=code_of_class,
        network=network_of,
        evaluation=settings_of("reconstruction", "sampling", "interpolation"),
    message:
        "{wildcards.dataset}: running {wildcards.model}, d = {wildcards.latent_dim}, class left out: {wildcards.held_out}, seed {wildcards.seed}"
    script:
        "../scripts/apply_autoencoder.py"


# With a class left out, `detect_anomalies` says how well the images are reconstructed, too: one job less a run.
rule evaluate_reconstruction:
    input:
        reconstruction=f"{RUN}/reconstruction.npz",
        codes=f"{RUN}/codes.npz",
    output:
        metrics=f"{RUN}/metrics/reconstruction.csv",
        record=f"{RUN}/records/evaluate_reconstruction.json",
    log:
        run_log("evaluate_reconstruction"),
    wildcard_constraints:
        held_out="none",
    threads: 1
    resources:
        **LIGHT,
        **IN_TURN,
    params:
        *code("evaluate_reconstruction"),
    message:
        "{wildcards.dataset}: how well {wildcards.model} reconstructs, d = {wildcards.latent_dim}, seed {wildcards.seed}"
    script:
        "../scripts/evaluate_reconstruction.py"


rule map_latent_codes:
    input:
        codes=f"{RUN}/codes.npz",
    output:
        map=f"{RUN}/latent_map.npz",
        record=f"{RUN}/records/map_latent_codes.json",
    log:
        run_log("map_latent_codes"),
    priority: 1
    threads: 1
    resources:
        **NETWORK,
        **IN_TURN,
    params:
        *code("map_latent_codes"),
        evaluation=settings_of("latent_map"),
    message:
        "{wildcards.dataset}: mapping the codes of {wildcards.model}, d = {wildcards.latent_dim}, seed {wildcards.seed}"
    script:
        "../scripts/map_latent_codes.py"


rule measure_latent_structure:
    input:
        codes=f"{RUN}/codes.npz",
        images=f"{DATA}/images.npy",
        labels=labels_of,
        split=SPLIT,
    output:
        metrics=f"{RUN}/metrics/latent_structure.csv",
        record=f"{RUN}/records/measure_latent_structure.json",
    log:
        run_log("measure_latent_structure"),
    threads: 1
    resources:
        **NETWORK,
        **IN_TURN,
    params:
        *code("measure_latent_structure"),
        evaluation=settings_of("latent_structure"),
    message:
        "{wildcards.dataset}: how the codes of {wildcards.model} lie, d = {wildcards.latent_dim}, seed {wildcards.seed}"
    script:
        "../scripts/measure_latent_structure.py"


rule compare_codes:
    input:
        codes=of_runs("codes.npz", "representation", own_seed=True),
    output:
        metrics="results/{dataset}/metrics/latent_similarity_seed{seed}.csv",
        record=f"{RECORDS}/compare_codes_seed{{seed}}.json",
    log:
        f"{LOGS}/compare_codes/seed{{seed}}.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("compare_codes"),
        evaluation=settings_of("latent_structure"),
    message:
        "{wildcards.dataset}: comparing the codes of all autoencoders, seed {wildcards.seed}"
    script:
        "../scripts/compare_codes.py"


rule classify_codes:
    input:
        codes=f"{RUN}/codes.npz",
        labels=f"{DATA}/labels.npy",
        split=SPLIT,
    output:
        metrics=f"{RUN}/metrics/classification.csv",
        record=f"{RUN}/records/classify_codes.json",
    log:
        run_log("classify_codes"),
    threads: 1
    resources:
        **NETWORK,
        **IN_TURN,
    params:
        *code("classify_codes"),
        evaluation=settings_of("classification", "probe"),
    message:
        "{wildcards.dataset}: classifying the codes of {wildcards.model}, seed {wildcards.seed}"
    script:
        "../scripts/classify_codes.py"


rule train_supervised_baseline:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        split=SPLIT,
    output:
        metrics=f"{RUN}/metrics/supervised_baseline.csv",
        record=f"{RUN}/records/train_supervised_baseline.json",
    log:
        run_log("train_supervised_baseline"),
    wildcard_constraints:
        model="untrained|scratch",
    threads: 1
    resources:
        **NETWORK,
    params:
        *code("train_supervised_baseline"),
        autoencoder=code_of_class,
        network=network_of,
        evaluation=settings_of("classification", "scratch"),
    message:
        "{wildcards.dataset}: classifying with the baseline {wildcards.model}, seed {wildcards.seed}"
    script:
        "../scripts/train_supervised_baseline.py"


rule detect_anomalies:
    input:
        reconstruction=f"{RUN}/reconstruction.npz",
        codes=f"{RUN}/codes.npz",
        labels=f"{DATA}/labels.npy",
        split=SPLIT,
    output:
        metrics=f"{RUN}/metrics/anomaly.csv",
        curves=f"{RUN}/roc_curves.csv",
        record=f"{RUN}/records/detect_anomalies.json",
    log:
        run_log("detect_anomalies"),
    threads: 1
    resources:
        **LIGHT,
        **IN_TURN,
    params:
        *code("detect_anomalies"),
    message:
        "{wildcards.dataset}: finding class {wildcards.held_out} with {wildcards.model}, d = {wildcards.latent_dim}, seed {wildcards.seed}"
    script:
        "../scripts/detect_anomalies.py"
