/* Python in a worker: it is loaded at the first run, and a run that does not end can be stopped. */

import { startWorker } from "./start_worker.js";

export class Stopped extends Error {}

export class Runner {
  #worker = null;
  #pending = null;
  #runs = 0;

  /* onProgress is called with what the worker says while it loads, onReady once it has loaded. */
  constructor({ onProgress, onReady }) {
    this.onProgress = onProgress;
    this.onReady = onReady;
    this.isLoaded = false;
  }

  get isRunning() {
    return this.#pending !== null;
  }

  /* Resolve to the result of a run; throw Stopped if the reader stopped it. */
  run(code, request) {
    this.#worker ??= this.#start();
    return new Promise((resolve, reject) => {
      this.#pending = { id: ++this.#runs, resolve, reject };
      this.#worker.postMessage({ type: "run", id: this.#runs, code, request });
    });
  }

  stop() {
    this.#end(new Stopped());
  }

  #start() {
    const worker = startWorker();
    worker.addEventListener("message", ({ data }) => this.#receive(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#end(new Error(event.message || "the worker could not be loaded"));
    });
    return worker;
  }

  #receive(message) {
    if (message.type === "progress") this.onProgress(message);
    if (message.type === "ready") {
      this.isLoaded = true;
      this.onReady(message);
    }
    if (message.type === "result" && message.id === this.#pending?.id) this.#settle("resolve", message.result);
    if (message.type === "failed") {
      const error = new Error(message.message);
      if (message.id === undefined) this.#end(error); // it could not be loaded
      else this.#settle("reject", error);
    }
  }

  /* The next run starts anew. */
  #end(error) {
    this.#worker?.terminate();
    this.#worker = null;
    this.isLoaded = false;
    this.#settle("reject", error);
  }

  #settle(how, value) {
    const pending = this.#pending;
    this.#pending = null;
    pending?.[how](value);
  }
}
