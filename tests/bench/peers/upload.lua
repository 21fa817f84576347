-- wrk: a POST with a body of as many bytes as the first argument says.
function init(args)
    wrk.method = "POST"
    wrk.body = string.rep("x", tonumber(args[1]))
    wrk.headers["Content-Type"] = "application/octet-stream"
    request_text = wrk.format()
end
function request()
    return request_text
end
