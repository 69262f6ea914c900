-- GETs the paths that are the lines of a file, one after the other, over and over. Arguments: FILE.
dofile(os.getenv("BENCH_LUA") .. "/report.lua")

local requests, next_request = {}, 0

function init(arguments)
    for path in io.lines(arguments[1]) do
        -- Made beforehand: wrk has one core, and making them would be a good part of it.
        requests[#requests + 1] = wrk.format("GET", path)
    end
end

function request()
    next_request = next_request % #requests + 1
    return requests[next_request]
end
