local REPLACED = {
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-allow-methods",
  "access-control-allow-headers",
  "access-control-expose-headers",
  "access-control-max-age",
  "access-control-allow-private-network",
}

local function policy_of(metadata)
  local rules = metadata:get(RULES) or {}
  local rule = rules[RULE] or ""
  local number, slot = rule:match("policy (%d+)$"), rule:match("slot %d+$")
  if slot then
    number = BY_SLOT[slot .. " " .. metadata:get(NAMESPACE).key]
  end
  return number and POLICIES[tonumber(number) + 1]
end

-- The value of Access-Control-Allow-Origin; nil for an origin that is refused.
local function allow_origin_for(policy, origin, matched)
  if not origin then
    return policy.value_without_origin
  end
  if #origin < 1 or #origin > MAX_ORIGIN_LENGTH or origin:find("[^!-+%-.-~]") then
    return nil
  end
  if policy.any then
    return policy.value_for_any or origin
  end
  local lowered = origin:lower()
  if policy.exact[lowered] then
    return lowered
  end
  for _, regex in ipairs(policy.regexes) do
    if matched[regex] == MATCHED then
      return origin
    end
  end
end

local function allow_methods_for(policy, requested)
  if policy.methods[requested] then
    return policy.allow_methods
  end
  return policy.any_method and requested:find(TOKEN) and requested or nil
end

-- The allowed names, each once.
local function allow_headers_for(policy, headers, matched)
  local allowed = {}
  for _, regex in ipairs(policy.name_regexes) do
    for name in (matched[regex] or ""):gmatch("%[([^%]]+)%]") do
      allowed[name] = true
    end
  end
  local names, listed = {}, {}
  for _, name in ipairs(requested_names(headers)) do
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

local function cors_headers(policy, headers, requested, matched)
  local origin = only(headers, ORIGIN)
  local allow_origin = allow_origin_for(policy, origin, matched)
  local cors, outcome = {}, "refused"
  if allow_origin then
    outcome = requested and "preflight" or origin and "actual" or "no-origin"
    cors["access-control-allow-origin"] = allow_origin
    if origin and only(headers, "access-control-request-private-network") == "true" then
      cors["access-control-allow-private-network"] = policy.private_network
    end
    if requested then
      local methods = allow_methods_for(policy, requested)
      if methods then
        cors["access-control-allow-methods"] = methods
        cors["access-control-allow-headers"] = allow_headers_for(policy, headers, matched)
      else
        outcome = "method-refused"
      end
    end
  end
  for name, value in pairs(policy.constant_headers[outcome]) do
    cors[name] = value
  end
  return cors
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local metadata = handle:streamInfo():dynamicMetadata()
  if HAS_NAME_REGEXES then
    headers:remove(NAMES)
  end
  local policy = policy_of(metadata)
  if not policy then
    return
  end
  local requested = requested_method(headers)
  local matched = metadata:get(NAMESPACE) or {}
  metadata:set(NAMESPACE, "headers", cors_headers(policy, headers, requested, matched))
  if requested then
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
  for _, name in ipairs(REPLACED) do
    headers:remove(name)
  end
  local notes = handle:streamInfo():dynamicMetadata():get(NAMESPACE) or {}
  for name, value in pairs(notes.headers or {}) do
    if name == "vary" then
      add_vary(headers, value)
    else
      headers:add(name, value)
    end
  end
end
