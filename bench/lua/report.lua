-- What wrk measured, in a line that a program can read. The other scripts load this one; alone it is for a fixed URL.
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format("MEASURED requests=%d us=%d refused=%d broken=%d p50=%d p99=%d p999=%d\n",
        summary.requests, summary.duration, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
