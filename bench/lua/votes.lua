-- Votes in the names of many, no two alike. Arguments: a file with the line "USERNAME TOKEN" of an admin; the first
-- vote's number; posts; voters. raw.c takes the same walk.
dofile(os.getenv("BENCH_LUA") .. "/report.lua")

local headers, number, posts, users

function init(arguments)
    local token = io.open(arguments[1]):read("*a"):match("%S+ (%S+)\n")
    headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token}
    number, posts, users = tonumber(arguments[2]), tonumber(arguments[3]), tonumber(arguments[4])
end

function request()
    -- A post comes again after all the others, with another voter. 7919 is prime: the posts come in no order.
    local post = number % posts * 7919 % posts + 1
    local user = (number + math.floor(number / posts)) % users
    local direction = number % 4 ~= 0 and "up" or "down"
    number = number + 1
    return wrk.format("POST", "/api/v1/votes", headers, string.format(
        '{"post_id":%d,"direction":"%s","username":"voter%05d"}', post, direction, user))
end
