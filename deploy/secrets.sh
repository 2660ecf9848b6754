#!/bin/sh
# Makes the secrets of docker-compose.yml that are missing, in deploy/secrets (never committed). Run again it changes nothing;
# to rotate one, delete its files and those that hold it too (docs/operate.md).
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 700 secrets
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
# Containers read them as users of their own: the folder keeps others out.
keep() { [ -s "secrets/$1" ] || { printf '%s\n' "$2" >"secrets/$1"; chmod 644 "secrets/$1"; echo "made secrets/$1"; }; }
keep postgres_password "$(random)"
keep database_url "postgresql://lumbung:$(cat secrets/postgres_password)@postgres:5432/app"
keep clickhouse_password "$(random)"
keep clickhouse_url "http://lumbung:$(cat secrets/clickhouse_password)@clickhouse:8123"
keep clickhouse.xml "<clickhouse><lumbung_password>$(cat secrets/clickhouse_password)</lumbung_password><cluster_secret>$(random)</cluster_secret></clickhouse>"
keep redis_password "$(random)"
keep redis_url "redis://:$(cat secrets/redis_password)@redis:6379"
keep redis.conf "requirepass $(cat secrets/redis_password)"
keep auth_secret "$(random)"
keep grafana_password "$(random)"
