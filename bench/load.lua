-- Sends the requests of a data file (the first argument) in random order, and prints what was counted as JSON.
local texts = {}

function init(args)
  math.randomseed(os.time())
  for i, request in ipairs(dofile(args[1])) do
    texts[i] = wrk.format(request.method, request.path, request.headers, request.body)
  end
end

function request()
  return texts[math.random(#texts)]
end

function done(summary)
  local e = summary.errors
  io.write(string.format(
    '\nCOUNTED {"answers": %d, "seconds": %f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout
  ))
end
