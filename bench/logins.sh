#!/usr/bin/env bash
# Log-ins a second, and what a flood of them does to who reads: GET /posts/{id} with and without, rounds in turn, medians.
# The passwords are hashed at the cost that is shipped; the flood is 64 clients that guess, with the limits off: what stops
# a guesser otherwise is not what is measured.
# usage: bench/logins.sh [ROUNDS]      needs build/stoa and the package wrk
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5}
seconds=4
work=$(mktemp -d)
port=18083
api=http://127.0.0.1:$port/api/v1
cp build/stoa "$work/stoa"
"$work/stoa" serve --listen 127.0.0.1:$port --data "$work/data" --limits off --log-level warn 2>"$work/log" &
stoa=$!
trap 'kill $stoa; wait; rm -rf "$work"' EXIT
until curl -sf -o /dev/null 127.0.0.1:$port/readyz; do sleep 0.1; done

json='Content-Type: application/json'
curl -s -o /dev/null $api/users -H "$json" -d '{"username": "ada", "email": "ada@example.org", "password": "correct horse battery"}'
token=$(curl -s $api/tokens -H "$json" -d '{"username": "ada", "password": "correct horse battery"}' |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl -s -o /dev/null $api/posts -H "$json" -H "Authorization: Bearer $token" \
    -d '{"title": "What are you reading?", "text": "I have just begun Middlemarch.", "community": "books"}'

log_in() { # PASSWORD: a script for wrk
    printf 'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = [[{"username": "ada", "password": "%s"}]]\n' "$1"
}
log_in 'correct horse battery' >"$work/right.lua"
log_in 'wrong horse battery' >"$work/wrong.lua"

median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
microseconds() { sed 's/us$//; t; s/ms$/ 1000/; t; s/s$/ 1000000/' | awk '{print int($1 * ($2 ? $2 : 1))}'; }
read_posts() { # NAME: notes requests a second and p99
    wrk -t1 -c16 -d${seconds}s --latency $api/posts/1 -H "Authorization: Bearer $token" >"$work/out"
    awk '/^Requests\/sec/ {print int($2)}' "$work/out" >>"$work/$1.rate"
    awk '/^ *99%/ {print $2}' "$work/out" | microseconds >>"$work/$1.p99"
}

until_no_hash_waits() { until curl -s 127.0.0.1:$port/metrics | grep -q '^stoa_password_hashes_waiting 0'; do sleep 0.2; done; }

for _ in $(seq "$rounds"); do
    until_no_hash_waits
    wrk -t1 -c4 -d${seconds}s -s "$work/right.lua" $api/tokens | awk '/^Requests\/sec/ {print $2}' >>"$work/logins"
    read_posts alone
    wrk -t1 -c64 -d$((seconds + 2))s -s "$work/wrong.lua" $api/tokens >"$work/flood" &
    flood=$!
    sleep 1
    read_posts beside
    wait $flood
done
printf 'log-ins                          %8.1f/s\n' "$(median <"$work/logins")"
for name in alone beside; do
    printf 'GET /posts/{id} %-16s %8d/s   p99 %6d us\n' $name "$(median <"$work/$name.rate")" "$(median <"$work/$name.p99")"
done
printf 'ratio beside/alone: rate %s, p99 %s\n' \
    "$(awk "BEGIN {printf \"%.2f\", $(median <"$work/beside.rate") / $(median <"$work/alone.rate")}")" \
    "$(awk "BEGIN {printf \"%.2f\", $(median <"$work/beside.p99") / $(median <"$work/alone.p99")}")"
