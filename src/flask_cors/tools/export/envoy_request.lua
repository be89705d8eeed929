-- The path as the app sees it, below its root; "" if it has no policy.
local function seen_path(raw)
  local path = raw:match("^[^?]*"):gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end)
  if not HAS_ONE_POLICY and (path:find("/%.%.?/") or path:find("/%.%.?$") or path:find("%z")) then
    return "" -- Envoy keeps nothing of NUL and what follows it
  end
  if path:sub(1, #ROOT) ~= ROOT or not (path .. "/"):find("^/", #ROOT + 1) then
    return ""
  end
  path = "/" .. path:sub(#ROOT + 1):gsub("^/+", "")
  if not HAS_ONE_POLICY and path:find("//", 1, true) then
    return ""
  end
  return #path <= MAX_PATH and path or ""
end

-- The number of the rules to try, and what was found of the path: all of it, or how it begins.
local function look_up(path)
  if EXACT[path] then
    return EXACT[path], "=" .. path
  end
  local shape, key, segments = 0, "", 0
  for slash in path:gmatch("()/") do
    local beginning = path:sub(1, slash)
    if BEGINNINGS[beginning] then
      shape, key = BEGINNINGS[beginning], beginning
    end
    if segments == MAX_SEGMENTS then
      break
    end
    segments = segments + 1
  end
  return shape, key
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local requested = requested_method(headers)
  local method = requested or headers:get(":method")
  local notes = handle:streamInfo():dynamicMetadata()
  local path = seen_path(headers:get(":path") or "")
  local shape, key = look_up(path)
  notes:set(NAMESPACE, "path", path)
  notes:set(NAMESPACE, "shape", tostring(shape))
  notes:set(NAMESPACE, "key", key)
  notes:set(NAMESPACE, "other slash", path:match("^(.+)/$") or path .. "/")
  notes:set(NAMESPACE, "method", method:find(TOKEN) and method:upper() or ",")
  notes:set(NAMESPACE, "preflight", requested and "yes" or "no")
  notes:set(NAMESPACE, "two bytes", "\195\169") -- one character, if regexes match characters
  notes:set(RULES, RULE, "") -- another app's filters may stand before these
  if HAS_NAME_REGEXES then
    headers:remove(NAMES)
    local names = requested and requested_names(headers) or {}
    if #names > 0 then
      headers:add(NAMES, "(" .. table.concat(names, ")(") .. ")")
    end
  end
end
