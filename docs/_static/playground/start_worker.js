// Start the worker from a blob: such a worker has the Content-Security-Policy of the page, so what
// the reader's code sends to another origin is blocked. README.md of docs/_playground has the
// messages.
const script = new URL("worker.js", import.meta.url).href;

export function startWorker() {
  const source = new Blob([`import ${JSON.stringify(script)};`], { type: "text/javascript" });
  const address = URL.createObjectURL(source);
  const worker = new Worker(address, { type: "module" });
  // The worker has read the blob when it says anything.
  worker.addEventListener("message", () => URL.revokeObjectURL(address), { once: true });
  return worker;
}
