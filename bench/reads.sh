#!/usr/bin/env bash
# Reads beside nginx that hands out files with the same bytes: wrk -t1 -c64, rounds in turn, medians.
# usage: bench/reads.sh [ROUNDS]      needs build/stoa, and the packages nginx-light and wrk
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5}
seconds=3
work=$(mktemp -d)
stoa_port=18081 nginx_port=18082
# Not "build/stoa" itself: a rebuild must not pull it from under a running measurement.
cp build/stoa "$work/stoa"
"$work/stoa" serve --listen 127.0.0.1:$stoa_port --data "$work/data" --limits off --log-level warn 2>"$work/log" &
stoa=$!
trap 'kill $stoa; nginx -p "$work" -c "$work/nginx.conf" -s stop 2>/dev/null; wait; rm -rf "$work"' EXIT

until curl -sf -o /dev/null 127.0.0.1:$stoa_port/readyz; do sleep 0.1; done
echo 'members of a benchmark' | /usr/bin/python3 tools/sample.py --to http://127.0.0.1:$stoa_port >/dev/null

posts=/api/v1/posts
mkdir -p "$work/www"
curl -s "127.0.0.1:$stoa_port$posts/7" >"$work/www/post"
curl -s "127.0.0.1:$stoa_port$posts?limit=25" >"$work/www/list"
cat >"$work/nginx.conf" <<CONF
worker_processes 2;
pid $work/nginx.pid;
error_log $work/nginx.log;
events {}
http {
    access_log off;
    keepalive_requests 1000000000;
    open_file_cache max=10;
    default_type application/json;
    server { listen 127.0.0.1:$nginx_port reuseport; root $work/www; }
}
CONF
nginx -p "$work" -c "$work/nginx.conf"

rate() { wrk -t1 -c64 -d${seconds}s "$1" | awk '/^Requests\/sec/ {print int($2)}'; }
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

for what in post list; do
    path=$posts/7
    [ $what = list ] && path="$posts?limit=25"
    for _ in $(seq "$rounds"); do
        rate "http://127.0.0.1:$stoa_port$path" >>"$work/stoa.$what"
        rate "http://127.0.0.1:$nginx_port/$what" >>"$work/nginx.$what"
    done
    ours=$(median <"$work/stoa.$what") theirs=$(median <"$work/nginx.$what")
    printf '%-5s %6d bytes   stoa %7d/s   nginx %7d/s   ratio %s\n' $what "$(stat -c %s "$work/www/$what")" \
        "$ours" "$theirs" "$(awk "BEGIN {printf \"%.2f\", $ours / $theirs}")"
done
