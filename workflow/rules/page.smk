# The page that all results are looked at on: made last, from numbers and saved arrays alone.
rule write_report:
    input:
        metrics=METRICS,
        claims="results/{dataset}/claims.csv",
        comparisons="results/{dataset}/comparisons.csv",
        images=f"{DATA}/images.npy",
        classes=f"{DATA}/labels.npy",
        origin=f"{DATA}/dataset.json",
        reconstructions=of_first_runs("reconstruction.npz", "representation", models=[*MODELS, "pca"]),
        samples=of_first_runs("samples.npz", "representation"),
        mixtures=of_first_runs("mixture_samples.npz", "representation", models=[*MODELS, "pca"]),
        interpolations=of_first_runs("interpolation.npz", "representation", models=[*MODELS, "pca"]),
        maps=of_first_runs("latent_map.npz", "representation"),
        anomaly_maps=of_first_runs("latent_map.npz", "anomaly"),
        roc_curves=of_runs("roc_curves.csv", "anomaly", models=[*MODELS, "pca"], computed=True),
        training_curves=of_runs("training_curve.csv", "representation"),
    output:
        page=report(
            "results/{dataset}/report.html",
            caption="../report/page.rst",
            category="Verdict",
            labels={"data set": "{dataset}", "table": "the whole bake-off"},
        ),
        record=f"{RECORDS}/write_report.json",
    log:
        f"{LOGS}/write_report.log",
    localrule: True
    threads: 1
    resources:
        **LIGHT,
    params:
        *code("write_report"),
        titles=list(TITLES.items()),
        failed=failed("representation", "anomaly"),
        class_names=class_names_of,
        held_out=lambda wildcards: (data_setting("anomaly")(wildcards) or {}).get("held_out", []),
        labelled=data_setting("labelled"),
        layerwise=[(name, config["autoencoders"][name]["training"]["layerwise"]) for name in sorted(STACKED)],
        confidence=config["claims"]["confidence"],
    message:
        "{wildcards.dataset}: writing the report"
    script:
        "../scripts/write_report.py"
