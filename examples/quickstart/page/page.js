"use strict";

// Another API: http://localhost:8000/?api=http://localhost:5001
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

// Put the answer into an element; or what to do, where the browser gave none.
async function show(id, call) {
  const element = document.getElementById(id);
  element.hidden = false;
  try {
    const answer = await call;
    element.textContent = `${answer.status} ${await answer.text()}`;
    element.dataset.state = "read";
  } catch {
    element.textContent = await whatToDo();
    element.dataset.state = "blocked";
  }
}

// A script is not told why a call failed. But "no-cors" asks for no answer to read, so it works
// with every server that is there.
async function whatToDo() {
  try {
    await fetch(`${API}/books`, { mode: "no-cors" });
  } catch {
    return `Nothing answers at ${API}. Is the API running?`;
  }
  return `The browser blocked it. The API answered, but it does not allow ${location.origin}, ` +
    "the origin of this page. Open the page at http://localhost:8000, or start the API with " +
    `FLASK_CORS_ORIGINS=${location.origin}. The browser's console (F12) says more.`;
}

document.getElementById("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  await addBook(event.target.elements.title.value);
  await listBooks();
});

listBooks();
