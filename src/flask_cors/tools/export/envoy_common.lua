local ORIGIN = "origin"
local ASKED_METHOD = "access-control-request-method"
local ASKED_NAMES = "access-control-request-headers"
local RULES, RULE = "envoy.filters.http.rbac", NAMESPACE .. "_shadow_effective_policy_id"
local TOKEN = "^[%w!#$%%&'*+%-.^_`|~]+$"

-- The value of a header; "," where there are several lines of it.
local function only(headers, name)
  return headers:getNumValues(name) > 1 and "," or headers:get(name)
end

-- The method that a preflight asks for; nil of any other request.
local function asked_method(headers)
  if headers:get(":method") == "OPTIONS" and headers:get(ORIGIN) then
    return only(headers, ASKED_METHOD)
  end
end

-- The header names that a preflight asks for, as they are spelt.
local function asked_names(headers)
  local value = headers:get(ASKED_NAMES) or ""
  local names = {}
  if #value <= LONGEST_LIST then
    for name in value:gmatch("[^,]+") do
      name = name:match("^[ \t]*(.-)[ \t]*$")
      if name:find(TOKEN) then
        names[#names + 1] = name
      end
    end
  end
  return #names <= MOST_NAMES and names or {}
end
