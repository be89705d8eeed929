/* The playground: its parts, and what happens between them. */

import { announce, show } from "./cards.js";
import { copy, element } from "./dom.js";
import { createEditor } from "./editor.js";
import { prepareForm, readRequest, writeRequest } from "./form.js";
import { Runner, Stopped } from "./runner.js";
import { checked, isSame, read, write } from "./state.js";

const FIRST = "errors/PreflightMissingAllowOriginHeader"; // what a reader who brings nothing sees
const SLOW = 4000; // milliseconds after which a run may be one that does not end
const WRITE_AFTER = 300; // milliseconds without a change

const part = (name) => document.getElementById(`playground-${name}`);
const [form, example, about, status, loaded, runButton, stopButton, result, announcement] = [
  ...["form", "example", "about", "status", "loaded", "run", "stop", "result", "announcement"].map(part),
];

let examples = [];
let writing;
let slow;
let wasRun; // the state that the result is of

const editor = createEditor(part("editor"), { label: "The code of app.py", onChange: changed, onRun: run });
const runner = new Runner({ onProgress: progress, onReady: ready });

// ---- the state, and its place in the URL ----

const current = () => ({ code: editor.code, request: readRequest() });
const sameExample = () => examples.find((each) => isSame(each, current()));

function changed() {
  clearTimeout(writing);
  writing = setTimeout(writeState, WRITE_AFTER);
}

function writeState() {
  clearTimeout(writing);
  const same = sameExample();
  example.value = same?.id ?? "";
  about.hidden = !same;
  about.href = same?.page ?? "";
  const fragment = write(current(), same?.id);
  if (fragment !== location.hash) history.replaceState(null, "", fragment || location.pathname + location.search);
  if (!runner.isRunning) sayIfChanged();
  return fragment;
}

function put({ code, request }) {
  editor.code = code;
  writeRequest(request);
  result.replaceChildren(element("p", { class: "playground-empty" }, "Run it to see what the browser sends, what the app responds, and the verdict."));
  editor.mark([], []);
  writeState();
}

function readState() {
  const wanted = read(location.hash) ?? {};
  const found = examples.find(({ id }) => id === wanted.example);
  const state = wanted.state ?? found ?? examples.find(({ id }) => id === FIRST) ?? examples[0];
  if (state) put(state);
}

// ---- a run ----

const megabytes = (bytes) => `${Math.max(1, Math.round(bytes / 1e6))} MB`;

function say(text) {
  status.textContent = text;
}

const isOfRun = () => JSON.stringify(current()) === wasRun;

function sayIfChanged() {
  if (wasRun && !isOfRun()) say("Changed since the last run.");
}

/* Show what is loaded, as a share. */
function progress({ loaded: have, total, step }) {
  form.dataset.loading = "";
  if (have < total) {
    loaded.value = have / total;
    say(`${step}: ${megabytes(have)} of ${megabytes(total)}`);
  } else {
    loaded.removeAttribute("value"); // how long it still takes is not known
    say("All is loaded. Python starts…");
  }
}

function ready({ seconds }) {
  delete form.dataset.loading;
  say(`Python is loaded (${seconds.toFixed(1)} s). Running…`);
  watch();
}

/* A run that takes long gets an offer to stop it. */
function watch() {
  clearTimeout(slow);
  slow = setTimeout(() => {
    form.dataset.slow = "";
    say("Still running. If the code has a loop that does not end, stop it.");
    announcement.textContent = "Still running. Stop ends it.";
  }, SLOW);
}

function setRunning(isRunning) {
  runButton.setAttribute("aria-disabled", String(isRunning)); // a button that is disabled loses the focus
  if (!isRunning && document.activeElement === stopButton) runButton.focus();
  stopButton.disabled = !isRunning;
  result.setAttribute("aria-busy", String(isRunning));
  clearTimeout(slow);
  delete form.dataset.slow;
}

async function run() {
  if (runner.isRunning) return;
  const { code, request } = current();
  const wasLoaded = runner.isLoaded;
  setRunning(true);
  if (wasLoaded) {
    say("Running…");
    watch();
  }
  const began = performance.now();
  try {
    const found = await runner.run(code, request);
    say(`${wasLoaded ? "Done" : "Loaded and done"} in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
    wasRun = JSON.stringify({ code, request });
    display(found);
    sayIfChanged();
  } catch (error) {
    delete form.dataset.loading;
    say(error instanceof Stopped ? "Stopped." : `It failed: ${error.message}`);
    announcement.textContent = status.textContent;
  }
  setRunning(false);
}

function display(found) {
  const lineOf = (location) => (location?.file === "app.py" ? location.line : null);
  const { explanation, error, findings } = found;
  const decided = [explanation?.policy, ...(explanation?.checks ?? [])].map((each) => lineOf(each?.location));
  const failed = error?.line && !findings.length ? [{ line: error.line, severity: "error", message: error.message }] : [];
  result.replaceChildren(...show(found, { lineOf, goTo: (line) => editor.goTo(line) }));
  if (isOfRun()) editor.mark([...findings, ...failed], decided.filter(Boolean));
  announcement.textContent = announce(found);
  if (result.getBoundingClientRect().top > innerHeight * 0.8) result.scrollIntoView({ block: "start" });
}

// ---- the beginning ----

async function fetchJson(name) {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response.json();
}

function fillExamples() {
  const groups = Map.groupBy(examples, ({ group }) => group);
  for (const [group, each] of groups) {
    const options = each.map(({ id, title }) => element("option", { value: id }, title));
    example.append(element("optgroup", { label: { recipes: "Recipes", errors: "Reason codes" }[group] ?? group }, options));
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
    event.preventDefault();
    run();
  }
});
stopButton.addEventListener("click", () => runner.stop());
example.addEventListener("change", () => {
  const chosen = examples.find(({ id }) => id === example.value);
  if (chosen) put(chosen);
});
part("copy-link").addEventListener("click", (event) => {
  const button = event.currentTarget;
  const fragment = writeState();
  copy(new URL(fragment || location.pathname, location.href).href, button);
});
addEventListener("hashchange", readState);
prepareForm(changed);
if (/Mac|iPhone|iPad/.test(navigator.platform)) part("shortcut").textContent = "⌘ Enter";

async function begin() {
  const [list, manifest] = await Promise.all([fetchJson("examples.json"), fetchJson("manifest.json")]);
  examples = list.filter(checked);
  fillExamples();
  say(`The first run loads ${megabytes(manifest.total)}, once.`);
  readState();
}

begin().catch((error) => say(`It failed: ${error.message}`));
