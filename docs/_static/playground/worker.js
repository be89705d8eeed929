// Loads Python and the packages from the site, and runs the reader's code: see README.md of
// docs/_playground. Python keeps this thread busy, so the page ends a run by ending the worker.
const started = performance.now();
const browserFetch = self.fetch;

const addressOf = (path) => new URL(path, import.meta.url).href;

const post = (type, content) => self.postMessage({ type, ...content });

const loading = load();

self.addEventListener("message", async ({ data }) => {
  if (data.type !== "run") {
    return;
  }
  try {
    const run = await loading;
    post("result", { id: data.id, result: JSON.parse(run(data.code, JSON.stringify(data.request))) });
  } catch (error) {
    post("failed", { id: data.id, message: lastLineOf(error) });
  }
});

loading.then(
  () => post("ready", { seconds: (performance.now() - started) / 1000 }),
  (error) => post("failed", { message: lastLineOf(error) }),
);

async function load() {
  const manifest = await (await request("manifest.json")).json();
  const progress = new Progress(manifest);
  progress.begin("Loading Python");
  const sizes = new Map(manifest.files.map(({ path, bytes }) => [path, bytes]));
  const modules = [...sizes.keys()].filter((path) => path.endsWith(".mjs"));
  // All at once; Pyodide is given the responses when it requests them.
  const responses = new Map();
  for (const path of sizes.keys()) {
    if (!modules.includes(path)) {
      responses.set(addressOf(path), request(path).then((response) => progress.watch(response)));
    }
  }
  self.fetch = (address, ...options) =>
    responses.get(String(address)) ?? browserFetch(address, ...options);
  const imports = modules.map(async (path) => {
    const module = await import(addressOf(path));
    progress.add(sizes.get(path));
    return module;
  });
  const [{ loadPyodide }] = await Promise.all([...imports, ...responses.values()]);
  const python = await loadPyodide({
    indexURL: addressOf("pyodide/"),
    packageBaseUrl: addressOf("pyodide/"),
    lockFileContents: manifest.lock,
  });
  self.fetch = browserFetch;
  const packages = await responses.get(addressOf("packages.zip"));
  const archive = await packages.arrayBuffer();
  progress.begin("Starting Flask");
  python.unpackArchive(archive, "zip", { extractDir: "/packages" });
  return python.runPython(`
    import sys
    sys.dont_write_bytecode = True  # each worker has files of its own
    sys.path.insert(0, "/packages")

    import json
    import session

    lambda code, request: json.dumps(session.run(code, json.loads(request)))
  `);
}

async function request(path) {
  const response = await browserFetch(addressOf(path));
  if (!response.ok) {
    throw new Error(`${path}: status ${response.status}`);
  }
  return response;
}

class Progress {
  constructor({ total }) {
    this.total = total;
    this.loaded = 0;
    this.step = "";
  }

  begin(step) {
    this.step = step;
    this.add(0);
  }

  add(bytes) {
    this.loaded += bytes;
    post("progress", { loaded: this.loaded, total: this.total, step: this.step });
  }

  // Count the bytes of a copy: the browser keeps what it compiled for the response itself.
  watch(response) {
    this.count(response.clone().body.getReader());
    return response;
  }

  async count(reader) {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      this.add(value.byteLength);
    }
  }
}

function lastLineOf(error) {
  return String(error?.message ?? error).trim().split("\n").at(-1);
}
