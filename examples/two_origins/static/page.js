// Calls the API in many ways and shows which responses the browser lets this page read.

import {sections} from "./calls.js";

const origins = JSON.parse(document.getElementById("origins").textContent);
const isOther = location.origin !== origins.page;

const labels = {
  running: "Calling…",
  read: "Read",
  blocked: "Blocked",
  unexpected: "Unexpected",
};

// Elements ------------------------------------------------------------------------------------

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function icon(state) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#icon-${state}`);
  svg.append(use);
  return svg;
}

function link(address) {
  return element("a", {href: address}, address);
}

// One call ------------------------------------------------------------------------------------

async function attempt(call, tag) {
  const {method, headers, json, credentials} = call;
  const options = {method, headers, credentials, cache: "no-store"};
  if (json) options.body = JSON.stringify(json);
  try {
    const response = await fetch(`${origins.api}${call.path}?call=${tag}`, options);
    const names = call.headersToRead ?? [];
    return {
      status: response.status,
      body: await response.text(),
      headers: names.map((name) => [name, response.headers.get(name)]),
    };
  } catch (error) {
    return {error};
  }
}

async function wireOf(tag) {
  const response = await fetch(`/wire/${tag}`);
  return response.json();
}

function verdict(call, seen, exchanges) {
  const expected = isOther ? call.other ?? "blocked" : call.expected;
  const happened = seen.error ? "blocked" : "read";
  const preflighted = exchanges.some((exchange) => exchange.preflight);
  const isExpected =
    happened === expected &&
    exchanges.length > 0 &&
    preflighted === call.preflight &&
    (happened === "blocked" || call.check(seen));
  return isExpected ? happened : "unexpected";
}

// Why the browser blocked a call: the checks of the Fetch standard that the calls of this page can
// fail, in the browser's order.
function whyBlocked(call, exchanges) {
  const last = exchanges.at(-1);
  if (!last) return "Nothing reached the API. Is it still running?";
  const response = last.preflight ? "The response to the preflight" : "The response";
  const header = (name) => last.response_headers[`Access-Control-${name}`] ?? "";
  const listed = (name) => header(name).toLowerCase().split(/\s*,\s*/);
  const requested = last.request_headers["Access-Control-Request-Headers"];
  if (header("Allow-Origin") !== location.origin)
    return `${response} has no Access-Control-Allow-Origin for ${location.origin}.`;
  if (call.credentials === "include" && header("Allow-Credentials") !== "true")
    return `${response} to a call with credentials has no Access-Control-Allow-Credentials: true.`;
  if (!last.preflight) return "";
  if (!listed("Allow-Methods").includes(call.method.toLowerCase()))
    return `${response} does not list ${call.method} in Access-Control-Allow-Methods.`;
  if (requested && !requested.split(",").every((name) => listed("Allow-Headers").includes(name)))
    return `${response} does not list ${requested} in Access-Control-Allow-Headers.`;
  return "";
}

// How a call is shown ---------------------------------------------------------------------------

function source({path, method, headers, json, credentials}) {
  const quoted = JSON.stringify;
  const lines = [];
  if (method !== "GET") lines.push(`method: ${quoted(method)}`);
  if (credentials) lines.push(`credentials: ${quoted(credentials)}`);
  if (headers) {
    const each = Object.entries(headers).map(([name, value]) => `    ${quoted(name)}: ${quoted(value)},\n`);
    lines.push(`headers: {\n${each.join("")}  }`);
  }
  if (json) lines.push(`body: JSON.stringify(${quoted(json)})`);
  const options = lines.length ? `, {\n${lines.map((line) => `  ${line},\n`).join("")}}` : "";
  return `fetch(api + ${quoted(path)}${options})`;
}

function column(title, name, ...children) {
  return element("div", {class: `column ${name}`}, element("h4", {}, title), ...children);
}

function stateOf(state) {
  return [icon(state), labels[state]];
}

function showHeaders(title, headers) {
  const pairs = Object.entries(headers).map(([name, value]) => element("li", {}, `${name}: ${value}`));
  return [element("h5", {}, title), element("ul", {}, ...pairs)];
}

function showExchange(exchange) {
  const kind = exchange.preflight ? "preflight" : "request";
  return element(
    "li",
    {"data-kind": kind},
    element(
      "details",
      {},
      element(
        "summary",
        {},
        element("span", {class: "kind"}, kind),
        " ",
        element("code", {}, `${exchange.method} ${exchange.path}`),
        " ",
        element("span", {class: "status"}, "→ ", element("code", {}, String(exchange.status))),
      ),
      ...showHeaders("Request headers", exchange.request_headers),
      ...showHeaders("Response headers", exchange.response_headers),
    ),
  );
}

function showWire(call, exchanges) {
  const list = element("ol", {class: "exchanges"}, ...exchanges.map(showExchange));
  const last = exchanges.at(-1);
  const notes = [];
  if (!exchanges.some((exchange) => exchange.preflight)) notes.push("No preflight.");
  if (last?.preflight) notes.push(`The browser never sent the ${call.method}.`);
  if (last?.request_headers.Cookie) notes.push("The browser sent the cookie.");
  if (last?.response_headers["Set-Cookie"]) notes.push("The response sets a cookie.");
  return [list, element("p", {class: "note"}, notes.join(" "))];
}

function showResult(call, seen, exchanges) {
  if (seen.error)
    return [
      element("p", {class: "outcome"}, element("code", {}, String(seen.error))),
      element("p", {class: "why"}, whyBlocked(call, exchanges)),
    ];
  const headers = seen.headers.map(([name, value]) =>
    element(
      "p",
      {class: value === null ? "header hidden-header" : "header"},
      element("code", {}, `${name}: ${value === null ? "null" : value}`),
      value === null ? " hidden" : " exposed",
    ),
  );
  return [
    element("p", {class: "outcome"}, element("code", {}, String(seen.status)), " ", element("code", {class: "body"}, seen.body.trim())),
    ...headers,
  ];
}

class Card {
  constructor(call) {
    this.call = call;
    this.state = element("p", {class: "state"}, ...stateOf("running"));
    this.entry = element("li", {"data-state": "running"});
    this.wire = column("On the wire", "wire");
    this.result = column("Result in the page", "result");
    this.node = element(
      "article",
      {id: call.name, "data-call": call.name, "data-state": "running", "aria-labelledby": `${call.name}-title`},
      element(
        "div",
        {class: "head"},
        element("h3", {id: `${call.name}-title`}, call.title),
        this.state,
      ),
      element("p", {class: "lesson"}, isOther ? call.otherLesson ?? "" : call.lesson),
      element(
        "div",
        {class: "columns"},
        column("Request", "requested", element("pre", {tabindex: "0"}, element("code", {}, source(call)))),
        this.wire,
        this.result,
      ),
    );
  }

  show(state, tag, wire, result) {
    this.node.dataset.state = state;
    this.node.dataset.tag = tag;
    this.entry.dataset.state = state;
    this.entry.replaceChildren(
      element("span", {class: "state"}, icon(state), element("span", {class: "word"}, labels[state])),
      element("a", {href: `#${this.call.name}`}, this.call.title),
    );
    this.state.replaceChildren(...stateOf(state));
    this.wire.replaceChildren(this.wire.firstChild, ...wire);
    this.result.replaceChildren(this.result.firstChild, ...result);
  }

  async run() {
    const tag = crypto.getRandomValues(new Uint32Array(2)).join("-");
    this.show("running", tag, [], []);
    const seen = await attempt(this.call, tag);
    let exchanges;
    try {
      exchanges = await wireOf(tag);
    } catch {
      const gone = "The server of this page does not respond. Start the example again.";
      this.show("unexpected", tag, [], [element("p", {class: "why"}, gone)]);
      return "unexpected";
    }
    const state = verdict(this.call, seen, exchanges);
    this.show(state, tag, showWire(this.call, exchanges), showResult(this.call, seen, exchanges));
    return state;
  }
}

// The page --------------------------------------------------------------------------------------

const cards = [];
for (const {title, calls} of sections) {
  const section = element("section", {}, element("h2", {}, title));
  const entries = element("ul", {});
  for (const call of calls) {
    const card = new Card(call);
    cards.push(card);
    section.append(card.node);
    entries.append(card.entry);
  }
  document.getElementById("calls").append(section);
  document.getElementById("glance").append(element("div", {}, element("p", {}, title), entries));
}

const summary = document.getElementById("summary");
const again = document.getElementById("again");

async function runAll() {
  again.disabled = true;
  delete document.body.dataset.done;
  summary.textContent = "Calling the API…";
  const count = {read: 0, blocked: 0, unexpected: 0};
  for (const card of cards) count[await card.run()] += 1; // in order: whoami follows login
  const counts = `${count.read} read, ${count.blocked} blocked`;
  summary.textContent = count.unexpected
    ? `${count.unexpected} of ${cards.length} calls had an unexpected result; ${counts}.`
    : `All ${cards.length} calls had the expected result: ${counts}.`;
  summary.dataset.state = count.unexpected ? "unexpected" : "read";
  document.body.dataset.done = "true";
  again.disabled = false;
}

document.getElementById("here").textContent = location.origin;
document.getElementById("api").textContent = origins.api;
document.getElementById("other").append(
  ...(isOther
    ? [
        "This page is on another origin. The API allows ",
        link(origins.page),
        " only, so this page can only read the resource that allows all origins.",
      ]
    : [
        "The API allows this origin. To see what another origin can read, open this page as ",
        link(origins.other),
        ", which is the same server under another host name.",
      ]),
);
document.body.classList.toggle("is-other", isOther);
again.addEventListener("click", runAll);
runAll();
