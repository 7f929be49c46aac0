#!/usr/bin/env bash
# A region as a Slurm job array: each task does its share of the tiles, with a journal of its own; a last job, which
# waits for all of them, ties the tiles together.
#
#   JOB=county.json OUT=county sbatch --array=0-15 tools/cluster/slurm.sh
#   JOB=county.json OUT=county sbatch --dependency=afterany:JOBID tools/cluster/slurm.sh finish
#
# A task that is killed or runs out of time goes on where it was when the same array is submitted again. The folder
# OUT must be on a file system that all nodes see. OPTIONS are handed on, such as "--workers 8 --memory-limit 12G".
#SBATCH --job-name=terramask-region
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=08:00:00
#SBATCH --requeue
#SBATCH --signal=TERM@60
set -euo pipefail
# sbatch runs a copy of this file from elsewhere, so that nothing beside it can be used.
case "${1:-}" in -h | --help)
  awk 'NR > 1 { if (!/^#/) exit; if (!/^#SBATCH/) { sub(/^# ?/, ""); print } }' "$0"
  exit 0
  ;;
esac

: "${JOB:?name the job file: JOB=county.json}"
: "${OUT:?name the output folder: OUT=county}"
read -r -a options <<<"${OPTIONS:-}"

if [ "${1:-}" = finish ]; then
  exec terramask region --finish -o "$OUT"
fi

: "${SLURM_ARRAY_TASK_ID:?submit it as an array: sbatch --array=0-15}"
# Arrays may begin at any number; shards count from 1.
shard=$((SLURM_ARRAY_TASK_ID - ${SLURM_ARRAY_TASK_MIN:-0} + 1))
exec terramask region "$JOB" -o "$OUT" --resume --shard "$shard/${SLURM_ARRAY_TASK_COUNT:?}" "${options[@]}"
