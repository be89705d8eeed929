local ORIGIN = "origin"
local REQUESTED_METHOD = "access-control-request-method"
local REQUESTED_NAMES = "access-control-request-headers"
local RULES, RULE = "envoy.filters.http.rbac", NAMESPACE .. "_shadow_effective_policy_id"
local TOKEN = "^[%w!#$%%&'*+%-.^_`|~]+$"

-- The value of a header; "," if there are several lines of it.
local function only(headers, name)
  return headers:getNumValues(name) > 1 and "," or headers:get(name)
end

-- The requested method of a preflight; nil for other requests.
local function requested_method(headers)
  if headers:get(":method") == "OPTIONS" and headers:get(ORIGIN) then
    return only(headers, REQUESTED_METHOD)
  end
end

-- The requested header names, as they are spelled.
local function requested_names(headers)
  local value = headers:get(REQUESTED_NAMES) or ""
  local names = {}
  if #value <= MAX_LIST_BYTES then
    for name in value:gmatch("[^,]+") do
      name = name:match("^[ \t]*(.-)[ \t]*$")
      if name:find(TOKEN) then
        names[#names + 1] = name
      end
    end
  end
  return #names <= MAX_LIST_NAMES and names or {}
end
