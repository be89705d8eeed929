/* What the reader has written, in the fragment of the page's URL. A fragment may come from someone
   else: it is checked, and the rest of the page shows what it holds as text only. */

const LIMITS = { fragment: 40_000, code: 20_000, origin: 300, method: 40, path: 1000, headers: 20, name: 100, value: 1000 };

const CREDENTIALS = ["omit", "same-origin", "include"];

function encode(state) {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decode(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}

const isText = (value, limit) => typeof value === "string" && value.length <= limit;
const isLine = (value, limit) => isText(value, limit) && !/[\r\n\0]/.test(value);
const isHeader = (pair) =>
  Array.isArray(pair) && pair.length === 2 && isLine(pair[0], LIMITS.name) && isLine(pair[1], LIMITS.value);

/* Return a copy of a state without what does not belong to it, or null if it is not one. */
export function checked(state) {
  const { code, request } = state ?? {};
  const { origin, method, path, headers, credentials } = request ?? {};
  const valid =
    isText(code, LIMITS.code) &&
    isLine(origin, LIMITS.origin) &&
    isLine(method, LIMITS.method) &&
    isLine(path, LIMITS.path) &&
    Array.isArray(headers) &&
    headers.length <= LIMITS.headers &&
    headers.every(isHeader) &&
    CREDENTIALS.includes(credentials);
  if (!valid) return null;
  return { code, request: { origin, method, path, headers: headers.map((pair) => [...pair]), credentials } };
}

export function isSame(one, other) {
  return JSON.stringify(checked(one)) === JSON.stringify(checked(other));
}

/* Return what a fragment asks for: `{example: id}`, `{state}`, or null if there is nothing valid. */
export function read(fragment) {
  const text = fragment.replace(/^#/, "");
  if (text.length > LIMITS.fragment) return null;
  const [, name, value] = /^(example|state)=([\w./-]+)$/.exec(text) ?? [];
  if (name === "example") return { example: value };
  if (name !== "state") return null;
  try {
    const state = checked(decode(value));
    return state && { state };
  } catch {
    return null;
  }
}

/* Return the fragment for a state: the name of an example that is unchanged, or all of it. Too much
   has none. */
export function write(state, example) {
  if (example) return `#example=${example}`;
  const fragment = checked(state) ? `#state=${encode(state)}` : "";
  return fragment.length <= LIMITS.fragment ? fragment : "";
}

export const MAX_HEADERS = LIMITS.headers;
