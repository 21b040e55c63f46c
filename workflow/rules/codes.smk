# The latent codes of all images of a data set, for use elsewhere.
rule export_codes:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        origin=f"{DATA}/dataset.json",
        split=SPLIT,
        weights=f"{RUN}/weights.safetensors",
    output:
        codes=f"{CODES}/{RUN_NAME}.parquet",
        record=f"{CODES}/records/{RUN_NAME}.json",
    log:
        run_log("export_codes"),
    wildcard_constraints:
        model=one_of([*config["autoencoders"], "pca", "untrained"]),
    threads: 1
    resources:
        **NETWORK,
    params:
        *code("export_codes"),
        autoencoder=code_of_class,
        network=network_of,
        class_names=class_names_of,
    message:
        "{wildcards.dataset}: codes of all images by {wildcards.model}, d = {wildcards.latent_dim}, class left out: {wildcards.held_out}, seed {wildcards.seed}"
    script:
        "../scripts/export_codes.py"
