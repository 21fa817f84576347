-- wrk: one path a request, in turn, from the file that the first argument names.
local requests = {}
local next = 0
function init(args)
    for path in io.lines(args[1]) do
        requests[#requests + 1] = wrk.format("GET", path)
    end
end
function request()
    next = next % #requests + 1
    return requests[next]
end
