"use strict";

// To use another API: http://localhost:8000/?api=http://localhost:5001
const API = new URLSearchParams(location.search).get("api") ?? "http://localhost:5000";

async function listBooks() {
  await show("books", fetch(`${API}/books`));
}

async function addBook(title) {
  await show("added", fetch(`${API}/books`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ title }),
  }));
}

// Show the response in an element, or a hint if the browser blocked it.
async function show(id, call) {
  const element = document.getElementById(id);
  element.hidden = false;
  try {
    const response = await call;
    element.textContent = `${response.status} ${await response.text()}`;
    element.dataset.state = "read";
  } catch {
    element.textContent = await hint();
    element.dataset.state = "blocked";
  }
}

// Browsers do not tell scripts why a call failed. A "no-cors" request succeeds if the server is
// running, because its response cannot be read.
async function hint() {
  try {
    await fetch(`${API}/books`, { mode: "no-cors" });
  } catch {
    return `No response from ${API}. Is the API running?`;
  }
  return `The browser blocked the response: the API does not allow ${location.origin}, ` +
    "the origin of this page. Open the page at http://localhost:8000, or start the API with " +
    `FLASK_CORS_ORIGINS=${location.origin}. See also the browser's console (F12).`;
}

document.getElementById("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  await addBook(event.target.elements.title.value);
  await listBooks();
});

listBooks();
