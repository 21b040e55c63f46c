# The network is run once; the evaluations use the arrays that it leaves.
rule apply_autoencoder:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        split=split_of_run,
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
        model=one_of(NETWORKS),
    resources:
        **NETWORK,
    params:
        *code("apply_autoencoder"),
        autoencoder=class_code(setting("network")),
        evaluation=setting("evaluation", "reconstruction", "sampling", "interpolation"),
    message:
        f"{{wildcards.dataset}}: applying {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/apply_autoencoder.py"


# With a class held out, this is measured of trials alone; `detect_anomalies` measures the reconstruction of others.
rule evaluate_reconstruction:
    input:
        reconstruction=f"{RUN}/reconstruction.npz",
        codes=f"{RUN}/codes.npz",
    output:
        metrics=f"{RUN}/metrics/reconstruction.csv",
        scores=f"{RUN}/image_scores/reconstruction.npz",
        record=f"{RUN}/records/evaluate_reconstruction.json",
    log:
        run_log("evaluate_reconstruction"),
    wildcard_constraints:
        model=one_of(NETWORKS),
    resources:
        **IN_TURN,
    params:
        *code("evaluate_reconstruction"),
    message:
        f"{{wildcards.dataset}}: reconstruction of {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/evaluate_reconstruction.py"


rule evaluate_generation:
    input:
        images=f"{DATA}/images.npy",
        labels=if_labelled(f"{DATA}/labels.npy"),
        split=split_of_run,
        weights=f"{RUN}/weights.safetensors",
        codes=f"{RUN}/codes.npz",
        feature_extractor=if_labelled(f"{FEATURE_EXTRACTOR}/weights.safetensors"),
        features=if_labelled(f"{FEATURE_EXTRACTOR}/features.npz"),
    output:
        sampling=f"{RUN}/metrics/sampling.csv",
        interpolation=f"{RUN}/metrics/interpolation.csv",
        mixture_samples=f"{RUN}/mixture_samples.npz",
        record=f"{RUN}/records/evaluate_generation.json",
    log:
        run_log("evaluate_generation"),
    wildcard_constraints:
        model=one_of(NETWORKS),
        held_out="none",
    resources:
        **NETWORK,
        **IN_TURN,
    params:
        *code("evaluate_generation"),
        autoencoder=class_code(setting("network")),
        evaluation=setting("evaluation", "sampling", "interpolation"),
    message:
        f"{{wildcards.dataset}}: samples and interpolations of {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/evaluate_generation.py"


rule map_latent_codes:
    input:
        codes=f"{RUN}/codes.npz",
    output:
        map=f"{RUN}/latent_map.npz",
        record=f"{RUN}/records/map_latent_codes.json",
    log:
        run_log("map_latent_codes"),
    priority: 1
    resources:
        **NETWORK,
        **IN_TURN,
    params:
        *code("map_latent_codes"),
        evaluation=setting("evaluation", "latent_map"),
    message:
        f"{{wildcards.dataset}}: mapping the codes of {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/map_latent_codes.py"


rule measure_latent_structure:
    input:
        codes=f"{RUN}/codes.npz",
        images=f"{DATA}/images.npy",
        labels=if_labelled(f"{DATA}/labels.npy"),
        split=split_of_run,
    output:
        metrics=f"{RUN}/metrics/latent_structure.csv",
        scores=f"{RUN}/image_scores/latent_structure.npz",
        record=f"{RUN}/records/measure_latent_structure.json",
    log:
        run_log("measure_latent_structure"),
    resources:
        **NETWORK,
        **IN_TURN,
    params:
        *code("measure_latent_structure"),
        evaluation=setting("evaluation", "latent_structure"),
    message:
        f"{{wildcards.dataset}}: latent structure of {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/measure_latent_structure.py"


rule measure_rate:
    input:
        images=f"{DATA}/images.npy",
        split=split_of_run,
        weights=f"{RUN}/weights.safetensors",
        codes=f"{RUN}/codes.npz",
    output:
        metrics=f"{RUN}/metrics/rate.csv",
        record=f"{RUN}/records/measure_rate.json",
    log:
        run_log("measure_rate"),
    wildcard_constraints:
        model=one_of(NETWORKS),
        held_out="none",
    resources:
        **NETWORK,
        **IN_TURN,
    params:
        *code("measure_rate"),
        autoencoder=class_code(setting("network")),
        loss=setting("loss"),
        evaluation=setting("evaluation", "rate"),
    message:
        f"{{wildcards.dataset}}: rate and distortion of {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/measure_rate.py"


rule compare_codes:
    input:
        codes=plan.of_runs("codes.npz", "representation", paper=True, computed=True, own_seed=True),
    output:
        metrics=SIMILARITY,
        record=f"{RECORDS}/compare_codes_seed{{seed}}.json",
    log:
        f"{LOGS}/compare_codes/seed{{seed}}.log",
    localrule: True
    params:
        *code("compare_codes"),
        evaluation=setting("evaluation", "latent_structure"),
    message:
        "{wildcards.dataset}: comparing the codes of all autoencoders, seed {wildcards.seed}"
    script:
        "../scripts/compare_codes.py"


rule classify_codes:
    input:
        codes=f"{RUN}/codes.npz",
        labels=f"{DATA}/labels.npy",
        split=split_of_run,
    output:
        metrics=f"{RUN}/metrics/classification.csv",
        scores=f"{RUN}/image_scores/classification.npz",
        record=f"{RUN}/records/classify_codes.json",
    log:
        run_log("classify_codes"),
    wildcard_constraints:
        model=r"(?!(untrained|scratch|majority)/)\w+",
    resources:
        **NETWORK,
        **IN_TURN,
    params:
        *code("classify_codes"),
        evaluation=setting("evaluation", "classification", "probe"),
    message:
        f"{{wildcards.dataset}}: classifying the codes of {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/classify_codes.py"


rule detect_anomalies:
    input:
        reconstruction=f"{RUN}/reconstruction.npz",
        codes=f"{RUN}/codes.npz",
        labels=f"{DATA}/labels.npy",
        split=split_of_run,
    output:
        metrics=f"{RUN}/metrics/anomaly.csv",
        scores=f"{RUN}/image_scores/anomaly.npz",
        curves=f"{RUN}/roc_curves.csv",
        record=f"{RUN}/records/detect_anomalies.json",
    log:
        run_log("detect_anomalies"),
    wildcard_constraints:
        model=one_of(NETWORKS),
    resources:
        **IN_TURN,
    params:
        *code("detect_anomalies"),
    message:
        f"{{wildcards.dataset}}: detecting anomalies with {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/detect_anomalies.py"


# Where one class is normal, and all others are anomalies.
rule detect_defects:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        files=f"{DATA}/files.csv",
        masks=f"{DATA}/masks.npy",
        split=split_of_run,
        weights=f"{RUN}/weights.safetensors",
    output:
        metrics=f"{RUN}/metrics/defects.csv",
        scores=f"{RUN}/anomaly_scores.csv",
        worst=f"{RUN}/worst_anomalies.npz",
        record=f"{RUN}/records/detect_defects.json",
    log:
        run_log("detect_defects"),
    wildcard_constraints:
        model=one_of(NETWORKS),
        held_out="none",
    resources:
        **NETWORK,
        **IN_TURN,
    params:
        *code("detect_defects"),
        autoencoder=class_code(setting("network")),
        settings=setting("defects"),
        class_names=setting("class_names"),
    message:
        f"{{wildcards.dataset}}: detecting anomalies with {{wildcards.model}}, seed {{wildcards.seed}}"
    script:
        "../scripts/detect_defects.py"


rule export_codes:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        origin=f"{DATA}/dataset.json",
        files=f"{DATA}/files.csv",
        split=split_of_run,
        weights=f"{RUN}/weights.safetensors",
    output:
        codes=f"{CODES}/{RUN_NAME}.parquet",
        record=f"{CODES}/records/{RUN_NAME}.json",
    log:
        run_log("export_codes"),
    wildcard_constraints:
        model=one_of(NETWORKS),
    resources:
        **NETWORK,
    params:
        *code("export_codes"),
        autoencoder=class_code(setting("network")),
        class_names=setting("class_names"),
    message:
        f"{{wildcards.dataset}}: exporting the codes of {{wildcards.model}}, {THIS_RUN}"
    script:
        "../scripts/export_codes.py"
