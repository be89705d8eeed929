local REMOVED = {
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-allow-methods",
  "access-control-allow-headers",
  "access-control-expose-headers",
  "access-control-max-age",
  "access-control-allow-private-network",
}

local function policy_of(metadata)
  local found = metadata:get(RULES) or {}
  local number = (found[RULE] or ""):match("policy (%d+)$")
  return number and POLICIES[tonumber(number) + 1]
end

-- What an origin is told; nil where it is refused.
local function told(policy, origin, matched)
  if not origin then
    return policy.without
  end
  if #origin < 1 or #origin > LONGEST_ORIGIN or origin:find("[^!-+%-.-~]") then
    return nil
  end
  if policy.any then
    return policy.told_to_any or origin
  end
  local lowered = origin:lower()
  if policy.exact[lowered] then
    return lowered
  end
  for _, expression in ipairs(policy.expressions) do
    if matched[expression] == MATCHED then
      return origin
    end
  end
end

local function granted_methods(policy, asked)
  if policy.methods[asked] then
    return policy.listed
  end
  return policy.any_method and asked:find(TOKEN) and asked or nil
end

-- The names that are allowed, each once.
local function granted_names(policy, headers, matched)
  local allowed = {}
  for _, expression in ipairs(policy.name_expressions) do
    for name in (matched[expression] or ""):gmatch("%[([^%]]+)%]") do
      allowed[name] = true
    end
  end
  local names, listed = {}, {}
  for _, name in ipairs(asked_names(headers)) do
    if policy.any_name or policy.names[name:lower()] or allowed[name] then
      names[name] = true
    end
  end
  for name in pairs(names) do
    listed[#listed + 1] = name
  end
  table.sort(listed)
  return #listed > 0 and table.concat(listed, ", ") or nil
end

local function answer(policy, headers, asked, matched)
  local origin = only(headers, ORIGIN)
  local allow_origin = told(policy, origin, matched)
  local said, state = {}, "refused"
  if allow_origin then
    state = asked and "preflight" or origin and "actual" or "plain"
    said["access-control-allow-origin"] = allow_origin
    if origin and only(headers, "access-control-request-private-network") == "true" then
      said["access-control-allow-private-network"] = policy.private_network
    end
    if asked then
      local methods = granted_methods(policy, asked)
      if methods then
        said["access-control-allow-methods"] = methods
        said["access-control-allow-headers"] = granted_names(policy, headers, matched)
      else
        state = "method"
      end
    end
  end
  for name, value in pairs(policy.answers[state]) do
    said[name] = value
  end
  return said
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local metadata = handle:streamInfo():dynamicMetadata()
  if MATCHES_NAMES then
    headers:remove(NAMES)
  end
  local policy = policy_of(metadata)
  if not policy then
    return
  end
  local asked = asked_method(headers)
  metadata:set(NAMESPACE, "said", answer(policy, headers, asked, metadata:get(NAMESPACE) or {}))
  if asked then
    handle:respond({[":status"] = "200"}, "")
  end
end

local function add_vary(headers, names)
  local named, missing = {}, {}
  for name in (headers:get("vary") or ""):lower():gmatch("[^, \t]+") do
    named[name] = true
  end
  for name in names:gmatch("[^, ]+") do
    if not named[name:lower()] then
      missing[#missing + 1] = name
    end
  end
  if #missing > 0 and not named["*"] then
    headers:add("vary", table.concat(missing, ", "))
  end
end

function envoy_on_response(handle)
  local headers = handle:headers()
  for _, name in ipairs(REMOVED) do
    headers:remove(name)
  end
  local found = handle:streamInfo():dynamicMetadata():get(NAMESPACE) or {}
  for name, value in pairs(found.said or {}) do
    if name == "vary" then
      add_vary(headers, value)
    else
      headers:add(name, value)
    end
  end
end
