/* What a result looks like: the verdict, the exchanges on a time line, and what to change. */

import { copy, element, icon } from "./dom.js";

const WORDS = { error: "Error", warning: "Warning", note: "Note" };
const FAILURES = {
  config: "The configuration is refused",
  app: "The app does not start",
  request: "No browser would send this to the app",
};
const KINDS = { origin: "Origin", method: "Method", header: "Header", credentials: "Credentials" };

// The request headers that a response header is compared with.
const COMPARED = {
  "access-control-allow-origin": ["origin"],
  "access-control-allow-credentials": ["cookie"],
  "access-control-allow-methods": ["access-control-request-method"],
  "access-control-allow-headers": ["access-control-request-headers"],
};
const isOfCors = (name) => /^(access-control-|origin$|vary$|location$)/i.test(name);

/* Make a button that leads to a line of the code, or text where there is none. */
function lineLink(line, { goTo }, words = `line ${line}`) {
  if (!line) return null;
  return element("button", { type: "button", class: "playground-line", onclick: () => goTo(line) }, words);
}

function code(text) {
  return element("code", {}, text);
}

/* The text of a message, with what is between backquotes as code. */
function prose(text) {
  return text.split("`").map((part, number) => (number % 2 ? code(part) : part));
}

// ---- the verdict ----

function banner(shape, title, ...rest) {
  return element(
    "header",
    { class: `playground-verdict ${shape}` },
    icon(shape),
    element("div", {}, element("h2", {}, title), ...rest),
  );
}

function verdictBanner({ allowed, code: reason, message, page }) {
  if (allowed) return banner("allowed", "Allowed", element("p", {}, sentence(message)));
  const link = reason && element("p", {}, "Reason: ", element("a", { href: page }, code(reason)));
  return banner("blocked", "Blocked by the browser", element("p", {}, sentence(message)), link);
}

/* Begin a message with a capital, unless it begins with a URL or a name. */
function sentence(text) {
  return text.replace(/^[a-z](?=[a-z]* )/, (letter) => letter.toUpperCase());
}

function failure({ kind, message, line }, findings, actions) {
  const isListed = kind === "config" && findings.length;
  return banner(
    "blocked",
    FAILURES[kind] ?? "There is no verdict",
    isListed
      ? element("p", {}, "Flask-CORS raises ", code("CORSConfigError"), " when the app starts.")
      : element("pre", { class: "playground-message" }, message),
    line && element("p", {}, "At ", lineLink(line, actions), " of app.py"),
  );
}

// ---- the time line ----

function card(state, title, ...body) {
  return element("li", { class: `playground-card ${state}` }, element("h3", {}, ...[title].flat()), ...body);
}

function fetchCall({ origin, headers, method, url, credentials }) {
  const options = [];
  if (method !== "GET") options.push(`  method: ${JSON.stringify(method)},`);
  if (headers.length) {
    const each = headers.map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},`);
    options.push("  headers: {", ...each, "  },");
  }
  if (credentials !== "same-origin") options.push(`  credentials: ${JSON.stringify(credentials)},`);
  const call = options.length ? [`fetch(${JSON.stringify(url)}, {`, ...options, "})"].join("\n") : `fetch(${JSON.stringify(url)})`;
  return card("start", ["The script on", element("span", { class: "playground-mono" }, origin), "calls"], element("pre", { class: "playground-script" }, call));
}

function headerList(label, headers, { marked = [], state = "", missing = null }) {
  const rows = headers.map(([name, value]) => {
    const isMarked = marked.includes(name.toLowerCase());
    const kind = [isOfCors(name) ? "cors" : "other", isMarked && `marked ${state}`].filter(Boolean).join(" ");
    return element("div", { class: kind }, element("dt", {}, name), element("dd", {}, value));
  });
  if (missing)
    rows.push(element("div", { class: `cors marked missing ${state}` }, element("dt", {}, missing), element("dd", {}, "missing")));
  return element("div", { class: "playground-side" }, element("h4", {}, label), element("dl", {}, rows));
}

function exchangeCard({ preflight, passed, deciding_header: decider, request, response }, { message }) {
  const state = passed ? "allowed" : "blocked";
  const name = decider?.toLowerCase();
  const isSent = response.headers.some(([each]) => each.toLowerCase() === name);
  const status = element("span", { class: `playground-status${decider ? "" : ` ${state}`}` }, String(response.status));
  const { pathname, search } = new URL(request.url);
  const why = passed
    ? preflight ? "The response allows the request: the browser sends it." : "The response allows the script to read it."
    : sentence(message);
  return card(
    state,
    [
      preflight ? "Preflight" : "Request",
      element("span", { class: "playground-mono" }, `${request.method} ${pathname}${search}`),
      status,
    ],
    element(
      "div",
      { class: "playground-exchange" },
      headerList("The browser sends", request.headers, { marked: name ? COMPARED[name] ?? [] : [], state }),
      headerList("The server responds", response.headers, { marked: name ? [name] : [], state, missing: name && !isSent ? decider : null }),
    ),
    element("p", { class: `playground-why ${state}` }, icon(state), element("span", {}, why)),
  );
}

function outcomeCard({ allowed, console, differing }, { readable }, unreadable) {
  const body = [];
  if (allowed) {
    const rows = readable.headers.length ? readable.headers : [["", "no headers"]];
    body.push(
      element("p", {}, "It can read the body, the status ", code(String(readable.status)), " and these headers:"),
      element("div", { class: "playground-side" }, element("dl", {}, rows.map(([name, value]) => element("div", { class: "other" }, element("dt", {}, name), element("dd", {}, value))))),
    );
    if (unreadable.length) body.push(element("p", {}, "It cannot read ", ...unreadable.flatMap((name, number) => [number ? ", " : "", code(name.toLowerCase())]), "."));
  } else {
    body.push(
      element("p", {}, code("fetch()"), " rejects with ", code("TypeError: Failed to fetch"), ". The console says why:"),
      console && element("pre", { class: "playground-console" }, console),
    );
  }
  for (const [browser, verdict] of Object.entries(differing ?? {}))
    body.push(
      element("p", {}, `${browser.charAt(0).toUpperCase()}${browser.slice(1)} differs: `, verdict.allowed ? "it allows the request." : ["it blocks the request, ", element("a", { href: verdict.page }, code(verdict.code)), "."]),
    );
  return card(allowed ? "allowed end" : "blocked end", "What the script gets", ...body);
}

// ---- what decided, and what to change ----

function panel(title, ...body) {
  return element("section", { class: "playground-panel" }, element("h3", {}, title), ...body);
}

function suggestionPanel(allowed, { lines, notes, requires_trust: requiresTrust, findings }, actions) {
  const text = lines.map((line) => line.code).join("\n");
  const button = element("button", { type: "button", class: "playground-quiet" }, element("span", {}, lines.length > 1 ? "Copy both" : "Copy"));
  button.addEventListener("click", () => copy(text, button));
  return panel(
    allowed ? "To let the script read more" : "What to change",
    lines.map(({ code: written, placement, line }) => [
      element("p", {}, line ? [`Write ${placement} `, lineLink(line, actions), ":"] : "Write:"),
      element("pre", { class: "playground-suggestion" }, written),
    ]),
    button,
    element("p", { class: "playground-tried" }, icon("allowed"), element("span", {}, notes[0])),
    notes.slice(1).map((note) => element("p", { class: requiresTrust ? "playground-trust" : "" }, requiresTrust && icon("warning"), element("span", {}, note))),
    findings.length > 0 && [element("p", {}, "With this change, the check reports:"), findingList(findings, actions)],
  );
}

function checkRow({ kind, value, allowed, entry, closest, option, layer, line }, actions) {
  const state = allowed ? "allowed" : "blocked";
  return element(
    "li",
    { class: state },
    icon(state),
    element(
      "div",
      {},
      element("p", {}, `${KINDS[kind] ?? kind} `, code(value), allowed ? (entry && entry !== value ? [" allowed by ", code(entry)] : " allowed") : " refused"),
      closest && element("p", { class: "playground-source" }, "closest: ", code(closest.entry), `, ${closest.difference}`),
      element("p", { class: "playground-source" }, code(option), `: ${layer}`, line && [", ", lineLink(line, actions)]),
    ),
  );
}

function policyPanel({ policy, checks, notes, preflight, url_rule: rule, middleware }, lineOf, actions) {
  const line = lineOf(policy?.location);
  let source = ["No resource covers the path: Flask-CORS adds no headers."];
  if (middleware) source = [`WSGI middleware responded before Flask: ${middleware}`];
  else if (policy) source = ["Resource ", code(policy.resource), line && [", ", lineLink(line, actions)], rule && [" · URL rule ", code(rule)]];
  const why = [preflight.method, ...preflight.headers].filter(Boolean);
  return panel(
    "How Flask-CORS decided",
    element("p", {}, source),
    checks.length > 0 && element("ul", { class: "playground-checks" }, checks.map((check) => checkRow({ ...check, line: lineOf(check.location) }, actions))),
    element("p", { class: "playground-source" }, preflight.needed ? ["A preflight is needed because of ", ...why.flatMap((each, number) => [number ? ", " : "", code(each)]), "."] : "No preflight is needed."),
    notes.map((note) => element("p", { class: "playground-source" }, `${sentence(note)}.`)),
  );
}

export function findingList(findings, actions) {
  return element(
    "ul",
    { class: "playground-findings" },
    findings.map(({ code: rule, severity, message, hint, line, page }) =>
      element(
        "li",
        { class: severity },
        icon(severity === "error" ? "blocked" : severity),
        element(
          "div",
          {},
          element("p", {}, element("strong", {}, WORDS[severity]), " ", element("a", { href: page }, code(rule)), line && [" · ", lineLink(line, actions)]),
          element("p", {}, prose(message)),
          hint && element("p", { class: "playground-hint" }, "→ ", ...prose(hint)),
        ),
      ),
    ),
  );
}

function findingsPanel(findings, actions) {
  const body = findings.length ? findingList(findings, actions) : element("p", { class: "playground-tried" }, icon("allowed"), element("span", {}, "Nothing found."));
  return panel(["Findings of ", code("flask cors check")], body);
}

/* Return what shows a result. `actions.goTo` leads to a line of the code. */
export function show(result, { lineOf, ...actions }) {
  const { error, explanation, verdict, exchanges, suggestion, hint, findings } = result;
  if (error || !verdict) {
    const shown = [failure(error ?? {}, findings, actions)];
    if (findings.length) shown.push(element("div", { class: "playground-panels" }, panel(`${findings.length} ${findings.length === 1 ? "finding" : "findings"}`, findingList(findings, actions))));
    return shown;
  }
  const timeline = element(
    "ol",
    { class: "playground-timeline", "aria-label": "Time line" },
    fetchCall(explanation.request),
    exchanges.map((exchange) => exchangeCard(exchange, verdict)),
    outcomeCard(verdict, explanation.verdict, explanation.unreadable_headers),
  );
  const panels = element(
    "div",
    { class: "playground-panels" },
    suggestion && suggestionPanel(verdict.allowed, suggestion, actions),
    hint && panel("What to change", element("p", {}, `${sentence(hint)}.`)),
    policyPanel(explanation, lineOf, actions),
  );
  return [verdictBanner(verdict), element("div", { class: "playground-story" }, timeline, panels, findingsPanel(findings, actions))];
}

/* Return the verdict in one sentence, to be announced. */
export function announce({ error, verdict }) {
  if (error) return `${FAILURES[error.kind] ?? "There is no verdict"}: ${error.message.split("\n")[0]}`;
  return verdict.allowed ? `Allowed: ${verdict.message}` : `Blocked, ${verdict.code}: ${verdict.message}`;
}
