-- Makes posts, each as the next of the accounts. Arguments: a file of lines "USERNAME TOKEN"; the first post's number.
dofile(os.getenv("BENCH_LUA") .. "/report.lua")

local writers, number = {}, 0
local text = string.rep("w", 400)

function init(arguments)
    for username, token in io.open(arguments[1]):read("*a"):gmatch("(%S+) (%S+)\n") do
        writers[#writers + 1] = {username, {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token}}
    end
    number = tonumber(arguments[2])
end

function request()
    number = number + 1
    local writer = writers[number % #writers + 1]
    return wrk.format("POST", "/api/v1/posts", writer[2], string.format(
        '{"title":"What are you reading this week, number %d?","text":"%s","community":"books","username":"%s"}',
        number, text, writer[1]))
end
