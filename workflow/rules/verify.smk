# Results that came without `.snakemake`: their records against today's code, settings and data.
rule verify:
    log:
        "results/verify.log",
    localrule: True
    params:
        today=jobs_today,
        made=files_made,
    message:
        "comparing all results with today's code, settings and data"
    script:
        "../scripts/verify.py"
