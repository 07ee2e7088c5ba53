// The compiler's side: source, tokens, tree, scopes, bytecode, .pyc files. Each is linked with the source both ways.

let chosenSource = 0;

function sourcePicker(redraw) {
  if (record.sources.length < 2) return null;
  return h(
    "p",
    h(
      "select",
      {
        "aria-label": "Which file",
        change: event => {
          chosenSource = Number(event.target.value);
          redraw();
        },
      },
      record.sources.map((source, i) => h("option", {value: i, selected: i === chosenSource}, source.path)),
    ),
  );
}

/** The lines of a source. `options`: pick(line), dot(line) for breakpoints, note(line) for a text behind the line. */
function sourceListing(source, options = {}) {
  const lines = source.text.split("\n");
  if (lines.length > 1 && lines[lines.length - 1] === "") lines.pop();
  const hot = new Set();
  let now = 0;
  const list = longList(lines.length, 21, i => {
    const line = i + 1;
    const row = h(line === now ? "div.row.now" : hot.has(line) ? "div.row.hot" : "div.row", {"data-line": line});
    if (options.dot)
      row.append(
        h(
          "span.dot",
          {
            title: "breakpoint",
            click: () => {
              options.dot(line);
              list.redraw();
            },
          },
          options.dotted(line) ? "●" : " ",
        ),
      );
    row.append(h("span.no", String(line)), h("span", lines[i] || " "));
    if (options.note) row.append(h("span.count", options.note(line) || ""));
    if (options.pick) {
      row.classList.add("pick");
      row.addEventListener("click", event => {
        if (!event.target.classList.contains("dot")) options.pick(line);
      });
      row.addEventListener("mouseenter", () => options.over?.(line));
    }
    return row;
  });
  list.mark = (from, to, bring) => {
    hot.clear();
    for (let line = from; line <= Math.min(to, from + 2000); line++) hot.add(line);
    bring === false ? list.redraw() : list.show(from - 1);
  };
  list.at = line => {
    now = line;
    list.show(line - 1);
  };
  return list;
}

function noSource() {
  return [
    h("h2", "Source"),
    told("The program has no source file that was read: it ended before, or it came as compiled code."),
  ];
}

function errorNote(source) {
  return source.error ? h("p.note.bad", source.error) : null;
}

function sourceView() {
  const source = record.sources[chosenSource];
  if (!source) return noSource();
  const hits = new Map(record.time.lines.filter(([file]) => file === chosenSource).map(([, line, n]) => [line, n]));
  return [
    h("h2", "Source"),
    sourcePicker(show),
    told(
      mono(source.path),
      " is ",
      b(count(source.bytes, "byte")),
      " long. Decoded as ",
      b(source.encoding),
      " (the default, or what its first two lines declare) it has ",
      b(count([...source.text].length, "character")),
      " in ",
      b(count(source.text.split("\n").length, "line")),
      ". The number behind a line says how often the run came to it.",
    ),
    errorNote(source),
    h("div.panel", sourceListing(source, {note: line => (hits.has(line) ? `×${hits.get(line).toLocaleString("en")}` : "")})),
  ];
}

function tokensView() {
  const source = record.sources[chosenSource];
  if (!source) return noSource();
  const kinds = new Map();
  for (const token of source.tokens) kinds.set(token[0], (kinds.get(token[0]) || 0) + 1);
  const list = longList(source.tokens.length, 22, i => {
    const [kind, line, column, endLine, endColumn, text] = source.tokens[i];
    return h(
      "div.row.pick",
      {mouseenter: () => lines.mark(line, endLine, false), click: () => lines.mark(line, endLine)},
      h("span.no", String(i + 1)),
      h("span", {style: "width:6.5rem"}, `${line},${column}–${endLine === line ? "" : endLine + ","}${endColumn}`),
      h("span", {style: "width:9rem"}, kind),
      h("span.tok.k-" + kind, text === "\n" ? "⏎" : text),
    );
  });
  const lines = sourceListing(source, {
    pick: line => {
      const i = source.tokens.findIndex(token => token[1] >= line);
      if (i >= 0) list.show(i);
      lines.mark(line, line, false);
    },
  });
  const first = source.tokens
    .filter(token => ["KEYWORD", "NAME", "OP", "NUMBER"].includes(token[0]))
    .slice(0, 6)
    .map(token => token[5]);
  return [
    h("h2", "Tokens"),
    sourcePicker(show),
    told(
      "The lexer reads characters and makes words of them: ",
      b(count(source.tokens.length, "token")),
      " here, the first being ",
      mono(first.join("  ")),
      ". Blanks at the start of a line become INDENT and DEDENT, because in Python they mean something. Click a line or a token to see the other.",
    ),
    errorNote(source),
    h(
      "div.chips",
      [...kinds].map(([kind, n]) => h("span.chip", `${kind} ${n}`)),
    ),
    h("div.pair", h("div.panel", lines), h("div.panel", list)),
  ];
}

function treeView() {
  const source = record.sources[chosenSource];
  if (!source) return noSource();
  const holder = h("div.tree.panel", {style: "max-height:72vh;overflow:auto"});
  const draw = (node, field, open) => {
    const label = [
      field && h("i", field + " = "),
      b(node.name),
      " ",
      (node.values || []).map(([key, value]) => h("span", h("i", ` ${key}=`), value)),
    ];
    const over = () => node.place && lines.mark(node.place[0], node.place[2], false);
    if (!node.nodes) return h("div.leaf", {mouseenter: over, click: over}, label);
    const details = h("details", open && {open: true}, h("summary", {mouseenter: over}, label));
    let drawn = false;
    const fillIn = () => {
      if (!drawn) {
        drawn = true;
        for (const [key, child] of node.nodes)
          details.append(draw(child, key, node.nodes.length < 40 && open > 1 ? open - 1 : 0));
      }
    };
    if (open) fillIn();
    else details.addEventListener("toggle", fillIn, {once: true});
    details.node = node;
    details.openAll = fillIn;
    return details;
  };
  /** Opens the innermost statement of a line. */
  const reach = line => {
    let element = holder.firstElementChild;
    while (element?.openAll) {
      element.openAll();
      element.open = true;
      const inner = [...element.children].find(child => {
        const place = child.node?.place;
        return place && place[0] <= line && line <= place[2];
      });
      if (!inner) break;
      element = inner;
    }
    holder.querySelector(".hot")?.classList.remove("hot");
    (element.querySelector?.("summary") || element).classList.add("hot");
    element.scrollIntoView({block: "center"});
  };
  const lines = sourceListing(source, {
    pick: line => {
      lines.mark(line, line, false);
      reach(line);
    },
  });
  if (source.tree) holder.append(draw(source.tree, null, 3));
  return [
    h("h2", "Syntax tree"),
    sourcePicker(show),
    told(
      "The parser finds the structure in the tokens: statements contain expressions, which contain others. ",
      source.tree
        ? ["This file is a ", mono(source.tree.name), " of ", b(count((source.tree.nodes || []).length, "statement")), "."]
        : "It found none here.",
      " Spaces, comments and brackets are gone; what they meant is in the tree's shape.",
    ),
    errorNote(source),
    h("div.pair", h("div.panel", lines), holder),
  ];
}

const SCOPES = {
  local: "in the frame, by number",
  global: "in the module's namespace or the built-ins, by name",
  free: "in a cell of a function around",
  cell: "in a cell, because an inner function uses it",
};

function scopesView() {
  const source = record.sources[chosenSource];
  if (!source) return noSource();
  const cells = source.scopes.flatMap(scope =>
    scope.names.filter(name => name.scope === "cell").map(name => `${name.name} of ${scope.name}`),
  );
  const lines = sourceListing(source);
  const depth = scope => {
    let n = 0;
    while (scope.inside !== null) {
      scope = source.scopes[scope.inside];
      n++;
    }
    return n;
  };
  return [
    h("h2", "Scopes"),
    sourcePicker(show),
    told(
      "Before any code is made, the compiler decides for every name in every block where it lives. ",
      cells.length
        ? [
            "Here ",
            b(cells.slice(0, 4).join(", ")),
            cells.length > 4 ? " and others" : "",
            " must outlive their function's frame for an inner function, so they lie in cells. ",
          ]
        : "No name here is shared between functions, so no cell is needed. ",
      "A local name is found by its number, a global one by a look-up with a cache.",
    ),
    errorNote(source),
    h(
      "div.pair",
      h("div.panel", lines),
      h(
        "div",
        source.scopes.map(scope =>
          h(
            "div.panel",
            {
              style: `margin:0 0 .6rem ${depth(scope) * 1.2}rem`,
              mouseenter: () => lines.mark(Math.max(1, scope.line), Math.max(1, scope.line), false),
            },
            b(`${scope.kind} ${scope.name}`),
            h("span.count", `line ${scope.line}`),
            table(
              ["name", "lives", "is", "where it is found"],
              scope.names.map(name => [mono(name.name), name.scope, name.uses.join(", "), SCOPES[name.scope] || ""]),
            ),
          ),
        ),
      ),
    ),
  ];
}

/** Rows of a code object's instructions. */
function instructionListing(code, options = {}) {
  const special = new Map(code.specialised || []);
  const starts = new Map();
  let now = -1;
  const hot = new Set();
  code.instructions.forEach((ins, i) => starts.set(ins[0], i));
  const list = longList(code.instructions.length, 21, i => {
    const [offset, name, operand, meaning, place] = code.instructions[i];
    const newLine = i === 0 || code.instructions[i - 1][4][0] !== place[0];
    const row = h(
      offset === now ? "div.row.now" : hot.has(place[0]) ? "div.row.hot" : "div.row",
      {mouseenter: () => options.over?.(place), click: () => options.pick?.(place, offset)},
      h("span.no", newLine && place[0] > 0 ? String(place[0]) : ""),
      h("span", {style: "width:3.4rem;color:var(--soft)"}, String(offset)),
      h("span", {style: "width:17rem"}, name),
      h("span", {style: "width:3.2rem;text-align:right;padding-right:.8rem"}, operand === null ? "" : String(operand)),
      h("span", meaning ? `(${meaning})` : ""),
    );
    if (special.has(offset)) row.append(h("span.chip.good", {style: "margin-left:.6rem"}, special.get(offset)));
    return row;
  });
  list.at = offset => {
    now = offset;
    list.show(starts.get(offset) ?? 0);
  };
  list.mark = line => {
    hot.clear();
    hot.add(line);
    const i = code.instructions.findIndex(ins => ins[4][0] === line);
    if (i >= 0) list.show(i);
    else list.redraw();
  };
  return list;
}

function bytecodeView(argument) {
  if (!ownCodes.length)
    return [
      h("h2", "Bytecode"),
      told("Nothing was compiled: the program ended with an error before."),
      record.sources.map(errorNote),
    ];
  const chosen = record.codes[Number(argument) || 0];
  const code = chosen?.instructions.length ? chosen : ownCodes[0].code;
  const source = record.sources[code.source];
  const pick = h(
    "select",
    {
      "aria-label": "Which code object",
      change: event => {
        location.hash = "bytecode=" + event.target.value;
      },
    },
    ownCodes.map(({code: item, index}) =>
      h("option", {value: index, selected: item === code}, `${item.qualified}  (${fileName(item.file)}:${item.line})`),
    ),
  );
  const special = code.specialised.length;
  const listing = instructionListing(code, {
    over: place => place[0] > 0 && lines?.mark(place[0], place[2], false),
    pick: place => place[0] > 0 && lines?.mark(place[0], place[2]),
  });
  const lines =
    source &&
    sourceListing(source, {
      pick: line => {
        lines.mark(line, line, false);
        listing.mark(line);
      },
    });
  if (lines && code.line > 0) later(() => lines.mark(code.line, code.line));
  const names = (title, list) =>
    list.length
      ? [
          title,
          h(
            "div.chips",
            list.map((name, i) => h("span.chip", `${i} ${name}`)),
          ),
        ]
      : null;
  return [
    h("h2", "Bytecode"),
    h("p", pick),
    told(
      mono(code.qualified),
      " became ",
      b(count(code.instructions.length, "instruction")),
      ` in ${bytes(code.bytes)}. It needs a stack of `,
      b(code.stack),
      " values and was entered ",
      b(count(code.entered, "time")),
      ". ",
      special
        ? [
            "While it ran, ",
            b(count(special, "instruction")),
            " changed into a form for the types that were seen there (green); the original is left as it is.",
          ]
        : "None of its instructions changed its form: it ran too seldom, or types varied.",
      " These bytes equal CPython 3.14's.",
    ),
    h("div.pair", h("div.panel", listing), lines && h("div.panel", lines)),
    h(
      "div.panel",
      {style: "margin-top:.8rem"},
      table(
        ["part", "content"],
        [
          ["flags", code.flags.join(", ")],
          names("constants", code.constants),
          names("names", code.names),
          names("locals", code.locals),
          names("cells", code.cells),
          names("free", code.free),
        ].filter(Boolean),
      ),
    ),
    code.handlers.length > 0 && [
      h("h3", "Exception table"),
      told(
        "Entering ",
        mono("try"),
        " costs nothing: only when something is raised, this table says where to go on and how many values stay on the stack.",
      ),
      table(
        ["from", "to", "goes to", "stack depth", "keeps the place"],
        code.handlers.map(row => [row.from, row.to, row.target, row.depth, row.lasti ? "yes" : ""]),
        {numbers: [0, 1, 2, 3]},
      ),
    ],
  ];
}

function pycView() {
  const by = outcome => record.caches.filter(cache => cache.outcome === outcome).length;
  return [
    h("h2", ".pyc files"),
    told(
      "Compiled modules are kept in ",
      mono("__pycache__"),
      ", with the size and time of their source, so that the next run need not compile them. In this run ",
      b(by("used")),
      " were used, ",
      b(by("written")),
      " written and ",
      b(by("refused")),
      " refused. The main program is never cached, because it is not imported.",
    ),
    table(
      ["module file", "cache", "outcome", "validated by", "why"],
      record.caches.map(cache => [
        mono(cache.source),
        mono(cache.path),
        h(cache.outcome === "refused" ? "span.chip.bad" : "span.chip.good", cache.outcome),
        cache.validation,
        cache.why,
      ]),
    ),
    !record.caches.length && h("p", "No module was imported from a file: what was imported lies compiled in the executable."),
  ];
}
