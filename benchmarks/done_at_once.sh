#!/bin/sh
# A scheduler that costs nothing: whatever is submitted is done at once, with empty results, and Snakemake told so.
#   done_at_once.sh <output>... <jobscript>
for path; do
    case $path in
        */snakejob.*.sh) script=${path%.sh} ;;
        *) mkdir -p "$(dirname "$path")" && : > "$path" ;;
    esac
done
: > "$(dirname "$script")/${script##*.}.jobfinished"
echo "${script##*.}"
