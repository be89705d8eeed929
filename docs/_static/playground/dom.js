/* Elements of the page. What comes from a reader, a link or an app becomes text, never HTML. */

const SVG = "http://www.w3.org/2000/svg";

const SHAPES = {
  allowed: "M3 8.5l3.2 3.2L13 5",
  blocked: "M4 4l8 8M12 4l-8 8",
  warning: "M8 2.5L14 13.2H2zM8 6.7v2.8M8 11.4v.1",
  note: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M8 7.5v3.5M8 5v.1",
};

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") made.addEventListener("click", value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function icon(shape) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `playground-icon ${shape}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[shape]);
  svg.append(path);
  return svg;
}

/* Put text into the clipboard, and say on the button that it is there. */
export async function copy(text, button) {
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(text);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Not copied";
  }
  setTimeout(() => (label.textContent = before), 1500);
}
