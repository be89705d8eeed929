// What the page of the playground imports from codemirror.js.
export * from "@codemirror/autocomplete";
export * from "@codemirror/commands";
export * from "@codemirror/lang-python";
export * from "@codemirror/language";
export * from "@codemirror/lint";
export * from "@codemirror/state";
export * from "@codemirror/view";
export * from "@lezer/highlight";
