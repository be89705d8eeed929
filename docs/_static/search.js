/* The search of the site. It finds sections by their words, and the page of a message that was
   pasted from a browser's console. It loads search-index.js, which docs/_ext/search_index.py makes,
   when the field first gets the focus. It sends no requests. */

(() => {
  "use strict";

  // The weight of a word by its place; in the text it is 1. The words of a title share its weight.
  const WEIGHTS = { title: 10, keywords: 10, page: 2 };
  const SYNONYM = 0.7; // times the weight of the word that the reader wrote
  const PREFIX = 0.9; // of a word that begins like the last one of the query; longer words count less
  const SATURATION = 2.5; // k and b of BM25
  const LENGTH = 0.6;
  const MAX_SHOWN = 12;
  const MAX_OF_A_PAGE = 3;

  // A query is a quoted message if most of the words are the same; rare words count more.
  const LIKE = { covered: 0.6, similar: 0.55 };

  const COMMON = new Set(
    "a an and are as at be but by can do does for from has how i if in is it its me my not of on or so that the this to use was what when why will with".split(" "),
  );

  // ---- words ----

  const stem = (word) => (word.length > 4 ? word.replace(/(?:ings?|ed|es|s|e)$/, "") : word);

  function wordsOf(text) {
    const found = text.toLowerCase().match(/[a-z0-9_]+/g) || [];
    return found.flatMap((word) => (word.includes("_") ? [word, ...word.split("_")] : [word])).filter(Boolean).map(stem);
  }

  /* The words of a message, without the addresses of the reader's site. */
  function wordsOfMessage(text) {
    const rest = text.toLowerCase().replace(/\b[a-z][a-z+.-]*:\/\/[^\s'"’”)<>]+/g, " ");
    return new Set(rest.match(/[a-z0-9_-]*[a-z0-9][a-z0-9_-]*/g) || []);
  }

  // ---- sections by their words ----

  function sectionFinder({ sections, synonyms, weights }) {
    const postings = new Map(); // the weight of each word in each section that contains it
    const add = (word, section, weight) => {
      if (!postings.has(word)) postings.set(word, new Map());
      const of = postings.get(word);
      of.set(section, (of.get(section) || 0) + weight);
    };
    const texts = sections.map((section) => wordsOf(section.text));
    const average = texts.reduce((sum, words) => sum + words.length, 0) / texts.length;
    sections.forEach((section, number) => {
      const once = 1 / (1 - LENGTH + (LENGTH * texts[number].length) / average);
      for (const word of texts[number]) add(word, number, once);
      for (const [where, weight] of Object.entries(WEIGHTS)) {
        const words = new Set(wordsOf(section[where]));
        for (const word of words) add(word, number, where === "title" ? weight / Math.sqrt(words.size) : weight);
      }
    });
    const others = Object.entries(synonyms).map(([phrase, list]) => [wordsOf(phrase), list.map(wordsOf)]);

    const weightOf = ({ url }) =>
      Object.entries(weights).reduce((all, [start, weight]) => (url.startsWith(start) ? all * weight : all), 1);

    /* The scores of the sections that have all words of a phrase. */
    function scoresOf(phrase) {
      const found = phrase.map((word) => postings.get(word) || new Map());
      const scores = new Map();
      for (const section of found[0].keys()) {
        if (!found.every((of) => of.has(section))) continue;
        const each = found.map((of) => {
          const rarity = Math.log(1 + sections.length / of.size);
          return (rarity * of.get(section)) / (of.get(section) + SATURATION);
        });
        scores.set(section, each.reduce((sum, score) => sum + score, 0) / Math.sqrt(each.length));
      }
      return scores;
    }

    /* "max age" is the option max_age, if a section is about it. */
    function joined(words) {
      const pairs = words.map((word, number) => `${word}_${words[number + 1]}`);
      const at = pairs.findIndex((pair) => postings.has(stem(pair)));
      return at < 0 ? words : [...words.slice(0, at), pairs[at], ...joined(words.slice(at + 2))];
    }

    /* What the reader may have meant by the words from `start` on: how many of them, and the phrases
       to search for, each with its weight. */
    function meant(words, start) {
      const known = others
        .filter(([phrase]) => phrase.every((word, number) => words[start + number] === word))
        .sort(([one], [other]) => other.length - one.length)[0];
      if (known) {
        const [phrase, synonyms] = known;
        return { count: phrase.length, phrases: [[phrase, 1], ...synonyms.map((one) => [one, SYNONYM])] };
      }
      const word = words[start];
      const isBeginning = !postings.has(word) && start === words.length - 1 && word.length > 2;
      const longer = isBeginning ? [...postings.keys()].filter((one) => one.startsWith(word)) : [];
      return { count: 1, phrases: [[[word], 1], ...longer.map((one) => [[one], (PREFIX * word.length) / one.length])] };
    }

    return (query) => {
      const all = joined(query.toLowerCase().split(/[^a-z0-9_]+/)).flatMap(wordsOf);
      const rare = all.filter((word) => !COMMON.has(word));
      const words = rare.length ? rare : all;
      const total = new Map();
      const matched = new Map();
      const seen = new Set(words);
      let groups = 0;
      for (let start = 0; start < words.length; groups++) {
        const { count, phrases } = meant(words, start);
        const best = new Map();
        for (const [phrase, weight] of phrases)
          for (const [section, score] of scoresOf(phrase)) {
            best.set(section, Math.max(best.get(section) || 0, score * weight));
            phrase.forEach((word) => seen.add(word));
          }
        for (const [section, score] of best) {
          total.set(section, (total.get(section) || 0) + score);
          matched.set(section, (matched.get(section) || 0) + 1);
        }
        start += count;
      }
      const scored = [...total].map(([section, score]) => [
        section,
        score * (matched.get(section) / groups) ** 2 * weightOf(sections[section]),
      ]);
      scored.sort(([one, a], [other, b]) => b - a || one - other);
      return { found: scored.map(([section]) => section), words: [...seen] };
    };
  }

  // ---- sections by a message ----

  function messageFinder({ messages }) {
    const known = messages.map(([text, section]) => ({ words: wordsOfMessage(text), section }));
    const having = new Map();
    for (const { words } of known) for (const word of words) having.set(word, (having.get(word) || 0) + 1);
    const weigh = (words) => {
      let sum = 0;
      for (const word of words) if (having.has(word)) sum += Math.log(1 + known.length / having.get(word));
      return sum;
    };
    return (query) => {
      const asked = wordsOfMessage(query);
      const weight = weigh(asked);
      const like = new Map();
      for (const { words, section } of known) {
        const shared = weigh([...words].filter((word) => asked.has(word)));
        const covered = shared / weigh(words);
        const similar = (2 * shared) / (weigh(words) + weight);
        if (covered >= LIKE.covered && similar >= LIKE.similar && similar > (like.get(section) || 0))
          like.set(section, similar);
      }
      return [...like].sort(([one, a], [other, b]) => b - a || one - other).map(([section]) => section);
    };
  }

  function finder(index) {
    const bySection = sectionFinder(index);
    const byMessage = messageFinder(index);
    return (query) => {
      const { found, words } = bySection(query);
      const rows = [...new Set([...byMessage(query), ...found])].map((row) => index.sections[row]);
      const ofPage = {};
      const shown = rows.filter(({ page }) => (ofPage[page] = (ofPage[page] || 0) + 1) <= MAX_OF_A_PAGE);
      return shown.slice(0, MAX_SHOWN).map((section) => ({ ...section, words }));
    };
  }

  // ---- what is shown ----

  const root = document.documentElement.dataset.content_root || "./";
  let find; // once the index is there

  function load(then) {
    if (find) return then();
    const script = document.createElement("script");
    script.src = `${root}_static/search-index.js`;
    script.onload = () => {
      find ??= finder(window.searchIndex);
      then();
    };
    document.head.append(script);
  }

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  /* The text around the first word of the query, with the words of the query marked. */
  function excerpt(text, words) {
    const element = document.createElement("p");
    const marked = new RegExp(`\\b((?:${words.map(escaped).join("|")})[a-z]{0,3})\\b`, "i");
    const at = text.search(marked);
    const start = at < 60 ? 0 : text.indexOf(" ", at - 60) + 1;
    const end = text.length <= start + 150 ? text.length : text.lastIndexOf(" ", start + 150);
    const shown = (start ? "… " : "") + text.slice(start, end) + (end < text.length ? " …" : "");
    shown.split(marked).forEach((part, number) => {
      const piece = number % 2 ? document.createElement("mark") : document.createTextNode("");
      piece.textContent = part;
      element.append(piece);
    });
    return element;
  }

  function option(result, number) {
    const link = document.createElement("a");
    link.id = `search-result-${number}`;
    link.href = root + result.url;
    link.setAttribute("role", "option");
    const title = document.createElement("strong");
    title.textContent = result.title;
    link.append(title);
    if (result.page !== result.title) {
      const page = document.createElement("span");
      page.textContent = result.page;
      link.append(" ", page);
    }
    link.append(excerpt(result.text, result.words));
    return link;
  }

  const panel = document.createElement("div");
  panel.className = "search-results";
  panel.id = "search-results";
  panel.setAttribute("role", "listbox");
  panel.setAttribute("aria-label", "Search results");
  panel.hidden = true;

  function close(input) {
    panel.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show(input) {
    const query = input.value.trim();
    if (query.length < 2) return close(input);
    const results = find(query);
    panel.replaceChildren(...results.map(option));
    if (!results.length) panel.textContent = "Nothing found.";
    const field = input.getBoundingClientRect();
    panel.style.setProperty("--top", `${field.bottom}px`);
    panel.style.setProperty("--left", `${field.left}px`);
    panel.hidden = false;
    input.setAttribute("aria-expanded", "true");
    choose(input, 0);
  }

  function choose(input, number) {
    const options = [...panel.querySelectorAll("a")];
    options.forEach((link, at) => link.setAttribute("aria-selected", String(at === number)));
    if (!options[number]) return;
    input.setAttribute("aria-activedescendant", options[number].id);
    options[number].scrollIntoView({ block: "nearest" });
  }

  function onKey(event) {
    const input = event.currentTarget;
    const options = [...panel.querySelectorAll("a")];
    const at = options.findIndex((link) => link.getAttribute("aria-selected") === "true");
    if (event.key === "Escape") close(input);
    else if (event.key === "ArrowDown") choose(input, Math.min(at + 1, options.length - 1));
    else if (event.key === "ArrowUp") choose(input, Math.max(at - 1, 0));
    else return;
    event.preventDefault();
  }

  /* An input joins pasted lines without a space: put spaces between them. */
  function onPaste(event) {
    const text = event.clipboardData.getData("text");
    if (!text.includes("\n")) return;
    event.preventDefault();
    event.currentTarget.setRangeText(text.replace(/\s+/g, " "), event.currentTarget.selectionStart, event.currentTarget.selectionEnd, "end");
    event.currentTarget.dispatchEvent(new Event("input"));
  }

  function open() {
    panel.querySelector('[aria-selected="true"]')?.click();
  }

  function prepare(form) {
    const input = form.querySelector("input");
    for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": panel.id, "aria-expanded": "false", "aria-autocomplete": "list" }))
      input.setAttribute(name, value);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      load(() => (panel.hidden ? show(input) : open()));
    });
    input.addEventListener("focus", () => load(() => show(input)));
    input.addEventListener("input", () => load(() => show(input)));
    input.addEventListener("keydown", onKey);
    input.addEventListener("paste", onPaste);
    document.addEventListener("pointerdown", (event) => {
      if (!panel.contains(event.target) && event.target !== input) close(input);
    });
    panel.addEventListener("click", () => close(input));
    window.addEventListener("resize", () => close(input));
  }

  document.body.append(panel);
  const forms = [...document.querySelectorAll(".search-field")];
  forms.forEach(prepare);

  // The key "/" moves the focus into the search field that is visible.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input, textarea")) return;
    event.preventDefault();
    forms.map((form) => form.querySelector("input")).find((input) => input.checkVisibility())?.focus();
  });

  // Scroll the sidebar to the current page.
  const current = document.querySelector(".sidebar-tree .current-page");
  const sidebar = document.querySelector(".sidebar-scroll");
  if (current && sidebar) {
    const below = current.getBoundingClientRect().top - sidebar.getBoundingClientRect().top;
    sidebar.scrollTo({ top: below - sidebar.clientHeight / 2, behavior: "instant" });
  }
})();
