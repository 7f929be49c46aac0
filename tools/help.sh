# Sourced first by the scripts beside it: prints the comment that a script begins with, and ends, where --help is asked for.
for argument in "$@"; do
  case $argument in
  -h | --help)
    awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"
    exit 0
    ;;
  esac
done
