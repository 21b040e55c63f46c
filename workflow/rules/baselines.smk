# What gives the scores of the autoencoders a scale. From their weights or codes on, baselines are evaluated as the others.
rule fit_pca:
    input:
        images=f"{DATA}/images.npy",
        split=SPLIT,
    output:
        weights=f"{RUN}/weights.safetensors",
        record=f"{RUN}/records/fit_pca.json",
    log:
        run_log("fit_pca"),
    wildcard_constraints:
        model="pca",
    threads: 1
    resources:
        **NETWORK,
    params:
        *code("fit_pca"),
        autoencoder=code_of_class,
        network=network_of,
        padding=data_setting("padding"),
    message:
        "{wildcards.dataset}: fitting PCA, d = {wildcards.latent_dim}, class left out: {wildcards.held_out}, seed {wildcards.seed}"
    script:
        "../scripts/fit_pca.py"


rule initialise_untrained:
    input:
        images=f"{DATA}/images.npy",
        split=SPLIT,
    output:
        weights=f"{RUN}/weights.safetensors",
        record=f"{RUN}/records/initialise_untrained.json",
    log:
        run_log("initialise_untrained"),
    wildcard_constraints:
        model="untrained",
    threads: 1
    resources:
        **NETWORK,
    params:
        *code("initialise_untrained"),
        autoencoder=code_of_class,
        network=network_of,
        padding=data_setting("padding"),
    message:
        "{wildcards.dataset}: drawing the weights of the untrained network, seed {wildcards.seed}"
    script:
        "../scripts/initialise_untrained.py"


rule encode_pixels:
    input:
        images=f"{DATA}/images.npy",
        split=SPLIT,
    output:
        codes=f"{RUN}/codes.npz",
        record=f"{RUN}/records/encode_pixels.json",
    log:
        run_log("encode_pixels"),
    wildcard_constraints:
        model="pixels",
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("encode_pixels"),
    message:
        "{wildcards.dataset}: taking raw pixels for codes, seed {wildcards.seed}"
    script:
        "../scripts/encode_pixels.py"


rule copy_images:
    input:
        images=f"{DATA}/images.npy",
        labels=f"{DATA}/labels.npy",
        split=SPLIT,
    output:
        metrics=f"{RUN}/metrics/perfect_copy.csv",
        record=f"{RUN}/records/copy_images.json",
    log:
        run_log("copy_images"),
    wildcard_constraints:
        model="real",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("copy_images"),
    message:
        "{wildcards.dataset}: scores of perfect copies, class left out: {wildcards.held_out}, seed {wildcards.seed}"
    script:
        "../scripts/copy_images.py"
