#!/usr/bin/env bash
# Lets promtool read everything of deploy/ that Prometheus will: rules, scrape configuration, the queries of the boards; and
# runs the tests of the alerts. Part of `./dev lint`.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

queries=$(mktemp --suffix=.yaml)
trap 'rm -f "$queries"' EXIT
python3 -B tools/observability.py >"$queries"

promtool check config deploy/prometheus/prometheus.yaml
promtool check rules "$queries"
promtool test rules deploy/prometheus/keel-rules_test.yaml
