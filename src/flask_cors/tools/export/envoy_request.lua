-- The path as the app sees it, below its root; "" where no policy speaks.
local function seen_path(raw)
  local path = raw:match("^[^?]*"):gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end)
  if not EVERYWHERE and (path:find("/%.%.?/") or path:find("/%.%.?$") or path:find("%z")) then
    return "" -- of NUL, and what is behind it, Envoy keeps nothing
  end
  if path:sub(1, #ROOT) ~= ROOT or not (path .. "/"):find("^/", #ROOT + 1) then
    return ""
  end
  path = "/" .. path:sub(#ROOT + 1):gsub("^/+", "")
  return #path <= LONGEST_PATH and path or ""
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local asked = asked_method(headers)
  local method = asked or headers:get(":method")
  local seen = handle:streamInfo():dynamicMetadata()
  seen:set(NAMESPACE, "path", seen_path(headers:get(":path") or ""))
  seen:set(NAMESPACE, "method", method:find(TOKEN) and method:upper() or ",")
  seen:set(NAMESPACE, "preflight", asked and "yes" or "no")
  seen:set(NAMESPACE, "two bytes", "\195\169") -- to whom reads characters, they are one
  seen:set(RULES, RULE, "") -- there may be that of another app, whose filters stand before these
  if MATCHES_NAMES then
    headers:remove(NAMES)
    local names = asked and asked_names(headers) or {}
    if #names > 0 then
      headers:add(NAMES, "(" .. table.concat(names, ")(") .. ")")
    end
  end
end
