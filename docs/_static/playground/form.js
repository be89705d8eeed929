/* The request of the frontend: its form, with rows of headers. */

import { element } from "./dom.js";
import { MAX_HEADERS } from "./state.js";

const field = (name) => document.getElementById(`playground-${name}`);
const rows = field("header-rows");
const add = field("add-header");
let onChange = () => {};

function input(label, value, attributes) {
  const made = element("input", { type: "text", "aria-label": label, placeholder: label, spellcheck: "false", autocapitalize: "off", ...attributes });
  made.value = value;
  return made;
}

function row([name, value]) {
  const remove = element("button", { type: "button", class: "playground-remove", "aria-label": "Remove this header" }, "×");
  const made = element(
    "div",
    { class: "playground-header-row" },
    input("Name", name, { maxlength: 100, list: "playground-header-names" }),
    input("Value", value, { maxlength: 1000 }),
    remove,
  );
  remove.addEventListener("click", () => {
    const next = made.nextElementSibling ?? made.previousElementSibling;
    made.remove();
    (next?.querySelector("input") ?? add).focus();
    changed();
  });
  return made;
}

function changed() {
  add.disabled = rows.childElementCount >= MAX_HEADERS;
  rows.dataset.empty = rows.childElementCount ? "" : "None";
  onChange();
}

export function readRequest() {
  const headers = [...rows.children].map((each) => [...each.querySelectorAll("input")].map((one) => one.value.trim()));
  return {
    origin: field("origin").value.trim(),
    method: field("method").value.trim() || "GET",
    path: field("path").value.trim() || "/",
    headers: headers.filter(([name]) => name),
    credentials: field("credentials").checked ? "include" : "same-origin",
  };
}

export function writeRequest({ origin, method, path, headers, credentials }) {
  for (const [name, value] of Object.entries({ origin, method, path })) field(name).value = value;
  field("credentials").checked = credentials === "include";
  rows.replaceChildren(...headers.map(row));
  changed();
}

/* Call a function after each change that the reader makes. */
export function prepareForm(then) {
  onChange = then;
  field("origin").form.addEventListener("input", (event) => {
    if (event.target.id !== "playground-example") then();
  });
  add.addEventListener("click", () => {
    rows.append(row(["", ""]));
    rows.lastElementChild.querySelector("input").focus();
    changed();
  });
}
