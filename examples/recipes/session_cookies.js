const api = "http://localhost:5000"; // the same host name as the page's

export async function logIn(name, password) {
  const response = await fetch(`${api}/api/login`, {
    method: "POST",
    credentials: "include",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name, password }),
  });
  return response.ok;
}

export async function whoAmI() {
  const response = await fetch(`${api}/api/me`, { credentials: "include" });
  return response.ok ? response.json() : null;
}
