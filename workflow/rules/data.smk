rule prepare_dataset:
    output:
        images=DATA + "/images.npy",
        labels=DATA + "/labels.npy",
        record=DATA + "/dataset.json",
    params:
        source=data_setting("source"),
        padding=data_setting("padding"),
        timeout=config["download"]["timeout"],
    log:
        LOGS + "/prepare_dataset.log",
    message:
        "{wildcards.dataset}: fetching and verifying the images"
    script:
        "../scripts/prepare_dataset.py"


rule split_dataset:
    input:
        labels=DATA + "/labels.npy",
        record=DATA + "/dataset.json",
    output:
        split=SPLIT,
    params:
        validation=data_setting("validation"),
        labelled=data_setting("labelled"),
    log:
        LOGS + "/split_dataset/without-{left_out}_seed{seed}.log",
    message:
        "{wildcards.dataset}: splitting, class left out: {wildcards.left_out}, seed {wildcards.seed}"
    script:
        "../scripts/split_dataset.py"
