/* The editor of the app's code: CodeMirror, coloured by the site's own style for Python. */

import {
  Decoration, EditorState, EditorView, StateEffect, StateField, bracketMatching, defaultKeymap, drawSelection,
  history, historyKeymap, indentOnInput, indentUnit, keymap, lineNumbers, lintGutter, python, setDiagnostics,
  syntaxHighlighting, tagHighlighter, tags,
} from "./codemirror.js";

// The classes of Pygments, which conf.py has a style of for each theme.
const CLASSES = [
  [tags.keyword, "k"],
  [tags.definitionKeyword, "k"],
  [tags.moduleKeyword, "kn"],
  [tags.operatorKeyword, "ow"],
  [tags.operator, "o"],
  [tags.punctuation, "p"],
  [tags.string, "s2"],
  [tags.special(tags.string), "s2"],
  [tags.number, "mi"],
  [tags.bool, "kc"],
  [tags.null, "kc"],
  [tags.comment, "c1"],
  [tags.meta, "nd"],
  [tags.function(tags.definition(tags.variableName)), "nf"],
  [tags.definition(tags.className), "nc"],
  [tags.variableName, "n"],
  [tags.propertyName, "n"],
];

const SEVERITIES = { error: "error", warning: "warning", note: "info" };

const highlight = StateEffect.define();
const highlighted = StateField.define({
  create: () => Decoration.none,
  update(lines, transaction) {
    for (const effect of transaction.effects)
      if (effect.is(highlight)) return Decoration.set(effect.value.map((at) => Decoration.line({ class: "cm-decides" }).range(at)));
    return transaction.docChanged ? Decoration.none : lines;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/* Make the editor in an element. It leaves Tab to the page, and Mod-Enter to `onRun`. */
export function createEditor(parent, { label, onChange, onRun }) {
  const view = new EditorView({
    parent,
    extensions: [
      keymap.of([{ key: "Mod-Enter", run: () => (onRun(), true) }, ...defaultKeymap, ...historyKeymap]),
      lineNumbers(),
      lintGutter(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      indentUnit.of("    "),
      EditorState.tabSize.of(4),
      EditorView.lineWrapping,
      python(),
      syntaxHighlighting(tagHighlighter(CLASSES.map(([tag, name]) => ({ tag, class: name })))),
      highlighted,
      EditorView.contentAttributes.of({ "aria-label": label }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange();
      }),
    ],
  });

  const lineAt = (number) => view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));

  function diagnosticOf({ line, severity, code, message, hint }) {
    const { from, to, text } = lineAt(line);
    const start = from + text.length - text.trimStart().length;
    const words = [message, hint && `→ ${hint}`].filter(Boolean).join("\n");
    return { from: start, to, severity: SEVERITIES[severity] ?? "error", source: code ?? "", message: words };
  }

  return {
    get code() {
      return view.state.doc.toString();
    },
    set code(text) {
      if (text === this.code) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 } });
    },
    /* Show findings beside their lines, and the lines of the configuration that decided. */
    mark(findings, lines) {
      const placed = findings.filter(({ line }) => line).map(diagnosticOf);
      view.dispatch(setDiagnostics(view.state, placed), {
        effects: highlight.of([...new Set(lines)].map((line) => lineAt(line).from).sort((one, other) => one - other)),
      });
    },
    goTo(line) {
      const { from, to } = lineAt(line);
      view.dispatch({ selection: { anchor: to, head: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
      view.focus();
    },
    focus: () => view.focus(),
  };
}
